import PSIProtocol
import Testing
import Values

@testable import Daemon
@testable import Files
@testable import Research

@Suite("Naming a round")
struct RoundFoldersTests {
    private let place: ResearchPlace
    private var folders: RoundFolders { place.folders }

    private static let twins = ["aaaaaa00", "aaaaaa11"].map(RoundID.digits)
    private static let rounds = [RoundID.digits("0123456789abcdef")] + twins

    init() throws { place = try ResearchPlace.fresh() }

    private func receive(_ rounds: [RoundID]) throws { for round in rounds { _ = try folders.folder(of: round) } }

    @Test("Where there is one round, nobody need name it")
    func only() throws {
        #expect(throws: ResearchError.noRounds) { try folders.find(nil) }
        #expect(throws: ResearchError.noSuchRound("012345")) { try folders.find("012345") }
        try receive([Self.rounds[0]])
        #expect(try folders.find(nil).round == Self.rounds[0])
        try receive(Self.twins)
        #expect(throws: ResearchError.severalRounds(Self.rounds)) { try folders.find(nil) }
    }

    @Test(
        "Six digits or more name a round, in capitals too",
        arguments: [("012345", 0), ("0123456789ABCDEF", 0), ("aaaaaa1", 2), ("AAAAAA0", 1)])
    func found(prefix: String, index: Int) throws {
        try receive(Self.rounds)
        #expect(try folders.find(prefix).round == Self.rounds[index])
        #expect(try folders.find(Self.rounds[index].description).round == Self.rounds[index])
    }

    @Test(
        "What is no beginning of an id is refused, whatever is there",
        arguments: [
            "", "01234", "xyzxyz", "0x0123", "012345 ", "-12345", "../../..", "/tmp/abcdef", "äbcdef", "１２３４５６",
            String(repeating: "0", count: 65), String(repeating: "g", count: 5_000),
        ])
    func malformed(text: String) throws {
        try receive(Self.rounds)
        let error = try #require(throws: ResearchError.self) { try folders.find(text) }
        #expect(error == .badRound(text))
        #expect(error.description.count < 200, "a long argument is not repeated whole")
    }

    @Test("A beginning of several rounds, or of none, names none")
    func undecided() throws {
        try receive(Self.rounds)
        #expect(throws: ResearchError.ambiguousRound("aaaaaa", Self.twins)) { try folders.find("AAAAAA") }
        #expect(throws: ResearchError.noSuchRound("aaaaaa2")) { try folders.find("aaaaaa2") }
        #expect(throws: ResearchError.noSuchRound("bbbbbb")) { try folders.find("BBBBBB") }
        #expect(try folders.existing(.digits("bbbbbb")) == nil)
        #expect(try folders.all() == Self.rounds, "asking makes no folder")
    }

    @Test("Other things among the rounds are passed over")
    func strays() throws {
        try receive([Self.rounds[0]])
        for name in ["notes.txt", "lost+found", "0123456789abcde", String(repeating: "A", count: 64)] {
            try place.directory.write([], to: "home/rounds/\(name)")
        }
        #expect(try folders.all() == [Self.rounds[0]])
        #expect(try folders.find(nil).round == Self.rounds[0])
    }

    /// An error, the status it ends the program with, and words that its sentence must have.
    private struct Told {
        let error: ResearchError
        let status: Daemon.ExitStatus
        let words: [String]

        init(_ error: ResearchError, _ status: Daemon.ExitStatus, _ words: String...) {
            (self.error, self.status, self.words) = (error, status, words)
        }
    }

    @Test("Each error says what to do, and ends the program with the status for it")
    func sentences() throws {
        let round = Self.rounds[0]
        let id = round.description
        let damage: [ResearchError.Damage] = [
            .init(register: "clinic", owner: "b", items: 3), .init(register: "income", owner: "c", items: 1),
        ]
        let refused = RoundAborted(code: .refused, participants: ["a", "b"])
        let late = RoundAborted(code: .deadline, participants: [])
        let table: [Told] = [
            Told(.badRound("xyz"), .usage, "`xyz`", "at least 6 hexadecimal digits"),
            Told(.noRounds, .noInput, "`sidos-research receive`", "`serve`"),
            Told(.noSuchRound("abcdef"), .noInput, "abcdef", "`sidos-research status`"),
            Told(.ambiguousRound("aaaaaa", Self.twins), .usage, "aaaaaa000000, aaaaaa110000", "give more digits"),
            Told(.severalRounds(Self.rounds), .usage, "0123456789ab, aaaaaa000000", "--round"),
            Told(.notReceived(round), .temporary, id, "keep `serve` or `receive` running"),
            Told(.notClosed(round), .temporary, id, "keep `serve` or `receive` running"),
            Told(.notSigned(round, by: ["a"]), .temporary, id, "a has not yet signed", "keep `serve`"),
            Told(.notSigned(round, by: ["a", "b"]), .temporary, "a, b have not yet signed"),
            Told(.damaged(round, damage), .protocolViolation, "clinic of b: 3; income of c: 1", "Nothing was written"),
            Told(.damaged(round, damage), .protocolViolation, id, "Tell none of them how many", "--without-damaged"),
            Told(.copyDamaged(round, path: "/r/cells.0"), .badData, id, "/r/cells.0", "backup", "forget"),
            Told(.storeMissing(round, path: "/r/store"), .noInput, id, "/r/store", "forget"),
            Told(.unreadableRecord(path: "/r/received"), .badData, "/r/received", "another version"),
            Told(.endedWithoutRound, .temporary, "log says why"),
            Told(.aborted(round, refused), .abortedRound, id, "participant.refused (a, b)"),
            Told(.aborted(round, late), .abortedRound, id, "deadline.passed"),
        ]
        for told in table {
            let report = ErrorReport(told.error)
            #expect(report.exitStatus == told.status, "\(told.error)")
            for word in told.words { #expect(report.sentence.contains(word), "\(report.sentence)") }
            #expect(!report.sentence.hasSuffix(".") && !report.sentence.hasSuffix("()"), "\(report.sentence)")
        }
    }
}
