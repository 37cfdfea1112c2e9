internal import Daemon
internal import Engine
internal import Exchange
internal import Foundation
internal import PSIProtocol
internal import Values

/// Matches a round. The engine sees to the rest; attacks put a coordinator in its place that does not do as it should.
protocol Matching: Sendable {
    /// - Parameter noise: as `CoordinatorRunner.match` takes it.
    func match(
        _ record: RoundRecord, noise: @escaping @Sendable (NoisePlan, [Int]?) async throws -> [Int]
    ) async throws -> CoordinatorRunner.Outcome

    /// Called when nothing is left to compute in a round, and again until it does not throw: removes what other
    /// machines have of it.
    func end(_ round: RoundID) throws
}

extension Matching {
    func end(_ round: RoundID) throws {}
}

/// Matches as the protocol says, on the coordinator's own streams.
struct HonestMatching: Matching {
    let home: Home
    let streams: StreamStore
    let state: SealedState
    let spool: any Spool
    /// Computes heavy steps; nil where this machine does.
    var spark: SparkService?

    func end(_ round: RoundID) throws {
        try state.remove(.step(of: round))
        try spark?.end(round)
    }

    /// Streams as the round's other participants read and write them, too.
    func port(_ record: RoundRecord) -> ExchangePort {
        ExchangePort(
            record: record, keys: home.keys(pinnedBy: record.agreement), transport: StoreChunkTransport(store: streams),
            state: state, spool: spool)
    }

    func match(
        _ record: RoundRecord, noise: @escaping @Sendable (NoisePlan, [Int]?) async throws -> [Int]
    ) async throws -> CoordinatorRunner.Outcome {
        let workers = Workers(count: ProcessInfo.processInfo.activeProcessorCount)
        let keys = home.keys(pinnedBy: record.agreement)
        return try await CoordinatorRunner(
            me: keys.id, hpkeKey: keys.hpkeKey, port: port(record),
            workers: workers.on(spark, round: record.round, state: state)
        ).match(record, noise: noise)
    }
}
