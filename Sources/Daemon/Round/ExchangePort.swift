public import Exchange
public import PSIProtocol
public import Values

/// Streams over the coordinator's interface, a spool on this machine, attempts in the sealed state.
public struct ExchangePort: RoundPort {
    private let record: RoundRecord
    private let keys: KeyDirectory
    private let transport: any ChunkTransport
    private let state: SealedState
    public let spool: any Spool

    public init(
        record: RoundRecord, keys: KeyDirectory, transport: any ChunkTransport, state: SealedState, spool: any Spool
    ) {
        self.record = record
        self.keys = keys
        self.transport = transport
        self.state = state
        self.spool = spool
    }

    public func source(
        of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
    ) async throws -> sending any ByteSource {
        // Nobody may read what no entry names.
        guard let named = record.namedStream(stream) else { throw ProtocolViolation(.outOfPlace, by: sender) }
        let download =
            switch sealing {
            case .plain: StreamDownload(plain: stream, round: record.round, transport: transport)
            case .sealed(let receiver):
                try StreamDownload(
                    sealedBy: sender, receiver: receiver, privateKey: keys.hpkeKey, stream: stream,
                    round: record.round, transport: transport)
            case .shared(let readers):
                try StreamDownload(
                    sealedBy: sender, receiver: keys.id, readers: readers, privateKey: keys.hpkeKey, stream: stream,
                    round: record.round, transport: transport)
            }
        return WatchedSource(download, named: named, writer: sender, keeper: record.coordinator)
    }

    public func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        switch sealing {
        case .plain: return StreamUpload(plain: stream, round: record.round, transport: transport)
        case .sealed(let receiver):
            guard let participant = record.participant(receiver) else {
                throw ProtocolViolation(.outOfPlace, by: receiver)
            }
            return try StreamUpload(
                sealedFor: receiver, receiverKey: participant.hpkeKey, sender: keys.id, stream: stream,
                round: record.round, transport: transport)
        case .shared(let readers):
            return try StreamUpload(
                sealedFor: readers.map { reader in
                    guard let participant = record.participant(reader) else {
                        throw ProtocolViolation(.outOfPlace, by: reader)
                    }
                    return (reader, participant.hpkeKey)
                }, sender: keys.id, stream: stream, round: record.round, transport: transport)
        }
    }

    public func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        try Attempts(round: record.round, state: state).next(batch: batch, stage: stage)
    }
}

/// Attempts given out, persisted before they are used.
struct Attempts {
    let round: RoundID
    let state: SealedState

    func next(batch: String, stage: StreamStage) throws -> Int {
        let name = StateName.attempts(of: round, batch: batch, stage: "\(stage)")
        let attempt = try state.get(name).map { Int(BigEndian.read($0.prefix(8))) } ?? 0
        guard attempt <= 65_535 else { throw StoreError.outOfOrder(expected: 65_535) }
        try state.put(name, BigEndian.u64(UInt64(attempt + 1)))
        return attempt
    }
}
