import Files
import Foundation
import TestDirectories
import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

@Suite("The status file")
struct StatusFileTests {
    private let place: TemporaryDirectory
    private let path: String

    init() throws {
        place = try TemporaryDirectory()
        path = place.file("status.json")
    }

    private static func round() async throws -> StatusFile.Round {
        StatusFile.Round(try await BoardFixture.rows.value.before(Selected.self))
    }

    @Test("It comes back as it was written, for the coordinator's own user alone")
    func written() async throws {
        for operations in [7_480, nil] {
            let status = StatusFile(
                ports: StatusFile.Ports(exchange: 7_443, operations: operations), rounds: [try await Self.round()])
            try status.write(to: path)
            #expect(try StatusFile.read(path) == status)
            #expect(try place.mode("status.json") == 0o600)
            #expect(try place.read("status.json").last == UInt8(ascii: "\n"))
        }
    }

    @Test("Of a round it holds what everybody may know: ids, study, number and phase")
    func content() async throws {
        let record = try await BoardFixture.rows.value.before(Selected.self)
        try StatusFile(
            ports: StatusFile.Ports(exchange: 1, operations: nil), rounds: [StatusFile.Round(record)]
        ).write(to: path)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try place.read("status.json"))) as? [String: Any])
        #expect(Set(object.keys) == ["exchange_port", "rounds"])
        let round = try #require((object["rounds"] as? [[String: Any]])?.first)
        #expect(Set(round.keys) == ["round", "agreement", "study", "number", "phase"])
        #expect(round["phase"] as? String == "matching" && round["study"] as? String == "simulated")
        #expect(round["round"] as? String == "\(record.round)")
    }

    @Test("It lists the latest thousand rounds, which it can always be read with")
    func bounded() async throws {
        var round = try await Self.round()
        round.study = String(repeating: "s", count: 32)
        let rounds = (1...1_500).map { number in
            var round = round
            round.number = number
            return round
        }
        let status = StatusFile(ports: StatusFile.Ports(exchange: 65_535, operations: 65_535), rounds: rounds)
        #expect(status.rounds.map(\.number) == Array(501...1_500))
        try status.write(to: path)
        #expect(try StatusFile.read(path) == status)
    }

    @Test("None means that no coordinator runs, and so does one of rubbish")
    func rubbish() async throws {
        #expect(try StatusFile.read(path) == nil)
        try StatusFile(ports: StatusFile.Ports(exchange: 1, operations: 2), rounds: [try await Self.round()])
            .write(to: path)
        let good = try place.read("status.json")
        var cases: [[UInt8]] = [[], Array("rubbish".utf8), Array("{}".utf8), Array("null".utf8), [0xFF, 0xFE, 0]]
        cases += [10, good.count / 2, good.count - 3].map { Array(good.prefix($0)) }
        cases.append(Array(#"{"exchange_port":"7443","rounds":[]}"#.utf8))
        cases.append(Array(#"{"exchange_port":99999999999999999999,"rounds":[]}"#.utf8))
        cases.append(Array(#"{"coordinator":"https://hub.example","state":"running"}"#.utf8))
        cases.append(Array(String(repeating: "[", count: 100_000).utf8))
        for bytes in cases {
            try place.overwrite("status.json", bytes)
            #expect(try StatusFile.read(path) == nil, "\(String(decoding: bytes.prefix(40), as: UTF8.self))")
        }
        try place.overwrite("status.json", [UInt8](repeating: 0x20, count: StatusFile.maxByteCount + 1))
        #expect(throws: FileError.tooLarge(path: path, maxByteCount: StatusFile.maxByteCount)) {
            try StatusFile.read(path)
        }
    }

    @Test("The running coordinator keeps it up to date once it listens, in the order of opening")
    func keptUpToDate() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let path = study.home.home.statusPath
        try AtomicFile.write(Array("left by a version of long ago".utf8), to: path)
        let first = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            #expect(try StatusFile.read(path) == nil, "it does not listen yet")
            await coordinator.rounds.didListen(exchange: 7_443, operations: nil)
            let status = try #require(try StatusFile.read(path))
            #expect(status.exchangePort == 7_443 && status.operationsPort == nil)
            #expect(status.rounds.map(\.phase) == ["keys"])
            try await Members(study).run(round, at: coordinator) { $0.allDeclared }
            #expect(try StatusFile.read(path)?.rounds.map(\.phase) == ["ring"])
            try await coordinator.rounds.abort(round, reason: "Enough", caller: try study.operatorCaller())
            #expect(try StatusFile.read(path)?.rounds.map(\.phase) == ["aborted"])
            return round
        }
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            await coordinator.rounds.didListen(exchange: 7_444, operations: 7_480)
            let second = try await coordinator.open()
            let status = try #require(try StatusFile.read(path))
            #expect(status.exchangePort == 7_444 && status.operationsPort == 7_480)
            #expect(status.rounds.map(\.round) == ["\(first)", "\(second)"])
            #expect(status.rounds.map(\.number) == [1, 2])
        }
    }

    @Test("Where it can't be written the log says so, and the round goes on")
    func unwritable() async throws {
        let study = try TestStudy()
        try Directory.make(study.home.home.statusPath)
        try AtomicFile.write([1], to: study.home.home.statusPath + "/full")
        try await RunningCoordinator.run(study) { coordinator in
            await coordinator.rounds.didListen(exchange: 7_443, operations: nil)
            #expect(coordinator.log.text.contains("status.json can't be written"), "\(coordinator.log.text)")
            let round = try await coordinator.openInstalled()
            try await Members(study).run(round, at: coordinator) { $0.allManifestsSigned }
            #expect(try await coordinator.status(of: round).phase == "declaring")
        }
    }
}
