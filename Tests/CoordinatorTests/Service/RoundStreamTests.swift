import Exchange
import Files
import Foundation
import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What is stored of streams, and what is refused of entries that name them. [P-14] [P-50] [P-52]
@Suite("Streams of a round")
struct RoundStreamTests {
    private static func vault(_ register: RegisterID, _ attempt: Int = 0) -> StreamID {
        StreamID(batch: register, stage: .vault, attempt: attempt)
    }

    /// A round whose owners may store their vaults.
    private func declaring(
        quota: Int? = nil, log: Transcript = Transcript(),
        _ body: (RunningCoordinator, RoundID) async throws -> Void
    ) async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study, log: log, quota: quota) { coordinator in
            let round = try await coordinator.openInstalled()
            try await Members(study).run(round, at: coordinator) { $0.allManifestsSigned }
            try await body(coordinator, round)
        }
    }

    @Test("All participants together may store what the round may; a chunk again is not counted again")
    func quota() async throws {
        let limit = 250_000
        try await declaring(quota: limit) { coordinator, round in
            let (left, right) = (
                try coordinator.study.caller("owner-left"), try coordinator.study.caller("owner-right")
            )
            let piece = [UInt8](repeating: 1, count: 100_000)
            func put(_ bytes: [UInt8], _ seq: Int, _ stream: StreamID, _ caller: Caller) async throws -> Bool {
                try await coordinator.put(bytes, seq: seq, last: false, stream: stream, to: round, by: caller)
            }
            #expect(try await put(piece, 0, Self.vault("left"), left))
            for _ in 0..<3 { #expect(try await !put(piece, 0, Self.vault("left"), left)) }
            #expect(try await put(piece, 0, Self.vault("right"), right))
            for (stream, caller) in [(Self.vault("left", 1), left), (Self.vault("right", 1), right)] {
                await #expect(throws: StoreError.quotaExceeded(limit: limit)) {
                    try await put(piece, 0, stream, caller)
                }
            }
            await #expect(throws: StoreError.quotaExceeded(limit: limit)) {
                try await put(piece, 1, Self.vault("left"), left)
            }
            // What is left can be used, to the byte, by whoever comes.
            let rest = [UInt8](repeating: 2, count: limit - 200_000)
            let isStored = try await coordinator.put(
                rest, seq: 1, last: true, stream: Self.vault("right"), to: round, by: right)
            #expect(isStored)
            await #expect(throws: StoreError.quotaExceeded(limit: limit)) {
                try await coordinator.put([1], seq: 1, last: true, stream: Self.vault("left"), to: round, by: left)
            }
            #expect(try await coordinator.streams.byteCount(of: round) == limit)
        }
    }

    @Test("Nobody stores in another's name, and a stranger nothing at all")
    func others() async throws {
        try await declaring { coordinator, round in
            for id in ["owner-right", "mixer0", "research", "coordinator"] {
                await expectRefusal(.callerNotAllowed, id, id) {
                    _ = try await coordinator.put(
                        [1], seq: 0, last: true, stream: Self.vault("left"), to: round,
                        by: try coordinator.study.caller(id))
                }
            }
            await expectRefusal(.callerNotAllowed) {
                _ = try await coordinator.put(
                    [1], seq: 0, last: true, stream: Self.vault("left"), to: round, by: try TestStudy.stranger())
            }
            let byteCount = try await coordinator.streams.byteCount(of: round)
            #expect(byteCount == 0)
        }
    }

    /// A vault of two cells and its entry, as an honest owner makes them.
    private struct Declaration {
        var cells: [UInt8]
        var entry: BatchDeclared

        init(handles: [UInt8] = [1, 2], attempt: Int = 0) {
            cells = handles.flatMap { [UInt8](repeating: $0, count: 256) }
            entry = BatchDeclared(
                register: "left", count: 2, digest: HexBytes([UInt8](repeating: 3, count: 32)),
                encapsulation: HexBytes([UInt8](repeating: 4, count: 1_120)),
                vault: AnnouncedStream(
                    attempt: attempt, count: handles.count, digest: HexBytes(ListDigest.of(cells))),
                survey: HexBytes([UInt8](repeating: 5, count: 16_400)))
        }
    }

    @Test("An entry whose vault is not there whole, or not what it says, is refused, and another attempt is taken")
    func examined() async throws {
        try await declaring { coordinator, round in
            let owner = try coordinator.study.caller("owner-left")
            func store(_ bytes: [UInt8], last: Bool = true, attempt: Int) async throws {
                try await coordinator.put(
                    bytes, seq: 0, last: last, stream: Self.vault("left", attempt), to: round, by: owner)
            }
            func refuses(_ declaration: Declaration, _ words: String) async {
                let attempt = declaration.entry.vault?.attempt ?? -1
                await expectRefusal(.entryRefused, "The stream left/vault/\(attempt)/0 \(words)", words) {
                    try await coordinator.post(declaration.entry, by: "owner-left", to: round)
                }
            }
            await refuses(Declaration(), "has not been stored.")
            let half = Declaration(handles: (0..<300).map { UInt8(clamping: $0) }, attempt: 1)
            try await store(half.cells, last: false, attempt: 1)
            await refuses(Declaration(attempt: 1), "has not been stored to its end.")
            try await store(Declaration().cells + [0], attempt: 2)
            await refuses(Declaration(attempt: 2), "has 513 bytes and, by the entry's count, should have 512.")
            try await store(Declaration(handles: [1, 3]).cells, attempt: 3)
            await refuses(Declaration(attempt: 3), "has another digest than the entry says.")
            try await store(Declaration(handles: [2, 1]).cells, attempt: 4)
            await refuses(Declaration(handles: [2, 1], attempt: 4), "has handles that do not strictly increase.")
            try await store(Declaration(handles: [1, 1]).cells, attempt: 5)
            await refuses(Declaration(handles: [1, 1], attempt: 5), "has handles that do not strictly increase.")
            #expect(try await coordinator.rounds.record(of: round).batches.isEmpty)
            try await store(Declaration().cells, attempt: 6)
            try await coordinator.post(Declaration(attempt: 6).entry, by: "owner-left", to: round)
            #expect(try await coordinator.rounds.record(of: round).batches["left"]?.vault?.attempt == 6)
        }
    }

    @Test("A vault is read once, however often its entry is posted, and forgotten with its round")
    func readOnce() async throws {
        try await declaring { coordinator, round in
            let owner = try coordinator.study.caller("owner-left")
            let wrong = Declaration(handles: [2, 1])
            try await coordinator.put(
                wrong.cells, seq: 0, last: true, stream: Self.vault("left"), to: round, by: owner)
            for attempt in 0..<5 {
                if attempt == 1 {
                    // Reading it again would fail, and be told by another code.
                    try Directory.removeTree("\(coordinator.study.home.streamsPath)/rounds/\(round)")
                }
                await expectRefusal(.entryRefused, "do not strictly increase", "\(attempt)") {
                    try await coordinator.post(wrong.entry, by: "owner-left", to: round)
                }
            }
            #expect(await coordinator.rounds.examined.known.count == 1)
            #expect(await coordinator.rounds.examined.underWay.isEmpty)
            try await coordinator.rounds.abort(
                round, reason: "Enough", caller: try coordinator.study.operatorCaller())
            #expect(await coordinator.rounds.examined.known.isEmpty)
        }
    }

    @Test("A chunk that can't be read is the coordinator's trouble, not the participant's")
    func unreadable() async throws {
        let log = Transcript()
        try await declaring(log: log) { coordinator, round in
            let owner = try coordinator.study.caller("owner-left")
            let declaration = Declaration()
            try await coordinator.put(
                declaration.cells, seq: 0, last: true, stream: Self.vault("left"), to: round, by: owner)
            try Directory.removeTree("\(coordinator.study.home.streamsPath)/rounds/\(round)")
            await expectRefusal(.storeFailed) {
                try await coordinator.post(declaration.entry, by: "owner-left", to: round)
            }
            #expect(log.text.contains("A stream can't be read"))
        }
    }

    @Test("What has come in of a stage is told as items, about, and never more than the list has")
    func progress() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.openInstalled()
            try await Members(study).run(round, at: coordinator) { $0.allDeclared }
            let stream = StreamID(batch: "left", stage: .ring(0), attempt: 9)
            let before = try await coordinator.status(of: round)
            #expect(before.registers.map(\.stageItems) == [0, 0])
            #expect(before.registers.map(\.stageNode) == ["owner-left", "owner-right"])
            for (byteCount, items) in [(0, 0), (31, 0), (32 + 96, 1), (32 + 2 * 96 + 95, 2), (100_000, 3)] {
                await coordinator.rounds.didWrite(
                    stream, of: round, status: StreamStatus(chunkCount: 1, isComplete: false, byteCount: byteCount))
                let status = try await coordinator.status(of: round)
                #expect(status.registers.map(\.stageItems) == [items, 0], "\(byteCount)")
            }
        }
    }
}

/// Of a stream of one part.
private enum ListDigest {
    static func of(_ bytes: [UInt8]) -> [UInt8] {
        var digest = StreamDigest(partCount: 1)
        digest.update(bytes)
        digest.endPart()
        return digest.finalized()
    }
}
