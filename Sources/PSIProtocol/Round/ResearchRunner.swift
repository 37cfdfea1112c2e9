public import Crypto

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
    ) throws -> EntryBody {
        switch duty {
        case .commitKeys:
            guard let commitment = secrets.reveal.commitment(round: record.round, participant: me) else {
                throw ProtocolViolation(.unencodableEntry, by: me)
            }
            return .keyCommitted(KeyCommitted(commitment: HexBytes(commitment)))
        case .revealKeys: return .keyRevealed(secrets.reveal)
        case .signManifest: return .manifestSigned(ManifestSigned(manifest: HexBytes(record.manifest)))
        case .receive: return .received(Received())
        case .eraseKeys: return .keysErased(KeysErased())
        }
    }

    /// Opens everything that was released. Calling it again after a crash hands on the same people and rows again.
    ///
    /// - Parameter fetchCells: looks cells up at the coordinator, for `vault_access: selected`; given stream and handles.
    public func receive<Records: OpenedRecords>(
        record: RoundRecord, secrets: borrowing ResearchSecrets, into records: inout Records,
        fetchCells: @escaping @Sendable (StreamID, [[UInt8]]) async throws -> [[UInt8]]
    ) async throws {
        guard let selected = record.selected else { throw ProtocolViolation(.outOfPlace, by: me) }
        let opener = try ReleaseOpener(record: record, hpkeKey: hpkeKey, spool: port.spool, workers: workers)
        let selection = try await port.source(
            of: StreamID(batch: me, stage: .selection, attempt: selected.selection.attempt), sealing: .plain,
            from: record.coordinator)
        var shares: [any ByteSource] = []
        for node in record.ring {
            guard let released = record.released[node] else { throw ProtocolViolation(.outOfPlace, by: node) }
            shares.append(
                try await port.source(
                    of: StreamID(batch: node, stage: .release, attempt: released.shares.attempt),
                    sealing: .sealed(to: me), from: node))
        }
        let opened = try await opener.openCapsules(
            selection: AnyByteSource(selection), shares: shares, key: secrets.capsuleKey)
        let port = self.port
        for part in opened.byRegister() {
            let register = record.agreement.registers[part.register]
            guard let vault = record.batches[register.id]?.vault else {
                throw ProtocolViolation(.badBatch, by: register.owner)
            }
            let stream = StreamID(batch: register.id, stage: .vault, attempt: vault.attempt)
            let cellByteCount = record.agreement.cellByteCount
            let access = record.agreement.vaultAccess
            try await opener.openVault(part, into: &records) {
                switch access {
                case .whole:
                    let source = try await port.source(of: stream, sealing: .plain, from: register.owner)
                    return VaultScan(
                        AnyByteSource(source), expected: vault, owner: register.owner, cellByteCount: cellByteCount)
                case .selected:
                    return CellFetch(cellByteCount: cellByteCount) { try await fetchCells(stream, $0) }
                }
            }
        }
    }
}

/// Looks cells up by handle at the coordinator, which so learns which cells were opened. [P-47]
struct CellFetch: CellLookup {
    let cellByteCount: Int
    let fetch: @Sendable ([[UInt8]]) async throws -> [[UInt8]]

    mutating func find(_ handles: [[UInt8]]) async throws -> [[UInt8]?] {
        var byHandle: [[UInt8]: [UInt8]] = [:]
        for cell in try await fetch(handles) where cell.count == cellByteCount {
            byHandle[Array(cell.prefix(CellSealer.handleByteCount))] = cell
        }
        return handles.map { byHandle[$0] }
    }

    mutating func finish() async throws {}
}
