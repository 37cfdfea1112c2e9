import Crypto
import Foundation

@testable import Agreement
@testable import RoundSimulation
@testable import Values

/// A study whose agreement is a file, so that others can read it by docs/agreement.md. Verified, with keys of its own.
struct WrittenStudy {
    struct Register {
        let id: String
        let owner: Int
        var releasedFor: [String] = []
    }

    let study: SimulatedStudy

    /// - Parameters:
    ///   - owners: authorities; registers name them by their number.
    ///   - cohorts: ids and expressions.
    ///   - settings: further lines of the agreement.
    init(
        owners: Int, mixers: Int, registers: [Register], cohorts: [(id: String, expression: String)],
        settings: String
    ) throws {
        var signing: [ParticipantID: Curve25519.Signing.PrivateKey] = [:]
        var hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey] = [:]
        var cards: [String] = []
        let roles: [(ParticipantRole, Int)] = [
            (.authority, owners), (.mixer, mixers), (.coordinator, 1), (.research, 1),
        ]
        for (role, count) in roles {
            for number in 0..<count {
                let isOne = role == .coordinator || role == .research
                let id = isOne ? role.rawValue : "\(role.rawValue)-\(number)"
                let (signer, opener) = (Curve25519.Signing.PrivateKey(), try XWingMLKEM768X25519.PrivateKey())
                (signing[id], hpke[id]) = (signer, opener)
                let participant = Participant(
                    id: id, name: "Name of \(id)", role: role,
                    signingKey: Array(signer.publicKey.rawRepresentation),
                    hpkeKey: Array(opener.publicKey.rawRepresentation),
                    tlsPin: Array(SHA256.hash(data: Array(id.utf8))))
                cards += ParticipantCard(participant).lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
            }
        }
        let text = """
            sidos_agreement: 1
            study: {id: verified, title: Verified, purpose: Tests, legal_basis: None, permit: None}
            valid: {from: 2026-01-01, until: 2036-12-31}
            suite: ristretto255-SHA512
            rounds_allowed: 2
            verification: full
            padding: none
            deadline_minutes: 60
            \(settings)
            participants:
            \(cards.joined(separator: "\n"))
            registers:
            \(registers.map(Self.declaration).joined(separator: "\n"))
            cohorts:
            \(cohorts.map { "  - {id: \($0.id), title: Cohort, expression: \"\($0.expression)\", max_people: 40}" }
                .joined(separator: "\n"))

            """
        let file = Array(text.utf8)
        study = SimulatedStudy(agreement: try Agreement.parse(file), file: file, signing: signing, hpke: hpke)
    }

    private static func declaration(_ register: Register) -> String {
        var lines = [
            "  - id: \(register.id)", "    title: Register", "    owner: authority-\(register.owner)",
            "    max_people: 40",
        ]
        if !register.releasedFor.isEmpty {
            lines += [
                "    max_cells_per_person: 4",
                "    released_for: [\(register.releasedFor.joined(separator: ", "))]", "    columns:",
                "      - {name: year, type: integer, nullable: false, title: Year}",
            ]
        }
        return lines.joined(separator: "\n")
    }
}
