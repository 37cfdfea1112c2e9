import Foundation

/// Disks that are carried between the coordinator and a participant without a connection.
extension StudyOnDisk {
    typealias CommandResult = (status: Int32, output: String, errors: String)

    func disk(_ name: String) -> URL { directory.appendingPathComponent("disk-\(name)") }

    /// Writes what a participant is to read.
    func courierOut(for id: String, to name: String, _ more: String...) async throws -> CommandResult {
        let running = try start(
            .coordinator, ["courier", "out", "-d", home("coordinator").path, "--for", id, disk(name).path] + more,
            log: "courier-\(name)")
        return (try await running.end(), running.output, running.errors)
    }

    /// Writes what a participant has to say, once it has done all that it can.
    func courierOut(of id: String, to name: String, _ more: String...) async throws -> CommandResult {
        for attempt in 0..<600 {
            let running = try start(
                program(id), ["courier", "out", "-d", home(id).path, disk(name).path] + more,
                log: "courier-\(name)-\(attempt)")
            let status = try await running.end()
            // 75: it is still at work.
            if status != 75 { return (status, running.output, running.errors) }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw HarnessError("\(id) has never done what it can")
    }

    func courierIn(at id: String, from name: String) async throws -> CommandResult {
        try await run(program(id), "courier", "in", "-d", home(id).path, disk(name).path)
    }

    struct RoundStanding: Decodable {
        var phase: String
        var waitingFor: [String]
        enum CodingKeys: String, CodingKey {
            case phase
            case waitingFor = "waiting_for"
        }
        var hasEnded: Bool { phase == "closed" || phase == "aborted" }
    }

    /// Waits until the round waits for nobody but those without a connection, or has ended.
    func untilItWaits(for carried: Set<String>) async throws -> RoundStanding {
        for _ in 0..<600 {
            let result = try await run(.coordinator, "status", "-d", home("coordinator").path, "--json")
            guard result.status == 0 else { throw HarnessError("no status: \(result.errors)") }
            let standing = try JSONDecoder().decode(RoundStanding.self, from: Data(result.output.utf8))
            if standing.hasEnded || (!standing.waitingFor.isEmpty && carried.isSuperset(of: standing.waitingFor)) {
                return standing
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw HarnessError("the round never waited for \(carried)")
    }

    /// Carries a disk there and one back.
    ///
    /// - Parameter pin: which of the participant's keys it is for, if it has several.
    /// - Returns: whether the participant had anything to say.
    func journey(of id: String, number: Int, for pin: String? = nil) async throws -> Bool {
        let out = try await courierOut(for: pin ?? id, to: "\(number)-to-\(id)")
        guard out.status == 0 else { throw HarnessError("no disk for \(id): \(out.errors)") }
        guard !out.output.contains("nothing was written") else { return false }
        let taken = try await courierIn(at: id, from: "\(number)-to-\(id)")
        guard taken.status == 0 else { throw HarnessError("\(id) did not take the disk: \(taken.errors)") }
        return try await journeyBack(of: id, number: number)
    }

    func journeyBack(of id: String, number: Int) async throws -> Bool {
        let back = try await courierOut(of: id, to: "\(number)-from-\(id)")
        guard back.status == 0 else { throw HarnessError("no disk of \(id): \(back.errors)") }
        guard !back.output.contains("nothing was written") else { return false }
        let said = try await courierIn(at: "coordinator", from: "\(number)-from-\(id)")
        guard said.status == 0 else { throw HarnessError("the disk of \(id) was not taken: \(said.errors)") }
        return true
    }
}

extension RunningProgram {
    /// Sockets of a network that it has open now. What starts processes here gives each a local one to tell its end.
    func networkSockets() throws -> [String] {
        let place = "/proc/\(identifier)"
        let open = try FileManager.default.contentsOfDirectory(atPath: "\(place)/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "\(place)/fd/\($0)")
        }
        var numbers: Set<String> = []
        for kind in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
            let table = try String(contentsOfFile: "\(place)/net/\(kind)", encoding: .utf8)
            numbers.formUnion(
                table.split(separator: "\n").dropFirst().compactMap { line in
                    let fields = line.split(separator: " ")
                    return fields.count > 9 ? "socket:[\(fields[9])]" : nil
                })
        }
        return open.filter(numbers.contains)
    }
}
