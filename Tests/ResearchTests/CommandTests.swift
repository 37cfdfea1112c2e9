import Files
import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

@Suite("Commands on received rounds")
struct CommandTests {
    private let place: ResearchPlace

    init() async throws { place = try await ReceivedStudy.rows.value.place() }

    // MARK: forget

    private func forget() throws {
        let prefix = String(place.round.description.prefix(8))
        try ForgetCommand.parse(["--directory", place.home.directory.path, prefix]).run()
    }

    @Test(
        "A closed round can be forgotten while the daemon runs; one under way, or whose end can't be read, after it",
        arguments: ResearchPlace.Moment.allCases)
    func forgets(moment: ResearchPlace.Moment) throws {
        try place.arrange(moment)
        let names = try place.contents()
        var state: SealedState? = try place.home.state()
        if moment != .closed, moment != .settled {
            let inUse = FileError.inUse(path: place.directory.file("home/state/lock"), process: getpid())
            #expect(throws: inUse) { try forget() }
            #expect(try place.contents() == names)
            withExtendedLifetime(state) { state = nil }
        }
        try forget()
        #expect(try place.folders.all().isEmpty)
        #expect(throws: ResearchError.self) { try forget() }
        withExtendedLifetime(state) {}
    }

    @Test("A round that another command works on is not forgotten")
    func locked() throws {
        try place.arrange(.settled)
        let lock = try place.folder().lock()
        #expect(throws: FileError.inUse(path: lock.path, process: getpid())) { try forget() }
        #expect(try place.folder().hasRelease(3) && place.folder().received() != nil)
        lock.release()
        try forget()
    }

    // MARK: dataset

    private func dataset(_ more: String...) async throws {
        try await DatasetCommand.parse(["--directory", place.home.directory.path] + more).run()
    }

    @Test("A dataset is written beside the daemon, twice the same, and not over another unless told")
    func dataset() async throws {
        try place.arrange(.settled)
        let state = try place.home.state()
        let (first, second) = (place.directory.file("first"), place.directory.file("second"))
        try await dataset("--check")
        try await dataset("--output", first)
        await #expect(throws: DatasetError.datasetExists(path: first)) { try await dataset("--output", first) }
        try await dataset("--output", second, "--round", place.round.description.uppercased())
        for name in ["persons.csv", "clinic.csv", "income.csv"] {
            let bytes = try ResearchPlace.read("\(first)/\(name)")
            #expect(try ResearchPlace.read("\(second)/\(name)") == bytes)
        }
        let persons = try ResearchPlace.read("\(first)/persons.csv").split(separator: 0x0A)
        #expect(persons.count == 1 + ReceivedStudy.join.count)
        try ResearchPlace.write([], to: "\(first)/persons.csv")
        try await dataset("--output", first, "--replace")
        #expect(try ResearchPlace.read("\(first)/persons.csv") == ResearchPlace.read("\(second)/persons.csv"))
        withExtendedLifetime(state) {}
    }

    @Test("While the round must stay closed, or another command works on it, no dataset is written")
    func noDataset() async throws {
        let output = place.directory.file("output")
        await #expect(throws: ResearchError.notClosed(place.round)) { try await dataset("--output", output) }
        await #expect(throws: ResearchError.notClosed(place.round)) { try await dataset("--check") }
        try place.arrange(.settled)
        let lock = try place.folder().lock()
        await #expect(throws: FileError.inUse(path: lock.path, process: getpid())) {
            try await dataset("--output", output)
        }
        #expect(try FileStatus.at(output) == nil)
        lock.release()
    }

    @Test(
        "Either a directory is named or a check is asked for, and one round or several",
        arguments: [
            [], ["--check", "--output", "x"], ["--check", "--round", "0a1b2c", "--rounds", "0a1b2c,3d4e5f"],
            ["--check", "--rounds", "0a1b2c"], ["--check", "--rounds", ""],
            ["--check", "--rounds", Array(repeating: "0a1b2c", count: 65).joined(separator: ",")],
        ] as [[String]])
    func arguments(more: [String]) {
        #expect(throws: (any Error).self) { try DatasetCommand.parse(more) }
    }

    @Test("Rounds of one dataset are named each once, are closed, and have pseudonyms that last")
    func severalRounds() async throws {
        let name = String(place.round.description.prefix(8))
        let output = place.directory.file("output")
        await #expect(throws: ResearchError.roundTwice(place.round)) {
            try await dataset("--output", output, "--rounds", "\(name),\(place.round)")
        }
        await #expect(throws: ResearchError.badRound("")) { try await dataset("--check", "--rounds", "\(name),") }
        let other = RoundID.digits("aa")
        _ = try place.folders.folder(of: other)
        await #expect(throws: ResearchError.notClosed(place.round)) {
            try await dataset("--check", "--rounds", "\(name),\(other)")
        }
        try place.arrange(.settled)
        await #expect(throws: ResearchError.notReceived(other)) {
            try await dataset("--check", "--rounds", "\(name),\(other)")
        }
        #expect(try FileStatus.at(output) == nil)
    }

    // MARK: status

    @Test("Status tells how a round stands, also where only the disk knows, and one that can't be read hides no other")
    func status() async throws {
        let other = RoundID.digits("aa")
        _ = try place.folders.folder(of: other)
        var daemon = ResearchStatus(research: "research")
        let records = try await ReceivedStudy.rows.value.fixture.records
        _ = daemon.update(try #require(records.last), at: Date(timeIntervalSince1970: 3_000))
        for moment in [ResearchPlace.Moment.received, .closed, .settled, .damaged, .unreadable, .incomplete] {
            try place.arrange(moment)
            for status in [nil, daemon] {
                let lines = try StatusCommand.rounds(place.home, status)
                #expect(Set(lines.map(\.round)) == [place.round.description, other.description])
                let line = try #require(lines.first { $0.round == place.round.description })
                #expect(line.phase == (status == nil ? nil : "closed"))
                #expect(line.isReceived == [.received, .closed, .settled].contains(moment), "\(moment)")
                #expect(line.unsigned == (moment == .closed ? ["b"] : []), "\(moment)")
                #expect(line.canWriteDataset == (moment == .settled), "\(moment)")
                let isDamaged = [.damaged, .unreadable].contains(moment)
                #expect((line.damage != nil) == isDamaged, "\(moment)")
                #expect(line.damage?.contains("\(place.round)/received") != false, "\(moment)")
            }
        }
    }
}
