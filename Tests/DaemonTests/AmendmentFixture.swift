import PlainWords
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Files
@testable import Values

/// A participant's home, and agreements of its study that amend each other.
struct AmendmentFixture: Sendable {
    let place: TemporaryDirectory
    let home: Home
    private let cards: [ParticipantCard]

    init() throws {
        let place = try TemporaryDirectory()
        func made(_ id: String, _ role: ParticipantRole) throws -> Home {
            try Home.create(
                at: place.file(id), id: id, name: "Name of \(id)", role: role, alternativeNames: [], validityDays: 30)
        }
        self.place = place
        home = try made("kela", .authority)
        cards = try [
            home, made("vero", .authority), made("mixer", .mixer), made("hub", .coordinator), made("lab", .research),
        ].map { ParticipantCard($0.keys.participant) }
    }

    /// An agreement between all, or without this home's participant.
    ///
    /// - Parameter others: cards in place of those of these participants.
    func file(
        amending former: [UInt8]? = nil, study: String = "study", cell: Int = 5, without: String? = nil,
        cards others: [ParticipantID: ParticipantCard] = [:]
    ) throws -> [UInt8] {
        var draft = AgreementDraft(
            cards: cards.filter { $0.participant.id != without }.map { others[$0.participant.id] ?? $0 },
            study: Study(id: study, title: "Title", purpose: "Purpose", legalBasis: "Basis", permit: "Permit"),
            validFrom: try #require(CalendarDate(iso: "2026-01-01")),
            validUntil: try #require(CalendarDate(iso: "2035-12-31")))
        draft.registers = ["kela", "vero"].filter { $0 != without }.map {
            RegisterDeclaration(
                id: "of_\($0)", title: "Register", owner: $0, releasedFor: ["linked"], maxPeople: 100,
                maxCellsPerPerson: 1,
                columns: [ColumnDeclaration(name: "year", type: .integer, nullable: false, title: "Year")])
        }
        draft.smallestCell = cell
        let amends = former.map { "amends: \(AgreementID(ofFile: $0))\n" } ?? ""
        return Array((draft.yaml + amends).utf8)
    }

    @discardableResult
    func sign(_ file: [UInt8], former: [UInt8]? = nil) throws -> AgreementID {
        try AgreementSigning.sign(
            file, path: "study.yaml", home: home, output: place.file("signature.json"), former: former
        ).0.id
    }

    func chain(_ file: [UInt8]) throws -> AgreementChain {
        try home.agreements().chain(of: AgreementID(ofFile: file), Agreement.parse(file))
    }
}
