import Agreement
import Crypto
import Daemon
import Exchange
import Foundation
import Glibc
import Logging
import Member
import PSIProtocol
import Synchronization
import Testing
import Values

@testable import SystemHarness

extension AttackTests {
    /// What a participant without a connection says, and who says it.
    @Suite("Said by courier", .serialized)
    struct CourierVoiceAttackTests {
        @Test(
            "Killed and started again, with disks lost, a participant says the very same once more, and nothing else",
            .timeLimit(.minutes(10)))
        func saidOnce() async throws {
            try await StudyOnDisk.openedByCourier { study, running, link in
                var a = try #require(running["a"])
                for number in 1...5 {
                    let standing = try await study.untilItWaits(for: ["a"])
                    _ = try await study.courierOut(for: "a", to: "to-\(number)")
                    #expect(try await study.courierIn(at: "a", from: "to-\(number)").status == 0)
                    #expect(try await study.courierOut(of: "a", to: "first-\(number)").status == 0)
                    try await a.kill9()
                    a = try await study.serve("a")
                    try await a.says("Serving", times: number + 1)
                    // The board once more, from which it might begin anew.
                    _ = try await study.courierOut(for: "a", to: "again-to-\(number)", "--all")
                    #expect(try await study.courierIn(at: "a", from: "again-to-\(number)").status == 0)
                    #expect(try await study.courierOut(of: "a", to: "second-\(number)").status == 0)
                    #expect(
                        try Self.rounds(study.disk("first-\(number)")) == Self.rounds(study.disk("second-\(number)")))
                    #expect(try await study.courierIn(at: "coordinator", from: "second-\(number)").status == 0)
                    if standing.hasEnded { break }
                }
                #expect(try await link.end() == 0)
                try await study.checkDataset()
            }
        }

        /// All that a disk says, by path.
        private static func rounds(_ disk: URL) throws -> [String: Data] {
            var found: [String: Data] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: disk.path) where path.hasPrefix("rounds/") {
                found[path] = FileManager.default.contents(atPath: disk.path + "/" + path)
            }
            return found
        }

        // MARK: Calling for another

        @Test(
            "Nobody calls for a participant that is not listed, or says something in a participant's name",
            .timeLimit(.minutes(10)))
        func strangers() async throws {
            try await StudyOnDisk.openedByCourier { study, _, _ in
                let unlisted = try await study.courierOut(for: "b", to: "to-b")
                #expect(unlisted.status == 78 && unlisted.errors.contains("under couriers"), "\(unlisted)")
                let round = try await Self.call(study, by: "coordinator/operator", for: "a") { client in
                    try #require(await client.rounds().rounds.first).round
                }
                for (caller, participant, code) in [
                    ("coordinator/operator", "b", ExchangeErrorCode.callerNotAllowed),
                    ("coordinator/operator", "coordinator", .callerNotAllowed), ("b", "a", .callerNotOperator),
                    ("a", "a", .callerNotOperator), ("research", "a", .callerNotOperator),
                ] {
                    let problem = await #expect(throws: ExchangeProblem.self) {
                        _ = try await Self.call(study, by: caller, for: participant) { try await $0.rounds() }
                    }
                    #expect(problem?.knownCode == code, "\(caller) for \(participant)")
                }
                // In the name of a, by keys that are not a's; and what b has signed, as if it were a's.
                try await Self.call(study, by: "coordinator/operator", for: "a") { client in
                    let opening = try #require(await client.entries(of: round, after: 0).entries.first).bytes
                    let seen = BoardHead.empty.appending(opening)
                    for (author, signer) in [
                        ("a", "b"), ("a", "coordinator"), ("b", "b"), ("coordinator", "coordinator"),
                    ] {
                        let entry = try SignedEntry(
                            body: Refused(code: .policy), author: author, round: round, seen: seen,
                            key: study.keys(signer).signingKey)
                        let problem = await #expect(throws: ExchangeProblem.self) {
                            _ = try await client.append(entry.bytes, to: round)
                        }
                        #expect(problem?.knownCode == .entryRefused)
                    }
                    // Nor may an operator read for a what a may not read, or store what a may not store.
                    let list = StreamID(batch: "register_b", stage: .ring(0), attempt: 0)
                    let read = await #expect(throws: ExchangeProblem.self) {
                        _ = try await client.getChunk(seq: 0, stream: list, round: round)
                    }
                    #expect(read?.knownCode == .callerNotAllowed)
                    let written = await #expect(throws: ExchangeProblem.self) {
                        _ = try await client.putChunk([1], seq: 0, last: true, stream: list, round: round)
                    }
                    #expect(written?.knownCode == .callerNotAllowed)
                }
            }
        }

        private static func call<Result>(
            _ study: StudyOnDisk, by caller: String, for participant: String,
            _ body: (ExchangeClient) async throws -> Result
        ) async throws -> Result {
            let own =
                caller == "coordinator/operator"
                ? try KeyDirectory.open(at: study.home("coordinator").path + "/operator") : try study.keys(caller)
            var configuration = ExchangeClientConfiguration(
                baseURL: "https://localhost:\(try study.port())",
                serverPins: [try #require(TLSPin(bytes: study.keys("coordinator").tlsPin))],
                identity: try TLSIdentity(
                    certificateChainPEM: own.tlsCertificatePEM, privateKeyPEM: own.tlsPrivateKeyPEM))
            configuration.retry = .never
            configuration.actingFor = TLSPin(bytes: try study.keys(participant).tlsPin)
            let client = try ExchangeClient(
                configuration: configuration, logger: Logger(label: "stranger") { _ in SwiftLogNoOpLogHandler() })
            do {
                let result = try await body(client)
                try await client.shutdown()
                return result
            } catch {
                try? await client.shutdown()
                throw error
            }
        }

        // MARK: Withholding

        @Test(
            "The last disk is kept back beyond the deadline: keys are destroyed, and the end is signed all the same",
            .timeLimit(.minutes(10)))
        func keptBack() async throws {
            try await StudyOnDisk.openedByCourier { study, running, link in
                for number in 1...4 {
                    #expect(try await study.journey(of: "a", number: number))
                    _ = try await study.untilItWaits(for: ["a"])
                }
                #expect(try await link.end() == 0)
                try await #require(running["a"]).kill9()
                let home = try Home(at: study.home("a").path, roles: [.authority])
                let member = ErasingMember()
                let state = try home.state()
                let later = MachineClock(
                    wall: { Date().addingTimeInterval(90 * 60) }, monotonic: { .zero })
                let service = MemberService(
                    client: try CourierMailbox(home.courier()), home: home, state: state, member: member, clock: later,
                    logger: Logger(label: "late") { _ in SwiftLogNoOpLogHandler() })
                let serving = Task { try await service.run() }
                try await wait(seconds: 60) { member.hasErased }
                let waiting = try CourierFolder(home.courier())
                try await wait(seconds: 60) { try waiting.waiting().isEmpty }
                // It comes at last.
                _ = try await study.courierOut(for: "a", to: "late")
                #expect(try await study.courierIn(at: "a", from: "late").status == 0)
                #expect(try await study.courierOut(of: "a", to: "end").status == 0)
                #expect(try waiting.waiting().map(\.entry.body.kind) == ["KeysErased"])
                #expect(try await study.courierIn(at: "coordinator", from: "end").status == 0)
                serving.cancel()
                _ = await serving.result
                try await study.checkDataset()
            }
        }
    }
}

/// Takes no part but the end's.
private final class ErasingMember: RoundMember {
    private let erased = Mutex(false)

    var hasErased: Bool { erased.withLock { $0 } }

    func admit(_ record: RoundRecord) async throws -> RefusalCode? { nil }
    func step(_ record: RoundRecord) async throws -> (any EntryBody)? { nil }
    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws { erased.withLock { $0 = true } }
    func observe(_ record: RoundRecord) async {}
}
