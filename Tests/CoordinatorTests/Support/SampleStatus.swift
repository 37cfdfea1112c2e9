@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation

/// A status to change in one place.
enum SampleStatus {
    /// Of a round of three nodes that releases rows, whose lists are on their way.
    static func ring() async throws -> RoundStatus {
        let record = try await BoardFixture.rows.value.after(StageCommitted.self)
        var status = RoundStatus(record)
        status.round = String(repeating: "0a", count: 32)
        status.agreement = String(repeating: "0b", count: 32)
        return status
    }

    static func counts(_ overlap: [([String], Int?)], cohorts: [(String, Int?)] = []) -> Counted {
        Counted(
            overlap: overlap.map { PublishedCount(registers: $0.0, people: $0.1, upperBound: false) },
            cohorts: cohorts.map { PublishedCohort(cohort: $0.0, people: $0.1, upperBound: false) })
    }
}
