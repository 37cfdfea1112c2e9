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
        var order = IncreasingOrder(keyByteCount: 32)
        var shares = SHA256()
        try await Pipeline(workers: workers).run { () async throws -> (points: [UInt8], first: Int)? in
            let first = reader.count
            guard let points = try await reader.next(most: 2_048) else { return nil }
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: coordinator) }
            if let violation = order.firstViolation(in: points, width: 32) {
                throw ProtocolViolation(.notIncreasing, by: coordinator, index: first + violation)
            }
            return (points, first)
        } compute: { points, first in
            do {
                return try Capsule.shares(of: ElementBatch(trusted: points), key: SecretScalar(SecretBytes(secret)))
                    .bytes
            } catch GroupError.invalidElement(let index) {
                throw ProtocolViolation(.invalidElement, by: coordinator, index: first + index)
            }
        } take: { piece in
            shares.update(data: piece)
            try waiting.append(piece)
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
