import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

@Suite("Status of a research environment")
struct ResearchStatusTests {
    private let place: ResearchPlace
    private var path: String { place.home.statusPath }
    private static let time = Date(timeIntervalSince1970: 1_795_000_000)

    init() throws { place = try ResearchPlace.fresh() }

    private func json(_ status: ResearchStatus) throws -> [UInt8] {
        try status.write(to: path)
        return try ResearchPlace.read(path)
    }

    @Test("A file that is missing, rubbish or too large is as none, for it is only for showing")
    func unreadable() async throws {
        #expect(ResearchStatus.read(place.home) == nil)
        var status = ResearchStatus(research: "research")
        _ = status.update(try await BoardFixture.rows.value.records[0], at: Self.time)
        let sound = try json(status)
        #expect(ResearchStatus.read(place.home)?.rounds == status.rounds)
        let spaces = [UInt8](repeating: 0x20, count: (1 << 22) + 1 - sound.count)
        for bytes in [[], Array(sound.dropLast(3)), sound + [0x7D], Array("[]".utf8), .filled(0xFF, 9), sound + spaces]
        {
            try ResearchPlace.write(bytes, to: path)
            #expect(ResearchStatus.read(place.home) == nil)
        }
        try ResearchPlace.write(sound + spaces.dropLast(), to: path)
        #expect(ResearchStatus.read(place.home)?.rounds == status.rounds)
    }

    @Test("The newest hundred rounds are kept, in a file that holds more too")
    func hundred() throws {
        let study = try SimulatedStudy(registers: ["a", "b"], cohorts: [], releasedFor: [:])
        let records = try (0..<120).map { _ in
            try RoundRecord(opening: study.opening().bytes, agreement: study.agreement, file: study.file)
        }
        let expected = records.suffix(100).map(\.round.description)
        var status = ResearchStatus(research: "research")
        var all = ResearchStatus(research: "research")
        for record in records {
            let isNews = status.update(record, at: Self.time)
            #expect(isNews)
            var one = ResearchStatus(research: "research")
            _ = one.update(record, at: Self.time)
            all.rounds += one.rounds
        }
        #expect(status.rounds.map(\.round) == expected)
        #expect(try json(all).count < 1 << 20)
        #expect(ResearchStatus.read(place.home)?.rounds.map(\.round) == expected)
    }

    @Test("A round is news when it is new or its phase has changed, and only then")
    func news() async throws {
        let records = try await BoardFixture.rows.value.records
        var status = ResearchStatus(research: "research")
        var phase: RoundRecord.Phase?
        for record in records {
            let news = [status.update(record, at: Self.time), status.update(record, at: Self.time)]
            #expect(news == [record.phase != phase, false], "\(record.head.count)")
            phase = record.phase
            #expect(status.rounds.map(\.phase) == [record.phase.rawValue])
            #expect(status.rounds[0].waitingFor == record.waitingFor && status.rounds[0].abort == nil)
        }
        let isNews = status.update(try await BoardFixture.counts.value.records[0], at: Self.time)
        #expect(isNews && status.rounds.count == 2)
        #expect(status.updated == "2026-11-18T11:06:40.000Z")
    }

    @Test("Why a round was aborted is shown", arguments: AbortCode.allCases)
    func abort(code: AbortCode) async throws {
        let fixture = try await BoardFixture.rows.value
        var record = try fixture.before(RoundClosed.self)
        if code == .refused {
            try record.append(fixture.sign(Refused(code: .policy), by: BoardFixture.mixer, on: record))
        }
        let abort = RoundAborted(code: code, participants: [BoardFixture.mixer])
        var status = ResearchStatus(research: "research")
        _ = status.update(record, at: Self.time)
        try record.append(fixture.sign(abort, by: "coordinator", on: record))
        let isNews = status.update(record, at: Self.time)
        #expect(isNews)
        _ = try json(status)
        let shown = try #require(ResearchStatus.read(place.home)?.rounds.first)
        #expect(shown.phase == "aborted" && shown.abort == code.rawValue)
    }

    /// A new field or number has to be thought over: the file is open to whoever watches the machine.
    @Test(
        "Nothing in it follows from a person: ids, phases, times, and no number but those of rounds and of the machine")
    func nothingOfPeople() async throws {
        let fixture = try await ReceivedStudy.rows.value.fixture
        var status = ResearchStatus(research: "research")
        for record in fixture.records { _ = status.update(record, at: Self.time) }
        let file = try json(status)
        let root = try #require(try JSONSerialization.jsonObject(with: Data(file)) as? [String: Any])
        let rounds = try #require(root["rounds"] as? [[String: Any]])
        let fields: Set = [
            "agreement", "deadline", "number", "opened", "phase", "process", "peakMebibytes", "research",
            "residentMebibytes", "round", "rounds", "standing", "study", "updated", "waitingFor",
        ]
        #expect(fields.isSuperset(of: Set(root.keys).union(rounds.flatMap(\.keys))))
        let participants = Set(fixture.study.agreement.participants.map(\.id))
        // How far a round is: steps of participants and registers are counted, and nothing that follows from people.
        let standings = status.rounds.compactMap(\.standing)
        #expect(standings.count == status.rounds.count && standings == standings.map(\.withoutNumbersOfPeople))
        let registers = fixture.study.agreement.registers.count
        for standing in standings {
            let tallies = [standing.declared, standing.released, standing.erased]
            #expect(tallies.allSatisfy { $0.total <= max(registers, participants.count) })
            #expect(standing.registers.allSatisfy { $0.items == nil && $0.stagesTotal <= participants.count })
        }
        for round in rounds {
            #expect((round["waitingFor"] as? [String]).map { participants.isSuperset(of: $0) } == true)
            #expect(round["number"] as? Int == 1)
            #expect(RoundRecord.Phase(rawValue: round["phase"] as? String ?? "") != nil)
        }
    }
}
