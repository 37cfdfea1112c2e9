internal import Values

/// A participant's operations log as people read it, checked from its first line to its last.
public struct OperationsHistory: Sendable {
    public struct Line: Sendable, Equatable {
        public var number: Int
        public var time: String
        /// In English, with what could begin a line of its own written out.
        public var words: String
    }

    public let lines: [Line]
    /// In hexadecimal; empty for a log of nothing.
    public let lastHash: String

    /// - Throws: `OperationsLogError` for a log that was changed, `ApprovalError.missingDocument`, `FileError`.
    public init(home: Home) throws {
        let book = try home.approvals()
        // What a file repeats of the one before is left out.
        let found = try book.log.files().flatMap { $0 }.filter { $0.kind != .carried }
        _ = try book.ledger()
        lines = found.map { Line(number: $0.number, time: $0.time, words: Self.words($0)) }
        lastHash = try book.log.lines().last.map { Hex.encode($0.hash) } ?? ""
    }

    private static func words(_ line: OperationsLog.Line) -> String {
        guard line.kind == .statement, let signed = try? SignedStatement(line: line.content) else {
            return EventLog.escaped(line.content)
        }
        let statement = signed.statement
        let verb =
            switch statement.action {
            case .propose: "proposes"
            case .approve: "approves"
            case .refuse: "refuses"
            }
        let note = statement.note.isEmpty ? "" : " note=\(EventLog.valueText(.string(statement.note)))"
        return "\(statement.by) \(verb) \(statement.kind.rawValue) proposal=\(statement.proposal.prefix(12))\(note)"
    }
}
