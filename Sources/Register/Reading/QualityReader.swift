internal import Agreement
internal import Values

/// Finds among a row's values those that its quality is reported by.
struct QualityReader {
    private let year: Int?
    private let group: Int?

    init(_ columns: [ColumnDeclaration], _ quality: QualityColumns) {
        year = columns.firstIndex { $0.name == quality.year }
        group = columns.firstIndex { $0.name == quality.group }
    }

    /// - Parameter value: of the declared column with this number; nil if it cannot be read.
    func values(_ value: (Int) -> FieldValue?) -> QualityValues {
        var quality = QualityValues()
        switch year.flatMap(value) {
        case .date(let date)?: quality.year = date.year
        case .integer(let year)?: quality.year = Int(exactly: year).flatMap { (1...9_999).contains($0) ? $0 : nil }
        default: break
        }
        switch group.flatMap(value) {
        case .code(let text)? where !CodeGuard.holdsCode(text): quality.group = text
        case .boolean(let answer)?: quality.group = answer ? "true" : "false"
        default: break
        }
        return quality
    }
}
