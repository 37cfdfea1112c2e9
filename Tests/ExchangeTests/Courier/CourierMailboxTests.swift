import Files
import Foundation
import TestDirectories
import Testing

@testable import Exchange
@testable import PSIProtocol
@testable import Values

/// The coordinator as a participant without a connection knows it. [P-75]
@Suite(.timeLimit(.minutes(10))) struct CourierMailboxTests {
    private let sample: CourierSample
    private let directory: PrivateDirectory
    private let folder: CourierFolder

    init() throws {
        sample = try CourierSample()
        directory = try PrivateDirectory(creating: sample.place.file("courier"))
        folder = try CourierFolder(directory)
    }

    private func mailbox() throws -> CourierMailbox {
        try CourierMailbox(directory, lookingEvery: .milliseconds(5))
    }

    private func bring(_ entries: [[UInt8]]) throws {
        try folder.write(board: entries, of: sample.round)
        let name = "disk-\(entries.count)"
        try sample.write(name, made: Int64(entries.count))
        try folder.write(CourierFolder.Imported(CourierDisk(reading: sample.place.file(name)), at: 2))
    }

    @Test("What is not there yet is waited for, and seen without a restart")
    func waits() async throws {
        let mailbox = try mailbox()
        #expect(try await mailbox.rounds(known: nil, wait: .zero) == RoundList(rounds: [], version: ""))
        #expect(try await mailbox.getChunk(seq: 0, stream: sample.stream, round: sample.round) == nil)
        let opening = try SignedEntry(
            body: RoundOpened(
                agreement: HexBytes([UInt8](repeating: 3, count: 32)), number: 2,
                nonce: HexBytes([UInt8](repeating: 4, count: 32)), opened: 1, deadline: 2, signatures: [:]),
            author: "hub", round: nil, seen: .empty, key: sample.key
        ).bytes
        async let first = mailbox.entries(of: sample.round, after: 0, wait: .zero)
        async let list = mailbox.rounds(known: "", wait: .seconds(300))
        async let chunk = mailbox.chunk(seq: 1, stream: sample.stream, round: sample.round)
        let store = try folder.inbox()
        try await store.put(testBytes(70_000), seq: 0, last: false, stream: sample.stream, round: sample.round)
        try await store.put([5], seq: 1, last: true, stream: sample.stream, round: sample.round)
        try bring([opening])
        #expect(try await first.entries.map(\.bytes) == [opening])
        #expect(try await list.rounds.map(\.number) == [2])
        #expect(try await chunk == StoredChunk(bytes: [5], isLast: true))
        #expect(
            try await mailbox.getChunk(seq: 0, stream: sample.stream, round: sample.round)?.bytes == testBytes(70_000))
        #expect(try folder.held() == [CourierManifest.Held(round: sample.round, stream: sample.stream)])
        async let second = mailbox.entries(of: sample.round, after: 1, wait: .seconds(300))
        let other = try sample.entry().bytes
        try bring([opening, other])
        #expect(try await second.entries == [NumberedEntry(number: 2, bytes: other)])
        #expect(try await mailbox.entries(of: sample.round, after: 2, wait: .zero).entries.isEmpty)
        let waiting = Task { try await mailbox.chunk(seq: 2, stream: sample.stream, round: sample.round) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("What is on its way is said: it is there after a crash, in its order, and the same again is no more of it")
    func saidOnce() async throws {
        let first = try sample.entry()
        let second = try sample.entry(KeysErased())
        do {
            let mailbox = try mailbox()
            #expect(try await mailbox.post(first.bytes, to: sample.round) == .onItsWay)
            #expect(try await mailbox.post(second.bytes, to: sample.round) == .onItsWay)
            #expect(try await mailbox.post(first.bytes, to: sample.round) == .onItsWay)
            // The board that can be read does not have them.
            #expect(try folder.board(of: sample.round) == [])
        }
        #expect(try await mailbox().entriesOnTheirWay(to: sample.round) == [first, second])
        #expect(try await mailbox().entriesOnTheirWay(to: testRound(2)) == [])
        try folder.remove(folder.waiting(in: sample.round)[0])
        #expect(try await mailbox().entriesOnTheirWay(to: sample.round) == [second])
    }

    @Test("Chunks of a step that was broken off go, and those of what was said stay")
    func orphans() async throws {
        let said = try sample.entry(
            StageCommitted(
                register: "clients", stage: 0,
                list: AnnouncedStream(attempt: 2, count: 1, digest: HexBytes([UInt8](repeating: 1, count: 32)))))
        let brokenOff = StreamID(batch: "clients", stage: .ring(0), attempt: 1)
        do {
            let mailbox = try mailbox()
            for part in 0...1 {
                try await mailbox.put([1], seq: 0, last: true, stream: brokenOff.part(part), round: sample.round)
                try await mailbox.put([2], seq: 0, last: true, stream: sample.stream.part(part), round: sample.round)
            }
            _ = try await mailbox.post(said.bytes, to: sample.round)
        }
        // A crash while a chunk was written leaves this.
        try sample.place.overwrite(
            "courier/outbox/rounds/\(sample.round)/streams/clients/0/2/0/1-1.part", [1])
        let again = try mailbox()
        let waiting = try #require(try folder.waiting().first)
        #expect(
            try folder.chunks(of: waiting).map(\.path) == [
                .chunk(sample.round, sample.stream.part(0), seq: 0, last: true),
                .chunk(sample.round, sample.stream.part(1), seq: 0, last: true),
            ])
        let attempts = try Directory.names(in: "\(folder.outboxPath)/rounds/\(sample.round)/streams/clients/0")
        let left = try attempts.filter {
            try !Directory.names(in: "\(folder.outboxPath)/rounds/\(sample.round)/streams/clients/0/\($0)").isEmpty
        }
        #expect(left == ["2"])
        // The store takes the next attempt as ever.
        try await again.put(
            [3], seq: 0, last: true, stream: StreamID(batch: "clients", stage: .ring(0), attempt: 3),
            round: sample.round)
    }

    @Test("When the round is over, streams go, and of what was said only the end's signature stays")
    func forget() async throws {
        let mailbox = try mailbox()
        try await mailbox.put([2], seq: 0, last: true, stream: sample.stream, round: sample.round)
        let store = try folder.inbox()
        try await store.put([5], seq: 0, last: true, stream: sample.stream, round: sample.round)
        let erased = try sample.entry(KeysErased())
        _ = try await mailbox.post(sample.entry().bytes, to: sample.round)
        _ = try await mailbox.post(erased.bytes, to: sample.round)
        // A command that runs meanwhile is waited for.
        let lock = try folder.lock()
        let forgetting = Task { try await mailbox.forget(sample.round) }
        try await Task.sleep(for: .milliseconds(50))
        #expect(try folder.held().count == 1)
        lock.release()
        try await forgetting.value
        #expect(try await mailbox.entriesOnTheirWay(to: sample.round) == [erased])
        #expect(try folder.held() == [])
        #expect(try Directory.names(in: "\(folder.outboxPath)/rounds") == [])
    }

    @Test("The daemon is done with a round while neither its board nor what is on its way has changed")
    func idle() async throws {
        let mailbox = try mailbox()
        try bring([[1], [2]])
        #expect(try !folder.isIdle(in: sample.round))
        try await mailbox.noteIdle(in: sample.round, entryCount: 1)
        #expect(try !folder.isIdle(in: sample.round))
        try await mailbox.noteIdle(in: sample.round, entryCount: nil)
        #expect(try folder.isIdle(in: sample.round))
        _ = try await mailbox.post(sample.entry().bytes, to: sample.round)
        #expect(try !folder.isIdle(in: sample.round))
    }

    @Test("Cells are not carried, and what was damaged is said to be")
    func refusals() async throws {
        let mailbox = try mailbox()
        await #expect(throws: CourierError.cellsNotCarried) {
            try await mailbox.vaultCells(
                of: "clients", attempt: 0, round: sample.round, handles: [[1]], cellByteCount: 1)
        }
        try sample.place.overwrite("courier/boards/\(sample.round)", [1, 2])
        await #expect(throws: CourierError.damagedMailbox(path: sample.place.file("courier/boards/\(sample.round)"))) {
            try await mailbox.entries(of: sample.round, after: 1, wait: .zero)
        }
        try sample.place.overwrite("courier/imported.json", [1, 2])
        await #expect(throws: CourierError.damagedMailbox(path: sample.place.file("courier/imported.json"))) {
            try await mailbox.rounds(known: nil, wait: .zero)
        }
    }
}
