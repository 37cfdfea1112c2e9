public import Crypto
internal import Values

/// The research environment's part while the round is under way: capsules to secrets. [P-44]
///
/// What is done, and how much of it, follows from the board and from how many items each register has in the selection,
/// not from whose they are; no cell is looked at. Memory is bounded: secrets wait on a sealed spool, sorted by handle.
public struct ReleaseOpener: Sendable {
    private let record: RoundRecord
    private let workers: Workers
    private let spool: any Spool
    private let registerSecrets: [SymmetricKey]

    /// - Parameter hpkeKey: opens the registers' secrets that the owners encapsulated on the board.
    public init(
        record: RoundRecord, hpkeKey: XWingMLKEM768X25519.PrivateKey, spool: any Spool, workers: Workers
    ) throws {
        self.record = record
        self.workers = workers
        self.spool = spool
        self.registerSecrets = try record.agreement.registers.map { register in
            guard let encapsulation = record.batches[register.id]?.encapsulation else {
                throw ProtocolViolation(.badBatch, by: register.owner)
            }
            do {
                return try RegisterSecret.decapsulate(
                    encapsulation.bytes, register: register.id, round: record.round, key: hpkeKey
                ).key
            } catch { throw ProtocolViolation(.badBatch, by: register.owner) }
        }
    }

    /// s_iR.
    func registerSecret(_ register: Int) -> SymmetricKey { registerSecrets[register] }

    /// Reads the selection with every node's shares beside it, checks it, and opens the capsules.
    ///
    /// - Parameters:
    ///   - shares: one stream a node, in ring order.
    ///   - key: y_R.
    ///   - naming: makes 16 bytes that name a person of what their study capsule holds, 32 secret bytes.
    ///   - doubting: is told the tag and the names of everybody whose pseudonym does not last because of a doubt.
    /// - Throws: `ProtocolViolation` by the coordinator for a selection that is not the one it announced or asked
    ///   shares for, or that contradicts the agreement or itself; by a node for shares that it announced and that are
    ///   no elements or too few; by nobody for shares that it did not announce. A wrong share that is an element shows
    ///   when cells are opened: its item's is not found.
    func openCapsules(
        selection: some ByteSource, shares: [any ByteSource], key: borrowing SecretScalar<Ristretto255>,
        naming: @escaping @Sendable ([UInt8]) -> [UInt8],
        doubting: ([UInt8], [UInt8]) throws -> Void = { _, _ in }
    ) async throws -> OpenedItems {
        guard let selected = record.selected, shares.count == record.ring.count else {
            throw ProtocolViolation(.selectionWrong, by: record.coordinator)
        }
        let secret = key.bytes.key
        let partition = StreamPartition.selection(of: record.agreement)
        let width = SelectedItem.byteCount(in: record.agreement)
        let requestByteCount = record.requestByteCount
        var selectionReader = RecordReader(
            selection, width: width, partCount: partition.count, by: record.coordinator)
        var shareReaders = zip(shares, record.ring).map {
            RecordReader(
                AnyByteSource($0), width: requestByteCount, partCount: partition.count,
                headByteCount: record.shareProofByteCount, by: $1)
        }
        var requests = RequestDigest(partCount: partition.count)
        var items = OpenedItems(record.agreement, spool: spool)
        var named = record.agreement.pseudonyms.isLasting ? PersonNaming(record.agreement, spool: spool) : nil
        var audit = try SelectionAudit(record.agreement, spool: spool)
        var previous: [UInt8] = []
        do {
            let work = OpenWork(
                record.agreement, round: record.round, ring: record.ring, coordinator: record.coordinator, key: secret,
                registerSecrets: registerSecrets)
            try await workers.run(work) { () async throws -> OpenWork.Piece? in
                guard let block = try await selectionReader.next(most: 512) else { return nil }
                guard selectionReader.count <= selected.selection.count else {
                    throw ProtocolViolation(.wrongCount, by: record.coordinator)
                }
                let selection = try parse(block, after: &previous)
                let part = selectionReader.part
                guard partition.holds(block, width: width, part: part) else {
                    throw ProtocolViolation(.selectionWrong, by: record.coordinator)
                }
                requests.add(selection, part: part)
                for item in selection { try audit.add(item) }
                var columns: [[UInt8]] = []
                for index in shareReaders.indices {
                    columns.append(
                        try await exactly(
                            selection.count, of: part, from: &shareReaders[index], by: record.ring[index]))
                }
                return OpenWork.Piece(items: block, shares: columns, first: selectionReader.count - selection.count)
            } take: { made in
                for opened in try work.opened(made) {
                    // Of the identity element a name is made, too, and dropped: nobody sees the difference.
                    let name = opened.held.map(naming)
                    let lasting = opened.held?.allSatisfy { $0 == 0 } == true ? nil : name
                    if named == nil {
                        try items.add(opened.item, register: opened.register)
                    } else {
                        try named?.add(opened.item, register: opened.register, lasting: lasting)
                    }
                }
            }
            try ListSummary(count: selectionReader.count, digest: selectionReader.digest())
                .check(against: selected.selection, by: record.coordinator)
            // The nodes' shares are for the announced requests: the selection must be about the same items.
            guard requests.finalized() == selected.requests.digest.bytes else {
                throw ProtocolViolation(.selectionWrong, by: record.coordinator)
            }
            do throws(SelectionAudit.Failure) { try audit.finish() } catch {
                switch error {
                case .breach(let kind): throw ProtocolViolation(kind, by: record.coordinator)
                case .spool(let error): throw error
                }
            }
            for index in shareReaders.indices {
                let node = record.ring[index]
                guard try await shareReaders[index].next(most: 1) == nil, let released = record.released[node] else {
                    throw ProtocolViolation(.sharesWrong, by: node)
                }
                try ListSummary(count: shareReaders[index].count, digest: shareReaders[index].digest())
                    .check(against: released.shares, by: node)
            }
        } catch let violation as ProtocolViolation {
            throw try await attributed(violation, &shareReaders)
        }
        try named?.finish(doubt: doubting) { item, register in try items.add(item, register: register) }
        return items
    }

    /// Shares are sealed, and sealing does not tell who sealed: a node is named only for the stream that it promised.
    /// [P-33]
    private func attributed(
        _ violation: ProtocolViolation, _ readers: inout [RecordReader<AnyByteSource>]
    ) async throws -> ProtocolViolation {
        guard let index = record.ring.firstIndex(where: { $0 == violation.participant }),
            let released = record.released[record.ring[index]]
        else { return violation }
        return try await readers[index].attributed(violation, promised: released.shares, keeper: record.coordinator)
    }

    private func exactly(
        _ count: Int, of part: Int, from reader: inout RecordReader<AnyByteSource>, by node: ParticipantID
    ) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        let width = record.requestByteCount
        while bytes.count < count * width {
            guard let more = try await reader.next(most: count - bytes.count / width), reader.part == part else {
                throw ProtocolViolation(.sharesWrong, by: node)
            }
            bytes += more
        }
        return bytes
    }

    private func parse(_ block: [UInt8], after previous: inout [UInt8]) throws -> [SelectedItem] {
        var items: [SelectedItem] = []
        let width = SelectedItem.byteCount(in: record.agreement)
        for start in stride(from: 0, to: block.count, by: width) {
            guard let item = SelectedItem(encoded: block[start..<(start + width)], agreement: record.agreement),
                previous.isEmpty || previous.lexicographicallyPrecedes(item.a)
            else { throw ProtocolViolation(.selectionWrong, by: record.coordinator) }
            previous = item.a
            items.append(item)
        }
        return items
    }

    func sealer(_ register: Int) -> CellSealer {
        CellSealer(
            round: record.round, register: record.agreement.registers[register].id,
            cellByteCount: record.agreement.cellByteCount,
            registerSecret: registerSecrets[register])
    }
}

/// The digest that the requests must have, from the selection that was made with them. [P-44]
private struct RequestDigest {
    private let partCount: Int
    private var digest: StreamDigest
    private var part = 0

    init(partCount: Int) {
        self.partCount = partCount
        digest = StreamDigest(partCount: partCount)
    }

    mutating func add(_ items: [SelectedItem], part: Int) {
        goOn(to: part)
        for item in items { digest.update(item.points) }
    }

    consuming func finalized() -> [UInt8] {
        goOn(to: partCount)
        return digest.finalized()
    }

    private mutating func goOn(to next: Int) {
        while part < next {
            digest.endPart()
            part += 1
        }
    }
}
