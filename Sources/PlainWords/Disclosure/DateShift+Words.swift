internal import Agreement

extension DateShift {
    func words(in agreement: Agreement) -> DisclosureWords {
        DisclosureWords(summary: [summary], caution: caution(agreement), notice: notice(agreement))
    }

    private var summary: String {
        let kept = except.map(\.description).joined(separator: ", ")
        let named = noDays.isEmpty ? "" : ", and \(noDays.map(\.description).joined(separator: ", "))"
        return "All dates of a person\(kept.isEmpty ? "" : ", except \(kept),") are moved by one secret number of "
            + "days, at most \(days) either way. Days that stand for something else are left as they are: those "
            + "of programs and calendars, such as 1900-01-01 and 9999-12-31\(named)."
    }

    private func caution(_ agreement: Agreement) -> String {
        let moved = agreement.registers.flatMap { register in
            register.columns.map { (ColumnReference(register.id, $0.name), $0.type) }
        }.filter { moves($0.0, type: $0.1) }.map(\.0.description)
        return "date_shift moves \(moved.isEmpty ? "no column" : moved.joined(separator: ", ")) by at most \(days) "
            + "days. Whoever knows one true date of a person, such as one that many share or one "
            + "that stands for something else, knows how far all were moved. Name what stands for something else "
            + "under no_days, and leave such columns out, coarsen them, or name them under except."
    }

    private func notice(_ agreement: Agreement) -> Translated {
        let most = Translated.number(days)
        // A date made coarser is no date any more unless it is written as one.
        let movesAll =
            except.isEmpty
            && agreement.registers.allSatisfy { register in
                register.columns.allSatisfy { column in
                    if case .coarsen? = column.derivation { column.type == .date } else { true }
                }
            }
        return movesAll
            ? Translated(
                finnish: "Aineiston päivämääriä siirretään satunnainen määrä päiviä, enintään \(most.finnish).",
                swedish: "Datumen i materialet flyttas ett slumpmässigt antal dagar, högst \(most.swedish).",
                english: "Dates in the dataset are moved by a random number of days, at most \(most.english).")
            : Translated(
                finnish: "Osaa aineiston päivämääristä siirretään satunnainen määrä päiviä, enintään \(most.finnish).",
                swedish: "En del av datumen i materialet flyttas ett slumpmässigt antal dagar, högst \(most.swedish).",
                english: "Some dates in the dataset are moved by a random number of days, at most \(most.english).")
    }
}
