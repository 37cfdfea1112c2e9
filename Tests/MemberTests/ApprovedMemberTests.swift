import Crypto
import Files
import Foundation
import Logging
import PSIProtocol
import Synchronization
import TestDirectories
import Testing

@testable import Daemon
@testable import Member
@testable import RoundSimulation
@testable import Values

/// One that would do its duty whenever it is asked.
private final class EagerMember: RoundMember {
    let asked = Mutex(0)
    func admit(_ record: RoundRecord) async throws -> RefusalCode? { nil }
    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        asked.withLock { $0 += 1 }
        return KeysErased()
    }
    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {}
    func observe(_ record: RoundRecord) async {}
}

@Suite("A member with approvers")
struct ApprovedMemberTests {
    private let place: TemporaryDirectory
    private let home: Home
    private let book: ApprovalBook
    private let keys = [Curve25519.Signing.PrivateKey(), Curve25519.Signing.PrivateKey()]
    private let configuration = Array("config.yaml".utf8)

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: "mixer0", name: "Mixer", role: .mixer, alternativeNames: [], validityDays: 30)
        book = try home.approvals()
    }

    private func approver(_ index: Int) -> Approver {
        Approver(id: ["a", "b"][index], key: Array(keys[index].publicKey.rawRepresentation))
    }

    private func say(
        _ action: ApprovalStatement.Action, _ subject: ApprovalSubject, _ number: String, by index: Int
    ) throws {
        let approver = approver(index)
        let statement = ApprovalStatement(
            participant: "mixer0", log: try book.logID(), proposal: number, action: action, kind: subject.kind,
            subject: Hex.encode(subject.digest), by: approver.id, key: approver.keyText, at: "", note: "")
        try book.enter(SignedStatement(statement) { Array(try keys[index].signature(for: $0)) })
    }

    /// One proposes and the other answers.
    private func settle(_ subject: ApprovalSubject, _ action: ApprovalStatement.Action = .approve) throws {
        let number = Hex.encode((0..<16).map { _ in UInt8.random(in: 0...255) })
        try say(.propose, subject, number, by: 0)
        try say(action, subject, number, by: 1)
    }

    private func found(eachRound: Bool) throws {
        let people = (0..<2).map { ApproverSet.Person(approver: approver($0), name: "P") }
        let set = ApproverSet(participant: "mixer0", needed: 1, eachRound: eachRound, people: people)
        let document = Array(set.text.utf8)
        let subject = ApprovalSubject(.approvers, document)
        try book.keep(document, as: subject)
        try settle(subject)
    }

    private func member(_ state: SealedState, _ eager: EagerMember) -> ApprovedMember {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return ApprovedMember(
            member: eager, gate: ApprovalGate(book: book, state: state, configuration: configuration, logger: quiet))
    }

    @Test("Without approvers every duty is done at once")
    func none() async throws {
        let record = try await BoardFixture.verifiedRows.value.after(RoundOpened.self)
        #expect(try await member(home.state(), EagerMember()).step(record) != nil)
    }

    @Test("Nothing is done until agreement, configuration and round are approved, and then it is")
    func waits() async throws {
        let record = try await BoardFixture.verifiedRows.value.after(RoundOpened.self)
        let eager = EagerMember()
        let member = member(try home.state(), eager)
        try found(eachRound: true)
        #expect(try await member.step(record) == nil)
        try settle(ApprovalSubject(.agreement, digest: record.agreementID.bytes))
        #expect(try await member.step(record) == nil)
        try settle(ApprovalSubject(.configuration, Array("another".utf8)))
        #expect(try await member.step(record) == nil)
        try settle(ApprovalSubject(.configuration, configuration))
        #expect(try await member.step(record) == nil)
        #expect(eager.asked.withLock { $0 } == 0)
        #expect(member.gate.waitingCount == 1)
        // What waits can be proposed by its first digits.
        let document = try book.round(String(record.round.description.prefix(6)))
        #expect(document == ApprovalRound.document(record))
        #expect(throws: ApprovalError.unknownRound("0")) { try book.round("0") }
        // It is told as long as there is time for it, and until somebody has proposed it.
        func told(_ seconds: Int) throws -> [String] {
            let clock = MachineClock(wall: { Date(timeIntervalSince1970: Double(seconds)) }, monotonic: { .zero })
            return try ApprovalDesk(home: home, clock: clock).unproposedRounds()
        }
        let deadline = record.opening.deadline
        #expect(try told(deadline - 1) == ["\(record.round)"])
        #expect(try told(deadline + 1) == [])
        try settle(ApprovalSubject(.round, document))
        #expect(try told(deadline - 1) == [])
        #expect(try await member.step(record) is KeysErased)
        #expect(member.gate.waitingCount == 0)
    }

    @Test("A round or an agreement that was refused is refused before the others")
    func refused() async throws {
        let record = try await BoardFixture.verifiedRows.value.after(RoundOpened.self)
        let member = member(try home.state(), EagerMember())
        try found(eachRound: true)
        try settle(ApprovalSubject(.configuration, configuration))
        let agreement = ApprovalSubject(.agreement, digest: record.agreementID.bytes)
        try settle(agreement, .refuse)
        let refusal = try await #require(throws: RoundRefusal.self) { try await member.step(record) }
        #expect(refusal.code == .policy && refusal.description.contains("approver b has refused the agreement"))
        try settle(agreement)
        #expect(try await member.step(record) == nil)
        try settle(ApprovalSubject(.round, ApprovalRound.document(record)), .refuse)
        await #expect(throws: RoundRefusal.self) { try await member.step(record) }
    }

    @Test("A log that was cut or removed stops every round and refuses none")
    func removedLog() async throws {
        let record = try await BoardFixture.verifiedRows.value.after(RoundOpened.self)
        let member = member(try home.state(), EagerMember())
        try found(eachRound: false)
        #expect(try await member.step(record) == nil)
        try FileManager.default.removeItem(atPath: place.file("home/log/operations.log"))
        let error = try await #require(throws: OperationsLogError.self) { try await member.step(record) }
        #expect(Failure.refusal(for: error) == nil)
    }
}
