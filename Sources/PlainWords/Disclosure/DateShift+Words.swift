internal import Agreement
internal import Values

extension DateShift {
    func words(in agreement: Agreement, _ language: PlainLanguage) -> DisclosureWords {
        DisclosureWords(
            summary: [summary(language)], caution: caution(agreement, language), notice: notice(agreement, language))
    }

    private func summary(_ language: PlainLanguage) -> String {
        let columns = except.map(\.description).joined(separator: ", ")
        let kept =
            columns.isEmpty ? "" : language.of(", paitsi \(columns),", ", utom \(columns),", ", except \(columns),")
        let named = noDays.map(language.shortDay).joined(separator: ", ")
        let more = named.isEmpty ? "" : language.of(", ja \(named)", ", samt \(named)", ", and \(named)")
        let examples = ["1900-01-01", "9999-12-31"].compactMap { CalendarDate(iso: $0) }.map(language.shortDay)
        let such = language.list(examples)
        return language.of(
            "Henkilön kaikkia päivämääriä\(kept) siirretään samalla salaisella päivien määrällä, enintään \(days) "
                + "kumpaankin suuntaan. Päivät, jotka tarkoittavat jotakin muuta, jätetään ennalleen: ohjelmien ja "
                + "kalenterien päivät, kuten \(such)\(more).",
            "Alla datum för en person\(kept) flyttas med ett och samma hemliga antal dagar, högst \(days) åt vartdera "
                + "hållet. Dagar som står för något annat lämnas som de är: sådana som program och kalendrar använder, "
                + "såsom \(such)\(more).",
            "All dates of a person\(kept) are moved by one secret number of days, at most \(days) either way. Days "
                + "that stand for something else are left as they are: those of programs and calendars, such as "
                + "\(such)\(more).")
    }

    private func caution(_ agreement: Agreement, _ language: PlainLanguage) -> String {
        let columns = agreement.registers.flatMap { register in
            register.columns.map { (ColumnReference(register.id, $0.name), $0.type) }
        }.filter { moves($0.0, type: $0.1) }.map(\.0.description).joined(separator: ", ")
        let moved =
            columns.isEmpty ? language.of("ei mitään saraketta", "ingen kolumn", "no column") : columns
        return language.of(
            "date_shift siirtää (\(moved)) enintään \(days) päivää. Joka tietää henkilön yhden oikean päivämäärän, "
                + "esimerkiksi sellaisen, joka on monilla sama tai joka tarkoittaa jotakin muuta, tietää, miten paljon "
                + "kaikkia siirrettiin. Nimeä jotakin muuta tarkoittavat kohdassa no_days, ja jätä sellaiset sarakkeet "
                + "pois, karkeista ne tai nimeä ne kohdassa except.",
            "date_shift flyttar (\(moved)) högst \(days) dagar. Den som vet ett riktigt datum för en person, till "
                + "exempel ett som många har gemensamt eller ett som står för något annat, vet hur långt alla har "
                + "flyttats. Ange det som står för något annat under no_days, och lämna bort sådana kolumner, gör dem "
                + "grövre eller ange dem under except.",
            "date_shift moves \(moved) by at most \(days) days. Whoever knows one true date of a person, such as one "
                + "that many share or one that stands for something else, knows how far all were moved. Name what "
                + "stands for something else under no_days, and leave such columns out, coarsen them, or name them "
                + "under except.")
    }

    private func notice(_ agreement: Agreement, _ language: PlainLanguage) -> String {
        let most = language.number(days)
        // A date made coarser is no date any more unless it is written as one.
        let movesAll =
            except.isEmpty
            && agreement.registers.allSatisfy { register in
                register.columns.allSatisfy { column in
                    if case .coarsen? = column.derivation { column.type == .date } else { true }
                }
            }
        return movesAll
            ? language.of(
                "Aineiston päivämääriä siirretään satunnainen määrä päiviä, enintään \(most).",
                "Datumen i materialet flyttas ett slumpmässigt antal dagar, högst \(most).",
                "Dates in the dataset are moved by a random number of days, at most \(most).")
            : language.of(
                "Osaa aineiston päivämääristä siirretään satunnainen määrä päiviä, enintään \(most).",
                "En del av datumen i materialet flyttas ett slumpmässigt antal dagar, högst \(most).",
                "Some dates in the dataset are moved by a random number of days, at most \(most).")
    }
}
