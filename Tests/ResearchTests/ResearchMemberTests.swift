import Files
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Exchange
@testable import Member
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// Joining a round and doing what is due in it. No coordinator can be reached, so whatever asks one fails.
/// [P-16] [P-44]
@Suite("A research environment in a round")
struct ResearchMemberTests {
    // MARK: Joining

    @Test("It joins rounds that count, and rounds of whose rows a dataset can be written")
    func admits() async throws {
        let records = [
            try await BoardFixture.counts.value.records[0], try await BoardFixture.rows.value.records[0],
            try await ReceivedStudy.rows.value.fixture.records[0],
        ]
        try await ResearchPlace.fresh().withMember { member, _ in
            for record in records {
                let code = try await member.admit(record)
                #expect(code == nil)
            }
        }
    }

    @Test(
        "It joins none whose rows it could not write, unless no rows are released",
        arguments: [["persons", "b"], ["Visits", "b"], ["a", "sqlite_b"], ["../a", "b"]])
    func refuses(registers: [String]) async throws {
        try await ResearchPlace.fresh().withMember { member, _ in
            for (release, code) in [(ReleaseMode.rows, RefusalCode.policy), (.none, nil)] {
                let study = try SimulatedStudy(
                    registers: registers, cohorts: [("all", .union(.register(registers[0]), .register(registers[1])))],
                    releasedFor: release == .rows ? [registers[0]: ["all"], registers[1]: ["all"]] : [:],
                    options: .init(release: release))
                let record = try RoundRecord(
                    opening: study.opening().bytes, agreement: study.agreement, file: study.file)
                #expect(try await member.admit(record) == code, "\(registers) \(release)")
            }
        }
    }

    // MARK: Keys

    @Test("What it says of its keys is the same after a restart")
    func restart() async throws {
        let record = try await ReceivedStudy.rows.value.fixture.records[0]
        let place = try ResearchPlace.fresh()
        var commitments: Set<[UInt8]> = []
        for _ in 0..<3 {
            try await place.withMember { member, _ in
                for _ in 0..<2 {
                    let entry = try await member.step(record)
                    commitments.insert(try #require(entry as? KeyCommitted).commitment.bytes)
                }
            }
        }
        #expect(commitments.count == 1)
    }

    @Test("Keys that the board has and the disk has not, not whole, or otherwise, end its part as lost")
    func keysLost() async throws {
        let study = try await ReceivedStudy.rows.value
        let record = try study.fixture.after(KeyCommitted.self, skip: 3)
        try #require(record.allCommitted && record.commitments["research"] != nil)
        var other = study.secrets
        other[other.count / 2] = other[other.count / 2] == 0x30 ? 0x31 : 0x30
        for sealed in [nil, [], Array(study.secrets.dropLast()), other] {
            try await ResearchPlace.fresh(round: study.round).withMember { member, state in
                if let sealed { try state.put(.secrets(of: study.round), sealed) }
                let error = await #expect(throws: RoundRefusal.self) { _ = try await member.step(record) }
                #expect(error?.code == .keysLost)
                #expect(try state.get(.secrets(of: study.round)) == sealed, "nothing takes the place of lost keys")
            }
        }
        try await ResearchPlace.fresh(round: study.round).withMember { member, state in
            try state.put(.secrets(of: study.round), study.secrets)
            #expect(try await member.step(record) is KeyRevealed)
        }
    }

    @Test("It has nothing to post while it waits for others, when the round is over, and where only counts are told")
    func nothingDue() async throws {
        let study = try await ReceivedStudy.rows.value
        let fixture = study.fixture
        let waiting = try fixture.before(Released.self, skip: 1)
        var records = [waiting, try fixture.after(Received.self), try fixture.after(RoundClosed.self)]
        records += try await BoardFixture.counts.value.records
        try await study.place().withMember { member, state in
            try state.put(.secrets(of: study.round), study.secrets)
            for record in records { #expect(try await member.step(record) == nil) }
        }
    }

    // MARK: Receiving

    /// When everything waits to be received.
    private static func released(_ study: ReceivedStudy) throws -> RoundRecord {
        let record = try study.fixture.before(Received.self)
        try #require(record.researchDuties(of: "research") == [.receive])
        return record
    }

    @Test("What is here already is not asked for again: it only says that it is here")
    func alreadyReceived() async throws {
        let study = try await ReceivedStudy.rows.value
        let record = try Self.released(study)
        let place = try study.place()
        let before = try place.contents()
        try await place.withMember { member, state in
            try state.put(.secrets(of: study.round), study.secrets)
            #expect(try await member.step(record) is Received)
        }
        #expect(try place.contents() == before)
    }

    @Test("What is not all here, or was noted by another version, is received anew from the beginning")
    func receivesAnew() async throws {
        let study = try await ReceivedStudy.rows.value
        let record = try Self.released(study)
        for lacking in ["received", "cells.1", "items.2", nil] {
            let place = try study.place()
            if let lacking {
                try AtomicFile.remove(place.directory.file("home/rounds/\(place.round)/\(lacking)"))
            } else {
                try place.arrange(.unreadable)
            }
            try await place.withMember { member, state in
                try state.put(.secrets(of: study.round), study.secrets)
                // The coordinator is asked, which fails here.
                let error = await #expect(throws: (any Error).self) { _ = try await member.step(record) }
                #expect(error is ExchangeClientError, "\(String(describing: error))")
            }
            #expect(try place.contents().isEmpty, "without \(lacking ?? "a readable record")")
        }
    }

    @Test("A record that was altered is not passed over: somebody was at the disk")
    func alteredRecord() async throws {
        let study = try await ReceivedStudy.rows.value
        let record = try Self.released(study)
        let place = try study.place()
        try place.arrange(.damaged)
        try await place.withMember { member, state in
            try state.put(.secrets(of: study.round), study.secrets)
            let error = await #expect(throws: FileError.self) { _ = try await member.step(record) }
            #expect(error.flatMap { Failure.refusal(for: $0) } == .keysLost)
        }
    }

    // MARK: Telling

    @Test("It remembers how the last round ended, and shows it in its status file")
    func observes() async throws {
        let study = try await ReceivedStudy.rows.value
        var aborted = try study.fixture.before(Received.self)
        let abort = RoundAborted(code: .operatorAborted, participants: [])
        try aborted.append(study.fixture.sign(abort, by: "coordinator", on: aborted))
        let place = try study.place()
        try await place.withMember { member, _ in
            await member.observe(try study.fixture.before(Received.self))
            #expect(await member.lastEnded == nil)
            #expect(ResearchStatus.read(place.home)?.rounds.map(\.phase) == ["receiving"])
            await member.observe(aborted)
            let (round, ending) = try #require(await member.lastEnded)
            #expect(round == study.round && ending == .aborted(abort))
            #expect(ResearchStatus.read(place.home)?.rounds.map(\.abort) == ["operator.aborted"])
        }
        // The next process goes on with what this one showed.
        try await place.withMember { member, _ in await member.observe(try await BoardFixture.rows.value.records[3]) }
        #expect(ResearchStatus.read(place.home)?.rounds.map(\.phase) == ["aborted", "keys"])
    }
}
