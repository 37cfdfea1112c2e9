import Crypto
import Exchange
import Foundation
import Testing

@testable import Daemon
@testable import Member
@testable import PSIProtocol
@testable import SystemHarness
@testable import Values

extension AttackTests {
    /// A participant that stores more, smaller or other streams than it says.
    @Suite("Streams that a participant stores", .serialized)
    struct QuotaAttackTests {
        /// 600 streams of a byte made 1,200 files within a second.
        @Test("Tiny streams, tiny chunks and begun attempts have an end", .timeLimit(.minutes(10)))
        func tinyStreams() async throws {
            try await Self.attack { rogue, follower, coordinator in
                let round = follower.record.round
                func vault(_ attempt: Int) -> StreamID {
                    StreamID(batch: "register_c", stage: .vault, attempt: attempt)
                }
                let empty = try await rogue.problem {
                    try await $0.putChunk([], seq: 0, last: false, stream: vault(0), round: round)
                }
                #expect(empty.status == 400 && empty.code == "stream.chunk-too-small")
                let small = try await rogue.problem {
                    try await $0.putChunk(
                        randomBytes(StreamQuota.leastChunkByteCount - 1), seq: 0, last: false, stream: vault(0),
                        round: round)
                }
                #expect(small.code == "stream.chunk-too-small")
                var stored = 0
                var refused = 0
                for attempt in 0..<600 {
                    do {
                        try await rogue.client.putChunk([1], seq: 0, last: true, stream: vault(attempt), round: round)
                        stored += 1
                    } catch let problem as ExchangeProblem {
                        #expect(problem.status == 413 && problem.code == "stream.quota-exceeded")
                        refused += 1
                    }
                }
                #expect(stored == StreamQuota.attemptCountLimit && stored + refused == 600)
                let streams = rogue.study.home("coordinator").appendingPathComponent("streams").path
                let files = FileManager.default.enumerator(atPath: streams)?.allObjects.count ?? 0
                #expect(files < 400, "\(files) files")
                // Longer than any vault of the agreement.
                let most = try #require(follower.record.byteCountLimit(batch: "register_c", stage: .vault))
                #expect(most < 64 << 20)
                #expect(coordinator.isRunning)
            }
        }

        /// A stall that blamed the innocent: the entry was taken, and everybody waited until the deadline.
        @Test("An entry whose stream is not there whole, or not what it says, is refused", .timeLimit(.minutes(10)))
        func unwrittenStreams() async throws {
            try await Self.attack { rogue, follower, coordinator in
                var follower = follower
                let round = follower.record.round
                let width = follower.record.agreement.cellByteCount
                let cells = (0..<64).map { _ in randomBytes(width) }.sorted { $0.lexicographicallyPrecedes($1) }
                let bytes = Array(cells.joined())
                func store(_ bytes: [UInt8], _ attempt: Int, last: Bool = true) async throws {
                    let id = StreamID(batch: "register_c", stage: .vault, attempt: attempt)
                    try await rogue.client.putChunk(bytes, seq: 0, last: last, stream: id, round: round)
                }
                func declared(_ attempt: Int, count: Int = 64, digest: [UInt8]? = nil) -> any EntryBody {
                    BatchDeclared(
                        register: "register_c", count: 60, digest: HexBytes(randomBytes(32)),
                        encapsulation: HexBytes(randomBytes(1_120)),
                        vault: AnnouncedStream(
                            attempt: attempt, count: count,
                            digest: HexBytes(digest ?? digestOfOnePart(bytes))),
                        survey: HexBytes(randomBytes(16_400)))
                }
                func refuses(_ body: any EntryBody, _ words: String) async throws {
                    let entry = try SignedEntry(
                        body: body, author: "c", round: round, seen: follower.record.head, key: rogue.keys.signingKey)
                    let refusal = try await rogue.problem { _ = try await $0.append(entry.bytes, to: round) }
                    #expect(refusal.status == 422 && refusal.code == "entry.refused")
                    #expect(refusal.detail?.contains(words) == true, "\(refusal)")
                }
                try await refuses(declared(0), "has not been stored")
                // The agreement lets there be so many cells, but not so small a chunk that is not the last.
                let half = randomBytes(65_536)
                try await store(half, 1, last: false)
                try await refuses(declared(1), "has not been stored to its end")
                try await store(Array(bytes.dropLast(1)), 2)
                try await refuses(declared(2), "should have \(bytes.count)")
                try await store(bytes, 3)
                try await refuses(declared(3, count: 63), "should have \(63 * width)")
                try await refuses(declared(3, digest: randomBytes(32)), "another digest")
                let swapped = Array((Array(cells.suffix(63)) + [cells[0]]).joined())
                try await store(swapped, 4)
                try await refuses(declared(4, digest: digestOfOnePart(swapped)), "strictly increase")
                try await coordinator.says("An entry is refused", "by=c", "has not been stored to its end")
                try await follower.post(declared(3))

                // Its own list, of which it can't know what the digest at stage 0 should be: it may store what it
                // likes.
                while !follower.record.allDeclared { try await follower.refresh(wait: .seconds(5)) }
                let batch = try #require(follower.record.batches["register_c"])
                func committed(_ attempt: Int) -> any EntryBody {
                    StageCommitted(
                        register: "register_c", stage: 0,
                        list: AnnouncedStream(attempt: attempt, count: batch.count, digest: batch.digest))
                }
                try await refuses(committed(0), "has not been stored")
                let list = StreamID(batch: "register_c", stage: .ring(0), attempt: 0)
                let named = try #require(
                    follower.record.namedStreams(by: committed(0), author: "c").first?.byteCount)
                let sealed = named + 1_120 + 16
                let long = try await rogue.problem {
                    try await $0.putChunk(randomBytes(4 << 20), seq: 0, last: false, stream: list, round: round)
                }
                #expect(long.code == "stream.quota-exceeded")
                try await rogue.client.putChunk(
                    randomBytes(sealed - 1), seq: 0, last: true, stream: list, round: round)
                try await refuses(committed(0), "should have \(named)")
                // As long as it should be, and nothing that opens.
                let garbage = StreamID(batch: "register_c", stage: .ring(0), attempt: 1)
                try await rogue.client.putChunk(randomBytes(sealed), seq: 0, last: true, stream: garbage, round: round)
                try await follower.post(committed(1))
                // Who reads it can't tell whether its writer or its keeper did it: it names both and blames neither.
                while follower.record.ending == nil { try await follower.refresh(wait: .seconds(5)) }
                #expect(follower.record.refusals == ["a": .protocolViolation])
                guard case .aborted(let aborted) = follower.record.ending else { throw HarnessError("not aborted") }
                #expect(aborted.code == .refused && aborted.participants == ["a"])
                let log = RunningProgram.text(rogue.study.directory.appendingPathComponent("a.err"))
                let line = log.split(separator: "\n").first { $0.contains("stream.malformed") }
                let told = try #require(line)
                #expect(told.contains("[P-51]") && told.contains("register_c/0/1/0"), "\(told)")
                #expect(told.contains("written by c, kept by coordinator"), "\(told)")
                #expect(!told.contains("malformed [P-51] by"), "\(told)")

                // What comes after the end is late, not wrong.
                let late = try SignedEntry(
                    body: Refused(code: .policy), author: "c", round: round, seen: follower.record.head,
                    key: rogue.keys.signingKey)
                let answer = try await rogue.problem { _ = try await $0.append(late.bytes, to: round) }
                #expect(answer.status == 409 && answer.code == "round.closed")
                #expect(!coordinator.errors.contains("round.over"))
            }
        }

        /// Runs a study in which c is the attacker, up to where it may store its vault.
        private static func attack(
            _ body: (RogueParticipant, BoardFollower, RunningProgram) async throws -> Void
        ) async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll(except: ["c"])
                _ = try study.link()
                try await RogueParticipant.with("c", in: study) { rogue in
                    let round = try await rogue.openRound()
                    let follower = try await rogue.untilManifests(round)
                    try await body(rogue, follower, try #require(running["coordinator"]))
                }
            }
        }
    }
}

private func digestOfOnePart(_ bytes: [UInt8]) -> [UInt8] {
    var digest = StreamDigest(partCount: 1)
    digest.update(bytes)
    digest.endPart()
    return digest.finalized()
}
