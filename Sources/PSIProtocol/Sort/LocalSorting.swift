/// A sorting step on this machine: a pipeline on its cores, and a sorter for each kind of record.
final class LocalSorting<Work: StepWork>: SortingStep {
    private let work: Work
    private let workers: Workers
    private var sorters: [DistributionSorter?]
    private var counts: [Int]

    init(_ work: Work, _ outputs: [StepOutput], spool: any Spool, workers: Workers) {
        self.work = work
        self.workers = workers
        sorters = outputs.map { DistributionSorter(spool: spool, width: $0.width, fixed: $0.fixedBits) }
        counts = outputs.map { _ in 0 }
    }

    func add(_ read: () async throws -> Work.Piece?) async throws {
        let work = work
        // Pieces may be much larger than others, so they are counted by their bytes too.
        var byteCount = 0
        try await Pipeline(workers: workers).run {
            byteCount < StepMemory.byteCount
        } read: { () async throws -> Work.Piece? in
            guard let piece = try await read() else { return nil }
            byteCount += work.byteCount(of: piece)
            return piece
        } compute: { piece in
            (records: try work.compute(piece), byteCount: work.byteCount(of: piece))
        } take: { made in
            byteCount -= made.byteCount
            for (output, records) in made.records.enumerated() {
                try sorters[output]?.add(records)
                counts[output] = sorters[output]?.count ?? counts[output]
            }
        }
    }

    func count(of output: Int) -> Int { counts[output] }

    func sorted(_ output: Int, take: ([UInt8]) async throws -> Void) async throws {
        guard let sorter = sorters[output].take() else { return }
        try await sorter.sorted(workers: workers, take: take)
    }
}

extension Workers {
    /// Begins a step whose records are sorted when all have been made.
    ///
    /// - Parameter spool: where records wait, if this machine computes them.
    func sorting<Work: StepWork>(
        _ work: Work, _ outputs: [StepOutput], spool: any Spool
    ) async throws -> any SortingStep<Work> {
        if let engine { return try await engine.sorting(work, outputs) }
        return LocalSorting(work, outputs, spool: spool, workers: self)
    }
}
