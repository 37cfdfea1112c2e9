internal import Values

/// The rows of a table of pairs.
struct IdentityPairTable {
    enum Row {
        /// The day is nil where the row says none that can be read.
        case pair(former: CodeIdentity, current: CodeIdentity, replaced: CalendarDate?)
        /// Why the former code is not used, or the current one if only that is refused.
        case refused(RefusalReason)
    }

    private var records: any SourceReader
    private let scheme: any IdentityScheme
    private let formerIndex: Int
    private let currentIndex: Int
    private let replacedIndex: Int?

    init(_ source: IdentityHistorySource, scheme: any IdentityScheme) throws(RegisterError) {
        let file = source.table.name
        let wanted = [source.formerColumn, source.currentColumn] + (source.replacedColumn.map { [$0] } ?? [])
        for (index, column) in wanted.enumerated() where wanted[..<index].contains(column) {
            throw RegisterError(.historyColumnsAreOne, file: file, column: column)
        }
        records = try source.table.makeReader()
        let names = try ColumnNames(records, file: file)
        let indices = try names.indices(of: wanted, reader: &records)
        guard let formerIndex = indices[source.formerColumn], let currentIndex = indices[source.currentColumn] else {
            throw RegisterError(.missingColumns([]), file: file)
        }
        self.scheme = scheme
        self.formerIndex = formerIndex
        self.currentIndex = currentIndex
        replacedIndex = source.replacedColumn.flatMap { indices[$0] }
        records.select(Set([formerIndex, currentIndex, replacedIndex].compactMap { $0 }))
    }

    mutating func next(owner: ParticipantID) throws(RegisterError) -> Row? {
        guard let record = try records.next() else { return nil }
        do throws(RefusalReason) {
            let former = try scheme.read(record[formerIndex], owner: owner).code
            let current = try scheme.read(record[currentIndex], owner: owner).code
            let day = replacedIndex.flatMap { record[$0].written }
            let replaced = day.flatMap { DateText.date(WhiteSpace.trimmed($0)) }
            return .pair(former: former, current: current, replaced: replaced)
        } catch {
            return .refused(error)
        }
    }
}
