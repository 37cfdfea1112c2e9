import Foundation
import Glibc
import Testing

extension StudyOnDisk {
    /// Runs `backup` of a participant, of whom everything is then in this directory.
    func backUp(_ id: String, to name: String = "copy", _ more: String...) async throws -> String {
        let log = "backup-\(id)-\(name)"
        let command = ["backup", "-d", home(id).path, "--to", directory.appendingPathComponent(name).path] + more
        let running = try start(program(id), command, log: log)
        guard try await running.end() == 0 else { throw HarnessError("no backup: \(running.errors)") }
        return running.output
    }

    /// Puts a participant's home aside, as a lost machine does, and another in its place.
    func restore(_ id: String, from name: String = "copy") async throws {
        try FileManager.default.moveItem(
            at: home(id), to: directory.appendingPathComponent("lost-\(id)-\(UUID().uuidString)"))
        let result = try await run(
            program(id), "restore", "--from", directory.appendingPathComponent(name).path, "-d", home(id).path)
        guard result.status == 0 else { throw HarnessError("not restored: \(result.errors)") }
    }

    /// Opens a round, and stops it in the ring, where it waits for this participant.
    func linkHeld(by id: String, _ running: [String: RunningProgram]) async throws -> RunningProgram {
        let link = try link()
        try await #require(running["coordinator"]).says("phase=declaring")
        try #require(running[id]).send(SIGSTOP)
        try await link.says("waiting for \(id)", within: 60)
        return link
    }

    /// The coordinator's port as a member's configuration has it.
    func port(ofConfiguration id: String) throws -> Int {
        let text = try String(contentsOf: home(id).appendingPathComponent("config.yaml"), encoding: .utf8)
        return try #require(text.firstMatch(of: #/localhost:(\d+)/#).flatMap { Int($0.output.1) })
    }
}
