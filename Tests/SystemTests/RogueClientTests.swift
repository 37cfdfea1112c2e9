import Crypto
import Daemon
import Exchange
import Foundation
import Logging
import PSIProtocol
import Testing
import Values

@testable import SystemHarness

extension SystemTests {
    /// A participant of the study with its own certificate, which does what it should not.
    @Suite("A dishonest participant", .serialized)
    struct RogueClientTests {
        @Test(
            "Entries, streams, bodies and calls that are not allowed are refused by name; the round goes on",
            .timeLimit(.minutes(5)))
        func refused() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll(except: ["c"])
                let link = try study.link()
                try await link.says("waiting for c", within: 30)
                let round = try #require(RoundID(hex: try link.openedRound()))
                let keys = try study.keys("c")
                try await Self.connected(study, as: keys) { client in
                    try await checkEntries(client, round, keys, try study.keys("a"))
                    try await checkCalls(client, round)
                }
                try await #require(running["coordinator"]).says("An entry is refused", "by=c")
                try await study.serve("c")
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.checkDataset()
            }
        }

        @Test("A certificate that no agreement names gets no connection", .timeLimit(.minutes(5)))
        func stranger() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try await study.serveAll(except: ["a", "b", "c", "research"])
                let stranger = try KeyDirectory.create(
                    at: study.directory.appendingPathComponent("stranger").path, id: "c", name: "C", role: .authority)
                try await Self.connected(study, as: stranger) { client in
                    await #expect(throws: TLSRefusal.self) { try await client.rounds() }
                }
            }
        }

        // MARK: Attempts

        private func checkEntries(
            _ client: ExchangeClient, _ round: RoundID, _ keys: KeyDirectory, _ other: KeyDirectory
        ) async throws {
            let board = try await client.entries(of: round, after: 0).entries
            var chain: [SignedEntry] = []
            for entry in board { chain.append(try SignedEntry(bytes: entry.bytes)) }
            let opening = try #require(chain.first)
            #expect(opening.body is RoundOpened)
            let second = try #require(chain.dropFirst().first)
            #expect(second.body is KeyCommitted)

            func entry(
                _ body: any EntryBody, seen: BoardHead = second.seen, author: String = "c", key: KeyDirectory? = nil,
                in other: RoundID? = nil
            ) throws -> [UInt8] {
                try SignedEntry(
                    body: body, author: author, round: other ?? round, seen: seen, key: (key ?? keys).signingKey
                ).bytes
            }
            func refuses(_ what: String, _ bytes: [UInt8]) async {
                await problem(422, .entryRefused, what) { _ = try await client.append(bytes, to: round) }
            }
            let refusal = Refused(code: .policy)
            await refuses("nothing sensible", Array(repeating: 0x20, count: 200))
            await refuses("an unknown type", try unknownType(round, second.seen, keys))
            await refuses("out of turn", try entry(Received()))
            await refuses("only the coordinator may", try entry(RoundClosed()))
            await refuses("an abort", try entry(RoundAborted(code: .deadline, participants: ["a"])))
            await refuses("by somebody else", try entry(refusal, author: "a"))
            await refuses("signed by somebody else", try entry(refusal, key: other))
            await refuses("of another round", try entry(refusal, in: RoundID(bytes: Array(repeating: 7, count: 32))))
            await refuses(
                "of a board that never was",
                try entry(refusal, seen: BoardHead(count: 1, hash: Array(repeating: 7, count: 32))))
            var altered = try entry(refusal)
            altered[altered.count - 3] ^= 1
            await refuses("altered after signing", altered)
            // Another's entry again is no error, so that calls can be repeated, and changes nothing.
            let replayed = try await client.append(second.bytes, to: round)
            #expect(!replayed.isNew && replayed.number == 2)
            #expect(try await client.entries(of: round, after: 0).entries.count == board.count)
        }

        private func checkCalls(_ client: ExchangeClient, _ round: RoundID) async throws {
            await problem(413, .requestTooLarge, "a long entry") {
                _ = try await client.append(Array(repeating: 0x20, count: 1 << 20), to: round)
            }
            await problem(403, .callerNotOperator, "an operator's list") { _ = try await client.operatorRounds() }
            await problem(403, .callerNotOperator, "an operator's abort") {
                try await client.abortRound(round, reason: "Because")
            }
            await problem(403, .callerNotOperator, "an operator's opening") {
                _ = try await client.openRound(agreement: [1], signatures: [])
            }
            await problem(404, .roundUnknown, "another round") {
                _ = try await client.entries(of: try #require(RoundID(bytes: Array(repeating: 9, count: 32))), after: 0)
            }
            let list = StreamID(batch: "register_c", stage: .ring(0), attempt: 0)
            await problem(403, .callerNotAllowed, "a list before its time") {
                try await client.putChunk([1, 2, 3], seq: 0, last: true, stream: list, round: round)
            }
            let other = StreamID(batch: "register_a", stage: .vault, attempt: 0)
            await problem(403, .callerNotAllowed, "another's vault") {
                try await client.putChunk([1, 2, 3], seq: 0, last: true, stream: other, round: round)
            }
            await problem(403, .callerNotAllowed, "reading a vault") {
                _ = try await client.getChunk(seq: 0, stream: other, round: round)
            }
            await problem(403, .callerNotAllowed, "cells of a vault") {
                _ = try await client.vaultCells(
                    of: "register_a", attempt: 0, round: round, handles: [Array(repeating: 1, count: 16)],
                    cellByteCount: 256)
            }
        }

        private func problem(
            _ status: Int, _ code: ExchangeErrorCode, _ what: String, _ body: () async throws -> Void
        ) async {
            do {
                try await body()
                Issue.record("\(what): was taken")
            } catch let problem as ExchangeProblem {
                #expect(problem.status == status && problem.code == code.rawValue, "\(what): \(problem)")
            } catch {
                Issue.record("\(what): \(error)")
            }
        }

        /// Well-formed and signed in every way but its type.
        private func unknownType(_ round: RoundID, _ seen: BoardHead, _ keys: KeyDirectory) throws -> [UInt8] {
            let head = "{\"count\":\(seen.count),\"head\":\"\(seen.hash.map { Self.hex($0) }.joined())\"}"
            let rest = "\"round\":\"\(round)\",\"seen\":\(head),\"sidos\":1,\"type\":\"Surprise\"}"
            let payload = Array(("{\"body\":{},\"by\":\"c\"," + rest).utf8)
            return try keys.signingKey.sign(Label.boardEntry.bytes + payload) + payload
        }

        private static func hex(_ byte: UInt8) -> String {
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }

        private static func connected(
            _ study: StudyOnDisk, as keys: KeyDirectory, _ body: (ExchangeClient) async throws -> Void
        ) async throws {
            let pin = try #require(TLSPin(bytes: try study.keys("coordinator").tlsPin))
            var configuration = ExchangeClientConfiguration(
                baseURL: "https://localhost:\(try study.port())", serverPins: [pin],
                identity: try TLSIdentity(
                    certificateChainPEM: keys.tlsCertificatePEM, privateKeyPEM: keys.tlsPrivateKeyPEM))
            configuration.retry = .never
            let client = try ExchangeClient(
                configuration: configuration,
                logger: Logger(label: "rogue", factory: { _ in SwiftLogNoOpLogHandler() }))
            do {
                try await body(client)
                try await client.shutdown()
            } catch {
                try? await client.shutdown()
                throw error
            }
        }
    }
}
