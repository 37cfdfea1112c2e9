/// Reads pieces, computes on several cores, and takes the results in the order of reading, all at the same time.
///
/// Steps of a round that work through a list are pipelines. While cores compute some pieces, the next are read and the
/// last are taken. Reading and taking never overlap, so both may use what the caller has.
///
/// The outcome is that of reading, computing and taking one piece after the other. If something fails, whatever was
/// read before it is still computed and taken, and nothing after it is; of several failures the earliest is thrown.
package struct Pipeline: Sendable {
    /// Pieces computed at once.
    private let width: Int
    /// Pieces that have been read and not yet taken. A slow reader leaves cores idle; a slow taker stops the reader.
    private let depth: Int

    package init(workers: Workers) {
        width = workers.count
        depth = 2 * workers.count
    }

    /// Runs until `read` has no more pieces and the last result has been taken.
    ///
    /// - Parameters:
    ///   - hasRoom: whether memory has room for one more piece beside those under way. It is not asked when there are
    ///     none.
    ///   - read: the next piece, nil after the last. Called once at a time.
    ///   - compute: called on any thread, for `width` pieces at once at most.
    ///   - take: gets every result, in the order in which the pieces were read. Called once at a time.
    /// - Throws: the failure of the earliest piece; `CancellationError` as soon as the task is cancelled.
    package func run<Piece: Sendable, Output: Sendable>(
        hasRoom: () -> Bool = { true }, read: () async throws -> Piece?,
        compute: @escaping @Sendable (Piece) throws -> Output,
        take: (Output) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, Result<Output, any Error>).self) { cores in
            // Pieces are numbered as they are read.
            var (takenCount, startedCount, readCount, computingCount) = (0, 0, 0, 0)
            var waiting: [Piece] = []
            var results: [Int: Result<Output, any Error>] = [:]
            /// How reading ended.
            var end: Result<Void, any Error>?
            while true {
                try Task.checkCancellation()
                while computingCount < width, !waiting.isEmpty {
                    let (number, piece) = (startedCount, waiting.removeFirst())
                    cores.addTask { (number, Result { try compute(piece) }) }
                    startedCount += 1
                    computingCount += 1
                }
                if let result = results.removeValue(forKey: takenCount) {
                    try await take(result.get())
                    takenCount += 1
                } else if end == nil, readCount == takenCount || readCount - takenCount < depth && hasRoom() {
                    do {
                        if let piece = try await read() {
                            waiting.append(piece)
                            readCount += 1
                        } else {
                            end = .success(())
                        }
                    } catch { end = .failure(error) }
                } else if let (number, result) = try await cores.next() {
                    results[number] = result
                    computingCount -= 1
                    // Whatever was read after a failure would not be taken.
                    if case .failure = result, end == nil { end = .success(()) }
                } else {
                    return try end?.get() ?? ()
                }
            }
        }
    }
}
