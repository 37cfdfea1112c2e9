public import Values

/// Where the pairs of former and current codes are: a table of two columns, or more of which two are used.
public struct IdentityHistorySource: Sendable, Equatable {
    public var location: RegisterSource.Location
    /// Name of the column of codes that were replaced.
    public var formerColumn: String
    /// Name of the column of codes that replaced them.
    public var currentColumn: String

    public init(_ location: RegisterSource.Location, formerColumn: String, currentColumn: String) {
        self.location = location
        self.formerColumn = formerColumn
        self.currentColumn = currentColumn
    }
}

extension IdentityHistory {
    /// Reads a table of pairs. A row with a code that the scheme refuses is left out and counted.
    ///
    /// - Parameters:
    ///   - owner: the table's owner, whose temporary codes they are.
    ///   - scheme: how codes are written.
    ///   - pairLimit: how many pairs are held at most.
    /// - Throws: `unreadable`, with the file, row and column where it failed, or `tooManyPairs`.
    public init(
        reading source: IdentityHistorySource, owner: ParticipantID, scheme: any IdentityScheme,
        pairLimit: Int = IdentityHistory.pairLimit
    ) throws(IdentityHistoryError) {
        var builder = IdentityHistoryBuilder(pairLimit: pairLimit)
        var table: IdentityPairTable
        do throws(RegisterError) { table = try IdentityPairTable(source, scheme: scheme) } catch {
            throw .unreadable(error)
        }
        while true {
            let row: IdentityPairTable.Row?
            do throws(RegisterError) { row = try table.next(owner: owner) } catch { throw .unreadable(error) }
            switch row {
            case .pair(let former, let current): try builder.add(former: former.bytes, current: current.bytes)
            case .refused(let reason): builder.refuse(reason)
            case nil:
                self.init(builder)
                return
            }
        }
    }
}

extension RegisterReader {
    /// The identity history that the source names, read now; nil if it names none.
    public func readHistory(
        pairLimit: Int = IdentityHistory.pairLimit
    ) throws(RegisterError) -> IdentityHistory? {
        guard let table = source.history else { return nil }
        do throws(IdentityHistoryError) {
            return try IdentityHistory(
                reading: table, owner: declaration.owner, scheme: plan.scheme, pairLimit: pairLimit)
        } catch {
            switch error {
            case .unreadable(let error): throw error
            case .tooManyPairs(let limit):
                let path = RegisterSource(table.location, identityColumn: nil).path
                throw RegisterError(.tooManyFormerCodes(limit: limit), file: path)
            }
        }
    }
}

/// The rows of a table of pairs.
private struct IdentityPairTable {
    enum Row {
        case pair(former: PersonIdentity, current: PersonIdentity)
        /// Why the former code is not used, or the current one if only that is refused.
        case refused(RefusalReason)
    }

    private var records: any SourceReader
    private let scheme: any IdentityScheme
    private let formerIndex: Int
    private let currentIndex: Int

    init(_ source: IdentityHistorySource, scheme: any IdentityScheme) throws(RegisterError) {
        let opened = RegisterSource(source.location, identityColumn: source.currentColumn)
        guard source.formerColumn != source.currentColumn else {
            throw RegisterError(.historyColumnsAreOne, file: opened.path, column: source.currentColumn)
        }
        records = try opened.makeReader()
        let names = try ColumnNames(records, file: opened.path)
        let wanted = [source.formerColumn, source.currentColumn]
        let indices = try names.indices(of: wanted, reader: &records)
        guard let formerIndex = indices[source.formerColumn], let currentIndex = indices[source.currentColumn] else {
            throw RegisterError(.missingColumns([]), file: opened.path)
        }
        self.scheme = scheme
        self.formerIndex = formerIndex
        self.currentIndex = currentIndex
        records.select([formerIndex, currentIndex])
    }

    mutating func next(owner: ParticipantID) throws(RegisterError) -> Row? {
        guard let record = try records.next() else { return nil }
        do throws(RefusalReason) {
            let former = try scheme.read(record[formerIndex], owner: owner).identity
            return .pair(former: former, current: try scheme.read(record[currentIndex], owner: owner).identity)
        } catch {
            return .refused(error)
        }
    }
}
