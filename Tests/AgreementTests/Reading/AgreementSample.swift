import Crypto
import Foundation

@testable import Agreement

/// A small valid agreement, and keys that are the same in every run.
enum AgreementSample {
    static let ids = ["omnia", "espoo", "mixer-one", "hub", "lab"]

    private static func seed(_ id: String, _ use: String) -> Data {
        Data(SHA256.hash(data: Array("\(id) \(use)".utf8)))
    }

    static func signingKey(_ id: String) throws -> Curve25519.Signing.PrivateKey {
        try Curve25519.Signing.PrivateKey(rawRepresentation: seed(id, "signing"))
    }

    static func participant(_ id: String, _ role: ParticipantRole, name: String? = nil) throws -> Participant {
        let hpke = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: seed(id, "hpke"), publicKey: nil)
        return Participant(
            id: id, name: name ?? "Name of \(id)", role: role,
            signingKey: Array(try signingKey(id).publicKey.rawRepresentation),
            hpkeKey: Array(hpke.publicKey.rawRepresentation), tlsPin: Array(seed(id, "tls")))
    }

    static func entry(_ id: String, _ role: ParticipantRole, name: String) throws -> String {
        let participant = try participant(id, role, name: name)
        return """
              - {id: \(id), name: \(name), role: \(role.rawValue),
                 signing_key: \(ParticipantKey.signing.text(participant.signingKey)),
                 hpke_key: \(ParticipantKey.hpke.text(participant.hpkeKey)),
                 tls_pin: \(ParticipantKey.tlsPin.text(participant.tlsPin))}
            """
    }

    /// The file, every optional field but `two_parties_acknowledged` present.
    static func yaml() throws -> String {
        """
        # Made for tests.
        sidos_agreement: 1
        study:
          id: skills-study
          title: Skills and work
          purpose: >
            Whether training changes the time
            to the first job.
          legal_basis: Act on the secondary use, section 37
          permit: P-2026-17
        valid: {from: 2026-01-01, until: 2027-12-31}
        suite: ristretto255-SHA512
        rounds_allowed: 3
        release: rows
        vault_access: whole
        verification: off
        padding: padme
        cell_bytes: 1024
        smallest_cell: 5
        count_rounding: 10
        deadline_minutes: 90
        retention_days: 14
        match_keys: [identity_code]
        participants:
        \(try entry("omnia", .authority, name: "Omnia Skills Centre"))
        \(try entry("espoo", .authority, name: "City of Espoo"))
        \(try entry("mixer-one", .mixer, name: "Audit Office"))
        \(try entry("hub", .coordinator, name: "Linkage Hub"))
        \(try entry("lab", .research, name: "Research Lab"))
        registers:
          - id: omnia_clients
            title: Clients of the centre
            owner: omnia
            released_for: [clients]
            max_people: 3000
            max_cells_per_person: 16
            columns:
              - {name: start_date, type: date, nullable: true, title: First day, disclosure: as_is}
              - {name: service, type: code, title: Kind of service}
          - id: residents
            title: Residents who moved from abroad
            owner: espoo
            max_people: 80000
        cohorts:
          - {id: clients, title: Clients, expression: omnia_clients, max_people: 3000}
          - id: others
            title: Residents who are no clients
            expression: residents except clients
            max_people: 8000

        """
    }

    static func parsed() throws -> Agreement { try Agreement.parse(Array(try yaml().utf8)) }
}

/// SplitMix64: the same numbers in every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
