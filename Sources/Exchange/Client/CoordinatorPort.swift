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

    /// Appends an entry, or finds it appended already.
    func append(_ entry: [UInt8], to round: RoundID) async throws -> AppendedEntry

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

    /// Lets go of whatever is open. Nothing may be called after.
    func shutdown() async throws
}

extension CoordinatorPort {
    /// Entries that are there now.
    public func entries(of round: RoundID, after: Int) async throws -> BoardPage {
        try await entries(of: round, after: after, wait: .zero)
    }

    /// A chunk, or nil when it is not there now.
    public func getChunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk? {
        try await getChunk(seq: seq, stream: stream, round: round, wait: .zero)
    }
}
