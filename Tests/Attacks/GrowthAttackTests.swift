import Crypto
import Daemon
import Foundation
import Synchronization
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import SystemHarness
@testable import Values

extension AttackTests {
    /// A coordinator that lists, shows and takes what it likes, to fill a node's disk and log or keep it busy.
    @Suite("A coordinator that lies to a node", .serialized)
    struct GrowthAttackTests {
        /// Some 120,000 bogus openings stopped a node for good.
        @Test("Bogus openings leave no more in a node's state than rounds were agreed to", .timeLimit(.minutes(10)))
        func bogusOpenings() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let openings = try Openings(study)
                let listed = Mutex<[String: Data]>([:])
                let coordinator = try Self.coordinator(study) { call in
                    if call.path.hasPrefix("/v1/rounds?") {
                        // 100 new ones a call: half of the agreement, with its numbers over and over; a quarter of no
                        // agreement; a quarter that don't even begin with an opening.
                        var rounds: [String] = []
                        for number in 0..<100 {
                            guard
                                let opening = openings.make(
                                    number: number % 3 + 1, of: number % 4 == 1 ? nil : openings.agreement)
                            else {
                                continue
                            }
                            let id = opening.openedRound.map { "\($0)" } ?? ""
                            let shown = number % 4 == 3 ? [UInt8](repeating: 0x20, count: 100) : opening.bytes
                            listed.withLock { $0[id] = Data(shown) }
                            rounds.append(
                                #"{"agreement":"\#(openings.agreement)","number":1,"round":"\#(id)","state":"keys"}"#)
                        }
                        return .init(
                            json: #"{"rounds":[\#(rounds.joined(separator: ","))],"version":"\#(Self.version())"}"#)
                    }
                    return Self.board(call) { id in listed.withLock { $0[id] } }
                }
                try await coordinator.serve { port in
                    try study.configureMember("a", port: port)
                    let node = try await study.serve("a")
                    try await Task.sleep(for: .seconds(25))
                    let state = try FileManager.default.contentsOfDirectory(
                        atPath: study.home("a").appendingPathComponent("state").path)
                    let shown = listed.withLock { $0.count }
                    #expect(shown > 1_000)
                    // Three numbers, each claimed, with the secrets of a round under way; the index, the lock.
                    #expect(state.count < 30, "\(state.count) files after \(shown) openings: \(state.sorted())")
                    #expect(state.filter { $0.hasPrefix("openings~") }.count == 3)
                    // Not a call without a pause, nor a round looked at beyond the day's.
                    #expect(coordinator.count("GET", "/v1/rounds?") < 8 + 25 + 5)
                    #expect(coordinator.count("POST", "/board") < 256 + 64)
                    #expect(node.isRunning)
                    try await node.says("more rounds than are looked at in a day", within: 5)
                    let lines = node.errors.split(separator: "\n").count
                    #expect(lines < 3_000, "\(lines) lines")
                    node.send(15)
                    #expect(try await node.end() == 0)
                    // It is not stopped for good.
                    let again = try await study.serve("a")
                    try await again.says("Serving", within: 20)
                }
            }
        }

        /// 40 requests a second.
        @Test("A board that always says more is not asked without a pause", .timeLimit(.minutes(10)))
        func alwaysMore() async throws {
            try await Self.oneRound { _, opening, after in
                let entries = after == 0 ? Self.entry(opening, 1) : ""
                return #"{"entries":[\#(entries)],"more":true}"#
            } check: { coordinator, node in
                #expect(coordinator.count("GET", "/board") < 20, "\(coordinator.count("GET", "/board")) requests")
                #expect(coordinator.count("GET", "/board") > 1)
                try await node.says("The round is interrupted; trying again", within: 5)
            }
        }

        /// 20 posts a second.
        @Test("An entry that is taken and not shown is not posted without a pause", .timeLimit(.minutes(10)))
        func takenAndNotShown() async throws {
            try await Self.oneRound { _, opening, after in
                #"{"entries":[\#(after == 0 ? Self.entry(opening, 1) : "")],"more":false}"#
            } check: { coordinator, node in
                #expect(coordinator.count("POST", "/board") < 12, "\(coordinator.count("POST", "/board")) posts")
                #expect(coordinator.count("POST", "/board") > 1)
                #expect(coordinator.count("GET", "/board") < 60, "\(coordinator.count("GET", "/board")) requests")
                // The same keys each time, as it has no others for this round.
                #expect(Set(coordinator.bodies).count == 1)
                try await node.says("shows a board without it", within: 5)
            }
        }

        // MARK: Coordinators

        private static func oneRound(
            _ board: @escaping @Sendable (String, [UInt8], Int) -> String,
            check: (LyingCoordinator, RunningProgram) async throws -> Void
        ) async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let openings = try Openings(study)
                let opening = try #require(openings.make(number: 1, of: openings.agreement))
                let id = try #require(opening.openedRound).description
                let coordinator = try Self.coordinator(study) { call in
                    if call.path.hasPrefix("/v1/rounds?") {
                        let round =
                            #"{"agreement":"\#(openings.agreement)","number":1,"round":"\#(id)","state":"keys"}"#
                        return .init(json: #"{"rounds":[\#(round)],"version":"\#(Self.version())"}"#)
                    }
                    if call.method == "POST" { return .init(status: 201, json: #"{"number":2}"#) }
                    return .init(json: board(id, opening.bytes, Self.after(call.path)))
                }
                try await coordinator.serve { port in
                    try study.configureMember("a", port: port)
                    let node = try await study.serve("a")
                    try await Task.sleep(for: .seconds(12))
                    #expect(coordinator.count("GET", "/v1/rounds?") < 30)
                    try await check(coordinator, node)
                }
            }
        }

        private static func coordinator(
            _ study: StudyOnDisk, answer: @escaping @Sendable (LyingCoordinator.Call) -> LyingCoordinator.Answer
        ) throws -> LyingCoordinator {
            let keys = try study.keys("coordinator")
            return try LyingCoordinator(
                certificate: keys.tlsCertificatePEM, key: keys.tlsPrivateKeyPEM, answer: answer)
        }

        /// A board of its first entry only, which takes every entry.
        private static func board(
            _ call: LyingCoordinator.Call, first: (String) -> Data?
        ) -> LyingCoordinator.Answer {
            if call.method == "POST" { return .init(status: 201, json: #"{"number":2}"#) }
            let parts = call.path.split(separator: "/")
            let opening = parts.count > 2 ? first(String(parts[2])) : nil
            let entries = after(call.path) == 0 ? opening.map { entry(Array($0), 1) } ?? "" : ""
            return .init(json: #"{"entries":[\#(entries)],"more":false}"#)
        }

        private static func entry(_ bytes: [UInt8], _ number: Int) -> String {
            #"{"entry":"\#(Data(bytes).base64EncodedString())","number":\#(number)}"#
        }

        private static func after(_ path: String) -> Int {
            path.split(separator: "?").last?.split(separator: "&").first { $0.hasPrefix("after=") }
                .flatMap { Int($0.dropFirst(6)) } ?? 0
        }

        private static func version() -> String { Hex.encode(randomBytes(32)) }
    }
}

/// Makes openings that the coordinator of a study has signed, as many as anybody likes.
struct Openings: Sendable {
    let agreement: String
    private let keys: KeyDirectory
    private let signatures: [ParticipantID: HexBytes]

    init(_ study: StudyOnDisk) throws {
        keys = try study.keys("coordinator")
        let bytes = Array(try Data(contentsOf: study.agreement))
        agreement = AgreementID(ofFile: bytes).description
        var signatures: [ParticipantID: HexBytes] = [:]
        for id in study.design.participants {
            let file = Array(try Data(contentsOf: study.signature(id)))
            signatures[id] = HexBytes(try AgreementSignature(json: file).signature)
        }
        self.signatures = signatures
    }

    /// - Parameter agreement: its id; nil is one that nobody knows.
    func make(number: Int, of agreement: String?) -> SignedEntry? {
        let now = Int(Date().timeIntervalSince1970)
        guard let id = agreement.map(Hex.decode) ?? randomBytes(32) else { return nil }
        return try? SignedEntry(
            body: RoundOpened(
                agreement: HexBytes(id), number: number, nonce: HexBytes(randomBytes(32)), opened: now,
                deadline: now + 1_800, signatures: signatures),
            author: "coordinator", round: nil, seen: .empty, key: keys.signingKey)
    }
}
