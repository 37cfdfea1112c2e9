public import PSIProtocol
public import Values

/// What a node and the research environment ask of the coordinator: rounds, boards and streams.
public protocol CoordinatorPort: ChunkTransport {
    /// Rounds open to the caller.
    ///
    /// - Parameter known: a list's version; the call returns when the list is another, or after `wait`. Without it,
    /// the call returns when there is any round.
    func rounds(known: String?, wait: Duration) async throws -> RoundList

    /// Entries after number `after`, at most a page of them; waits for the first.
    func entries(of round: RoundID, after: Int, wait: Duration) async throws -> BoardPage

    /// Appends an entry, or finds it appended already; or puts it on its way to the board.
    func post(_ entry: [UInt8], to round: RoundID) async throws -> PostedEntry

    /// Whether what is read was brought here, and what is said is carried to the coordinator.
    var isCarried: Bool { get }

    /// Entries that were put on their way and may not have arrived, in their order. Read the board after it: what is
    /// in neither was never put on its way.
    func entriesOnTheirWay(to round: RoundID) async throws -> [SignedEntry]

    /// Nothing more can be done in a round before its board has more than these entries; nil for those it has now.
    func noteIdle(in round: RoundID, entryCount: Int?) async throws

    /// The participant's part in the round is over: what is kept here of its streams goes.
    func forget(_ round: RoundID) async throws

    /// A chunk, or nil when it has not been written within `wait`.
    func getChunk(seq: Int, stream: StreamID, round: RoundID, wait: Duration) async throws -> StoredChunk?

    /// For each of these handles the cell of a vault that has it, or as many zero bytes where the vault has none.
    ///
    /// - Parameter handles: 16 bytes each, at most 4,096, in ascending order; one may come several times.
    /// - Parameter cellByteCount: as the agreement says.
    /// - Returns: as many cells, in the same order, each of exactly that length.
    func vaultCells(
        of batch: String, attempt: Int, round: RoundID, handles: [[UInt8]], cellByteCount: Int
    ) async throws -> [[UInt8]]

    /// Whether the coordinator answered when it was last called.
    var isReached: Bool { get }

    /// The pin of the participant's key with which a round is followed; nil if it has one only.
    func keys(in round: RoundID) -> TLSPin?

    /// Lets go of whatever is open. Nothing may be called after.
    func shutdown() async throws
}

/// What became of an entry.
public enum PostedEntry: Sendable, Equatable {
    /// It stands on the board under this number.
    case onBoard(number: Int)
    /// It is carried to the coordinator, and stands on no board that can be read here.
    case onItsWay
}

extension CoordinatorPort {
    public var isCarried: Bool { false }
    public func entriesOnTheirWay(to round: RoundID) async throws -> [SignedEntry] { [] }
    public func noteIdle(in round: RoundID, entryCount: Int?) async throws {}
    public func forget(_ round: RoundID) async throws {}
    public func keys(in round: RoundID) -> TLSPin? { nil }

    /// Entries that are there now.
    public func entries(of round: RoundID, after: Int) async throws -> BoardPage {
        try await entries(of: round, after: after, wait: .zero)
    }

    /// A chunk, or nil when it is not there now.
    public func getChunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk? {
        try await getChunk(seq: seq, stream: stream, round: round, wait: .zero)
    }
}
