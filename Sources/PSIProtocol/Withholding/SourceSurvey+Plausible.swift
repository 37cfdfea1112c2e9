public import Agreement

extension SourceSurvey {
    /// Whether the numbers fit each other, the list and the agreement, the reasons are known, and the texts are short
    /// words: what an owner sends may be anything.
    ///
    /// - Parameter listed: items on the register's list, dummies included.
    public func isPlausible(listed: Int, agreement: Agreement) -> Bool {
        (0...max(0, listed)).contains(people) && rowsRead >= 0 && (0...rowsRead).contains(rowsKept)
            && refused.keys.allSatisfy { Self.refusalReasons.contains($0) }
            && hasPlausibleCounts(under: agreement)
    }

    /// Whether the counts of quality are withheld or rounded as the agreement has it, none is larger than that of what
    /// it is part of, and there are no more of them than the agreement lets there be.
    public func hasPlausibleCounts(under agreement: Agreement) -> Bool {
        let publish = CountPublication(agreement: agreement)
        let step = max(1, agreement.countRounding)
        // Rounding may lift a part above an exact whole, but not above the rounded one.
        func fits(_ counts: [Int], within whole: Int) -> Bool {
            let most = publish.count(whole) ?? 0
            return counts.allSatisfy { $0 == Self.withheld || (0...most).contains($0) && $0.isMultiple(of: step) }
        }
        func fitLines(_ lines: [Breakdown], most: Int) -> Bool {
            lines.count <= most + 2
                && lines.allSatisfy { line in
                    line.value.utf8.count <= Self.mostValueByteCount
                        && line.value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
                        && fits(line.codes.all, within: rowsRead)
                }
        }
        guard (0...Self.mostRows).contains(rowsRead), (0...Self.mostRows).contains(people) else { return false }
        return fits(codes.all, within: rowsRead) && fits(Array(refused.values), within: rowsRead)
            && (keys.isEmpty || keys.count == agreement.matchKeys.count)
            && keys.allSatisfy { fits([$0.present, $0.shared], within: people) }
            && fits([history.people], within: people)
            // A history may be that of a whole country.
            && fits([history.codes, history.conflicts, history.cycles], within: Self.mostRows)
            && fitLines(years, most: Self.mostYears) && fitLines(groups, most: Self.mostGroups)
    }

    /// Why rows are refused: what `refused` may be by. A reason of no rows may be left out. [P-48]
    public static let refusalReasons: Set<String> = [
        "missing", "malformed", "impossible_date", "future_birth_date", "reserved_number", "wrong_check_character",
        "several_codes",
    ]

    /// Of a year or a group, in UTF-8.
    public static let mostValueByteCount = 64
    /// More than any register or history has.
    private static let mostRows = 1 << 40
}

extension SourceSurvey.CodeCounts {
    fileprivate var all: [Int] { [official, temporary, missing, invalid, repaired] }
}
