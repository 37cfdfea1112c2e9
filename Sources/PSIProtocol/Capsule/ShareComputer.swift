public import Agreement
internal import Crypto
public import Values

/// A node's part of the release: Δ = d·A for every selected item, and d·U where pseudonyms last. It cannot tell whose
/// they are. [P-38] [P-81]
public struct ShareComputer: Sendable {
    private let partition: StreamPartition
    /// Points of an item.
    private let pointCount: Int
    private let workers: Workers

    public init(agreement: Agreement, workers: Workers) {
        partition = .selection(of: agreement)
        pointCount = agreement.pseudonyms.isLasting ? 2 : 1
        self.workers = workers
    }

    /// Reads the requested points, 32 bytes each, the A of items strictly increasing, and writes their shares in the
    /// same order and the same parts.
    ///
    /// - Parameters:
    ///   - cap: the most items this node releases; its own policy may be stricter than the agreement.
    ///   - statement: in a verified round, what the shares are proved to be. Its count and digest of shares are filled
    ///     in here.
    /// - Throws: `ProtocolViolation` for a request over the cap, out of order, repeated, not an element, or not what
    ///   the board announced. No share leaves this node before all requests have been found to be the announced ones.
    public func run(
        requests: some ByteSource, expected: AnnouncedStream, coordinator: ParticipantID, cap: Int,
        key: borrowing SecretScalar<Ristretto255>, proving statement: ShareStatement? = nil, spool: any Spool,
        output: inout some ByteSink
    ) async throws -> ListSummary {
        guard expected.count <= cap else { throw ProtocolViolation(.releaseCapExceeded, by: coordinator) }
        let work = ShareWork(key: key.bytes.key, pointCount: pointCount, coordinator: coordinator)
        var waiting = try FixedRecords.Writer(spool: spool, byteCount: 32)
        var asked = statement == nil ? nil : try FixedRecords.Writer(spool: spool, byteCount: 32)
        var hash = SHA256()
        let width = work.width
        var reader = RecordReader(requests, width: width, partCount: partition.count, by: coordinator)
        var order = IncreasingOrder(keyByteCount: 32)
        var counts = [Int](repeating: 0, count: partition.count)
        try await workers.run(work) { () async throws -> ListPiece? in
            let first = reader.count
            guard let points = try await reader.next(most: 2_048) else { return nil }
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: coordinator) }
            guard partition.holds(points, width: width, part: reader.part) else {
                throw ProtocolViolation(.notIncreasing, by: coordinator, index: first)
            }
            if let violation = order.firstViolation(in: points, width: width) {
                throw ProtocolViolation(.notIncreasing, by: coordinator, index: first + violation)
            }
            counts[reader.part] += points.count / width
            try asked?.append(points)
            return ListPiece(records: points, first: first)
        } take: { made in
            if statement != nil { hash.update(data: made[0]) }
            try waiting.append(made[0])
        }
        let shares = try waiting.finish()
        defer { shares.discard() }
        try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: coordinator)
        var proof: ShareProof?
        if var statement, let requests = try asked?.finish(), shares.count > 0 {
            defer { requests.discard() }
            statement.count = shares.count
            statement.shares = Array(hash.finalize())
            let sums = try await ShareSums.over(requests, shares, statement, workers: workers)
            proof = try ShareProof(statement, sums: sums, key: SecretScalar(SecretBytes(key.bytes.key)))
        }
        return try await write(shares, proof: proof, counts: counts, to: &output)
    }

    /// - Parameter counts: items of each part.
    private func write(
        _ file: FixedRecords, proof: ShareProof?, counts: [Int], to output: inout some ByteSink
    ) async throws -> ListSummary {
        var shares = try file.reader()
        var digest = StreamDigest(partCount: counts.count)
        if let proof {
            digest.update(proof.bytes)
            try await output.write(proof.bytes)
        }
        for (part, count) in counts.enumerated() {
            if part > 0 { try await output.nextPart() }
            var left = count
            while left > 0 {
                let some = min(left, RecordWriter.blockByteCount / (32 * pointCount))
                let piece = try shares.next(pointCount * some)
                digest.update(piece)
                try await output.write(piece)
                left -= some
            }
            digest.endPart()
        }
        return ListSummary(count: counts.reduce(0, +), digest: digest.finalized())
    }
}
