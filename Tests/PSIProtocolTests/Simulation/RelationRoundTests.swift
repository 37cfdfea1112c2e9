import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Registers whose columns name people, from blinded lists to opened links, compared with a plain join.
@Suite("Relations between people")
struct RelationRoundTests {
    /// Two authorities: `left` names spouses, `right` names children; people of either are released.
    private static func study(_ options: SimulatedStudy.Options) throws -> SimulatedStudy {
        let made = try SimulatedStudy(
            registers: ["left", "right"],
            cohorts: [("all", .union(.register("left"), .register("right"))), ("left_only", .register("left"))],
            releasedFor: ["left": ["all", "left_only"], "right": ["all"]], options: options)
        var agreement = made.agreement
        agreement.registers[0].columns.append(.person(name: "spouse", title: "Spouse"))
        agreement.registers[1].columns.append(.person(name: "child", title: "Child"))
        return SimulatedStudy(agreement: agreement, file: made.file, signing: made.signing, hpke: made.hpke)
    }

    /// As an owner's node makes them: whom rows name, and links in their place.
    private struct Relations {
        var people: [RegisterID: [SimulatedPerson]] = [:]
        /// Register, who has the row, number of the row, who is named.
        var truth: Set<[String]> = []
        private var named: [RegisterID: [String: [[FieldValue]]]] = [:]

        mutating func add(_ code: String, in register: RegisterID, naming names: [String?], column: String) {
            var person = SimulatedPerson(code)
            person.official = code
            for (number, name) in names.enumerated() {
                var link = FieldValue.null
                if let name {
                    link = .person((0..<16).map { _ in UInt8.random(in: 0...255) })
                    named["\(register)-\(column)", default: [:]][name, default: []].append([link])
                    truth.insert([register, code, String(number), name])
                }
                person.rows.append([.integer(Int64(number)), .text(code), link])
            }
            people[register, default: []].append(person)
        }

        /// All registers, those of named people included.
        var all: [RegisterID: [SimulatedPerson]] {
            var all = people
            for (register, people) in named {
                all[register] = people.sorted { $0.key < $1.key }.map { code, rows in
                    var person = SimulatedPerson(code, rows: rows)
                    person.official = code
                    return person
                }
            }
            return all
        }
    }

    private static func relations() -> Relations {
        var relations = Relations()
        for number in 0..<24 {
            // Each other's spouses; every fifth has one in no register, and every seventh none.
            let spouse = number % 5 == 4 ? "elsewhere \(number)" : "person \(number ^ 1)"
            relations.add("person \(number)", in: "left", naming: [number % 7 == 6 ? nil : spouse], column: "spouse")
        }
        for number in 12..<40 {
            // Circles of children, oneself among them, and somebody whom all name.
            relations.add(
                "person \(number)", in: "right",
                naming: ["person \((number * 3) % 28 + 12)", "person \(number)", "person 12", nil], column: "child")
        }
        return relations
    }

    /// What the research environment finds by the links: as `Relations.truth`.
    private static func found<S: Suite>(_ round: SimulatedRound<S>) throws -> Set<[String]> {
        let registers = round.study.agreement.registers.map(\.id)
        var codes: [[UInt8]: String] = [:]
        var named: [[UInt8]: [UInt8]] = [:]
        for (tag, rows) in round.opened.rows {
            for (register, rows) in rows {
                for row in rows {
                    if case .person(let link) = row[0] {
                        #expect(registers[register].contains("-") && named.updateValue(tag, forKey: link) == nil)
                    }
                    if row.count == 3, case .text(let code) = row[1] { codes[tag] = code }
                }
            }
        }
        var found: Set<[String]> = []
        for (tag, rows) in round.opened.rows {
            for (register, rows) in rows {
                for row in rows where row.count == 3 {
                    guard case .person(let link) = row[2], let person = named[link], let name = codes[person],
                        case .integer(let number) = row[0], let code = codes[tag]
                    else { continue }
                    found.insert([registers[register], code, String(number), name])
                }
            }
        }
        return found
    }

    private static let variety: [SimulatedStudy.Options] = [
        .init(), .init(vaultAccess: .selected, mixers: 1, parts: 4), .init(padding: .none, mixers: 1),
        .init(suite: .p256), .init(mixers: 1, verification: .full),
        .init(matchKeys: [.identityCode, MatchKey("former_code", content: .formerCode)], mixers: 2),
        .init(mixers: 1, pseudonymHolders: [0, 2]), .init(mixers: 1, verification: .full, pseudonymHolders: [0, 1, 2]),
    ]

    @Test("Links lead to whom the rows name, and to nobody who is not released", arguments: variety)
    func join(options: SimulatedStudy.Options) async throws {
        try await check(options, options.suite.type)
    }

    private func check<S: Suite>(_ options: SimulatedStudy.Options, _: S.Type) async throws {
        let study = try Self.study(options)
        #expect(study.agreement.registers.map(\.id) == ["left", "right", "left-spouse", "right-child"])
        var relations = Self.relations()
        var people = relations.all
        if options.matchKeys.count > 1 {
            people = people.mapValues { people in
                people.map { person in
                    var person = person
                    person.keys.append(nil)
                    return person
                }
            }
        }
        let round = SimulatedRound(S.self, study: study, registers: people)
        for holder in study.agreement.pseudonyms.holders { round.studyKeys[holder] = StudyKey.random() }
        try await round.run()
        #expect(try round.record().ending == .closed)
        relations.truth = relations.truth.filter { !$0[3].hasPrefix("elsewhere") }
        #expect(try Self.found(round) == relations.truth)
        #expect(relations.truth.count > 80)
        // Somebody who is only named is no person of the cohorts.
        #expect(round.opened.people.count == 40)
        #expect(round.opened.damaged.isEmpty)
    }

    @Test("Whoever dies and starts again changes nothing")
    func crashes() async throws {
        let study = try Self.study(.init(mixers: 1))
        let relations = Self.relations()
        let round = SimulatedRound(Ristretto255.self, study: study, registers: relations.all)
        var seen: Set<String> = []
        round.beforeDuty = { who, what in
            if seen.insert("\(who) \(what)").inserted { throw SimulatedCrash() }
        }
        try await round.run()
        #expect(try Self.found(round) == relations.truth.filter { !$0[3].hasPrefix("elsewhere") })
    }

    @Test("More people than may be named are not declared")
    func caps() async throws {
        let study = try Self.study(.init())
        var agreement = study.agreement
        agreement.registers[0].columns[2].relation?.maxPeople = 10
        let smaller = SimulatedStudy(
            agreement: agreement, file: study.file, signing: study.signing, hpke: study.hpke)
        #expect(smaller.agreement.registers[2].maxPeople == 10)
        let round = SimulatedRound(Ristretto255.self, study: smaller, registers: Self.relations().all)
        await #expect(throws: DeclarationError.tooManyPeople) { try await round.run() }
    }
}
