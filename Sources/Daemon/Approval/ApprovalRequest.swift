internal import Files
internal import Foundation
internal import Values

/// A proposal as an approver takes it to their own machine: the proposal as it was signed, and the document.
///
/// Two lines before the document: what it is, and the proposal. An answer is one line, a signed statement.
struct ApprovalRequest {
    static let byteCountLimit = ApprovalBook.documentByteCountLimit + 8_192
    private static let firstLine = "sidos approval request 1"

    let proposal: SignedStatement
    let document: [UInt8]

    init(proposal: SignedStatement, document: [UInt8]) {
        self.proposal = proposal
        self.document = document
    }

    var bytes: [UInt8] { Array("\(Self.firstLine)\n\(proposal.line)\n".utf8) + document }

    /// - Throws: `ApprovalError.malformedStatement` unless the proposal is signed and is about this document.
    init(_ bytes: [UInt8]) throws(ApprovalError) {
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let first = String(validating: parts[0], as: UTF8.self), first == Self.firstLine,
            let line = String(validating: parts[1], as: UTF8.self)
        else { throw .malformedStatement("the file is no approval request") }
        let proposal = try SignedStatement(line: line)
        guard proposal.statement.action == .propose,
            ApprovalSubject(proposal.subject.kind, Array(parts[2])) == proposal.subject
        else { throw .malformedStatement("the request's document is not the one that was proposed") }
        self.init(proposal: proposal, document: Array(parts[2]))
    }

    /// What the approver answers.
    func answer(
        _ action: ApprovalStatement.Action, note: String, signer: ApprovalSigner, clock: MachineClock
    ) throws -> SignedStatement {
        try SignedStatement(proposal.statement.answer(action, note: note, by: signer.approver, clock: clock)) {
            try signer.sign($0)
        }
    }
}

extension ApprovalStatement {
    /// The same about the same, by another.
    func answer(_ action: Action, note: String, by approver: Approver, clock: MachineClock) -> ApprovalStatement {
        ApprovalStatement(
            participant: participant, log: log, proposal: proposal, action: action, kind: kind, subject: subject,
            by: approver.id,
            key: approver.keyText, at: MachineClock.timestamp(clock.now()), note: note)
    }

    static func isNote(_ text: String) -> Bool {
        text.count <= noteLimit && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
