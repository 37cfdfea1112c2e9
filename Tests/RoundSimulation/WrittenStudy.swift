import Agreement
import Crypto
import PSIProtocol
import Values

extension SimulatedStudy {
    /// Two authorities and a mixer, verified, with an agreement that is a file as people write it.
    static func written(release: ReleaseMode = .rows) throws -> SimulatedStudy {
        let roles: [(ParticipantID, ParticipantRole)] =
            [("owner-left", .authority), ("owner-right", .authority), ("mixer0", .mixer)]
            + [("coordinator", .coordinator)] + (release == .rows ? [("research", .research)] : [])
        var signing: [ParticipantID: any MessageSigner] = [:]
        var hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey] = [:]
        var lines = head(release)
        for (id, role) in roles {
            let (key, sealing) = (Curve25519.Signing.PrivateKey(), try XWingMLKEM768X25519.PrivateKey())
            (signing[id], hpke[id]) = (key, sealing)
            let participant = Participant(
                id: id, name: "Office \(id)", role: role, signingKey: Array(key.publicKey.rawRepresentation),
                hpkeKey: Array(sealing.publicKey.rawRepresentation), tlsPin: Array(SHA256.hash(data: Array(id.utf8))))
            lines += ParticipantCard(participant).lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
        }
        lines.append("registers:")
        for id in ["left", "right"] {
            lines += [
                "  - id: \(id)", "    title: \"The register \(id)\"", "    owner: owner-\(id)", "    max_people: 50",
                "    max_cells_per_person: 4",
            ]
            guard release == .rows else { continue }
            lines += [
                "    released_for: [everybody]", "    columns:",
                "      - {name: year, type: integer, nullable: false, title: \"Year\"}",
                "      - {name: note, type: text, nullable: true, title: \"Note\"}",
            ]
        }
        lines += [
            "cohorts:", "  - id: everybody", "    title: \"Everybody\"", "    expression: left union right",
            "    max_people: 50",
        ]
        let file = Array((lines.joined(separator: "\n") + "\n").utf8)
        return SimulatedStudy(agreement: try Agreement.parse(file), file: file, signing: signing, hpke: hpke)
    }

    private static func head(_ release: ReleaseMode) -> [String] {
        [
            "sidos_agreement: 1", "study:", "  id: written", "  title: \"A study that is written down\"",
            "  purpose: \"To be shown\"", "  legal_basis: \"None is needed\"", "  permit: \"TEST/2\"",
            "valid: {from: 1970-01-01, until: 2036-12-31}", "suite: ristretto255-SHA512", "rounds_allowed: 3",
            "release: \(release.rawValue)", "padding: none", "verification: full", "cell_bytes: 256",
            "smallest_cell: 1", "count_rounding: 1", "deadline_minutes: 60", "retention_days: 30",
            "match_keys: [identity_code]",
        ] + (release == .rows ? ["vault_access: whole"] : []) + ["participants:"]
    }
}
