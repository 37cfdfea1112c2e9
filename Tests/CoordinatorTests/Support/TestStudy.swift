import ArgumentParser
import Crypto
import PSIProtocol
import TestDirectories

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import Exchange
@testable import Values

/// A study whose coordinator is the one under test: its home on the disk, everybody's keys, and the agreement's file.
///
/// Two owners and a mixer, as in `BoardFixture`; a research environment where rows are released.
struct TestStudy: Sendable {
    struct Design: Sendable {
        var study = "rounds"
        var release = ReleaseMode.rows
        var valid = "{from: 2026-01-01, until: 2026-12-31}"
        var roundsAllowed = 3
        var deadlineMinutes = 60
        var retentionDays = 30
        var smallestCell = 1
        var countRounding = 1
        /// The mechanism of noise, as the agreement writes it.
        var counts: String?
        var maxPeople = 1_000
        /// Days, as the agreement writes them.
        var calendar: String?
        /// The id of the agreement that this one amends.
        var amends: String?
    }

    /// What another participant than the coordinator keeps to itself.
    struct Keys: Sendable {
        let signing = Curve25519.Signing.PrivateKey()
        let hpke: XWingMLKEM768X25519.PrivateKey
        let pin: [UInt8]

        init(_ id: ParticipantID) throws {
            hpke = try XWingMLKEM768X25519.PrivateKey()
            pin = Array(SHA256.hash(data: Array("certificate of \(id)".utf8)))
        }

        func participant(_ id: ParticipantID, _ role: ParticipantRole) -> Participant {
            Participant(
                id: id, name: "Name of \(id)", role: role, signingKey: Array(signing.publicKey.rawRepresentation),
                hpkeKey: Array(hpke.publicKey.rawRepresentation), tlsPin: pin)
        }
    }

    static let coordinator = "coordinator"
    static let research = "research"

    let design: Design
    let place: TemporaryDirectory
    let home: CoordinatorHome
    let keys: [ParticipantID: Keys]
    /// In the agreement's order.
    let participants: [Participant]
    let file: [UInt8]
    let agreement: Agreement

    /// Makes keys and files. Nothing is signed.
    init(_ design: Design = Design()) throws {
        self.design = design
        place = try TemporaryDirectory()
        home = try CoordinatorHome.create(
            at: place.file("hub"), options: try InitOptions.parse(["--id", Self.coordinator, "--name", "Hub"]))
        var keys: [ParticipantID: Keys] = [:]
        var participants: [Participant] = []
        for (id, role) in [("owner-left", ParticipantRole.authority), ("owner-right", .authority), ("mixer0", .mixer)] {
            keys[id] = try Keys(id)
            participants += keys[id].map { [$0.participant(id, role)] } ?? []
        }
        participants.append(home.home.keys.participant)
        if design.release == .rows {
            let research = try Keys(Self.research)
            keys[Self.research] = research
            participants.append(research.participant(Self.research, .research))
        }
        self.keys = keys
        self.participants = participants
        file = Array(Self.yaml(design, participants).utf8)
        agreement = try Agreement.parse(file)
    }

    /// The agreement of another study, or the same with other words, between the same participants.
    func otherFile(_ design: Design) -> [UInt8] { Array((Self.yaml(design, participants) + "# Another file.\n").utf8) }

    /// An agreement that amends another one of this study.
    func amendment(of former: [UInt8], _ change: (inout Design) -> Void = { _ in }) -> [UInt8] {
        var design = design
        design.amends = "\(AgreementID(ofFile: former))"
        change(&design)
        return Array(Self.yaml(design, participants).utf8)
    }

    private static func yaml(_ design: Design, _ participants: [Participant]) -> String {
        var lines = [
            "sidos_agreement: 1", "study:", "  id: \(design.study)", "  title: \"A study of invented people\"",
            "  purpose: \"To see the coordinator work\"", "  legal_basis: \"None is needed\"", "  permit: \"TEST/1\"",
            "valid: \(design.valid)", "suite: ristretto255-SHA512", "rounds_allowed: \(design.roundsAllowed)",
            "release: \(design.release.rawValue)", "padding: none", "cell_bytes: 256",
            "smallest_cell: \(design.smallestCell)", "count_rounding: \(design.countRounding)",
            "deadline_minutes: \(design.deadlineMinutes)", "retention_days: \(design.retentionDays)",
            "match_keys: [identity_code]",
        ]
        if let amends = design.amends { lines.append("amends: \(amends)") }
        if let calendar = design.calendar { lines.append("calendar: \(calendar)") }
        if let counts = design.counts { lines.append("counts: \(counts)") }
        lines.append("participants:")
        for participant in participants {
            let card = ParticipantCard(participant).lines
            lines += card.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
        }
        lines.append("registers:")
        for (register, owner) in [("left", "owner-left"), ("right", "owner-right")] {
            lines += [
                "  - id: \(register)", "    title: \"Register \(register)\"", "    owner: \(owner)",
                "    max_people: \(design.maxPeople)", "    max_cells_per_person: 4",
            ]
            guard design.release == .rows else { continue }
            lines += [
                "    released_for: [everybody]", "    columns:",
                "      - {name: year, type: integer, nullable: false, title: Year}",
                "      - {name: note, type: text, nullable: true, title: Note}",
            ]
        }
        lines += [
            "cohorts:", "  - id: everybody", "    title: \"Everybody\"", "    expression: left union right",
            "    max_people: \(design.maxPeople)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Signatures

    /// Signs the agreement as the coordinator, and keeps it in its home.
    func install(_ file: [UInt8]? = nil) throws {
        _ = try home.home.agreements().sign(file ?? self.file, path: "agreement.yaml", keys: home.home.keyRing)
    }

    func signature(_ id: ParticipantID, of file: [UInt8]? = nil) throws -> AgreementSignature {
        let key: any MessageSigner = keys[id]?.signing ?? home.home.keys.signingKey
        return try AgreementSignature(file: file ?? self.file, participant: id) { try key.sign($0) }
    }

    /// Of all participants, or of these, as files.
    func signatures(_ ids: [ParticipantID]? = nil, of file: [UInt8]? = nil) throws -> [[UInt8]] {
        try (ids ?? participants.map(\.id)).map { try signature($0, of: file).json }
    }

    // MARK: Callers

    func caller(_ id: ParticipantID) throws -> Caller { try Self.caller(participants.first { $0.id == id }?.tlsPin) }

    /// Whose certificate nobody has heard of.
    static func stranger() throws -> Caller { try caller([UInt8](repeating: 0xAB, count: 32)) }

    func operatorCaller() throws -> Caller { try Self.caller(try home.operatorKeys().tlsPin) }

    private static func caller(_ pin: [UInt8]?) throws -> Caller {
        guard let pin = pin.flatMap(TLSPin.init(bytes:)) else { throw NoSuchCaller() }
        return Caller(pin: pin)
    }

    struct NoSuchCaller: Error {}
}
