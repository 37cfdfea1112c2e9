/// Spreads a batch over cores, off any event loop, at most `count` pieces at once; heavy steps over other machines,
/// where there are any.
public struct Workers: Sendable {
    /// At least 1.
    public let count: Int
    /// Computes the steps that can be computed elsewhere; nil where this machine computes everything.
    public let engine: (any StepEngine)?

    /// - Parameter count: cores this process may use for batches.
    public init(count: Int, engine: (any StepEngine)? = nil) {
        self.count = max(1, count)
        self.engine = engine
    }

    /// Computes a step's pieces and hands on what they give, in the order of reading.
    func run<Work: StepWork>(
        _ work: Work, read: () async throws -> Work.Piece?, take: ([[UInt8]]) async throws -> Void
    ) async throws {
        if let engine { return try await engine.run(work, read: read, take: take) }
        try await Pipeline(workers: self).run(read: read, compute: { try work.compute($0) }, take: take)
    }

    /// Cuts `0..<total` into pieces of at least `grain`, runs `body` on each, and joins what they return in order.
    public func map<Piece: Sendable>(
        _ total: Int, grain: Int = 64, _ body: @escaping @Sendable (Range<Int>) throws -> Piece
    ) async throws -> [Piece] {
        guard total > 0 else { return [] }
        let pieces = max(1, min(count, total / max(1, grain)))
        if pieces == 1 { return [try body(0..<total)] }
        let size = (total + pieces - 1) / pieces
        return try await withThrowingTaskGroup(of: (Int, Piece).self) { group in
            for (index, start) in stride(from: 0, to: total, by: size).enumerated() {
                group.addTask { (index, try body(start..<min(start + size, total))) }
            }
            var results: [(Int, Piece)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
