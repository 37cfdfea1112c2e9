internal import PSIProtocol
internal import Synchronization

/// Sorts rows by a keyed hash of what gathers them, under a key that is never written down, on as many cores as add and
/// read: rows wait in memory, then in one run a part on the spool, and each part is sorted when it is read.
final class PersonSort: Sendable {
    private let spool: any Spool
    private let memoryByteCount: Int
    private let keyed = KeyedHash()
    private let waiting = Mutex(Waiting())
    private let runs: [PartRun]

    private struct Waiting {
        var rows: [PartedRows] = []
        var byteCount = 0
    }

    /// - Parameter memoryByteCount: bytes of rows held before they go to the spool.
    init(spool: any Spool, memoryByteCount: Int) {
        self.spool = spool
        self.memoryByteCount = memoryByteCount
        runs = (0..<PartedRows.partCount).map { _ in PartRun() }
    }

    /// What makes rows to add.
    func makeDealer() -> RowDealer { RowDealer(keyed: keyed) }

    /// Adds rows, from any core. Who adds the last that memory has room for writes all of them.
    func add(_ rows: PartedRows) throws {
        guard rows.byteCount > 0 else { return }
        let full = waiting.withLock { waiting -> [PartedRows] in
            waiting.rows.append(rows)
            waiting.byteCount += rows.byteCount
            guard waiting.byteCount >= memoryByteCount else { return [] }
            defer { waiting = Waiting() }
            return waiting.rows
        }
        guard !full.isEmpty else { return }
        for (part, run) in runs.enumerated() { try run.append(full, part: part, spool: spool) }
    }

    /// Ends adding.
    func parts() throws -> [SortPart] {
        let rest = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting.rows
        }
        return try runs.enumerated().map { part, run in
            try run.finish(part, waiting: rest, spool: spool, memoryByteCount: memoryByteCount)
        }
    }
}

/// What of one part is on the spool.
private final class PartRun: Sendable {
    private let state = Mutex(State())

    private struct State {
        var writer: (any SpoolWriter)?
        var byteCount = 0
        var count = 0
    }

    func append(_ rows: [PartedRows], part: Int, spool: any Spool) throws {
        let byteCount = rows.reduce(0) { $0 + $1.byteCount(of: part) }
        guard byteCount > 0 else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for some in rows { some.append(part, to: &bytes) }
        let count = rows.reduce(0) { $0 + $1.counts[part] }
        try state.withLock { state in
            if state.writer == nil { state.writer = try spool.makeRun() }
            try state.writer?.append(bytes)
            state.byteCount += byteCount
            state.count += count
        }
    }

    func finish(_ part: Int, waiting: [PartedRows], spool: any Spool, memoryByteCount: Int) throws -> SortPart {
        try state.withLock { state in
            SortPart(
                part: part, run: try state.writer?.finish(), spooledByteCount: state.byteCount, waiting: waiting,
                count: waiting.reduce(state.count) { $0 + $1.counts[part] }, spool: spool,
                memoryByteCount: memoryByteCount)
        }
    }
}
