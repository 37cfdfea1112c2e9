import Agreement
import Crypto
import Foundation
import Values

@testable import Daemon

/// A person of the tests, whose key is at hand.
struct TestApprover {
    let key = Curve25519.Signing.PrivateKey()
    let id: String

    init(_ id: String) { self.id = id }

    var approver: Approver { Approver(id: id, key: Array(key.publicKey.rawRepresentation)) }
    var person: ApproverSet.Person { ApproverSet.Person(approver: approver, name: "Person \(id)") }

    func says(
        _ action: ApprovalStatement.Action, _ subject: ApprovalSubject, _ proposal: String, log: String,
        note: String = ""
    ) throws -> SignedStatement {
        let statement = ApprovalStatement(
            participant: "kela", log: log, proposal: proposal, action: action, kind: subject.kind,
            subject: Hex.encode(subject.digest),
            by: id, key: approver.keyText, at: "2026-11-22T15:07:01.250Z", note: note)
        return try SignedStatement(statement) { Array(try key.signature(for: $0)) }
    }
}

/// Statements as they come, taken by a ledger.
struct LedgerOfTest {
    static let log = String(repeating: "ab", count: 32)
    var ledger = ApprovalLedger(participant: "kela", logID: log)
    var sets: [ApprovalSubject: ApproverSet] = [:]
    private var count = 0

    init() {}

    static func set(_ people: [TestApprover], needed: Int = 1, eachRound: Bool = false) -> ApproverSet {
        ApproverSet(participant: "kela", needed: needed, eachRound: eachRound, people: people.map(\.person))
    }

    /// - Returns: the proposal's number.
    @discardableResult
    mutating func propose(_ subject: ApprovalSubject, by person: TestApprover) throws -> String {
        count += 1
        let number = String(repeating: "0", count: 30) + (count < 10 ? "0" : "") + String(count)
        try ledger.take(person.says(.propose, subject, number, log: Self.log), candidates: sets[subject])
        return number
    }

    @discardableResult
    mutating func propose(_ set: ApproverSet, by person: TestApprover) throws -> String {
        let subject = ApprovalSubject(.approvers, Array(set.text.utf8))
        sets[subject] = set
        return try propose(subject, by: person)
    }

    mutating func answer(
        _ action: ApprovalStatement.Action, _ number: String, by person: TestApprover
    ) throws {
        let subject = ledger.proposal(number)?.subject ?? ApprovalSubject(.agreement, [])
        try ledger.take(person.says(action, subject, number, log: Self.log))
    }

    /// Approvers that all of them agreed upon.
    static func founded(_ people: [TestApprover], needed: Int = 1, eachRound: Bool = false) throws -> LedgerOfTest {
        var made = LedgerOfTest()
        let number = try made.propose(set(people, needed: needed, eachRound: eachRound), by: people[0])
        for person in people.dropFirst() { try made.answer(.approve, number, by: person) }
        return made
    }

    func outcome(_ number: String) -> ApprovalLedger.Proposal.Outcome? { ledger.proposal(number)?.outcome }
}
