internal import Agreement
internal import Values

extension DateShift: ColumnRule {
    /// In the report's table of changed values, with the caution that belongs to it.
    static let name =
        "dates moved, but for days that stand for something else; whoever knows one true date of a person knows how "
        + "far all were moved"

    var notes: [String] {
        [
            "Each person's dates are moved by one secret number of days, at most \(days) either way; the time between "
                + "them stays. Days that stand for something else, such as 1900-01-01 and 9999-12-31, are left as they "
                + "are."
        ]
    }

    func declare(_ column: inout ColumnDeclaration) {}

    /// - Parameter offset: the person's days. Secret.
    func shown(_ value: FieldValue, movedBy offset: Int) -> FieldValue {
        guard case .date(let date) = value else { return .null }
        return .date(isNoDay(date) ? date : DateShifter.move(date, by: offset))
    }
}
