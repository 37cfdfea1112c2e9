internal import Agreement

extension Anonymity {
    func words(_ language: PlainLanguage) -> DisclosureWords {
        DisclosureWords(
            summary: [shared(language), different(language), leftOut(language)].compactMap { $0 },
            // That nobody asks for k is cautioned in `Agreement.cautions`, as there is no rule to say it then.
            caution: nil, notice: notice(language))
    }

    private func shared(_ language: PlainLanguage) -> String? {
        guard let smallestClass else { return nil }
        let columns = quasiIdentifiers.map { quasi in
            let steps = quasi.steps.map { $0.words(in: language) } + [language.of("puuttuva", "saknas", "missing")]
            return "\(quasi.column) (\(steps.joined(separator: language.of(", sitten ", ", sedan ", ", then "))))"
        }.joined(separator: "; ")
        let registers = countedRows.joined(separator: ", ")
        let counts =
            registers.isEmpty
            ? ""
            : language.of(
                ", yhtä monta riviä näissä: \(registers)", ", lika många rader i \(registers)",
                ", of how many rows in \(registers)")
        return language.of(
            "Vähintään \(smallestClass) henkilöllä on sama yhdistelmä: samat kohortit, rivejä samoissa "
                + "rekistereissä\(counts), ja samat arvot näissä sarakkeissa, joita karkeistetaan niiltä, jotka "
                + "muuten olisivat yksin: \(columns).",
            "Minst \(smallestClass) personer har samma kombination: samma kohorter, rader i samma register\(counts), "
                + "och samma värden i dessa kolumner, som görs grövre för dem som annars skulle vara ensamma: "
                + "\(columns).",
            "At least \(smallestClass) people share every combination of cohorts, of registers in which they have "
                + "rows\(counts), and of these columns, which are made coarser for those who would be alone: "
                + "\(columns).")
    }

    private func different(_ language: PlainLanguage) -> String? {
        guard let diversity else { return nil }
        let columns = sensitive.map(\.description).joined(separator: ", ")
        let count = diversity.count
        return switch diversity.kind {
        case .distinct:
            language.of(
                "Henkilöillä, joilla on sama yhdistelmä, on vähintään \(count) eri arvoa näissä: \(columns). Mikään "
                    + "arvo ei ole heillä kaikilla.",
                "Personer med samma kombination har minst \(count) olika värden i \(columns), och inget värde som alla "
                    + "har.",
                "People who share such a combination have at least \(count) different values of \(columns), and none "
                    + "that all of them have.")
        case .frequency:
            language.of(
                "Henkilöistä, joilla on sama yhdistelmä, enintään yhdellä \(count) henkilöä kohti on sama arvo näissä: "
                    + "\(columns).",
                "Av personer med samma kombination har högst en på \(count) samma värde i \(columns).",
                "Of people who share such a combination, at most one in \(count) has the same value of \(columns).")
        }
    }

    private func leftOut(_ language: PlainLanguage) -> String? {
        guard smallestClass != nil else { return nil }
        return leaveOutPercent == 0
            ? language.of(
                "Ketään ei jätetä sen vuoksi pois aineistosta; jos mikään muu ei auta, aineistoa ei kirjoiteta.",
                "Ingen utelämnas ur materialet för att nå det; om inget annat gör det skrivs inget material.",
                "Nobody is left out of the dataset to reach that; if nothing else does, no dataset is written.")
            : language.of(
                "Jos mikään muu ei auta, henkilöitä jätetään pois, enintään \(leaveOutPercent) % kohortista; jos "
                    + "sekään ei riitä, aineistoa ei kirjoiteta.",
                "Där inget annat når det utelämnas personer, högst \(leaveOutPercent) % av en kohort; om det inte "
                    + "räcker skrivs inget material.",
                "Where nothing else reaches that, people are left out, at most \(leaveOutPercent) % of a cohort; if "
                    + "that is not enough, no dataset is written.")
    }

    private func notice(_ language: PlainLanguage) -> String? {
        guard let smallestClass else { return nil }
        let count = language.number(smallestClass)
        let shared = language.of(
            "Ennen kuin tutkija näkee aineiston, tietoja karkeistetaan niin, että vähintään \(count) "
                + "ihmisellä on sama yhdistelmä niitä tietoja, joista sinut voisi helpoimmin tunnistaa.",
            "Innan en forskare ser materialet görs uppgifterna grövre, så att minst \(count) "
                + "personer har samma kombination av de uppgifter som man lättast kunde känna igen dig på.",
            "Before a researcher sees the dataset, values are made coarser so that at least "
                + "\(count) people share every combination of the details by which you could most easily be recognised."
        )
        guard diversity != nil else { return shared }
        return shared
            + language.of(
                " Heidän arkaluonteiset tietonsa eivät saa olla kaikilla samat.",
                " Deras känsliga uppgifter får inte vara desamma hos alla.",
                " Their sensitive values must not all be the same.")
    }
}
