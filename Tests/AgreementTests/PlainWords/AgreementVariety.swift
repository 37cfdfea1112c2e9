import Testing

@testable import Agreement
@testable import Values

/// Agreements of which every sentence of the summary is in one at least, with the words that are their own.
struct AgreementVariety: Sendable, CustomTestStringConvertible {
    let name: String
    let yaml: String

    var testDescription: String { name }

    func parsed() throws -> Agreement { try Agreement.parse(Array(yaml.utf8)) }

    static let all: [AgreementVariety] = {
        do { return try made() } catch {
            Issue.record("a sample is not made: \(error)")
            return []
        }
    }()

    private static func made() throws -> [AgreementVariety] {
        let mixer = try AgreementSample.entry("mixer-one", .mixer, name: "Audit Office")
        let service = "{name: service, type: code, title: Kind of service}"
        func one(_ name: String, _ edits: [(String, String)]) throws -> AgreementVariety {
            AgreementVariety(name: name, yaml: try AgreementParseTests.edited(edits))
        }
        func pin(_ id: String, _ role: ParticipantRole) throws -> String {
            ParticipantKey.tlsPin.text(try AgreementSample.participant(id, role).tlsPin)
        }
        let signature = String(repeating: "A", count: 86) + "=="
        return [
            try one("sample", []),
            try one("counts only", AgreementParseTests.countOnly),
            try one(
                "open",
                [
                    ("vault_access: whole", "vault_access: selected"), ("padding: padme", "padding: none"),
                    ("rounds_allowed: 3", "rounds_allowed: 1"), ("smallest_cell: 5", "smallest_cell: 1"),
                    ("count_rounding: 10", "count_rounding: 1"), ("deadline_minutes: 90", "deadline_minutes: 1"),
                    ("retention_days: 14", "retention_days: 1"), ("name: service", "name: home_phone"),
                ]),
            try one(
                "two parties",
                [
                    (mixer + "\n", ""), ("rounds_allowed: 3", "rounds_allowed: 3\ntwo_parties_acknowledged: true"),
                    ("    max_people: 80000\n", "    max_people: 80000\n    min_people: 0\n    usable_codes: 97\n"),
                    ("    released_for: [clients]", "    min_people: 1500\n    released_for: [clients, others]"),
                    ("      - \(service)\n", ""),
                ]),
            try one(
                "verified",
                [
                    ("verification: off", "verification: full\ncheckers: 1"), ("cell_bytes: 1024", "parts: 8"),
                    (service, service.replacing("}", with: ", not_identity_codes: true}")),
                    ("    max_people: 3000\n", "    max_people: 3000\n    quality: {year: start_date}\n"),
                    ("expression: omnia_clients", "expression: 'sample(omnia_clients, 1500)'"),
                    (
                        "residents except clients",
                        "residents except (omnia_clients union sample(residents intersect omnia_clients, 20) "
                            + "except clients)"
                    ),
                ]),
            try one(
                "calendar",
                [("rounds_allowed: 3", "rounds_allowed: 3\ncalendar: [2026-03-01, 2026-09-01]")]),
            try one(
                "rotated",
                [
                    ("valid: {from", "amends: \(String(repeating: "0a", count: 32))\nvalid: {from"),
                    (
                        try pin("mixer-one", .mixer) + "}",
                        try pin("mixer-one", .mixer) + ", rotated: 'ed25519-signature:\(signature)'}"
                    ), (try pin("hub", .coordinator) + "}", try pin("hub", .coordinator) + ", key_lost: true}"),
                ]),
            try one("amendment", [("valid: {from", "amends: \(String(repeating: "0a", count: 32))\nvalid: {from")]),
            try one(
                "successors",
                [
                    (
                        "verification: off",
                        """
                        pseudonyms: study
                        pseudonym_holders: [omnia, mixer-one]
                        pseudonym_successors: {gone: omnia}
                        amends: \(String(repeating: "0a", count: 32))
                        """
                    )
                ]),
            try one(
                "generation",
                [
                    (
                        "verification: off",
                        """
                        pseudonyms: study
                        pseudonym_holders: [omnia, mixer-one]
                        pseudonym_generation: 2
                        amends: \(String(repeating: "0a", count: 32))
                        """
                    )
                ]),
            try one(
                "lasting",
                [("verification: off", "pseudonyms: study\npseudonym_holders: [omnia, mixer-one]")]),
            try one(
                "increments",
                [
                    ("verification: off", "pseudonyms: study\npseudonym_holders: [omnia, mixer-one]"),
                    (
                        "    max_people: 3000\n",
                        "    max_people: 3000\n    increments: append\n    period: service\n"
                    ), ("    max_people: 80000\n", "    max_people: 80000\n    increments: append\n"),
                ]),
            try one("laplace", AgreementCountsTests.edits(AgreementCountsTests.laplace)),
            try one(
                "gaussian",
                AgreementCountsTests.edits(
                    "{mechanism: discrete_gaussian, epsilon: 1.5, delta: 0.000001, total_epsilon: 9.25}")),
            try one("matching", AgreementMatchingTests.edits),
            try one("date rules", AgreementDateRuleTests.edits),
            try one(
                "few fields",
                AgreementMatchingTests.edits + [
                    ("se-personnummer", "ee-isikukood"), ("  - identity_code\n", ""), ("bits: 25", "bits: 2"),
                    ("  - {name: former_code, values: 2, replaced_since: 2010-03-01}\n", ""),
                    ("any(given) + family + year(birth)", "any(given)"),
                    ("match_fields: [birth, family]", "match_fields: []"),
                ]),
            try one(
                "two keys",
                [
                    (
                        "match_keys: [identity_code]\n",
                        """
                        normalisation: sidos-2
                        match_fields: [{name: street, kind: text}, {name: post, kind: code}]
                        match_keys: [identity_code, former_code, {name: place, recipe: street + post}]

                        """
                    ),
                    ("    max_people: 3000\n", "    max_people: 3000\n    quality: {group: service}\n"),
                ]),
            try one("derivations", AgreementDerivationTests.edits),
            try one("other derivations", otherDerivations),
            AgreementVariety(name: "disclosure", yaml: try AgreementDisclosureTests.yaml([])),
            AgreementVariety(
                name: "other disclosure",
                yaml: try AgreementDisclosureTests.yaml([
                    ("diversity: frequency", "diversity: distinct"), ("leave_out: 3", "count_rows: [omnia_clients]"),
                    ("bottom: \"0\", ", ""), ("dates: [month, year, ten_years]", "dates: [quarter, five_years]"),
                    ("prefixes: [3, 2]", "prefixes: [2, 1]"), (", columns: omnia_clients.country}", "}"),
                    (
                        "{days: 30, except: [omnia_clients.start_date]}",
                        "{days: 3000, except: [omnia_clients.start_date, omnia_clients.last_date], "
                            + "no_days: [1970-01-01]}"
                    ),
                ])),
            try one(
                "relations",
                AgreementRelationTests.edits(
                    ", from: puoliso, max_people: 2000, max_cells_per_person: 2",
                    others: "\n      - {name: child, type: person, title: Child}")
                    + [
                        (
                            "cohorts:\n",
                            "disclosure: {k: 2, quasi_identifiers: [{column: omnia_clients.child}]}\ncohorts:\n"
                        )
                    ]
            ),
            try one("moved dates", [("cohorts:\n", "disclosure: {date_shift: {days: 12}}\ncohorts:\n")]),
            AgreementVariety(name: "notice", yaml: try AgreementSample.yaml() + NoticeTests.section),
            try one("many registers", [("  - id: residents\n", manyRegisters + "  - id: residents\n")] + counts),
        ]
    }

    private static let counts = AgreementParseTests.countOnly

    private static let manyRegisters = (1...6).map {
        "  - {id: r\($0), title: Register \($0), owner: espoo, max_people: 1}\n"
    }.joined()

    private static let otherDerivations: [(String, String)] = [
        (
            "    max_cells_per_person: 16\n",
            """
                max_cells_per_person: 16
                rows:
                  people: leave_out
                  where:
                    - {column: alku, type: date, from: 2009-01-01, missing: keep}
                    - {column: loppu, type: date, until: 2024-12-31}
                    - {column: vuosi, type: integer, until: 2009}
                    - {column: ika, type: integer, from: 5, until: 10}
                    - {column: laji, type: code, in: [A, B, C, D, E, F, G, H, I, J, K, L, M]}
                    - {column: laji, type: code, not_in: [A, B]}
                    - {column: laji, type: code, not_in: [N, B, C, D, E, F, G, H, I, J, K, L, M]}
                    - {column: voimassa, type: boolean, is: false}

            """
        ),
        (
            AgreementDerivationTests.old,
            """
                  - {name: paid, type: integer, title: Paid, from: maksettu, round_to: 1000}
                  - {name: kind, type: code, title: Kind, from: laji}
                  - {name: one, type: code, title: Kind, from: laji, map: {a: b}, otherwise: c}
                  - {name: year, type: date, title: Year, coarsen: year}
                  - {name: quarter, type: code, title: Quarter, from: alku, coarsen: quarter}
                  - {name: rent, type: code, title: Rent, from: vuokra, bands: {limits: [500], labels: [low, high]}}
                  - {name: work, type: code, title: Work, values: {"1": Employed, "2": Unemployed}}
                  - {name: valid, type: boolean, title: Valid}
                  - {name: note, type: text, title: Note}
                  - {name: sum, type: decimal, title: Sum}

            """
        ),
    ]
}
