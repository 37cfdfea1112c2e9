import Daemon
import Engine
import Exchange
import Files
import PSIProtocol
import Testing

@testable import Coordinator

@Suite("Failures of matching")
struct MatchFailureTests {
    private struct Unheard: Error {}

    @Test("What may pass by itself ends no round")
    func passing() {
        let errors: [any Error] = [
            StoreError.diskFull, StoreError.failed(operation: "reading", code: 5), CancellationError(),
            ExchangeRefusal(.storeFailed), ExchangeRefusal(.serverFailed), FileError.diskFull(path: "/s"),
            FileError.noPermission(path: "/s", code: 13), FileError.failed(operation: "reading", path: "/s", code: 24),
            FileError.notFound(path: "/s"), SealedStateError.file(.diskFull(path: "/s")),
        ]
        let cluster = EngineError.noAgent(hosts: ["h"], folder: "/f")
        #expect(MatchFailure.abort(for: cluster) == nil)
        for error in errors { #expect(MatchFailure.abort(for: error) == nil, "\(error)") }
    }

    @Test("A list that is wrong ends the round, and names whoever is at fault for certain")
    func lists() {
        let stream = StreamID(batch: "left", stage: .ring(2), attempt: 0)
        let malformed = MalformedStream(stream, writer: "mixer0", keeper: "coordinator", reason: "it does not open")
        let cases: [(any Error, [String])] = [
            (ProtocolViolation(.notIncreasing, by: "mixer0", index: 3), ["mixer0"]),
            (ProtocolViolation(.streamMalformed), []),
            // Its writer or its keeper may have spoilt it: nobody is named.
            (malformed, []), (SealedStreamError.wrongKeyOrAltered, []), (SealedStreamError.altered(seq: 4), []),
            (StoreError.noSuchChunk(seq: 2), []), (StoreError.streamComplete(chunkCount: 2), []),
        ]
        for (error, participants) in cases {
            let abort = RoundAborted(code: .protocolViolation, participants: participants)
            #expect(MatchFailure.abort(for: error) == abort, "\(error)")
        }
    }

    @Test("What no waiting mends ends the round, and blames no participant")
    func lasting() {
        let errors: [any Error] = [
            FileError.altered(path: "/s"), FileError.finished, FileError.discarded, StoreError.damaged("a chunk"),
            StoreError.unknownRound, SealedStateError.altered(path: "/s"), SealedStateError.vanished(path: "/s"),
            SealedStateError.full(maxCount: 1), CountLedgerError.damaged, Unheard(),
        ]
        let abort = RoundAborted(code: .internalFailure, participants: [])
        for error in errors { #expect(MatchFailure.abort(for: error) == abort, "\(error)") }
    }
}
