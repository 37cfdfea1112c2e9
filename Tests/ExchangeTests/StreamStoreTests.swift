import Files
import Foundation
import PSIProtocol
import Synchronization
import Testing

@testable import Exchange
@testable import Values

/// How streams are named and chunks are kept. [P-50] [P-52]
@Suite struct StreamStoreTests {
    private let directory: TemporaryDirectory
    private let round: RoundID
    private let stream = StreamID(batch: "kela", stage: .ring(2), attempt: 3)
    private var root: String { directory.path + "/streams" }
    private var files: String { "\(root)/rounds/\(round)/streams/kela/2/3/0" }

    init() throws {
        directory = try TemporaryDirectory()
        round = try testRound()
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: files).sorted() }

    @Test func storesInOrderAndReadsBack() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        #expect(
            try await store.status(of: stream, round: round)
                == StreamStatus(chunkCount: 0, isComplete: false, byteCount: 0))
        for seq in 0..<4 {
            #expect(try await store.put(testBytes(1_000 + seq), seq: seq, last: seq == 3, stream: stream, round: round))
        }
        #expect(try names() == ["00000000.chunk", "00000001.chunk", "00000002.chunk", "00000003.last"])
        for reopened in [store, try StreamStore(root: root, reserve: 0)] {
            #expect(
                try await reopened.status(of: stream, round: round)
                    == StreamStatus(chunkCount: 4, isComplete: true, byteCount: 4_006))
            for seq in 0..<4 {
                let chunk = try await reopened.chunk(seq: seq, stream: stream, round: round)
                #expect(chunk == StoredChunk(bytes: testBytes(1_000 + seq), isLast: seq == 3))
            }
            await #expect(throws: StoreError.noSuchChunk(seq: 4)) {
                try await reopened.chunk(seq: 4, stream: stream, round: round)
            }
            #expect(try await reopened.byteCount(of: round) == 4_006)
        }
    }

    @Test func repetitionsAreFoundAndDifferencesRefused() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        try await store.put(testBytes(500), seq: 0, last: false, stream: stream, round: round)
        #expect(try await store.put(testBytes(500), seq: 0, last: false, stream: stream, round: round) == false)
        for (bytes, last) in [(testBytes(500, seed: 2), false), (testBytes(499), false), (testBytes(500), true)] {
            await #expect(throws: StoreError.chunkDiffers(seq: 0)) {
                try await store.put(bytes, seq: 0, last: last, stream: stream, round: round)
            }
        }
        await #expect(throws: StoreError.outOfOrder(expected: 1)) {
            try await store.put(testBytes(5), seq: 2, last: false, stream: stream, round: round)
        }
        try await store.put(testBytes(5), seq: 1, last: true, stream: stream, round: round)
        await #expect(throws: StoreError.streamComplete(chunkCount: 2)) {
            try await store.put(testBytes(5), seq: 2, last: true, stream: stream, round: round)
        }
        // Nothing that was refused or repeated has left a file.
        #expect(try names() == ["00000000.chunk", "00000001.last"])
        #expect(try await store.byteCount(of: round) == 505)
    }

    @Test func namesThatAreNoStreamsAreRefused() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        let names = [
            "", "..", ".", "a/b", "A", "1a", "a.b", "a b", "ä", "a\0", String(repeating: "a", count: 65), "-a",
        ]
        for name in names {
            await #expect(throws: StoreError.invalidName) {
                try await store.put(
                    [1], seq: 0, last: true, stream: StreamID(batch: name, stage: .vault, attempt: 0), round: round)
            }
        }
        for (stage, attempt, seq) in [
            (StreamStage.ring(16), 0, 0), (.ring(-1), 0, 0), (.vault, -1, 0), (.vault, 65_536, 0), (.vault, 0, -1),
            (.vault, 0, 1_048_576),
        ] {
            await #expect(throws: StoreError.invalidName) {
                try await store.put(
                    [1], seq: seq, last: true, stream: StreamID(batch: "kela", stage: stage, attempt: attempt),
                    round: round)
            }
        }
        await #expect(throws: StoreError.invalidName) {
            try await store.status(of: StreamID(batch: "../x", stage: .vault, attempt: 0), round: round)
        }
        let longest = StreamID(batch: "a" + String(repeating: "-", count: 31), stage: .selection, attempt: 65_535)
        #expect(try await store.put([1], seq: 0, last: true, stream: longest, round: round))
    }

    @Test func lengthsAreBounded() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        let limit = StreamStore.chunkByteCountLimit
        await #expect(throws: StoreError.chunkTooSmall(least: 1)) {
            try await store.put([], seq: 0, last: false, stream: stream, round: round)
        }
        let quota = StreamQuota(byteCount: .max)
        await #expect(throws: StoreError.chunkTooSmall(least: 65_536)) {
            try await store.put(testBytes(65_535), seq: 0, last: false, stream: stream, round: round, quota: quota)
        }
        await #expect(throws: StoreError.invalidByteCount(limit: limit)) {
            try await store.put(
                [UInt8](repeating: 0, count: limit + 1), seq: 0, last: true, stream: stream, round: round)
        }
        try await store.put([UInt8](repeating: 0, count: limit), seq: 0, last: false, stream: stream, round: round)
        // A stream may end with nothing.
        try await store.put([], seq: 1, last: true, stream: stream, round: round)
        let reopened = try StreamStore(root: root, reserve: 0)
        #expect(try await reopened.chunk(seq: 1, stream: stream, round: round) == StoredChunk(bytes: [], isLast: true))
    }

    @Test func quotaHoldsForTheWholeRound() async throws {
        let quota = StreamQuota(byteCount: 1_000, leastChunkByteCount: 1)
        let store = try StreamStore(root: root, reserve: 0)
        try await store.put(testBytes(600), seq: 0, last: true, stream: stream, round: round, quota: quota)
        let other = StreamID(batch: "vero", stage: .vault, attempt: 0)
        await #expect(throws: StoreError.quotaExceeded(limit: 1_000)) {
            try await store.put(testBytes(401), seq: 0, last: false, stream: other, round: round, quota: quota)
        }
        try await store.put(testBytes(400), seq: 0, last: false, stream: other, round: round, quota: quota)
        // After a restart the round's bytes are still counted, and a repetition costs nothing.
        let reopened = try StreamStore(root: root, reserve: 0)
        #expect(
            try await reopened.put(testBytes(400), seq: 0, last: false, stream: other, round: round, quota: quota)
                == false)
        await #expect(throws: StoreError.quotaExceeded(limit: 1_000)) {
            try await reopened.put([1], seq: 1, last: true, stream: other, round: round, quota: quota)
        }
        let elsewhere = try testRound(2)
        try await reopened.put(testBytes(900), seq: 0, last: true, stream: other, round: elsewhere, quota: quota)
    }

    /// Files are counted as bytes are: attempts, chunks, and what one stream may have.
    @Test func attemptsChunksAndLengthsHaveQuotas() async throws {
        func attempt(_ number: Int) -> StreamID { StreamID(batch: "kela", stage: .ring(2), attempt: number) }
        let quota = StreamQuota(
            byteCount: .max, chunkCount: 5, streamByteCount: 100, attemptCount: 3, leastChunkByteCount: 10)
        let store = try StreamStore(root: root, reserve: 0)
        for number in 0..<3 {
            try await store.put([1], seq: 0, last: true, stream: attempt(number), round: round, quota: quota)
        }
        // Another stage has attempts of its own.
        let other = StreamID(batch: "kela", stage: .vault, attempt: 9)
        try await store.put(testBytes(60), seq: 0, last: false, stream: other, round: round, quota: quota)
        await #expect(throws: StoreError.streamTooLong(limit: 100)) {
            try await store.put(testBytes(41), seq: 1, last: true, stream: other, round: round, quota: quota)
        }
        try await store.put(testBytes(20), seq: 1, last: false, stream: other, round: round, quota: quota)
        for store in [store, try StreamStore(root: root, reserve: 0)] {
            await #expect(throws: StoreError.tooManyAttempts(limit: 3)) {
                try await store.put(
                    [1], seq: 0, last: true, stream: attempt(3), round: round,
                    quota: StreamQuota(byteCount: .max, attemptCount: 3))
            }
            await #expect(throws: StoreError.tooManyChunks(limit: 5)) {
                try await store.put([1], seq: 2, last: true, stream: other, round: round, quota: quota)
            }
        }
    }

    /// An attempt whose first chunk never becomes whole has a directory, so it counts.
    @Test func attemptsThatCameToNothingCount() async throws {
        let quota = StreamQuota(byteCount: .max, attemptCount: 3)
        let store = try StreamStore(root: root, reserve: 0)
        for number in 0..<3 {
            let stream = StreamID(batch: "kela", stage: .ring(2), attempt: number)
            let slot = try await store.reserve(
                seq: 0, last: false, stream: stream, round: round, byteCount: nil, quota: quota)
            let part = try await store.openPart(of: slot)
            await #expect(throws: StoreError.chunkTooSmall(least: 65_536)) {
                try await store.finish(part, last: false, quota: quota)
            }
            await part.discard()
        }
        for store in [store, try StreamStore(root: root, reserve: 0)] {
            await #expect(throws: StoreError.tooManyAttempts(limit: 3)) {
                try await store.put(
                    [1], seq: 0, last: true, stream: StreamID(batch: "kela", stage: .ring(2), attempt: 7), round: round,
                    quota: quota)
            }
        }
    }

    /// All parts of an attempt are one attempt, before and after a restart; the agreement says how many there are.
    @Test func partsAreOneAttempt() async throws {
        let quota = StreamQuota(byteCount: .max, attemptCount: 2, partCount: 4)
        let first = StreamID(batch: "kela", stage: .ring(2), attempt: 0)
        let last = StreamID(batch: "kela", stage: .ring(2), attempt: 9)
        let store = try StreamStore(root: root, reserve: 0)
        for part in 0..<3 {
            for stream in [first, last] {
                try await store.put(
                    [UInt8(part)], seq: 0, last: true, stream: stream.part(part), round: round, quota: quota)
            }
        }
        for store in [store, try StreamStore(root: root, reserve: 0)] {
            for part in 0..<3 {
                #expect(try await store.chunk(seq: 0, stream: last.part(part), round: round).bytes == [UInt8(part)])
            }
            await #expect(throws: StoreError.tooManyAttempts(limit: 2)) {
                let third = StreamID(batch: "kela", stage: .ring(2), attempt: 3)
                try await store.put([1], seq: 0, last: true, stream: third, round: round, quota: quota)
            }
            await #expect(throws: StoreError.invalidName) {
                try await store.put([1], seq: 0, last: true, stream: first.part(4), round: round, quota: quota)
            }
            await #expect(throws: StoreError.invalidName) {
                try await store.put([1], seq: 0, last: true, stream: first.part(1_024), round: round)
            }
        }
        try await store.put([3], seq: 0, last: true, stream: first.part(3), round: round, quota: quota)
    }

    @Test("The streams of all rounds together have a bound, also after a restart, and what is deleted makes room")
    func storageQuota() async throws {
        let other = try testRound(2)
        let store = try StreamStore(root: root, reserve: 0, storageQuota: 6_000_000)
        try await store.put(testBytes(4_000_000), seq: 0, last: true, stream: stream, round: round)
        // No whole chunk fits any more, but a smaller one.
        #expect(throws: StoreError.storageQuotaReached(limit: 6_000_000)) { try store.checkStorageQuota() }
        await #expect(throws: StoreError.storageQuotaReached(limit: 6_000_000)) { try await store.checkWritable() }
        try await store.put(testBytes(1_000_000), seq: 0, last: true, stream: stream, round: other)
        let again = try StreamStore(root: root, reserve: 0, storageQuota: 6_000_000)
        try await again.loadAll()
        #expect(again.loadedByteCount == 5_000_000)
        let late = try testRound(3)
        await #expect(throws: StoreError.storageQuotaReached(limit: 6_000_000)) {
            try await again.put(testBytes(1_000_001), seq: 0, last: true, stream: stream, round: late)
        }
        // What is stored already is no more.
        #expect(
            try await again.put(testBytes(1_000_000), seq: 0, last: true, stream: stream, round: other) == false)
        try await again.deleteRound(round)
        try again.checkStorageQuota()
        try await again.put(testBytes(1_000_001), seq: 0, last: true, stream: stream, round: late)
    }

    @Test func filesAreKeptInReserve() async throws {
        let free = Mutex(1_000)
        let store = try StreamStore(root: root, reserve: 0, fileReserve: 990, freeFileCount: { free.withLock { $0 } })
        try await store.put(testBytes(10), seq: 0, last: false, stream: stream, round: round)
        #expect(store.availableFileCount() == 10)
        free.withLock { $0 = 992 }
        await #expect(throws: StoreError.diskFull) {
            try await store.put(testBytes(10), seq: 1, last: true, stream: stream, round: round)
        }
        await #expect(throws: StoreError.diskFull) { try await store.checkWritable() }
        free.withLock { $0 = 2_000 }
        try await store.put(testBytes(10), seq: 1, last: true, stream: stream, round: round)
    }

    @Test func aFullDiskIsNamedAndLeavesNothing() async throws {
        let free = Mutex(10_000)
        let store = try StreamStore(root: root, reserve: 9_000) { free.withLock { $0 } }
        try await store.put(testBytes(1_000), seq: 0, last: false, stream: stream, round: round)
        free.withLock { $0 = 9_500 }
        await #expect(throws: StoreError.diskFull) {
            try await store.put(testBytes(501), seq: 1, last: true, stream: stream, round: round)
        }
        await #expect(throws: StoreError.diskFull) { try await store.checkWritable() }
        #expect(try names() == ["00000000.chunk"])
        free.withLock { $0 = 10_000_000 }
        try await store.checkWritable()
        try await store.put(testBytes(501), seq: 1, last: true, stream: stream, round: round)
        for code in [ENOSPC, EDQUOT, EFBIG] {
            let error = FileError(code: code, operation: "writing", path: root)
            #expect(StoreError(error, during: "writing a file") == .diskFull)
        }
        for code in [EIO, ENOENT, EEXIST, EACCES, EPERM, EROFS, ELOOP, ENOTDIR] {
            let error = FileError(code: code, operation: "writing", path: root)
            #expect(
                StoreError(error, during: "writing a file") == .failed(operation: "writing a file", code: code))
        }
    }

    @Test func partsOfACrashAreRemovedAndForeignFilesFound() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        try await store.put(testBytes(10), seq: 0, last: false, stream: stream, round: round)
        let part = files + "/1-7.part"
        try Data([1, 2]).write(to: URL(fileURLWithPath: part))
        #expect(try await StreamStore(root: root, reserve: 0).status(of: stream, round: round).chunkCount == 1)
        #expect(!FileManager.default.fileExists(atPath: part))
        for (name, content) in [
            ("note.txt", Data([1])), ("00000002.chunk", Data([1])), ("00000001.chunk", Data()), ("1.chunk", Data([1])),
        ] {
            try content.write(to: URL(fileURLWithPath: files + "/" + name))
            await #expect(throws: StoreError.self, "\(name)") {
                try await StreamStore(root: root, reserve: 0).status(of: stream, round: round)
            }
            try FileManager.default.removeItem(atPath: files + "/" + name)
        }
        // A link out of the store is not followed.
        try FileManager.default.createSymbolicLink(
            atPath: files + "/00000001.chunk", withDestinationPath: "/etc/hostname")
        await #expect(throws: StoreError.damaged("a chunk is not a plain file")) {
            try await StreamStore(root: root, reserve: 0).status(of: stream, round: round)
        }
    }

    @Test func ofConcurrentWritersOneWinsAndTheRestAgreeOrAreRefused() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        let outcomes = await withTaskGroup(of: String.self) { group in
            for writer in 0..<24 {
                group.addTask {
                    do {
                        let bytes = testBytes(2_000, seed: UInt64(writer % 2 + 1))
                        return try await store.put(bytes, seq: 0, last: false, stream: stream, round: round)
                            ? "new" : "same"
                    } catch { return error as? StoreError == .chunkDiffers(seq: 0) ? "differs" : "other" }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == ["new": 1, "same": 11, "differs": 12])
        #expect(try names() == ["00000000.chunk"])
    }

    @Test func deletingARoundLeavesTheOthers() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        let other = try testRound(2)
        for round in [round, other] { try await store.put([1], seq: 0, last: true, stream: stream, round: round) }
        try await store.deleteRound(round)
        try await store.deleteRound(try testRound(3))
        #expect(!FileManager.default.fileExists(atPath: "\(root)/rounds/\(round)"))
        #expect(try await store.status(of: stream, round: round).chunkCount == 0)
        #expect(try await store.status(of: stream, round: other).chunkCount == 1)
        #expect(try await store.put([2], seq: 0, last: true, stream: stream, round: round))
    }

    @Test func filesAreTheOwnersAlone() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        try await store.put([1], seq: 0, last: true, stream: stream, round: round)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(files + "/00000000.last") == 0o600)
        #expect(try mode(files) == 0o700)
        #expect(try mode(root) == 0o700)
    }

    @Test(.timeLimit(.minutes(10))) func theStoreItselfIsATransport() async throws {
        let store = try StreamStore(root: root, reserve: 0)
        let transport = StoreChunkTransport(store: store)
        async let waiting = transport.chunk(seq: 1, stream: stream, round: round)
        for seq in 0..<2 {
            try await transport.put(testBytes(10 + seq), seq: seq, last: seq == 1, stream: stream, round: round)
        }
        #expect(try await waiting == StoredChunk(bytes: testBytes(11), isLast: true))
        await #expect(throws: StoreError.noSuchChunk(seq: 2)) {
            try await transport.chunk(seq: 2, stream: stream, round: round)
        }
        let forever = Task {
            try await transport.chunk(seq: 0, stream: StreamID(batch: "te", stage: .vault, attempt: 0), round: round)
        }
        forever.cancel()
        await #expect(throws: CancellationError.self) { try await forever.value }
    }
}
