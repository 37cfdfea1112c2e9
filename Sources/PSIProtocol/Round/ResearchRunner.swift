public import Crypto
public import Values

/// Does the research environment's duties. [P-44]
public struct ResearchRunner: Sendable {
    private let me: ParticipantID
    private let hpkeKey: XWingMLKEM768X25519.PrivateKey
    private let port: any RoundPort
    private let workers: Workers

    public init(
        me: ParticipantID, hpkeKey: XWingMLKEM768X25519.PrivateKey, port: any RoundPort, workers: Workers
    ) {
        self.me = me
        self.hpkeKey = hpkeKey
        self.port = port
        self.workers = workers
    }

    /// The entries before the release.
    public func announce(
        _ duty: ResearchDuty, record: RoundRecord, secrets: borrowing ResearchSecrets
    ) throws -> any EntryBody {
        switch duty {
        case .commitKeys:
            guard let commitment = secrets.reveal.commitment(round: record.round, participant: me) else {
                throw ProtocolViolation(.unencodableEntry, by: me)
            }
            return KeyCommitted(commitment: HexBytes(commitment))
        case .revealKeys: return secrets.reveal
        case .signManifest: return ManifestSigned(manifest: HexBytes(record.manifest))
        case .receive: return Received()
        case .eraseKeys: return KeysErased()
        }
    }

    /// Fetches and checks everything that was released, and opens the capsules. No cell is looked at: what is done, in
    /// which order and how much of it, follows from the agreement, the board and how many items each register has in
    /// the selection. Calling it again after a crash does the same again. [P-44] [P-47]
    ///
    /// - Parameter fetchCells: asks the coordinator for cells, for `vault_access: selected`; given the vault and at
    ///   most 4,096 handles in ascending order, it returns as many cells, zero bytes for those that the vault has not.
    /// - Returns: by register, how many cells the archive has, and their digest.
    /// - Throws: `ProtocolViolation` for what does not fit the board or the agreement.
    public func receive(
        record: RoundRecord, secrets: borrowing ResearchSecrets, into archive: some ReleaseArchive,
        fetchCells: @escaping @Sendable (StreamID, [[UInt8]]) async throws -> [[UInt8]]
    ) async throws -> [ListSummary] {
        guard let selected = record.selected else { throw ProtocolViolation(.outOfPlace, by: me) }
        if record.isVerified { try await checkProofs(selected, record) }
        let opener = try ReleaseOpener(record: record, hpkeKey: hpkeKey, spool: port.spool, workers: workers)
        let selection = try await port.partedSource(
            of: StreamID(batch: me, stage: .selection, attempt: selected.selection.attempt), sealing: .plain,
            from: record.coordinator)
        var shares: [any ByteSource] = []
        for node in record.ring {
            guard let released = record.released[node] else { throw ProtocolViolation(.outOfPlace, by: node) }
            shares.append(
                try await port.partedSource(
                    of: StreamID(batch: node, stage: .release, attempt: released.shares.attempt),
                    sealing: .sealed(to: me), from: node))
        }
        let opened = try await opener.openCapsules(
            selection: AnyByteSource(selection), shares: shares, key: secrets.capsuleScalar,
            naming: { archive.lastingPseudonym(of: $0) }, doubting: { try archive.noteDoubt(of: $0, name: $1) })
        var received: [ListSummary] = []
        for (index, sorter) in opened.byRegister().enumerated() {
            let register = record.agreement.registers[index]
            guard let vault = record.batches[register.id]?.vault else {
                throw ProtocolViolation(.badBatch, by: register.owner)
            }
            let stream = StreamID(batch: register.id, stage: .vault, attempt: vault.attempt)
            let handles = try await keep(sorter, of: index, opener, record, archive)
            var cells = try await archive.cells(of: index)
            switch record.agreement.vaultAccess {
            case .whole:
                let source = try await port.partedSource(of: stream, sealing: .plain, from: register.owner)
                received.append(
                    try await VaultCopy.run(
                        AnyByteSource(source), expected: vault, keeper: record.coordinator,
                        cellByteCount: record.agreement.cellByteCount,
                        partition: .tagsOrHandles(of: record.agreement), into: &cells))
            case .selected:
                let fetch = CellFetch(
                    cellByteCount: record.agreement.cellByteCount, coordinator: record.coordinator,
                    fetch: { try await fetchCells(stream, $0) })
                received.append(try await fetch.run(handles, into: &cells))
            }
            try await cells.finish()
        }
        return received
    }

    /// What the board is to hear of shares that cannot be received: an accusation, if one can be proved. [P-73]
    public static func complaint(about violation: ProtocolViolation, in record: RoundRecord) -> Complained? {
        guard record.isVerified, violation.kind == .sharesWrong, let node = violation.participant,
            record.released[node] != nil
        else { return nil }
        return Complained(against: node, code: .sharesWrong)
    }

    /// Checks the nodes' shares, and that the approvers found what the coordinator did. [P-70] [P-71]
    private func checkProofs(_ selected: Selected, _ record: RoundRecord) async throws {
        let selection = try await port.partedSource(
            of: StreamID(batch: me, stage: .selection, attempt: selected.selection.attempt), sealing: .plain,
            from: record.coordinator)
        let check = try await ShareCheck(
            record, selection: AnyByteSource(selection), spool: port.spool, workers: workers)
        defer { check.discard() }
        for node in record.ring {
            guard let released = record.released[node] else { throw ProtocolViolation(.outOfPlace, by: node) }
            let shares = try await port.partedSource(
                of: StreamID(batch: node, stage: .release, attempt: released.shares.attempt),
                sealing: .sealed(to: me), from: node)
            try await check.run(shares, of: node)
        }
        guard let sealed = selected.linkage else { return }
        let found = try PublishedLinkage(
            sealed: sealed.bytes, agreement: record.agreement, round: record.round, key: hpkeKey
        ).digest().withUnsafeBytes { Array($0) }
        for approver in record.approvers {
            guard let sealed = record.approvals[approver]?.linkage,
                let digest = SealedSecret.open(
                    sealed.bytes, .approved, from: approver, to: me, round: record.round, key: hpkeKey),
                digest.withUnsafeBytes({ Array($0) }) == found
            else {
                // The coordinator or the approver says what is not so.
                throw ProtocolViolation(.selectionWrong)
            }
        }
    }

    /// Stores a register's items in the order of their handles.
    ///
    /// - Returns: for `vault_access: selected`, the handles of all the cells that each person can have, in ascending
    ///   order.
    private func keep(
        _ items: consuming ExternalSorter, of register: Int, _ opener: ReleaseOpener, _ record: RoundRecord,
        _ archive: some ReleaseArchive
    ) async throws -> SortedRecords {
        var handles = ExternalSorter(spool: port.spool)
        let sealer = opener.sealer(register)
        let cellCount =
            record.agreement.vaultAccess == .selected ? record.agreement.registers[register].maxCellsPerPerson : 0
        var sink = try await archive.items(of: register, secret: opener.registerSecret(register))
        var sorted = try items.sorted()
        while true {
            var block: [OpenedItem] = []
            while block.count < 256, let next = try sorted.next() {
                guard let item = OpenedItem(encoded: next, agreement: record.agreement) else {
                    throw ExternalSortError.truncatedRun
                }
                block.append(item)
            }
            if block.isEmpty { break }
            for item in block { try await sink.write(item) }
            guard cellCount > 0 else { continue }
            let secrets = block.map(\.secret)
            let pieces = try await workers.map(block.count, grain: 16) { range in
                sealer.handles(of: SecretBytes(joining: Array(secrets[range])), count: cellCount)
            }
            for piece in pieces { try handles.add(records: piece, width: CellSealer.handleByteCount) }
        }
        try await sink.finish()
        return try handles.sorted()
    }
}
