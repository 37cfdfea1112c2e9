import Crypto
import PSIProtocol
import Synchronization
import Values

/// What a participant does with the world around it, and how much of it: all that others can see of it, or measure.
final class OperationLog: Sendable {
    private let noted = Mutex<[String]>([])

    func note(_ line: String) { noted.withLock { $0.append(line) } }
    var lines: [String] { noted.withLock { $0 } }
}

/// Notes every stream that is opened and every piece that is read or written, with its size.
struct RecordingPort: RoundPort {
    let base: MemoryStreams
    let log: OperationLog

    var spool: any Spool { RecordingSpool(base: base.spool, log: log) }

    func source(
        of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
    ) async throws -> sending any ByteSource {
        log.note("read \(stream)")
        let base = try await base.source(of: stream, sealing: sealing, from: sender)
        return Source(base: base, name: "\(stream)", log: log)
    }

    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        log.note("write \(stream)")
        return RecordingSink(base: try await base.sink(for: stream, sealing: sealing), name: "\(stream)", log: log)
    }

    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        log.note("attempt of \(batch) \(stage)")
        return try await base.nextAttempt(batch: batch, stage: stage)
    }

    private struct Source: ByteSource {
        var base: any ByteSource
        let name: String
        let log: OperationLog

        mutating func next() async throws -> [UInt8]? {
            let piece = try await base.next()
            log.note("read \(name): \(piece?.count ?? -1)")
            return piece
        }
    }
}

struct RecordingSink: StreamSink {
    var base: any StreamSink
    let name: String
    let log: OperationLog

    mutating func write(_ bytes: [UInt8]) async throws {
        log.note("write \(name): \(bytes.count)")
        try await base.write(bytes)
    }

    mutating func finish() async throws {
        log.note("finish \(name)")
        try await base.finish()
    }
}

struct RecordingSpool: Spool {
    let base: any Spool
    let log: OperationLog

    func makeRun() throws -> any SpoolWriter {
        log.note("spool")
        return Writer(base: try base.makeRun(), log: log)
    }

    func makeBlocks(byteCount: Int) throws -> any SpoolBlocks {
        log.note("spool")
        return Blocks(base: try base.makeBlocks(byteCount: byteCount), log: log)
    }

    private struct Blocks: SpoolBlocks {
        let base: any SpoolBlocks
        let log: OperationLog

        func append(_ block: [UInt8]) throws -> Int {
            log.note("spool: \(block.count)")
            return try base.append(block)
        }
        func read(_ number: Int) throws -> [UInt8] { try base.read(number) }
    }

    private struct Writer: SpoolWriter {
        var base: any SpoolWriter
        let log: OperationLog

        mutating func append(_ bytes: [UInt8]) throws {
            log.note("spool: \(bytes.count)")
            try base.append(bytes)
        }
        mutating func finish() throws -> any SpoolRun { try base.finish() }
    }
}

/// Notes what is kept, record by record.
struct RecordingArchive: ReleaseArchive {
    let base: MemoryArchive
    let log: OperationLog

    func lastingPseudonym(of element: [UInt8]) -> [UInt8] { base.lastingPseudonym(of: element) }

    func items(of register: Int, secret: SymmetricKey) async throws -> sending any OpenedItemSink {
        log.note("keep items of \(register)")
        return ItemSink(base: try await base.items(of: register, secret: secret), log: log)
    }

    func cells(of register: Int) async throws -> sending any StreamSink {
        log.note("keep cells of \(register)")
        return RecordingSink(base: try await base.cells(of: register), name: "cells \(register)", log: log)
    }

    private struct ItemSink: OpenedItemSink {
        var base: any OpenedItemSink
        let log: OperationLog

        mutating func write(_ item: OpenedItem) async throws {
            log.note("keep an item: \(OpenedItem.byteCount)")
            try await base.write(item)
        }
        mutating func finish() async throws { try await base.finish() }
    }
}
