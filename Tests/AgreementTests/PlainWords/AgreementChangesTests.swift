import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// What changes between two agreements is told, and all of it.
struct AgreementChangesTests {
    private static func texts(_ items: [AgreementChanges.Item]) -> [String] {
        items.map { ($0.term.map { "\($0): " } ?? "") + $0.text }
    }

    private static func sample(_ edits: [(String, String)] = []) throws -> Agreement {
        try AgreementParseTests.parse(edits)
    }

    @Test(arguments: AgreementVariety.all) func theSameAgreementHasNoChanges(_ variety: AgreementVariety) throws {
        for language in PlainLanguage.allCases {
            let changes = AgreementChanges(from: try variety.parsed(), to: try variety.parsed(), language: language)
            #expect(changes.sections.isEmpty)
            #expect(changes.text.split(separator: "\n").count == 1)
        }
    }

    @Test func commentsAndSpacesMeanNothing() throws {
        let changes = AgreementChanges(
            from: try Self.sample(),
            to: try Self.sample([("# Made for tests.", "# Another."), ("suite: ", "suite:   ")]))
        #expect(changes.sections.isEmpty)
        #expect(changes.text == "The agreements mean the same.\n")
    }

    @Test(arguments: AgreementVariety.all) func whatIsNewOneWayIsGoneTheOther(_ variety: AgreementVariety) throws {
        let (from, to) = (try Self.sample(), try variety.parsed())
        let there = AgreementChanges(from: from, to: to, language: .swedish).sections
        let back = AgreementChanges(from: to, to: from, language: .swedish).sections
        #expect(there.map(\.id) == back.map(\.id))
        #expect(there.map(\.before) == back.map(\.after) && there.map(\.after) == back.map(\.before))
        #expect(there.isEmpty == (from == to))
    }

    // MARK: Completeness

    /// Stored properties, by their type and name, in which two values of the model differ, and within these, as far as
    /// both have the same shape.
    private static func differences(_ left: Any, _ right: Any) -> Set<String> {
        let (old, new) = (Mirror(reflecting: left), Mirror(reflecting: right))
        guard !isLeaf(left), old.children.count == new.children.count else { return [] }
        return zip(old.children, new.children).reduce(into: []) { found, pair in
            let (one, other) = pair
            if let first = one.value as? any Equatable, let second = other.value as? any Equatable, equal(first, second)
            {
                return
            }
            if old.displayStyle == .struct { found.insert("\(type(of: left)).\(one.label ?? "")") }
            found.formUnion(differences(one.value, other.value))
        }
    }

    private static func equal<Value: Equatable>(_ left: Value, _ right: any Equatable) -> Bool {
        (right as? Value) == left
    }

    private static func isLeaf(_ value: Any) -> Bool {
        value is String || value is CalendarDate || value is ExactDecimal || value is Billionths
            || value is ColumnReference
    }

    /// Every stored property in a value of the model.
    private static func properties(_ value: Any) -> Set<String> {
        guard !isLeaf(value) else { return [] }
        let mirror = Mirror(reflecting: value)
        return mirror.children.reduce(into: []) { found, child in
            if mirror.displayStyle == .struct { found.insert("\(type(of: value)).\(child.label ?? "")") }
            found.formUnion(properties(child.value))
        }
    }

    /// Each field of each type of the model is changed by some mutation, so a new field fails this until it has one.
    @Test func everyFieldIsMutated() throws {
        let all = try AgreementVariety.all.reduce(into: Set<String>()) {
            try $0.formUnion(Self.properties($1.parsed()))
        }
        let mutated = try AgreementMutation.all.reduce(into: Set<String>()) { found, mutation in
            let (from, to) = try mutation.pair()
            found.formUnion(Self.differences(from, to))
        }
        #expect(all.count > 100)
        // There is only one, so far; and whom a register's people are named by follows from the columns.
        #expect(ColumnDisclosure.allCases == [.asIs])
        #expect(all.subtracting(mutated) == ["ColumnDeclaration.disclosure", "RegisterDeclaration.namedIn"])
    }

    /// The sentence that stands for what has no words is never needed.
    @Test(arguments: AgreementMutation.all.indices) func everyMutationIsTold(_ index: Int) throws {
        let (from, to) = try AgreementMutation.all[index].pair()
        #expect(from != to)
        for language in PlainLanguage.allCases {
            let changes = AgreementChanges(from: from, to: to, language: language)
            let fields = try #require(changes.sections.last, "\(AgreementMutation.all[index].name)")
            #expect(fields.id == .fields && !(fields.before + fields.after).isEmpty)
            #expect((fields.before + fields.after).allSatisfy { $0.term != nil }, "\(changes.text)")
            #expect(changes.text.split(separator: "\n").count > 2)
        }
    }

    /// Places are in the language, values as the files have them.
    @Test(arguments: AgreementMutation.all.indices) func fieldsAreTheSameInEveryLanguage(_ index: Int) throws {
        let (from, to) = try AgreementMutation.all[index].pair()
        let versions = try PlainLanguage.allCases.map { language in
            let fields = try #require(AgreementChanges(from: from, to: to, language: language).sections.last)
            return (fields.before.count, fields.before + fields.after)
        }
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            #expect(versions[one].0 == versions[other].0 && versions[one].1.count == versions[other].1.count)
            for (left, right) in zip(versions[one].1, versions[other].1) {
                #expect(left.text == right.text || ["kyllä", "ja"].contains(left.text), "\(left.text)")
                #expect(
                    left.term != right.term || left.term == "Epsilon (counts.epsilon)"
                        || left.term == "Delta (counts.delta)")
            }
        }
    }

    /// What a mutation changes in the fields is told too when others come with it, in sentences that the same section
    /// tells or in others.
    @Test(arguments: AgreementMutation.all.indices) func otherChangesHideNone(_ index: Int) throws {
        let mutation = AgreementMutation.all[index]
        let (from, to) = try mutation.pair()
        guard mutation.name != "permit", mutation.name != "deadline" else { return }
        var more = to
        more.study.permit += "y"
        more.deadlineMinutes += 1
        let alone = try #require(AgreementChanges(from: from, to: to).sections.last)
        let together = try #require(AgreementChanges(from: from, to: more).sections.last)
        #expect(alone.before.allSatisfy(together.before.contains) && alone.after.allSatisfy(together.after.contains))
        #expect(together.after.count == alone.after.count + 2)
    }

    // MARK: Texts that look alike

    @Test func textsThatReadTheSameAreToldApart() throws {
        let column = "{name: service, type: code, title: Kind of service}"
        // In words, both are `Kind (1 = a)`.
        let (title, values) = (
            try Self.sample([(column, column.replacing("Kind of service", with: "'Kind (1 = a)'"))]),
            try Self.sample([(column, column.replacing("Kind of service}", with: "Kind, values: {'1': a}}"))])
        )
        let summaries = [title, values].map { AgreementSummary($0).text }
        #expect(summaries[0] == summaries[1])
        let changes = AgreementChanges(from: title, to: values)
        #expect(changes.sections.map(\.id) == [.fields])
        #expect(
            Self.texts(changes.sections[0].after) == [
                "Register omnia_clients, column service, title (title): Kind",
                "Register omnia_clients, column service, value \"1\", meaning (values): a",
            ])
    }

    @Test func charactersThatLookAlikeAreToldApart() throws {
        let column = "{name: service, type: code, title: Kind of service}"
        func mapped(_ code: String) throws -> Agreement {
            try Self.sample([(column, column.replacing("}", with: ", map: {\"\(code)\": A}}"))])
        }
        // One character, and a letter with a combining mark: Swift takes them for equal, a register does not.
        let (one, two) = (try mapped("\u{E9}"), try mapped("e\u{301}"))
        for language in PlainLanguage.allCases {
            let sections = AgreementChanges(from: one, to: two, language: language).sections
            #expect(sections.map(\.id) == [.fields])
            let note = language.of("merkit ovat eri", "tecknen är andra", "the characters differ")
            #expect(sections[0].before.count == 1 && sections[0].before[0].text.contains(note))
            #expect(sections[0].after.count == 1 && sections[0].after[0].text.contains(note))
        }
    }

    @Test func paragraphsAreToldApart() throws {
        let from = try Self.sample()
        var to = from
        to.study.purpose = from.study.purpose.replacing("time to", with: "time\nto")
        let sections = AgreementChanges(from: from, to: to).sections
        #expect(sections.map(\.id) == [.study, .fields])
        #expect(sections[0].after[0].text.contains("the characters differ"))
    }

    // MARK: Words

    @Test func aChangeReadsLikeThis() throws {
        let from = try Self.sample()
        var to = try Self.sample([
            ("max_people: 80000", "max_people: 90000"), ("smallest_cell: 5", "smallest_cell: 3"),
            ("permit: P-2026-17", "permit: P-2026-18"), ("name: service, type: code", "name: service, type: text"),
        ])
        to.participants.swapAt(0, 1)
        to.participants[1].tlsPin = Array(repeating: 7, count: 32)
        let pin = from.participants[0].tlsPin
        let changes = AgreementChanges(from: from, to: to)
        #expect(changes.text == Self.english(pin: ParticipantKey.tlsPin.text(pin)), "\(changes.text)")
        let finnish = AgreementChanges(from: from, to: to, language: .finnish)
        #expect(finnish.text == Self.finnish(pin: ParticipantKey.tlsPin.text(pin)), "\(finnish.text)")
        for language in PlainLanguage.allCases {
            let lines = AgreementChanges(from: from, to: to, language: language).text.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 100 || !$0.contains(" ") || $0.contains("sha256:") })
        }
    }

    private static func english(pin: String) -> String {
        """
        STUDY
          No longer:
            - Permit: P-2026-17
          Now:
            - Permit: P-2026-18

        REGISTERS
          No longer:
            - omnia_clients: service (code): Kind of service
            - Residents who moved from abroad (residents), of City of Espoo: at most 80,000 people.
          Now:
            - omnia_clients: service (text): Kind of service
            - Residents who moved from abroad (residents), of City of Espoo: at most 90,000 people.

        LIMITS
          No longer:
            - A cohort of fewer than 5 people is not released, and a smaller count is not published.
          Now:
            - A cohort of fewer than 3 people is not released, and a smaller count is not published.

        THE FIELDS THAT DIFFER
          No longer:
            - Permit (study.permit): P-2026-17
            - Smallest group (smallest_cell): 5
            - Participant omnia, digest of the TLS key (tls_pin): \(pin)
            - Register omnia_clients, column service, type (type): code
            - Register residents, people at most (max_people): 80000
            - Order of participants: omnia, espoo, mixer-one, hub, lab
          Now:
            - Permit (study.permit): P-2026-18
            - Smallest group (smallest_cell): 3
            - Participant omnia, digest of the TLS key (tls_pin): sha256:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
            - Register omnia_clients, column service, type (type): text
            - Register residents, people at most (max_people): 90000
            - Order of participants: espoo, omnia, mixer-one, hub, lab

        """
    }

    private static func finnish(pin: String) -> String {
        """
        TUTKIMUS
          Ei enää:
            - Lupa: P-2026-17
          Nyt:
            - Lupa: P-2026-18

        REKISTERIT
          Ei enää:
            - omnia_clients: service (koodi): Kind of service
            - Residents who moved from abroad (residents), rekisterinpitäjä City of Espoo: enintään 80 000
              henkilöä.
          Nyt:
            - omnia_clients: service (teksti): Kind of service
            - Residents who moved from abroad (residents), rekisterinpitäjä City of Espoo: enintään 90 000
              henkilöä.

        RAJAT
          Ei enää:
            - Alle 5 henkilön kohorttia ei luovuteta, eikä pienempää lukumäärää julkaista.
          Nyt:
            - Alle 3 henkilön kohorttia ei luovuteta, eikä pienempää lukumäärää julkaista.

        KENTÄT, JOTKA EROAVAT
          Ei enää:
            - Lupa (study.permit): P-2026-17
            - Pienin ryhmä (smallest_cell): 5
            - Osapuoli omnia, TLS-avaimen tiiviste (tls_pin): \(pin)
            - Rekisteri omnia_clients, sarake service, tyyppi (type): code
            - Rekisteri residents, henkilöitä enintään (max_people): 80000
            - Osapuolten järjestys: omnia, espoo, mixer-one, hub, lab
          Nyt:
            - Lupa (study.permit): P-2026-18
            - Pienin ryhmä (smallest_cell): 3
            - Osapuoli omnia, TLS-avaimen tiiviste (tls_pin): sha256:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
            - Rekisteri omnia_clients, sarake service, tyyppi (type): text
            - Rekisteri residents, henkilöitä enintään (max_people): 90000
            - Osapuolten järjestys: espoo, omnia, mixer-one, hub, lab

        """
    }
}
