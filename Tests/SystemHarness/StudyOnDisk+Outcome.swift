import Foundation
import Testing

extension StudyOnDisk {
    /// The dataset has exactly the people and rows of a plaintext join.
    func checkDataset(_ location: SourceLocation = #_sourceLocation) async throws {
        try await researchIsDone()
        let expected = design.expectedProfiles
        let found = try await dataset().profiles
        #expect(!expected.isEmpty, sourceLocation: location)
        #expect(found == expected, sourceLocation: location)
    }

    private struct Status: Decodable {
        struct Round: Decodable { var round, phase: String }
        var rounds: [Round]
    }

    /// A participant's own view of its rounds: what its `status.json` says.
    func phases(_ id: String) -> [String: String] {
        guard let data = try? Data(contentsOf: home(id).appendingPathComponent("status.json")),
            let status = try? JSONDecoder().decode(Status.self, from: data)
        else { return [:] }
        return Dictionary(status.rounds.map { ($0.round, $0.phase) }, uniquingKeysWith: { _, last in last })
    }

    /// Until the research environment knows that the round is closed.
    func researchIsDone(with round: String? = nil) async throws {
        try await wait(seconds: 120) {
            let phases = self.phases("research")
            return round.map { phases[$0] == "closed" } ?? phases.values.contains("closed")
        }
    }
}

extension RunningProgram {
    /// The id that `link` tells first.
    func openedRound() throws -> String {
        let line = output.split(separator: "\n").first { $0.hasPrefix("Opened round ") }
        guard let round = line?.split(separator: " ").last else { throw HarnessError("no round was opened: \(errors)") }
        return String(round)
    }
}
