import Testing

@testable import Agreement
@testable import StrictYAML

/// One or more edits of the sample, the line that must be blamed, the field, and words that the reason must hold.
struct MistakeCase: CustomTestStringConvertible, Sendable {
    var edits: [(String, String)]
    /// Text of the blamed line, and which line with it, from 0.
    var line: String
    var occurrence = 0
    var path: String
    var words: [String]

    init(_ old: String, _ new: String, at line: String, _ path: String, _ words: String...) {
        self.init([(old, new)], at: line, 0, path, words)
    }

    init(_ old: String, _ new: String, at line: String, _ occurrence: Int, _ path: String, _ words: String...) {
        self.init([(old, new)], at: line, occurrence, path, words)
    }

    init(_ edits: [(String, String)], at line: String, _ occurrence: Int, _ path: String, _ words: [String]) {
        self.edits = edits
        self.line = line
        self.occurrence = occurrence
        self.path = path
        self.words = words
    }

    var testDescription: String { "\(path): \(words.first ?? "")" }
}

struct AgreementMistakeTests {
    static let structure = [
        MistakeCase("sidos_agreement: 1", "sidos_agreement: 2", at: "sidos_agreement", "sidos_agreement", "'2'"),
        MistakeCase("sidos_agreement: 1\n", "", at: "study:", "sidos_agreement", "missing"),
        MistakeCase(
            "rounds_allowed: 3", "round_allowed: 3\nrounds_allowed: 3", at: "round_allowed", "round_allowed",
            "unknown", "did you mean rounds_allowed?"),
        MistakeCase(
            "permit: P-2026-17", "permit: P-2026-17\n  colour: red", at: "colour", "study.colour", "unknown",
            "legal_basis"),
        MistakeCase(
            "rounds_allowed: 3", "rounds_allowed: 3\nrounds_allowed: 4", at: "rounds_allowed: 4",
            "rounds_allowed", "twice", "the first is on line 13"),
        MistakeCase(
            "rounds_allowed: 3", "rounds_allowed: 3\n\"rounds_allowed\": 4", at: "\"rounds_allowed\": 4",
            "rounds_allowed", "twice"),
        MistakeCase(
            "name: start_date, ", "name: start_date, name: other, ", at: "start_date", "registers[0].columns[0].name",
            "twice"),
        MistakeCase("valid: {", "valid: {<<: {until: 2027-01-01}, ", at: "valid:", "valid.<<", "Merge keys"),
        MistakeCase(
            "title: Skills and work", "title: \"Skills\\u202Eand work\"", at: "and work", "study.title", "invisible"),
        MistakeCase("title: Skills and work", "title: \"Skills\\nand work\"", at: "Skills", "study.title", "one line"),
        MistakeCase("title: Skills and work", "title: [Skills]", at: "[Skills]", "study.title", "not a list"),
        MistakeCase("title: Skills and work", "title:", at: "  title:", "study.title", "empty"),
        MistakeCase("title: Skills and work", "title: \"\"", at: "  title: \"\"", "study.title", "empty"),
        MistakeCase("title: Skills and work", "title: \" Skills\"", at: "Skills", "study.title", "space"),
        MistakeCase(
            "title: Skills and work", "title: \(String(repeating: "a", count: 201))", at: "aaaa", "study.title",
            "longer than 200"),
        MistakeCase(
            "valid: {from: 2026-01-01, until: 2027-12-31}", "valid: 2026", at: "valid:", "valid", "from, until"),
    ]

    static let fields = [
        MistakeCase("id: skills-study", "id: Skills", at: "id: Skills", "study.id", "a-z"),
        MistakeCase("until: 2027-12-31", "until: 2027-02-29", at: "valid:", "valid.until", "YYYY-MM-DD"),
        MistakeCase("until: 2027-12-31", "until: 2025-12-31", at: "valid:", "valid.until", "before the first"),
        MistakeCase(
            "suite: ristretto255-SHA512", "suite: ristretto255-SHA521", at: "suite:", "suite",
            "did you mean ristretto255-SHA512?", "P256-SHA256"),
        MistakeCase("rounds_allowed: 3", "rounds_allowed: 0", at: "rounds_allowed", "rounds_allowed", "1 to 1000"),
        MistakeCase("rounds_allowed: 3", "rounds_allowed: 03", at: "rounds_allowed", "rounds_allowed", "digits only"),
        MistakeCase("rounds_allowed: 3", "rounds_allowed: 1_0", at: "rounds_allowed", "rounds_allowed", "digits only"),
        MistakeCase(
            "rounds_allowed: 3", "rounds_allowed: 99999999999999999999", at: "rounds_allowed", "rounds_allowed",
            "1 to 1000"),
        MistakeCase("release: rows", "release: row", at: "release:", "release", "did you mean rows?"),
        MistakeCase("vault_access: whole", "vault_access: all", at: "vault_access", "vault_access", "whole, selected"),
        MistakeCase(
            "verification: off", "checkers: 1", at: "checkers", "checkers", "verification: off", "Remove this line"),
        MistakeCase(
            "verification: off", "verification: full\ncheckers: 2", at: "checkers", "checkers",
            "all, or a whole number from 1 to 1"),
        MistakeCase(
            "verification: off", "verification: full\ncheckers: 01", at: "checkers", "checkers", "from 1 to 1"),
        MistakeCase(
            "verification: off", "pseudonyms: forever", at: "pseudonyms", "pseudonyms", "round, study"),
        MistakeCase(
            "verification: off", "pseudonyms: study", at: "sidos_agreement", "pseudonym_holders", "is missing"),
        MistakeCase(
            "verification: off", "pseudonym_holders: [omnia, espoo]", at: "pseudonym_holders", "pseudonym_holders",
            "write 'pseudonyms: study'"),
        MistakeCase(
            "verification: off", "pseudonyms: study\npseudonym_holders: [omnia]", at: "pseudonym_holders",
            "pseudonym_holders", "two at least"),
        MistakeCase(
            "verification: off", "pseudonyms: study\npseudonym_holders: [omnia, omnia]", at: "pseudonym_holders",
            "pseudonym_holders[1]", "in this list twice"),
        MistakeCase(
            "verification: off", "pseudonyms: study\npseudonym_holders: [omnia, espo]", at: "pseudonym_holders",
            "pseudonym_holders[1]", "did you mean espoo?"),
        MistakeCase(
            "verification: off", "pseudonyms: study\npseudonym_holders: [omnia, lab]", at: "pseudonym_holders",
            "pseudonym_holders[1]", "Only authorities and mixers"),
        MistakeCase("verification: off", "verification: on", at: "verification", "verification", "off, full"),
        MistakeCase("padding: padme", "padding: padmé", at: "padding", "padding", "did you mean padme?"),
        MistakeCase(
            "cell_bytes: 1024", "cell_bytes: 1000", at: "cell_bytes", "cell_bytes", "multiple of 16", "992 or 1008"),
        MistakeCase("cell_bytes: 1024", "cell_bytes: 64", at: "cell_bytes", "cell_bytes", "128 to 65536"),
        MistakeCase("cell_bytes: 1024", "parts: 12", at: "parts", "parts", "power of two", "8 or 16"),
        MistakeCase("cell_bytes: 1024", "parts: 1023", at: "parts", "parts", "512 or 1024"),
        MistakeCase("cell_bytes: 1024", "parts: 2048", at: "parts", "parts", "1 to 1024"),
        MistakeCase("cell_bytes: 1024", "parts: 0", at: "parts", "parts", "1 to 1024"),
        MistakeCase("smallest_cell: 5", "smallest_cell: 0", at: "smallest_cell", "smallest_cell", "1 to 10000"),
        MistakeCase("count_rounding: 10", "count_rounding: -1", at: "count_rounding", "count_rounding", "1 to 1000"),
        MistakeCase(
            "deadline_minutes: 90", "deadline_minutes: 131041", at: "deadline", "deadline_minutes",
            "131040"),
        MistakeCase("retention_days: 14", "retention_days: 3651", at: "retention", "retention_days", "3650"),
        MistakeCase("match_keys: [identity_code]", "match_keys: []", at: "match_keys", "match_keys", "at least one"),
        MistakeCase(
            "match_keys: [identity_code]", "match_keys: [name]", at: "match_keys", "match_keys[0]", "unknown",
            "identity_code"),
        MistakeCase(
            "match_keys: [identity_code]", "match_keys: [identity_code, identity_code]", at: "match_keys",
            "match_keys[1]", "twice"),
        MistakeCase("match_keys: [identity_code]", "match_keys: identity_code", at: "match_keys", "match_keys", "list"),
        MistakeCase(
            "rounds_allowed: 3", "rounds_allowed: 3\ntwo_parties_acknowledged: true", at: "two_parties",
            "two_parties_acknowledged", "Remove it"),
        MistakeCase(
            "rounds_allowed: 3", "rounds_allowed: 3\ntwo_parties_acknowledged: yes", at: "two_parties",
            "two_parties_acknowledged", "true or false"),
    ]

    static let registers = [
        MistakeCase("id: residents", "id: Residents", at: "id: Residents", "registers[1].id", "a-z"),
        MistakeCase("id: others", "id: persons", at: "id: persons", "cohorts[1].id", "reserved"),
        MistakeCase("id: others", "id: sample", at: "id: sample", "cohorts[1].id", "reserved"),
        MistakeCase("id: others", "id: residents", at: "id: residents", 1, "cohorts[1].id", "has the id residents too"),
        MistakeCase("owner: espoo", "owner: espo", at: "owner: espo", "registers[1].owner", "did you mean espoo?"),
        MistakeCase(
            "released_for: [clients]", "released_for: [client]", at: "released_for", "registers[0].released_for[0]",
            "did you mean clients?"),
        MistakeCase(
            "released_for: [clients]", "released_for: [clients, clients]", at: "released_for",
            "registers[0].released_for[1]", "twice"),
        MistakeCase(
            "    released_for: [clients]\n", "", at: "columns:", "registers[0].columns", "released for no cohort"),
        MistakeCase(
            "owner: espoo\n", "owner: espoo\n    released_for: [clients]\n", at: "released_for", 1,
            "registers[1].released_for", "needs columns"),
        MistakeCase(
            "max_people: 80000", "max_people: 2000000001", at: "max_people: 2000", "registers[1].max_people",
            "1 to 2000000000"),
        MistakeCase(
            "max_cells_per_person: 16", "max_cells_per_person: 4097", at: "max_cells",
            "registers[0].max_cells_per_person", "4096"),
        MistakeCase(
            "    title: Residents who moved from abroad\n", "", at: "id: residents", "registers[1].title", "missing"),
        MistakeCase(
            "type: code", "type: string", at: "type: string", "registers[0].columns[1].type", "integer, decimal"),
        MistakeCase(
            "nullable: true", "nullable: no", at: "nullable", "registers[0].columns[0].nullable", "true or false"),
        MistakeCase(
            "disclosure: as_is", "disclosure: drop", at: "disclosure", "registers[0].columns[0].disclosure",
            "Write as_is"),
        MistakeCase(
            "name: service", "name: person", at: "name: person", "registers[0].columns[1].name", "dataset's own"),
        MistakeCase(
            "name: service", "name: start_date", at: "name: start_date, type: code", "registers[0].columns[1].name",
            "too"),
        MistakeCase("name: service", "name: Service", at: "name: Service", "registers[0].columns[1].name", "a-z"),
        MistakeCase(
            "expression: omnia_clients", "expression: omnia_client", at: "omnia_client,", "cohorts[0].expression",
            "did you mean omnia_clients?"),
        MistakeCase(
            "expression: omnia_clients", "expression: others", at: "expression: others", "cohorts[0].expression",
            "earlier ones only"),
        MistakeCase(
            "residents except clients", "residents clients", at: "residents clients", "cohorts[1].expression",
            "character 11", "union, intersect or except"),
        MistakeCase(
            "residents except clients", "sample(residents, 1000001)", at: "sample(", "cohorts[1].expression",
            "1 to 1000000"),
        MistakeCase("max_people: 8000\n", "max_people: eight\n", at: "eight", "cohorts[1].max_people", "whole number"),
        MistakeCase(
            "residents except clients",
            String(repeating: "sample(", count: 5) + "residents"
                + String(repeating: ", 900000)", count: 5), at: "cohorts:", "cohorts", "4000000"),
    ]

    @Test(arguments: structure + fields + registers) func mistake(_ mistake: MistakeCase) throws {
        // An id that is renamed by mistake is missed elsewhere too; every other mistake is reported alone.
        let alone = mistake.path != "registers[1].id"
        try Self.check(mistake, Self.mistakes(try AgreementParseTests.edited(mistake.edits)), only: alone)
    }

    @Test func participants() throws {
        let omnia = try AgreementSample.participant("omnia", .authority)
        let espoo = try AgreementSample.participant("espoo", .authority)
        let key = ParticipantKey.signing.text(espoo.signingKey)
        let hpke = ParticipantKey.hpke.text(espoo.hpkeKey)
        let pin = ParticipantKey.tlsPin.text(espoo.tlsPin)
        let lab = try AgreementSample.entry("lab", .research, name: "Research Lab")
        let hub = try AgreementSample.entry("hub", .coordinator, name: "Linkage Hub")
        var badHPKE = espoo.hpkeKey
        badHPKE[0] = 0xFF
        badHPKE[1] |= 0x0F
        let noPoint = [UInt8](repeating: 2, count: 1) + [UInt8](repeating: 0, count: 31)
        let cases = [
            MistakeCase("id: espoo,", "id: omnia,", at: "id: omnia,", 1, "participants[1].id", "Another participant"),
            MistakeCase("id: hub,", "id: 9hub,", at: "9hub", "participants[3].id", "beginning with a letter"),
            MistakeCase("role: mixer", "role: miksi", at: "role: miksi", "participants[2].role", "authority, mixer"),
            MistakeCase(key, "ed25519:abc", at: "ed25519:abc", "participants[1].signing_key", "not base64"),
            MistakeCase(
                key, ParticipantKey.tlsPin.text(espoo.signingKey), at: "signing_key: sha256",
                "participants[1].signing_key", "begin with 'ed25519:'"),
            MistakeCase(key, "ed25519:AAAA", at: "ed25519:AAAA", "participants[1].signing_key", "3 bytes where 32"),
            MistakeCase(
                key, ParticipantKey.signing.text(noPoint), at: "ed25519:AgAAA", "participants[1].signing_key",
                "no usable Ed25519"),
            MistakeCase(
                hpke, ParticipantKey.hpke.text(badHPKE), at: "hpke_key: xwing:/", "participants[1].hpke_key",
                "no usable X-Wing"),
            MistakeCase(
                pin, ParticipantKey.tlsPin.text([UInt8](repeating: 0, count: 32)), at: "sha256:AAAAAAAA",
                "participants[1].tls_pin", "no SHA-256"),
            MistakeCase(
                key, ParticipantKey.signing.text(omnia.signingKey), at: "signing_key", 1,
                "participants[1].signing_key", "omnia has the same value"),
            MistakeCase(
                hpke, ParticipantKey.hpke.text(omnia.hpkeKey), at: "hpke_key", 1, "participants[1].hpke_key",
                "omnia has the same value"),
            MistakeCase(
                pin, ParticipantKey.tlsPin.text(omnia.tlsPin), at: "tls_pin", 1, "participants[1].tls_pin",
                "omnia has the same value"),
            MistakeCase(hub + "\n", "", at: "participants:", "participants", "no participant has the role coordinator"),
            MistakeCase(lab + "\n", "", at: "participants:", "participants", "no participant has the role research"),
            MistakeCase(
                "role: mixer", "role: coordinator", at: "role: coordinator", 1, "participants[3].role",
                "Only one can have it"),
            MistakeCase(
                "role: mixer", "role: research", at: "role: research", 1, "participants[4].role",
                "Only one can have it"),
            MistakeCase(
                "role: mixer", "role: authority", at: "role: authority", 2, "participants[2]", "owns no register"),
            MistakeCase(
                "owner: espoo", "owner: mixer-one", at: "owner: mixer-one", "registers[1].owner",
                "the role mixer"),
        ]
        for mistake in cases {
            let found = try Self.mistakes(try AgreementParseTests.edited(mistake.edits))
            try Self.check(mistake, found, only: false)
        }
    }

    @Test func ringSizes() throws {
        let mixer = try AgreementSample.entry("mixer-one", .mixer, name: "Audit Office")
        let two = try Self.mistakes(try AgreementParseTests.edited([(mixer + "\n", "")]))
        #expect(two.map(\.path) == ["two_parties_acknowledged"])
        #expect(two[0].reason.contains("no third party"))

        let more = try (2...14).map { try AgreementSample.entry("m\($0)", .mixer, name: "Mixer \($0)") }
        let sixteen = try AgreementParseTests.edited([(mixer, ([mixer] + more).joined(separator: "\n"))])
        #expect(try Agreement.parse(Array(sixteen.utf8)).ring.count == 16)
        let last = try AgreementSample.entry("last", .mixer, name: "Last")
        let seventeen = try AgreementParseTests.edited([(mixer, ([mixer, last] + more).joined(separator: "\n"))])
        #expect(try Self.mistakes(seventeen).map(\.path) == ["participants"])

        let espoo = try AgreementSample.entry("espoo", .authority, name: "City of Espoo")
        let one = try Self.mistakes(
            try AgreementParseTests.edited([(mixer + "\n", ""), (espoo + "\n", ""), ("owner: espoo", "owner: omnia")]))
        #expect(one.map(\.path) == ["participants"])
        #expect(one[0].reason.contains("There are 1 authorities and mixers"))
    }

    @Test func countOnlyForbidsRows() throws {
        let mistakes = try Self.mistakes(try AgreementParseTests.edited([("release: rows", "release: none")]))
        #expect(mistakes.map(\.path) == ["vault_access", "registers[0].released_for", "registers[0].columns"])
        #expect(mistakes.map(\.line) == mistakes.map(\.line).sorted())
    }

    @Test func tooManyOfEach() throws {
        func registers(_ count: Int) -> String {
            (0..<count).map { "  - {id: r\($0), title: R, owner: espoo, max_people: 1}\n" }.joined()
        }
        func cohorts(_ count: Int) -> String {
            (0..<count).map { "  - {id: c\($0), title: C, expression: residents, max_people: 1}\n" }.joined()
        }
        func columns(_ count: Int) -> String {
            (0..<count).map { "      - {name: n\($0), type: text, title: T}\n" }.joined()
        }
        let column = "      - {name: service, type: code, title: Kind of service}\n"
        _ = try AgreementParseTests.parse([("cohorts:\n", registers(30) + "cohorts:\n" + cohorts(62))])
        _ = try AgreementParseTests.parse([(column, column + columns(254))])
        for (edit, path) in [
            (("cohorts:\n", registers(31) + "cohorts:\n"), "registers"),
            (("cohorts:\n", "cohorts:\n" + cohorts(63)), "cohorts"),
            ((column, column + columns(255)), "registers[0].columns"),
        ] {
            let mistakes = try Self.mistakes(try AgreementParseTests.edited([edit]))
            #expect(mistakes.contains { $0.path == path && $0.reason.contains("at most") })
        }
    }

    /// What is no YAML with one meaning is refused by module StrictYAML, and has its tests there.
    @Test func filesThatAreNoAgreement() throws {
        for (text, words) in [
            ("", "no content"), ("- a\n", "fields"), ("just text", "fields"), ("study: &anchor\n", "an anchor"),
        ] {
            let mistakes = try Self.mistakes(text)
            #expect(mistakes.count == 1)
            #expect(mistakes.first?.reason.contains(words) == true, "\(mistakes)")
        }
    }

    @Test func everyMistakeAtOnceInOrder() throws {
        let yaml = try AgreementParseTests.edited([
            ("permit: P-2026-17", "permit: P-2026-17\n  permit: again"), ("rounds_allowed: 3", "rounds_allowed: many"),
            ("type: code", "type: kode"), ("owner: espoo", "owner: espo"),
            ("expression: omnia_clients", "expression: )"),
            ("retention_days: 14", "retention_days: 14\nretention_days: 15\nretention: 3"),
        ])
        let mistakes = try Self.mistakes(yaml)
        #expect(
            mistakes.map(\.path) == [
                "study.permit", "rounds_allowed", "retention_days", "retention", "registers[0].columns[1].type",
                "registers[1].owner", "cohorts[0].expression",
            ])
        #expect(mistakes.map(\.line) == mistakes.map(\.line).sorted())
        let description = AgreementError(document: .agreement, mistakes: mistakes).description
        #expect(description.hasPrefix("the agreement has 7 mistakes\n  line 11, column 3: study.permit: This field"))
        #expect(description.split(separator: "\n").count == 8)
    }

    // MARK: Checking

    static func mistakes(_ yaml: String) throws -> [YAMLMistake] {
        do throws(AgreementError) {
            _ = try Agreement.parse(Array(yaml.utf8))
            return []
        } catch {
            return error.mistakes
        }
    }

    static func check(_ expected: MistakeCase, _ mistakes: [YAMLMistake], only: Bool = true) throws {
        let yaml = try AgreementParseTests.edited(expected.edits)
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { $0.element.contains(expected.line) }.map { $0.offset + 1 }
        try #require(lines.indices.contains(expected.occurrence), "no line with '\(expected.line)'")
        let found = mistakes.first { mistake in
            mistake.path == expected.path && mistake.line == lines[expected.occurrence]
                && expected.words.allSatisfy { mistake.reason.lowercased().contains($0.lowercased()) }
        }
        #expect(found != nil, "line \(lines[expected.occurrence]) \(expected.path) \(expected.words): \(mistakes)")
        if only { #expect(mistakes.count == 1, "\(mistakes)") }
    }
}
