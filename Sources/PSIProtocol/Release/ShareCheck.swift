internal import Agreement
internal import Crypto
internal import Values

/// Checks the nodes' proofs of their shares, before anything is opened with them. [P-70]
struct ShareCheck {
    private let record: RoundRecord
    private let spool: any Spool
    private let workers: Workers
    /// A of the selected items, where pseudonyms last each with its U behind it.
    private let requests: FixedRecords

    /// Reads the selection for the items that the shares are for.
    init(
        _ record: RoundRecord, selection: some ByteSource, spool: any Spool, workers: Workers
    ) async throws {
        self.record = record
        self.spool = spool
        self.workers = workers
        guard let selected = record.selected else { throw ProtocolViolation(.selectionWrong, by: record.coordinator) }
        let width = SelectedItem.byteCount(in: record.agreement)
        var reader = RecordReader(
            selection, width: width, partCount: record.agreement.parts, by: record.coordinator)
        var writer = try FixedRecords.Writer(spool: spool, byteCount: 32)
        while let items = try await reader.next(most: 2_048) {
            guard reader.count <= selected.selection.count else {
                throw ProtocolViolation(.wrongCount, by: record.coordinator)
            }
            let points = (0..<record.pointsPerRequest).map {
                Records.column(($0 * Capsule.byteCount)..<($0 * Capsule.byteCount + 32), of: items, width: width)
            }
            try writer.append(Records.joined(points, count: items.count / width))
        }
        try ListSummary(count: reader.count, digest: reader.digest())
            .check(against: selected.selection, by: record.coordinator)
        requests = try writer.finish()
    }

    func discard() { requests.discard() }

    /// - Throws: `ProtocolViolation(.sharesWrong)` by a node whose proof does not hold, if the stream is the one that
    ///   it announced.
    func run(_ stream: some ByteSource, of node: ParticipantID) async throws {
        guard let released = record.released[node], requests.count > 0 else { return }
        var reader = RecordReader(
            stream, width: record.requestByteCount, partCount: record.agreement.parts,
            headByteCount: record.shareProofByteCount, by: node)
        do {
            try await run(&reader, released.shares, of: node)
        } catch let violation as ProtocolViolation {
            throw try await reader.attributed(violation, promised: released.shares, keeper: record.coordinator)
        }
    }

    private func run(
        _ reader: inout RecordReader<some ByteSource>, _ expected: AnnouncedStream, of node: ParticipantID
    ) async throws {
        var writer = try FixedRecords.Writer(spool: spool, byteCount: 32)
        var hash = SHA256()
        while let shares = try await reader.next(most: 8_192) {
            guard reader.count <= expected.count else { throw ProtocolViolation(.sharesWrong, by: node) }
            hash.update(data: shares)
            try writer.append(shares)
        }
        try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: node)
        let shares = try writer.finish()
        defer { shares.discard() }
        guard shares.count == requests.count, let head = reader.prefixes.first, let proof = ShareProof(head),
            var statement = try record.shareStatement(of: node, attempt: expected.attempt)
        else { throw ProtocolViolation(.sharesWrong, by: node) }
        statement.count = shares.count
        statement.shares = Array(hash.finalize())
        let sums: ShareSums
        do {
            sums = try await ShareSums.over(requests, shares, statement, workers: workers)
        } catch GroupError.invalidElement(let index) {
            throw ProtocolViolation(.sharesWrong, by: node, index: index)
        }
        guard proof.holds(for: statement, sums: sums) else { throw ProtocolViolation(.sharesWrong, by: node) }
    }
}

extension RoundRecord {
    /// Points that are asked for of each selected item: A, and U where pseudonyms last.
    var pointsPerRequest: Int { ItemLayout(agreement).capsuleCount }
    var requestByteCount: Int { pointsPerRequest * Ristretto255.elementByteCount }

    /// Bytes of the proof that a stream of shares begins with.
    var shareProofByteCount: Int { isVerified && (selected?.requests.count ?? 0) > 0 ? ShareProof.byteCount : 0 }

    /// What a node's shares are proved to be, but for the shares themselves; nil where they are not proved.
    func shareStatement(of node: ParticipantID, attempt: Int) throws(ProtocolViolation) -> ShareStatement? {
        guard isVerified else { return nil }
        guard let selected, let key = reveals[node]?.capsulePoint?.bytes else {
            throw ProtocolViolation(.outOfPlace, by: node)
        }
        return ShareStatement(
            agreement: agreementID, round: round, manifest: manifest, node: node, attempt: attempt,
            count: pointsPerRequest * selected.requests.count, key: key, requests: selected.requests.digest.bytes,
            shares: [])
    }
}
