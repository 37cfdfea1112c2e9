internal import Agreement

extension Anonymity {
    var words: DisclosureWords {
        DisclosureWords(
            summary: [shared, different, leftOut].compactMap { $0 },
            // That nobody asks for k is cautioned in `Agreement.cautions`, as there is no rule to say it then.
            caution: nil, notice: notice)
    }

    private var shared: String? {
        guard let smallestClass else { return nil }
        let columns = quasiIdentifiers.map { quasi in
            let steps = quasi.steps.map(\.words) + ["missing"]
            return "\(quasi.column) (\(steps.joined(separator: ", then ")))"
        }
        let counts = countedRows.isEmpty ? "" : ", of how many rows in \(countedRows.joined(separator: ", "))"
        return "At least \(smallestClass) people share every combination of cohorts, of registers in which they have "
            + "rows\(counts), and of these columns, which are made coarser for those who would be alone: "
            + "\(columns.joined(separator: "; "))."
    }

    private var different: String? {
        guard let diversity else { return nil }
        let columns = sensitive.map(\.description).joined(separator: ", ")
        return switch diversity.kind {
        case .distinct:
            "People who share such a combination have at least \(diversity.count) different values of \(columns), "
                + "and none that all of them have."
        case .frequency:
            "Of people who share such a combination, at most one in \(diversity.count) has the same value of "
                + "\(columns)."
        }
    }

    private var leftOut: String? {
        guard smallestClass != nil else { return nil }
        return leaveOutPercent == 0
            ? "Nobody is left out of the dataset to reach that; if nothing else does, no dataset is written."
            : "Where nothing else reaches that, people are left out, at most \(leaveOutPercent) % of a cohort; if "
                + "that is not enough, no dataset is written."
    }

    private var notice: Translated? {
        guard let smallestClass else { return nil }
        let count = Translated.number(smallestClass)
        let shared = Translated(
            finnish: "Ennen kuin tutkija näkee aineiston, tietoja karkeistetaan niin, että vähintään \(count.finnish) "
                + "ihmisellä on sama yhdistelmä niitä tietoja, joista sinut voisi helpoimmin tunnistaa.",
            swedish: "Innan en forskare ser materialet görs uppgifterna grövre, så att minst \(count.swedish) "
                + "personer har samma kombination av de uppgifter som man lättast kunde känna igen dig på.",
            english: "Before a researcher sees the dataset, values are made coarser so that at least "
                + "\(count.english) people share every combination of the details by which you could most easily be "
                + "recognised.")
        guard diversity != nil else { return shared }
        return Translated(
            finnish: shared.finnish + " Heidän arkaluonteiset tietonsa eivät saa olla kaikilla samat.",
            swedish: shared.swedish + " Deras känsliga uppgifter får inte vara desamma hos alla.",
            english: shared.english + " Their sensitive values must not all be the same.")
    }
}
