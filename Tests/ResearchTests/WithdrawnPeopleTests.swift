import Files
import Foundation
import Testing

@testable import Agreement
@testable import Daemon
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// Who has withdrawn, as the research environment keeps it. [P-96]
@Suite("Who has withdrawn")
struct WithdrawnPeopleTests {
    private let place: ResearchPlace
    private let people: WithdrawnPeople

    init() throws {
        place = try ResearchPlace.fresh()
        people = try WithdrawnPeople(home: place.home)
    }

    private static func names(_ bytes: UInt8...) -> [[UInt8]] { bytes.map { .filled($0, 16) } }

    @Test("What a round told counts once it has closed, and only once; lists only grow")
    func settled() throws {
        let (first, second) = (RoundID.digits("a1"), RoundID.digits("b2"))
        #expect(try people.list(of: "study") == WithdrawnPeople.List())
        try people.keep(Self.names(3, 1), of: first)
        #expect(people.has(first) && !people.has(second))
        #expect(try people.list(of: "study").names.isEmpty && people.studies().isEmpty)
        try people.settle(first, study: "study", at: 1_000)
        #expect(!people.has(first))
        let list = try people.list(of: "study")
        #expect(list.names == Self.names(1, 3) && list.changed == 1_000)
        try people.settle(first, study: "study", at: 2_000)
        #expect(try people.list(of: "study") == list)
        // The next round tells of the same people again, and of others; a study has its own.
        try people.keep(Self.names(1, 2), of: second)
        try people.settle(second, study: "study", at: 3_000)
        let longer = try people.list(of: "study")
        #expect(longer.names == Self.names(1, 2, 3) && longer.changed == 3_000 && longer.mark != list.mark)
        try people.keep(Self.names(1), of: first)
        try people.settle(first, study: "study", at: 4_000)
        #expect(try people.list(of: "study") == longer)
        #expect(try people.list(of: "other").names.isEmpty && people.studies() == ["study"])
    }

    @Test("What an aborted round told is forgotten")
    func aborted() throws {
        let round = RoundID.digits("a1")
        try people.keep(Self.names(1), of: round)
        try people.forget(round)
        try people.settle(round, study: "study", at: 1_000)
        #expect(try people.list(of: "study").names.isEmpty)
        try people.forget(round)
    }

    @Test("A list that was changed is refused, and nobody can be read in it")
    func sealed() throws {
        let round = RoundID.digits("a1")
        try people.keep(Self.names(0x5A), of: round)
        try people.settle(round, study: "study", at: 1_000)
        let path = place.home.directory.file("withdrawn/study")
        let bytes = try ResearchPlace.read(path)
        #expect(bytes.firstRange(of: [UInt8].filled(0x5A, 16)) == nil)
        #expect(try FileStatus(of: path).mode == 0o600)
        for index in bytes.indices {
            try place.alter(path, at: index)
            #expect(throws: FileError.self) { try people.list(of: "study") }
            try ResearchPlace.write(bytes, to: path)
        }
        // Nor can one study's list stand for another's.
        try ResearchPlace.write(bytes, to: place.home.directory.file("withdrawn/other"))
        #expect(throws: FileError.self) { try people.list(of: "other") }
    }

    @Test("A list that has grown over its limit is refused before it is written: it could not be read again")
    func tooLong() throws {
        let people = try WithdrawnPeople(home: place.home, byteLimit: 8 + 2 * 16)
        let (first, second) = (RoundID.digits("a1"), RoundID.digits("b2"))
        try people.keep(Self.names(1, 2), of: first)
        try people.settle(first, study: "study", at: 1_000)
        let full = try people.list(of: "study")
        #expect(full.names == Self.names(1, 2))
        // Who is on it already makes it no longer.
        try people.keep(Self.names(2), of: second)
        try people.settle(second, study: "study", at: 2_000)
        try people.keep(Self.names(3), of: second)
        let path = place.home.directory.file("withdrawn/study")
        for _ in 0..<2 {
            #expect(throws: FileError.tooLarge(path: path, maxByteCount: 40)) {
                try people.settle(second, study: "study", at: 3_000)
            }
            // Nothing of it is lost, and what was there can be read.
            #expect(try people.list(of: "study") == full && people.has(second))
        }
        #expect(WithdrawnPeople.byteLimit > 8 + 16 * 16 * AgreementLimits.withdrawals)
    }

    @Test("Whoever works on lists keeps others out, and a command waits for it")
    func exclusive() throws {
        var reached = false
        try people.exclusively { people in
            let inUse = FileError.inUse(path: place.home.directory.file("withdrawn/.lock"), process: getpid())
            #expect(throws: inUse) { try people.exclusively { _ in reached = true } }
            #expect(throws: inUse) { try people.exclusively(patience: 0.5) { _ in reached = true } }
        }
        #expect(!reached)
        try people.exclusively { _ in reached = true }
        #expect(reached)
        #expect(try people.studies().isEmpty && people.pending().isEmpty)
    }

    @Test("Prepared datasets of rounds that were forgotten may have anybody, and are removed")
    func prepared() async throws {
        for name in ["0123456789ab-1", "\(String(place.round.description.prefix(12)))-1"] {
            try Directory.make(place.home.directory.subdirectory("prepared").file(name))
        }
        _ = try place.folder()
        try await place.withMember { member, _ in try await member.discardPreparedOfNobody() }
        let left = try PreparedDatasets(home: place.home).all().map(\.name)
        #expect(left == ["\(place.round.description.prefix(12))-1"])
    }
}
