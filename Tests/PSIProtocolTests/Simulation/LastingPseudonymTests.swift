import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Pseudonyms that last over the rounds of a study. [P-80] [P-81] [P-83]
@Suite("Lasting pseudonyms")
struct LastingPseudonymTests {
    /// Rounds of one study, in each of which a person's rows tell who they are.
    struct Rounds {
        let study: SimulatedStudy
        let keys: [ParticipantID: SymmetricKey]
        let pseudonymKey = SymmetricKey(size: .bits256)

        init(registers: [String] = ["left", "right"], _ options: SimulatedStudy.Options) throws {
            let first = CohortExpression.register(registers[0])
            study = try SimulatedStudy(
                registers: registers,
                cohorts: [("all", registers.dropFirst().reduce(first) { .union($0, .register($1)) })],
                releasedFor: Dictionary(uniqueKeysWithValues: registers.map { ($0, ["all"]) }), options: options)
            keys = Dictionary(
                uniqueKeysWithValues: study.agreement.pseudonyms.holders.map { ($0, StudyKey.random()) })
        }

        /// - Parameter change: before the round runs.
        func round(
            _ people: [RegisterID: [SimulatedPerson]], known: [ParticipantID: [UInt8]] = [:],
            _ change: (SimulatedRound<Ristretto255>) -> Void = { _ in }
        ) async throws -> SimulatedRound<Ristretto255> {
            let round = SimulatedRound(Ristretto255.self, study: study, registers: people)
            round.studyKeys = keys
            round.pseudonymKey = pseudonymKey
            round.knownStudyKeys = known
            change(round)
            try await round.run()
            return round
        }
    }

    /// - Parameter official: whether the code is one.
    static func person(_ code: String, official: Bool = true) -> SimulatedPerson {
        var person = SimulatedPerson(code, rows: [[.integer(1), .text(code)]])
        person.official = official ? code : nil
        return person
    }

    /// Of everybody who was opened: who they are by their rows, and what they are called by.
    static func names(_ round: SimulatedRound<Ristretto255>) -> [String: (tag: [UInt8], name: PersonName)] {
        var names: [String: (tag: [UInt8], name: PersonName)] = [:]
        for (tag, rows) in round.opened.rows {
            for case .text(let code) in rows.values.joined().map({ $0[1] }) {
                names[code] = (tag, round.opened.names[tag] ?? .round)
            }
        }
        return names
    }

    static let variety: [SimulatedStudy.Options] = [
        .init(pseudonymHolders: [0, 1]),
        .init(vaultAccess: .selected, mixers: 1, parts: 4, pseudonymHolders: [0, 2]),
        .init(padding: .none, mixers: 2, pseudonymHolders: [2, 3]),
        .init(mixers: 1, verification: .full, pseudonymHolders: [0, 1, 2]),
        .init(mixers: 1, parts: 2, verification: .full, pseudonymHolders: [1, 2]),
    ]

    @Test("The same person has the same in every round, and nobody else", arguments: variety)
    func same(options: SimulatedStudy.Options) async throws {
        let rounds = try Rounds(options)
        let first = try await rounds.round([
            "left": (0..<12).map { Self.person("person \($0)") } + [Self.person("temporary", official: false)],
            "right": (6..<20).map { Self.person("person \($0)") },
        ])
        let second = try await rounds.round(
            [
                "left": (4..<16).map { Self.person("person \($0)") } + [Self.person("temporary", official: false)],
                "right": (0..<3).map { Self.person("person \($0)") },
            ], known: first.record().revealedStudyKeys)
        let (before, after) = (Self.names(first), Self.names(second))
        #expect(before.count == 21 && after.count == 16)
        #expect(Set(before.values.map(\.tag)).count == 21 && Set(after.values.map(\.tag)).count == 16)
        for (code, name) in after where code != "temporary" {
            #expect(name.name == .lasting)
            let earlier = try #require(before[code])
            #expect(earlier.tag == name.tag && earlier.name == .lasting, "\(code)")
        }
        #expect(before["temporary"]?.name == .round && after["temporary"]?.name == .round)
        #expect(before["temporary"]?.tag != after["temporary"]?.tag)
    }

    @Test("Another study, other holders' keys or another environment's key give other pseudonyms")
    func others() async throws {
        let people = ["left": [Self.person("a")], "right": [Self.person("a")]]
        let rounds = try Rounds(.init(pseudonymHolders: [0, 1]))
        let own = try #require(Self.names(try await rounds.round(people))["a"]?.tag)
        let otherHolders = try await rounds.round(people) { $0.studyKeys["owner-left"] = StudyKey.random() }
        let otherEnvironment = try await rounds.round(people) { $0.pseudonymKey = SymmetricKey(size: .bits256) }
        for other in [otherHolders, otherEnvironment] { #expect(Self.names(other)["a"]?.tag != own) }
        #expect(StudyCapsule.head(of: "one") != StudyCapsule.head(of: "other"))
        #expect(StudyCapsule.head(of: "one").count == 32 + 2 + 5)
    }

    @Test("A holder that shows another key than before is named, and one that shows none cannot go on")
    func otherKey() async throws {
        let people = ["left": [Self.person("a")], "right": [Self.person("a")]]
        let rounds = try Rounds(.init(pseudonymHolders: [0, 1]))
        let known = try await rounds.round(people).record().revealedStudyKeys
        #expect(known.keys.sorted() == ["owner-left", "owner-right"])
        await #expect(throws: ProtocolViolation(.studyKeyDiffers, by: "owner-right")) {
            _ = try await rounds.round(people, known: known) { $0.studyKeys["owner-right"] = StudyKey.random() }
        }
        await #expect(throws: StudyKeyMissing()) {
            _ = try await rounds.round(people, known: known) { $0.studyKeys["owner-right"] = nil }
        }
    }

    @Test(
        "[P-85] With a register more and a successor of a holder people have the same, and another key is refused",
        arguments: [VerificationMode.off, .full])
    func successor(verification: VerificationMode) async throws {
        let first = try Rounds(.init(mixers: 1, verification: verification, pseudonymHolders: [0, 1]))
        var people = ["left": (0..<5).map { Self.person("\($0)") }, "right": (3..<8).map { Self.person("\($0)") }]
        let before = try await first.round(people)
        // The owner of left hands its key to the mixer.
        let second = try Rounds(
            registers: ["left", "right", "third"],
            .init(mixers: 1, verification: verification, pseudonymHolders: [1, 3]))
        people["third"] = (2..<10).map { Self.person("\($0)") }
        let shown = try before.record().revealedStudyKeys
        let known = ["owner-right": shown["owner-right"], "mixer0": shown["owner-left"]].compactMapValues(\.self)
        let keys = ["owner-right": first.keys["owner-right"], "mixer0": first.keys["owner-left"]]
        let after = try await second.round(people, known: known) {
            $0.studyKeys = keys.compactMapValues(\.self)
            $0.pseudonymKey = first.pseudonymKey
        }
        let (old, new) = (Self.names(before), Self.names(after))
        #expect(old.count == 8 && new.count == 10)
        for (code, name) in old { #expect(new[code]?.tag == name.tag && new[code]?.name == .lasting, "\(code)") }
        await #expect(throws: ProtocolViolation(.studyKeyDiffers, by: "mixer0")) {
            _ = try await second.round(people, known: known) {
                $0.studyKeys["owner-right"] = first.keys["owner-right"]
            }
        }
    }

    @Test("A study key without its proof, with another's, or of somebody who holds none is refused")
    func keys() async throws {
        let people = ["left": [Self.person("a")], "right": [Self.person("a")]]
        let record = try await Rounds(.init(mixers: 1, pseudonymHolders: [0, 1])).round(people).record()
        let own = try #require(record.reveals["owner-left"])
        let other = try #require(record.reveals["owner-right"])
        #expect(own.proofsHold(in: record, by: "owner-left") && other.proofsHold(in: record, by: "owner-right"))
        let changes: [(inout KeyRevealed) -> Void] = [
            { $0.studyPoint = nil }, { $0.studyProof = nil }, { ($0.studyPoint, $0.studyProof) = (nil, nil) },
            { $0.studyPoint = other.studyPoint }, { $0.studyProof = other.studyProof },
            { ($0.studyPoint, $0.studyProof) = (other.studyPoint, other.studyProof) },
            { $0.studyProof = $0.capsuleProof },
            { ($0.studyPoint, $0.studyProof) = ($0.capsulePoint, $0.capsuleProof) },
            { $0.studyPoint = HexBytes([UInt8](repeating: 0, count: 32)) }, { $0.studyPoint = HexBytes([1, 2]) },
        ]
        for (index, change) in changes.enumerated() {
            var changed = own
            change(&changed)
            #expect(!changed.proofsHold(in: record, by: "owner-left"), "change \(index)")
        }
        for node in ["mixer0", "research"] {
            var changed = try #require(record.reveals[node])
            #expect(changed.proofsHold(in: record, by: node))
            (changed.studyPoint, changed.studyProof) = (own.studyPoint, own.studyProof)
            #expect(!changed.proofsHold(in: record, by: node))
        }
    }

    @Test("Whose records open to different identities gets no lasting pseudonym, and no rows where codes alone link")
    func doubtful() async throws {
        var liar = Self.person("a")
        liar.official = "b"
        let people = ["left": [Self.person("a"), Self.person("c")], "right": [liar, Self.person("c")]]
        let byCode = try await Rounds(.init(pseudonymHolders: [0, 1])).round(people)
        #expect(byCode.opened.damaged.count == 1)
        #expect(byCode.opened.damagedRecords == [0: 1, 1: 1])
        #expect(Self.names(byCode).keys.sorted() == ["c"])

        // Linked by something else, it may be a wrong link: the rows are there, and the pseudonym does not last.
        func known(_ code: String, _ passport: String, _ official: String) -> SimulatedPerson {
            var person = SimulatedPerson(code, passport, rows: [[.integer(1), .text(code)]])
            person.official = official
            return person
        }
        let rounds = try Rounds(.init(matchKeys: [.identityCode, MatchKey("passport")], pseudonymHolders: [0, 1]))
        let byMore = try await rounds.round([
            "left": [known("a", "1", "a"), known("c", "2", "c"), known("d", "3", "d")],
            "right": [known("b", "1", "b"), known("c", "4", "c"), known("e", "5", "d")],
        ])
        let names = Self.names(byMore)
        #expect(byMore.opened.damaged.isEmpty && names.keys.sorted() == ["a", "b", "c", "d", "e"])
        #expect(names["a"]?.tag == names["b"]?.tag && names["a"]?.name == .doubtful)
        #expect(names["c"]?.name == .lasting)
        // Two people who open to one identity.
        #expect(names["d"]?.tag != names["e"]?.tag)
        #expect(names["d"]?.name == .doubtful && names["e"]?.name == .doubtful)
    }

    @Test("Any number of people whose names are one are told apart, in bounded memory")
    func shared() throws {
        let study = try Rounds(.init(pseudonymHolders: [0, 1])).study
        var naming = PersonNaming(study.agreement, spool: MemorySpool())
        // 1 and 2 alone, 3 to 300 of one name, 301 to 400 of none.
        for tag in 1...400 {
            for register in 0...1 {
                let name: [UInt8]? =
                    tag > 300 || (tag == 2 && register == 1) ? nil : .filled(UInt8(min(tag, 3)), 16)
                try naming.add(item(tag), register: register, lasting: name)
            }
        }
        var found: [Int: Set<String>] = [:]
        try naming.finish { item, register in
            let tag = Int(BigEndian.read(item.handle[..<8]))
            let isOwn = item.person == self.item(tag).person
            found[tag, default: []].insert("\(register) \(item.name) \(isOwn)")
        }
        #expect(found.count == 400)
        for (tag, entries) in found {
            let expected = tag < 3 ? "lasting false" : tag <= 300 ? "doubtful true" : "round true"
            #expect(entries == ["0 \(expected)", "1 \(expected)"], "\(tag)")
        }
    }

    private func item(_ tag: Int) -> OpenedItem {
        OpenedItem(
            handle: BigEndian.u64(UInt64(tag)) + BigEndian.u64(1), secret: .filled(7, 32),
            person: BigEndian.u64(UInt64(tag)) + BigEndian.u64(9), cohorts: 1, link: 0)
    }

    @Test("Who is never released has nothing that lasts")
    func withheld() async throws {
        var objector = Self.person("a")
        objector.isWithheld = true
        let rounds = try Rounds(.init(pseudonymHolders: [0, 1]))
        let round = try await rounds.round(["left": [objector], "right": [Self.person("b")]])
        #expect(Self.names(round).keys.sorted() == ["b"])
        #expect(round.opened.damaged.isEmpty)
    }

    /// All 16 bytes that stand anywhere in a round's lists, selections, requests and shares.
    private func windows(_ round: SimulatedRound<Ristretto255>) async -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        for (name, bytes) in await round.streams.all() where !name.contains("/vault/") {
            guard bytes.count >= 16 else { continue }
            for start in 0...(bytes.count - 16) { found.insert(Array(bytes[start..<(start + 16)])) }
        }
        return found
    }

    @Test("Nothing that anybody is sent is equal in two rounds", arguments: [0, 3])
    func nothingEqual(variant: Int) async throws {
        let rounds = try Rounds(Self.variety[variant])
        let people = [
            "left": (0..<6).map { Self.person("person \($0)") }, "right": (3..<9).map { Self.person("person \($0)") },
        ]
        let first = try await rounds.round(people)
        let second = try await rounds.round(people, known: first.record().revealedStudyKeys)
        let (before, after) = (await windows(first), await windows(second))
        #expect(before.count > 5_000 && after.count > 5_000)
        // Selections have zeros in the place of cohorts, which say nothing; no other bytes repeat.
        #expect(before.intersection(after).filter { $0.filter { $0 != 0 }.count > 8 }.isEmpty)
    }
}
