public import Values

/// Where streams are read, and where sorted runs wait meanwhile.
public protocol StreamPort: Sendable {
    /// Reads a part of a stream that a participant has committed to.
    func source(of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID) async throws
        -> sending any ByteSource
    /// Where sorted runs wait.
    var spool: any Spool { get }
}

/// What a role needs of the world around it to do its duties: streams, a spool, and counters that survive a crash.
///
/// The daemons implement it over HTTPS and sealed files, simulations in memory; the duties are the same code.
public protocol RoundPort: StreamPort {
    /// Begins a part of a stream under an attempt that `nextAttempt` has given.
    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink
    /// A number never given before for this stream, recorded before it is returned, so that no key and nonce can come
    /// twice.
    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int
}

/// Who can read a stream besides its author.
public enum StreamSealing: Sendable, Hashable {
    /// Sealed end to end under HPKE.
    case sealed(to: ParticipantID)
    /// Sealed under a key of its own that each of these can open, in this order. [P-63]
    case shared(with: [ParticipantID])
    /// Readable by the coordinator: its cells are sealed one by one, or it is the coordinator's own.
    case plain

    /// Whether this participant can read it. The coordinator's own streams are for those whom they are named after.
    public func isReadable(by reader: ParticipantID) -> Bool {
        switch self {
        case .plain: true
        case .sealed(let receiver): receiver == reader
        case .shared(let readers): readers.contains(reader)
        }
    }
}

extension StreamPort {
    /// Reads all parts of a stream.
    func partedSource(
        of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
    ) async throws -> PartedSource {
        try await PartedSource { part in try await source(of: stream.part(part), sealing: sealing, from: sender) }
    }
}

extension RoundPort {
    /// Stores all parts of a stream.
    func partedSink(for stream: StreamID, sealing: StreamSealing) async throws -> PartedSink {
        try await PartedSink { part in try await sink(for: stream.part(part), sealing: sealing) }
    }
}

/// A node's own lists, kept sealed on its disk between declaring and sending, each part by itself. [P-32]
public protocol ListKeeper: Sendable {
    func keep(_ register: RegisterID, part: Int) async throws -> sending any StreamSink
    func kept(_ register: RegisterID, part: Int) async throws -> sending any ByteSource
}

/// Distinct people of a register, a few thousand at a time.
public protocol PeopleSource {
    /// Up to `most` people; empty at the end. It costs little: their records are made on the core that asks for them.
    mutating func next(_ most: Int) async throws -> PeoplePiece
    /// Begins again with the first person.
    mutating func rewind() async throws
    /// What was read and refused: known once `next` has returned nothing.
    var survey: SourceSurvey { get }
}
