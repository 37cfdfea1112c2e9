internal import Crypto
public import Values

/// A node's part of the release: Δ = d·A for every selected item. It cannot tell whose they are. [P-38]
public struct ShareComputer: Sendable {
    private let workers: Workers

    public init(workers: Workers) { self.workers = workers }

    /// Reads the requested A, 32 bytes each and strictly increasing, and writes their shares in the same order.
    ///
    /// - Parameter cap: the most items this node releases; its own policy may be stricter than the agreement.
    /// - Throws: `ProtocolViolation` for a request over the cap, out of order, repeated, not an element, or not what
    ///   the board announced. No share leaves this node before all requests have been found to be the announced ones.
    public func run(
        requests: some ByteSource, expected: AnnouncedStream, coordinator: ParticipantID, cap: Int,
        key: borrowing SecretScalar<Ristretto255>, spool: any Spool, output: inout some ByteSink
    ) async throws -> ListSummary {
        guard expected.count <= cap else { throw ProtocolViolation(.releaseCapExceeded, by: coordinator) }
        let secret = key.bytes.key
        var waiting = try spool.makeRun()
        var reader = RecordReader(requests, width: 32, by: coordinator)
        var previous: [UInt8] = []
        var shares = SHA256()
        var start = 0
        while let block = try await reader.next(most: 8_192) {
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: coordinator) }
            for index in 0..<(block.count / 32) {
                let point = block[(index * 32)..<((index + 1) * 32)]
                guard previous.isEmpty || previous.lexicographicallyPrecedes(point) else {
                    throw ProtocolViolation(.notIncreasing, by: coordinator, index: start + index)
                }
                previous = Array(point)
            }
            let base = start
            let pieces = try await workers.map(block.count / 32) { range -> [UInt8] in
                let points = ElementBatch<Ristretto255>(
                    trusted: Array(block[(range.lowerBound * 32)..<(range.upperBound * 32)]))
                do {
                    return try Capsule.shares(of: points, key: SecretScalar(SecretBytes(secret))).bytes
                } catch GroupError.invalidElement(let index) {
                    throw ProtocolViolation(
                        .invalidElement, by: coordinator, index: base + range.lowerBound + index)
                }
            }
            for piece in pieces {
                shares.update(data: piece)
                try waiting.append(piece)
            }
            start = reader.count
        }
        let run = try waiting.finish()
        defer { run.discard() }
        try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: coordinator)
        var finished = try run.makeReader()
        while true {
            let piece = try finished.read(upTo: 1 << 18)
            if piece.isEmpty { break }
            try await output.write(piece)
        }
        return ListSummary(count: reader.count, digest: Array(shares.finalize()))
    }
}
