import Files
import TestDirectories
import Testing

@testable import Daemon
@testable import Dataset
@testable import Member
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// What becomes of keys and of what was received when a round ends, and whose word counts. [P-14] [P-19] [P-44]
@Suite("A research environment at a round's end")
struct RoundEndTests {
    private let study: ReceivedStudy

    init() async throws { study = try await ReceivedStudy.rows.value }

    private static let abort = RoundRecord.Ending.aborted(RoundAborted(code: .deadline, participants: []))

    /// The fixture's board as it was when the round had been closed, with so many signatures that it was.
    private func closed(signatures: Int) throws -> RoundRecord {
        guard signatures > 0 else { return try study.fixture.after(RoundClosed.self) }
        return try study.fixture.after(KeysErased.self, skip: signatures - 1)
    }

    // MARK: Signatures

    /// Whether a member that was started anew has nothing more to wait for.
    private func settle(_ record: RoundRecord, at place: ResearchPlace) async throws -> Bool {
        try await place.withMember { member, _ in try await member.settle(record) }
    }

    @Test("The dataset waits until all who held keys have signed that the round is closed")
    func settles() async throws {
        let place = try study.place()
        let holders = try closed(signatures: 0).keyHolders
        for signatures in 0..<holders.count {
            let record = try closed(signatures: signatures)
            for _ in 0..<2 { #expect(try await !settle(record, at: place)) }
            let received = try #require(try place.folder().received())
            #expect(received.isClosed && received.unsigned == record.yetToErase)
            #expect(throws: ResearchError.notSigned(study.round, by: record.yetToErase)) {
                try RoundOpening(folder: place.folder(), home: place.home)
            }
        }
        let last = try closed(signatures: holders.count)
        try #require(last.allErased)
        for _ in 0..<2 { #expect(try await settle(last, at: place)) }
        let store = try await RoundOpening(folder: place.folder(), home: place.home).store(withoutDamaged: false)
        #expect(try store.portraits() == ReceivedStudy.join)
    }

    /// A board that says the same, but for one node's shares, and on which all have signed that it is closed.
    private func fork() throws -> RoundRecord {
        let fixture = study.fixture
        var record = try fixture.before(Released.self, skip: 2)
        let last = try fixture.entry(try fixture.position(of: Released.self, skip: 2))
        var body = try #require(last.body as? Released)
        body.shares.attempt += 1
        var entries: [(any EntryBody, ParticipantID)] = [
            (body, last.author), (Received(), "research"), (RoundClosed(), "coordinator"),
        ]
        entries += record.keyHolders.map { (KeysErased(), $0) }
        for (body, author) in entries { try record.append(fixture.sign(body, by: author, on: record)) }
        try #require(record.ending == .closed && record.allErased)
        return record
    }

    @Test("Signatures on another board than that on which it was received settle nothing")
    func forked() async throws {
        let place = try study.place()
        let fork = try fork()
        let forked = ProtocolViolation(.boardForked, by: "coordinator")
        await #expect(throws: forked) { try await settle(fork, at: place) }
        #expect(try place.folder().received()?.isClosed == false)
        #expect(try await !settle(closed(signatures: 1), at: place))
        await #expect(throws: forked) { try await settle(fork, at: place) }
        #expect(try place.folder().received()?.isSettled == false)
    }

    @Test("There is nothing to wait for where nothing was received, or what was is of no use, or the round was aborted")
    func nothingToSettle() async throws {
        let record = try closed(signatures: 1)
        for moment in [ResearchPlace.Moment.incomplete, .damaged, .unreadable, .settled] {
            let place = try study.place()
            try place.arrange(moment)
            #expect(try await settle(record, at: place), "\(moment)")
        }
        let place = try study.place()
        var aborted = try study.fixture.before(RoundClosed.self)
        let abort = RoundAborted(code: .deadline, participants: [])
        try aborted.append(study.fixture.sign(abort, by: "coordinator", on: aborted))
        #expect(try await settle(aborted, at: place))
        #expect(try place.folder().received()?.isClosed == false)
        #expect(try await settle(record, at: ResearchPlace.fresh(round: study.round)))
    }

    // MARK: Destroying

    /// Whether everything of the round is where it was; nothing of it may be halfway gone.
    private func isKept(_ place: ResearchPlace, _ names: [String]) throws -> Bool {
        #expect(try place.folders.existing(.digits("aa")) != nil, "another round's folder stays")
        guard try place.folders.existing(study.round) != nil else { return false }
        #expect(try place.contents() == names)
        return true
    }

    @Test("What was received goes when the round was aborted or not all is here, and stays once all have signed")
    func erases() async throws {
        typealias Moment = ResearchPlace.Moment
        // What can't be read is left to the operator, who is told.
        let kept: [Moment: (closed: Bool, aborted: Bool, ownEnd: Bool)] = [
            .incomplete: (false, false, false), .received: (true, false, true), .closed: (true, false, true),
            .settled: (true, true, true), .damaged: (true, true, true), .unreadable: (true, true, true),
        ]
        for moment in Moment.allCases {
            let expected = try #require(kept[moment])
            for (ending, isKept) in [
                (RoundRecord.Ending.closed, expected.closed), (Self.abort, expected.aborted), (nil, expected.ownEnd),
            ] {
                let place = try study.place()
                try place.arrange(moment)
                _ = try place.folders.folder(of: .digits("aa"))
                let names = try place.contents()
                try await place.withMember { member, _ in
                    for _ in 0..<2 {
                        try await member.erase(study.round, ending: ending)
                        #expect(try self.isKept(place, names) == isKept, "\(moment) \(String(describing: ending))")
                    }
                }
            }
        }
    }

    @Test("The round's keys go however it ended; other rounds' keys and the study's stay")
    func destroysKeys() async throws {
        let other = RoundID.digits("aa")
        let gone: [StateName] = [
            .secrets(of: study.round), .head(of: study.round), .deadline(of: study.round),
            .attempts(of: study.round, batch: "research", stage: "release"),
        ]
        let staying: [StateName] = [.secrets(of: other), .over(study.round)]
        for ending in [RoundRecord.Ending.closed, Self.abort, nil] {
            let place = try study.place()
            try await place.withMember { member, state in
                for name in gone + staying { try state.put(name, [1, 2, 3]) }
                let key = StateName.pseudonymKey(study: "visits")
                let pseudonymKey = try #require(try state.get(key))
                for _ in 0..<2 { try await member.erase(study.round, ending: ending) }
                for name in gone { #expect(!state.contains(name), "\(name)") }
                for name in staying { #expect(try state.get(name) == [1, 2, 3], "\(name)") }
                #expect(try state.get(key) == pseudonymKey)
            }
        }
        try await ResearchPlace.fresh().withMember { member, _ in
            try await member.erase(study.round, ending: .closed)
        }
    }

    @Test("What was received on a wrong board goes, unless all had signed that the round is closed")
    func disowns() async throws {
        for moment in ResearchPlace.Moment.allCases {
            let place = try study.place()
            try place.arrange(moment)
            _ = try place.folders.folder(of: .digits("aa"))
            let names = try place.contents()
            try await place.withMember { member, _ in
                for _ in 0..<2 {
                    try await member.disown(study.round)
                    let expected = ![.incomplete, .received, .closed].contains(moment)
                    #expect(try isKept(place, names) == expected, "\(moment)")
                }
            }
        }
    }
}
