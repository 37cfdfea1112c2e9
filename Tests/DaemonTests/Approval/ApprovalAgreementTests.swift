import Agreement
import Foundation
import PlainWords
import TestDirectories
import Testing

@testable import Daemon
@testable import Values

@Suite("Agreements that are proposed")
struct ApprovalAgreementTests {
    private let place: TemporaryDirectory
    private let home: Home
    private let book: ApprovalBook
    private let cards: [ParticipantCard]

    init() throws {
        let place = try TemporaryDirectory()
        func made(_ id: String, _ role: ParticipantRole) throws -> Home {
            try Home.create(
                at: place.file(id), id: id, name: "Name of \(id)", role: role, alternativeNames: [], validityDays: 30)
        }
        self.place = place
        home = try made("kela", .authority)
        book = try home.approvals()
        cards = try [home, made("mixer", .mixer), made("hub", .coordinator), made("lab", .research)].map {
            ParticipantCard($0.keys.participant)
        }
    }

    private func agreement(_ study: String, smallestCell: Int) throws -> [UInt8] {
        var draft = AgreementDraft(
            cards: cards,
            study: Study(id: study, title: "Title", purpose: "Purpose", legalBasis: "Basis", permit: "Permit"),
            validFrom: try #require(CalendarDate(iso: "2026-01-01")),
            validUntil: try #require(CalendarDate(iso: "2026-12-31")))
        draft.registers = [
            RegisterDeclaration(
                id: "r", title: "Register", owner: "kela", releasedFor: ["linked"], maxPeople: 100,
                maxCellsPerPerson: 1,
                columns: [ColumnDeclaration(name: "year", type: .integer, nullable: false, title: "Year")])
        ]
        draft.smallestCell = smallestCell
        return Array(draft.yaml.utf8)
    }

    private func sign(_ bytes: [UInt8], noting: Bool = true) throws {
        let signed = try home.agreements().sign(bytes, path: "agreement.yaml", keys: home.keyRing)
        if noting { try book.noteSigned(signed.id) }
    }

    private func former(_ bytes: [UInt8]) throws -> [UInt8]? {
        try book.formerAgreement(bytes, in: home.agreements())?.bytes
    }

    @Test("What one changes is told against the agreement of the same study that was signed last")
    func changes() throws {
        let files = try (5...10).map { try agreement("study", smallestCell: $0) }
        let proposed = files[5]
        #expect(try former(proposed) == nil)
        // Another study's counts for nothing, and what can't be read has no former one.
        try sign(agreement("other", smallestCell: 4))
        #expect(try former(proposed) == nil && former(Array("no agreement".utf8)) == nil)
        // Before the log was begun, as far as it knows.
        try sign(files[4], noting: false)
        #expect(try former(proposed) == files[4])
        for file in [files[1], files[3], files[0], files[2]] {
            try sign(file)
            #expect(try former(proposed) == file)
        }
        // An earlier one is signed anew, and the proposed one itself is not what it is compared with.
        try sign(files[3])
        try sign(proposed)
        #expect(try former(proposed) == files[3])
        let lines = ApprovalText.lines(of: proposed, kind: .agreement, before: try former(proposed))
        let id = AgreementID(ofFile: files[3])
        let head = try #require(lines.firstIndex { $0.contains("\(id), which was signed here last") })
        #expect(lines[head...].contains { $0.contains("A cohort of fewer than 8 people") })
        #expect(lines[head...].contains { $0.contains("A cohort of fewer than 10 people") })
        #expect(lines.last == "Agreement \(AgreementID(ofFile: proposed))")
        let without = ApprovalText.lines(of: proposed, kind: .agreement, before: nil)
        #expect(!without.contains { $0.contains("signed here last") })
    }

    @Test("What somebody writes into a note or a name is no signing")
    func noteIsNoSigning() throws {
        let files = try (5...7).map { try agreement("study", smallestCell: $0) }
        try sign(files[0])
        try sign(files[1])
        try book.note("agreement read", ["agreement": "\(AgreementID(ofFile: files[0]))"])
        try book.note("agreement signed agreement=\(AgreementID(ofFile: files[0]))")
        #expect(try former(files[2]) == files[1])
    }
}
