public import Values

extension IdentityHistory {
    /// Reads a table of pairs. A row with a code that the scheme refuses is left out and counted.
    ///
    /// - Parameters:
    ///   - owner: the table's owner, whose temporary codes they are.
    ///   - scheme: how codes are written.
    ///   - since: codes that were replaced before, or on no known day, are not told as former ones; nil for all.
    ///   - pairLimit: how many pairs are held at most.
    /// - Throws: `unreadable`, with the file, row and column where it failed, or `tooManyPairs`.
    public init(
        reading source: IdentityHistorySource, owner: ParticipantID, scheme: any IdentityScheme,
        since: CalendarDate? = nil, pairLimit: Int = IdentityHistory.pairLimit
    ) throws(IdentityHistoryError) {
        var builder = IdentityHistoryBuilder(pairLimit: pairLimit, since: since)
        var table: IdentityPairTable
        do throws(RegisterError) { table = try IdentityPairTable(source, scheme: scheme) } catch {
            throw .unreadable(error)
        }
        while true {
            let row: IdentityPairTable.Row?
            do throws(RegisterError) { row = try table.next(owner: owner) } catch { throw .unreadable(error) }
            switch row {
            case .pair(let former, let current, let replaced):
                try builder.add(former: former, current: current, replaced: replaced)
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
        guard let history = source.history else { return nil }
        do throws(IdentityHistoryError) {
            return try IdentityHistory(
                reading: history, owner: declaration.owner, scheme: plan.scheme, since: plan.formerCodesSince,
                pairLimit: pairLimit)
        } catch { throw RegisterError(error, of: history) }
    }
}
