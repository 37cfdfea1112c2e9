public import CoreMetrics
public import Daemon
public import Exchange
internal import Files
internal import Foundation
internal import Metrics
internal import PSIProtocol
internal import Synchronization
internal import Values

/// What a participant's operations listener tells: its rounds by phase, its work by phase, its calls, its certificate
/// and its disk. Nothing of people, and nothing that tells one agreement from another.
public final class MemberFigures: OperationsSource {
    private struct Round {
        var phase: RoundRecord.Phase
        var opened: Int
    }

    private let home: Home
    private let clock: MachineClock
    private let factory: any MetricsFactory
    private let isReached: @Sendable () -> Bool
    private let unapproved: @Sendable () -> Int
    private let rounds = Mutex<[RoundID: Round]>([:])

    /// - Parameters:
    ///   - unapproved: how many rounds wait for the approval of this participant's own people.
    ///   - isReached: whether the coordinator answered when it was last called.
    public init(
        home: Home, factory: any MetricsFactory, clock: MachineClock = .system,
        unapproved: @escaping @Sendable () -> Int = { 0 }, isReached: @escaping @Sendable () -> Bool
    ) {
        self.home = home
        self.factory = factory
        self.clock = clock
        self.unapproved = unapproved
        self.isReached = isReached
        // A collector sees the first increase of a counter only if it has seen 0 before.
        for outcome in [RoundRecord.Phase.closed, .aborted] {
            count("sidos_participant_rounds_ended_total", by: 0, ("outcome", outcome.rawValue))
        }
        for phase in Self.phases {
            count("sidos_participant_work_failed_total", by: 0, ("phase", phase.rawValue))
        }
        for label in Self.counters.dropFirst(2) { count(label, by: 0) }
    }

    static let counters = [
        "sidos_participant_rounds_ended_total", "sidos_participant_work_failed_total",
        "sidos_participant_rounds_joined_total", "sidos_participant_rounds_refused_total",
        "sidos_participant_complaints_total",
    ]

    /// Those of a round under way.
    private static let phases = RoundRecord.Phase.allCases.filter { $0 != .closed && $0 != .aborted }

    // MARK: What is watched

    func see(_ record: RoundRecord) {
        guard record.ending == nil, record.refusals[home.keys.id] == nil else {
            if rounds.withLock({ $0.removeValue(forKey: record.round) }) != nil, record.ending != nil {
                count("sidos_participant_rounds_ended_total", ("outcome", record.phase.rawValue))
            }
            return
        }
        let round = Round(phase: record.phase, opened: record.opening.opened)
        if rounds.withLock({ $0.updateValue(round, forKey: record.round) }) == nil {
            count("sidos_participant_rounds_joined_total")
        }
    }

    /// Nothing is done in this round any more, whatever its board says.
    func leave(_ round: RoundID) { _ = rounds.withLock { $0.removeValue(forKey: round) } }

    func refuse() { count("sidos_participant_rounds_refused_total") }

    func complain() { count("sidos_participant_complaints_total") }

    func work(_ duration: Duration, in phase: RoundRecord.Phase, failed: Bool) {
        let dimensions = [("phase", phase.rawValue)]
        let (seconds, atto) = duration.components
        Timer(label: "sidos_participant_work_seconds", dimensions: dimensions, factory: factory)
            .recordNanoseconds(seconds * 1_000_000_000 + atto / 1_000_000_000)
        if failed { count("sidos_participant_work_failed_total", dimensions[0]) }
    }

    private func count(_ label: String, by amount: Int = 1, _ dimensions: (String, String)...) {
        Counter(label: label, dimensions: dimensions, factory: factory).increment(by: amount)
    }

    // MARK: What is told

    public func obstacle() async -> String? {
        // Not the errors' own words, which name the participant's directory.
        do { try home.keyRing.checkCertificates(at: clock.now()) } catch {
            return "the own certificate is not valid now"
        }
        if let free = available(), free < Self.leastByteCount { return "the disk is full" }
        return isReached() ? nil : "the coordinator cannot be reached"
    }

    /// Less is no room for a duty's lists.
    private static let leastByteCount = 64 << 20

    private func available() -> Int? { try? FreeSpace(at: home.directory.path).byteCount }

    public func figures() async -> [Figure] {
        let now = Int(clamping: clock.unixSeconds())
        let rounds = Array(self.rounds.withLock { $0 }.values)
        let phases = Dictionary(grouping: rounds, by: \.phase)
        var figures = Self.phases.map { phase in
            Figure("sidos_participant_rounds", phases[phase]?.count ?? 0, Figure.Label("phase", phase.rawValue))
        }
        figures += [
            Figure("sidos_participant_oldest_round_seconds", rounds.map { max(0, now - $0.opened) }.max() ?? 0),
            Figure("sidos_participant_rounds_unapproved", unapproved()),
            Figure("sidos_participant_coordinator_reached", isReached() ? 1 : 0),
            Figure(
                "sidos_certificate_expiry_timestamp_seconds",
                home.keyRing.certificateNotAfter.timeIntervalSince1970.rounded()),
        ]
        if let free = available() { figures.append(Figure("sidos_store_available_bytes", free)) }
        return figures
    }
}
