public import Daemon
internal import Files
internal import Foundation
public import Logging
public import PSIProtocol
public import Values

/// A program's connection with its cluster: the shared folder, the agents' keys, and the driver.
public final class SparkService: Sendable {
    let configuration: SparkConfiguration
    let driver: any StageRunner
    let logger: Logger
    /// How long hosts' agents have to answer.
    let patience: Duration
    /// After which a stage without any receipt is remarked on.
    let silence: Duration

    /// - Parameter logPath: where Spark's own words go.
    /// - Throws: `EngineError.cannotStart` when the configuration names what is not there.
    public convenience init(_ configuration: SparkConfiguration, logPath: String, logger: Logger) throws {
        for path in [configuration.submit, configuration.driver] where !FileStatus.exists(path) {
            throw EngineError.cannotStart(path: path, reason: "there is no such file")
        }
        self.init(
            configuration, driver: SparkDriver(configuration, logPath: logPath), patience: .seconds(60),
            silence: .seconds(300), logger: logger)
    }

    init(
        _ configuration: SparkConfiguration, driver: any StageRunner, patience: Duration, silence: Duration,
        logger: Logger
    ) {
        self.configuration = configuration
        self.driver = driver
        self.patience = patience
        self.silence = silence
        self.logger = logger
    }

    /// Looked at whenever it is needed: it may be away when the daemon starts, and come later.
    ///
    /// - Throws: `EngineError.folder`.
    func folder() throws -> SharedFolder { try SharedFolder(configuration.folder) }

    /// What computes the steps of a round.
    ///
    /// - Parameters:
    ///   - workers: cores of this machine, for what is done here.
    ///   - state: where a step's keys are kept, so that it goes on when this daemon was killed; nil: it begins again.
    func engine(of round: RoundID, workers: Workers, state: SealedState? = nil) -> SparkEngine {
        SparkEngine(service: self, round: round, workers: workers, state: state)
    }

    /// Removes what a round had in the shared folder; its agents then wipe their keys.
    ///
    /// - Throws: `EngineError.folder`.
    public func end(_ round: RoundID) throws { try folder().remove(round) }

    /// Lets the cluster go.
    public func stop() async { await driver.stop() }
}

extension EngineConfiguration {
    /// What computes steps elsewhere; nil where this machine computes everything.
    ///
    /// - Parameter logPath: where Spark's own words go.
    /// - Throws: as `SparkService`.
    public func service(logPath: String, logger: Logger) throws -> SparkService? {
        switch self {
        case .local: nil
        case .spark(let cluster): try SparkService(cluster, logPath: logPath, logger: logger)
        }
    }
}

extension Workers {
    /// These cores, and for heavy steps of a round a cluster's, if there is one.
    ///
    /// - Parameter state: where the keys of steps under way are kept; they go with the round's.
    public func on(_ service: SparkService?, round: RoundID, state: SealedState) -> Workers {
        Workers(count: count, engine: service?.engine(of: round, workers: self, state: state))
    }
}

/// Computes the steps of one round on a Spark cluster.
public struct SparkEngine: StepEngine {
    let service: SparkService
    let round: RoundID
    let workers: Workers
    let state: SealedState?

    public func run<Work: StepWork>(
        _ work: Work, read: () async throws -> Work.Piece?, take: ([[UInt8]]) async throws -> Void
    ) async throws {
        let job = try await SparkJob(self, work, outputs: [])
        try await job.part {
            for receipt in try await job.compute(work, read) {
                try Task.checkCancellation()
                var results = FrameReader(try job.section(of: receipt, .made))
                while let made = try EngineError.inFolder({ try results.nextResults() }) { try await take(made) }
                job.remove(receipt.file)
            }
        }
        try job.finish()
    }

    public func sorting<Work: StepWork>(
        _ work: Work, _ outputs: [StepOutput]
    ) async throws -> any SortingStep<Work> {
        SparkSorting(work, outputs, job: try await SparkJob(self, work, outputs: outputs))
    }
}

/// A step that makes records on the cluster and sorts them there, range by range.
final class SparkSorting<Work: StepWork>: SortingStep {
    private let work: Work
    private let outputs: [StepOutput]
    private let job: SparkJob
    private var made: [Receipt] = []
    private var counts: [Int]
    private var isSorted: [Bool]

    init(_ work: Work, _ outputs: [StepOutput], job: SparkJob) {
        self.work = work
        self.outputs = outputs
        self.job = job
        counts = outputs.map { _ in 0 }
        isSorted = outputs.map { _ in false }
    }

    func add(_ read: () async throws -> Work.Piece?) async throws {
        made += try await job.part {
            let receipts = try await job.compute(work, read)
            for receipt in receipts {
                let more = try job.counts(of: receipt, .made)
                guard more.count == counts.count else { throw EngineError.receiptWrong }
                for (output, count) in more.enumerated() { counts[output] += count }
            }
            return receipts
        }
    }

    func count(of output: Int) -> Int { counts[output] }

    func sorted(_ output: Int, take: ([UInt8]) async throws -> Void) async throws {
        if count(of: output) > 0 { try await job.part { try await handOn(output, take: take) } }
        isSorted[output] = true
        if !isSorted.contains(false) { try job.finish() }
    }

    private func handOn(_ output: Int, take: ([UInt8]) async throws -> Void) async throws {
        let sorted = try await job.run(try job.tickets(toSort: output, made))
        let count = try sorted.reduce(0) { try $0 + (job.counts(of: $1, .sorted).first ?? 0) }
        guard count == self.count(of: output) else { throw EngineError.receiptWrong }
        let width = outputs[output].width
        let blockByteCount = max(1, (1 << 20) / width) * width
        for receipt in sorted {
            var section = try job.section(of: receipt, .sorted)
            while let records = try EngineError.inFolder({ try section.read(upToWhole: blockByteCount, width: width) })
            {
                try Task.checkCancellation()
                try await take(records)
            }
            job.remove(receipt.file)
        }
    }
}
