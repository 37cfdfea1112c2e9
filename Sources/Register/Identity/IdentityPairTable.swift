internal import Values

/// The rows of a table of pairs.
struct IdentityPairTable {
    enum Row {
        case pair(former: CodeIdentity, current: CodeIdentity)
        /// Why the former code is not used, or the current one if only that is refused.
        case refused(RefusalReason)
    }

    private var records: any SourceReader
    private let scheme: any IdentityScheme
    private let formerIndex: Int
    private let currentIndex: Int

    init(_ source: IdentityHistorySource, scheme: any IdentityScheme) throws(RegisterError) {
        let file = source.table.name
        guard source.formerColumn != source.currentColumn else {
            throw RegisterError(.historyColumnsAreOne, file: file, column: source.currentColumn)
        }
        records = try source.table.makeReader()
        let names = try ColumnNames(records, file: file)
        let wanted = [source.formerColumn, source.currentColumn]
        let indices = try names.indices(of: wanted, reader: &records)
        guard let formerIndex = indices[source.formerColumn], let currentIndex = indices[source.currentColumn] else {
            throw RegisterError(.missingColumns([]), file: file)
        }
        self.scheme = scheme
        self.formerIndex = formerIndex
        self.currentIndex = currentIndex
        records.select([formerIndex, currentIndex])
    }

    mutating func next(owner: ParticipantID) throws(RegisterError) -> Row? {
        guard let record = try records.next() else { return nil }
        do throws(RefusalReason) {
            let former = try scheme.read(record[formerIndex], owner: owner).code
            return .pair(former: former, current: try scheme.read(record[currentIndex], owner: owner).code)
        } catch {
            return .refused(error)
        }
    }
}
