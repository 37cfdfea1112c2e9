import Agreement
import PSIProtocol
import Values

/// What one participant of a verified round does wrong after it has done a duty as it should, and before it says so.
struct VerifiedLie: Sendable {
    let name: String
    let who: ParticipantID
    /// As `AuthorityDuty` and `CoordinatorDuty` describe themselves.
    let duty: String
    /// Who may find out.
    let accusers: [ParticipantID]
    /// What they say of the liar, or the liar says of another.
    let code: ComplaintCode
    /// What outsiders find out from the evidence.
    let outcome: Outcome
    /// Whether shares are released before it is told. They open nothing yet: nobody receives them.
    var isOfShares: Bool { code == .sharesWrong }
    let tell: @Sendable (inout any EntryBody, MemoryStreams) async throws -> Void

    enum Outcome: Sendable, Equatable {
        /// That the liar is at fault.
        case proved
        /// Nothing: the streams, or a secret, are not those that the board has digests of.
        case undecided
    }
}

/// The part of a verified round in which lies are told: a list, and who does what with it.
struct LieSetting: Sendable {
    let record: RoundRecord
    let register: RegisterDeclaration
    /// Bytes of an item between hops.
    let width: Int
    /// Elements of an item.
    let elementCount: Int

    init(_ record: RoundRecord) throws {
        guard let register = record.agreement.registers.first else { throw SimulationError.idle }
        self.record = record
        self.register = register
        elementCount = record.agreement.elementCount
        width = 32 * elementCount + (record.releasesRows ? 64 : 0)
    }

    var lastStage: Int { record.ringCount - 1 }
    func hop(_ stage: Int) throws -> ParticipantID {
        guard let hop = record.node(forStage: stage, of: register) else { throw SimulationError.idle }
        return hop
    }
    func checkers(_ stage: Int) -> [ParticipantID] { record.checkers(ofStage: stage, of: register) }
    func stream(_ stage: String) -> String { "\(register.id)/\(stage)/0/0" }
    func duty(_ verb: String, _ stage: Int) -> String { "\(verb)(\"\(register.id)\", stage: \(stage))" }
}

// MARK: Lists and tags

extension VerifiedLie {
    /// All lies that a round of this kind has a place for.
    static func all(in record: RoundRecord) throws -> [VerifiedLie] {
        let setting = try LieSetting(record)
        return try lists(setting) + tags(setting) + proofs(setting) + results(setting) + accusations(setting)
    }

    static func lists(_ setting: LieSetting) throws -> [VerifiedLie] {
        let hop = try setting.hop(1)
        func lie(
            _ name: String, _ code: ComplaintCode, _ change: @escaping @Sendable (inout [[UInt8]]) throws -> Void
        ) -> VerifiedLie {
            VerifiedLie(
                name: name, who: hop, duty: setting.duty("mix", 1), accusers: setting.checkers(1), code: code,
                outcome: .proved, tell: changed(setting.stream("1"), width: setting.width, change))
        }
        let capsule = 32 * setting.elementCount
        var lies = [
            lie("an element replaced", .proofWrong) { $0[3].replaceSubrange(0..<32, with: element()) },
            lie("an element that is none", .invalidElement) {
                $0[3].replaceSubrange(0..<32, with: [UInt8](repeating: 1, count: 32))
            },
            lie("an item twice", .notIncreasing) { $0[4] = $0[5] },
            lie("an item of its own in the place of one", .proofWrong) { items in
                items[2] = (0..<(items[2].count / 32)).flatMap { _ in element() }
            },
            VerifiedLie(
                name: "a list other than the announced one", who: hop, duty: setting.duty("mix", 1),
                accusers: setting.checkers(1), code: .streamUnreadable, outcome: .undecided,
                tell: { _, streams in try await streams.damage(setting.stream("1")) { [$0[0] ^ 1] + $0.dropFirst() } }),
        ]
        if setting.elementCount > 1 {
            lies.append(
                lie("two elements of an item exchanged", .proofWrong) { items in
                    items[3] = Array(items[3][32..<64] + items[3][..<32] + items[3][64...])
                })
        }
        if setting.record.releasesRows {
            lies += [
                lie("capsules swapped", .proofWrong) { items in
                    let (first, second) = (Array(items[1][capsule...]), Array(items[2][capsule...]))
                    items[1].replaceSubrange(capsule..., with: second)
                    items[2].replaceSubrange(capsule..., with: first)
                },
                lie("a capsule copied", .proofWrong) { $0[1].replaceSubrange(capsule..., with: $0[2][capsule...]) },
                lie("a capsule that is none", .invalidCapsule) {
                    $0[3].replaceSubrange((capsule + 32)..., with: [UInt8](repeating: 0, count: 32))
                },
            ]
        }
        return lies
    }

    static func tags(_ setting: LieSetting) throws -> [VerifiedLie] {
        let stage = setting.lastStage
        let hop = try setting.hop(stage)
        func lie(
            _ name: String, _ code: ComplaintCode, _ stream: String, _ width: Int,
            _ change: @escaping @Sendable (inout [[UInt8]]) throws -> Void
        ) -> VerifiedLie {
            VerifiedLie(
                name: name, who: hop, duty: setting.duty("mix", stage), accusers: setting.checkers(stage), code: code,
                outcome: .proved, tell: changed(setting.stream(stream), width: width, change))
        }
        let start = 16 * setting.elementCount
        let tagged = start + (setting.record.releasesRows ? 64 : 0)
        var lies = [
            lie("an element of the last stage replaced", .proofWrong, "exit", setting.width) {
                $0[3].replaceSubrange(0..<32, with: element())
            },
            lie("a tag replaced", .tagsWrong, "\(stage)", tagged) {
                $0[3].replaceSubrange(0..<16, with: [UInt8](repeating: 7, count: 16))
            },
        ]
        if setting.record.releasesRows {
            lies.append(
                lie("capsules swapped behind the exit", .tagsWrong, "\(stage)", tagged) { items in
                    let (first, second) = (Array(items[1][start...]), Array(items[2][start...]))
                    items[1].replaceSubrange(start..., with: second)
                    items[2].replaceSubrange(start..., with: first)
                })
        }
        return lies
    }

    /// Changes items of a list, sorts them, and announces the list that comes of it.
    private static func changed(
        _ name: String, width: Int, _ change: @escaping @Sendable (inout [[UInt8]]) throws -> Void
    ) -> @Sendable (inout any EntryBody, MemoryStreams) async throws -> Void {
        { body, streams in
            let bytes = try await loaded(name, streams)
            var items = cut(Array(bytes.dropFirst(32)), width)
            try change(&items)
            items.sort { $0.lexicographicallyPrecedes($1) }
            let list = bytes.prefix(32) + items.flatMap { $0 }
            await streams.store(Array(list), name)
            var committed = try the(StageCommitted.self, body)
            if name.contains("/exit/") {
                committed.exit?.digest = digest(Array(list))
            } else {
                committed.list.digest = digest(Array(list))
            }
            body = committed
        }
    }
}

// MARK: Proofs

extension VerifiedLie {
    /// A lie in each field of a proof, and a proof other than the announced one.
    static func proofs(_ setting: LieSetting) throws -> [VerifiedLie] {
        let hop = try setting.hop(1)
        let name = setting.stream("proof1")
        func lie(
            _ what: String, _ code: ComplaintCode, _ change: @escaping @Sendable (inout [UInt8]) -> Void
        ) -> VerifiedLie {
            VerifiedLie(
                name: what, who: hop, duty: setting.duty("prove", 1), accusers: setting.checkers(1), code: code,
                outcome: .proved,
                tell: { body, streams in
                    var bytes = try await loaded(name, streams)
                    change(&bytes)
                    await streams.store(bytes, name)
                    var proved = try the(Proved.self, body)
                    proved.proof.digest = digest(bytes)
                    body = proved
                })
        }
        var lies: [VerifiedLie] = []
        var start = 0
        func head(_ field: String, _ code: ComplaintCode, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]) {
            let range = start..<(start + 32)
            lies.append(lie("another \(field)", code) { $0.replaceSubrange(range, with: change(Array($0[range]))) })
            start += 32
        }
        for field in ["D(c)", "D(ĉ)", "D(t̂)"] { head(field, .proofMalformed) { [$0[0] ^ 1] + $0.dropFirst() } }
        let capsules = setting.record.releasesRows ? ["t_4A", "t_4B"] : []
        let elements = (1...setting.elementCount).map { "t_5,\($0)" }
        for field in ["t_1", "t_2", "t_3"] + capsules + elements + ["t_6"] {
            head(field, .proofWrong) { _ in element() }
        }
        for field in ["s_1", "s_2", "s_3"] + (capsules.isEmpty ? [] : ["s_4"]) + ["s_5"] {
            head(field, .proofWrong, plusOne)
        }
        let end = start
        for (index, field) in ["c", "ĉ", "t̂"].enumerated() {
            lies.append(
                lie("another \(field) of a record", .proofMalformed) {
                    let place = end + 160 + 32 * index
                    $0.replaceSubrange(place..<(place + 32), with: element())
                })
        }
        for (index, field) in ["ŝ", "s'"].enumerated() {
            lies.append(
                lie("another \(field) of a record", .proofWrong) {
                    let place = end + 160 + 96 + 32 * index
                    $0.replaceSubrange(place..<(place + 32), with: plusOne(Array($0[place..<(place + 32)])))
                })
        }
        lies += [
            lie("a record that is none", .proofMalformed) {
                $0.replaceSubrange(
                    ($0.count - 160)..<($0.count - 128), with: [1] + [UInt8](repeating: 0, count: 31))
            },
            VerifiedLie(
                name: "a proof other than the announced one", who: hop, duty: setting.duty("prove", 1),
                accusers: setting.checkers(1), code: .streamUnreadable, outcome: .undecided,
                tell: { _, streams in
                    try await streams.damage(name) { Array($0.dropLast() + [$0[$0.count - 1] ^ 1]) }
                }),
        ]
        return lies
    }
}

// MARK: Results and shares

extension VerifiedLie {
    static func results(_ setting: LieSetting) -> [VerifiedLie] {
        let record = setting.record
        func lie(
            _ name: String, _ outcome: Outcome = .proved,
            _ tell: @escaping @Sendable (inout any EntryBody, MemoryStreams) async throws -> Void
        ) -> VerifiedLie {
            VerifiedLie(
                name: name, who: record.coordinator, duty: "match", accusers: record.approvers, code: .selectionWrong,
                outcome: outcome, tell: tell)
        }
        guard let research = record.research, record.releasesRows else {
            return [
                lie("one person more counted") { body, _ in
                    var counted = try the(Counted.self, body)
                    counted.cohorts[0].people = (counted.cohorts[0].people ?? 0) + 1
                    body = counted
                }
            ]
        }
        let selection = "\(research)/selection/0/0"
        return [
            lie("somebody left out of the selection") { body, streams in
                var selected = try the(Selected.self, body)
                for (name, width) in [(research, 90)] + record.ring.map({ ($0, 32) }) {
                    try await streams.damage("\(name)/selection/0/0") { Array($0.dropLast(width)) }
                }
                selected.requests.count -= 1
                selected.selection.count -= 1
                selected.requests.digest = digest(try await loaded("\(record.ring[0])/selection/0/0", streams))
                selected.selection.digest = digest(try await loaded(selection, streams))
                body = selected
            },
            lie("somebody's tag in the selection exchanged") { body, streams in
                try await streams.damage(selection) { $0[..<70] + [$0[70] ^ 1] + $0[71...] }
                var selected = try the(Selected.self, body)
                selected.selection.digest = digest(try await loaded(selection, streams))
                body = selected
            },
            lie("another seed than the capsules were re-randomised with", .undecided) { body, _ in
                var selected = try the(Selected.self, body)
                selected.seedDigest = HexBytes(element())
                body = selected
            },
        ] + record.ring.flatMap { shares($0, research) }
    }

    /// A node's share, and each field of its proof.
    private static func shares(_ node: ParticipantID, _ research: ParticipantID) -> [VerifiedLie] {
        let name = "\(node)/release/0/0"
        func lie(_ what: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]) -> VerifiedLie {
            VerifiedLie(
                name: "\(what) by \(node)", who: node, duty: "release", accusers: [research], code: .sharesWrong,
                outcome: .proved,
                tell: { body, streams in
                    try await streams.damage(name) { change($0) }
                    var released = try the(Released.self, body)
                    released.shares.digest = digest(try await loaded(name, streams))
                    body = released
                })
        }
        return [
            lie("a wrong share") { $0[..<128] + element() + $0[160...] },
            lie("a wrong T_1") { element() + $0[32...] },
            lie("a wrong T_2") { $0[..<32] + element() + $0[64...] },
            lie("a wrong s") { $0[..<64] + plusOne(Array($0[64..<96])) + $0[96...] },
        ]
    }
}

// MARK: False accusations

extension VerifiedLie {
    /// Somebody accuses who did what it should.
    static func accusations(_ setting: LieSetting) throws -> [VerifiedLie] {
        func lie(
            _ accuser: ParticipantID, _ duty: String, _ complaint: Complained, _ outcome: Outcome = .proved
        ) -> VerifiedLie {
            VerifiedLie(
                name: "a false \(complaint.code.rawValue) by \(accuser)", who: accuser, duty: duty,
                accusers: [accuser], code: complaint.code, outcome: outcome, tell: { body, _ in body = complaint })
        }
        var lies: [VerifiedLie] = []
        if let checker = setting.checkers(1).last {
            let hop = try setting.hop(1)
            for code in [ComplaintCode.proofWrong, .proofMalformed, .invalidElement, .notIncreasing, .streamUnreadable]
            {
                lies.append(
                    lie(
                        checker, setting.duty("check", 1),
                        Complained(against: hop, code: code, register: setting.register.id, stage: 1),
                        code == .streamUnreadable ? .undecided : .proved))
            }
        }
        if let checker = setting.checkers(setting.lastStage).first {
            lies.append(
                lie(
                    checker, setting.duty("check", setting.lastStage),
                    Complained(
                        against: try setting.hop(setting.lastStage), code: .tagsWrong,
                        register: setting.register.id, stage: setting.lastStage)))
        }
        if setting.record.releasesRows, let research = setting.record.research {
            lies.append(
                lie(research, "receive", Complained(against: setting.record.ring[0], code: .sharesWrong)))
        }
        if let approver = setting.record.approvers.first {
            lies.append(
                lie(approver, "approve", Complained(against: setting.record.coordinator, code: .selectionWrong)))
        }
        return lies
    }
}

// MARK: Bytes

extension VerifiedLie {
    static func element() -> [UInt8] { Ristretto255.randomElements(count: 1).bytes }

    /// Little-endian. The order of the group is not met by chance.
    @Sendable static func plusOne(_ scalar: [UInt8]) -> [UInt8] {
        var (scalar, carry) = (scalar, true)
        for index in scalar.indices where carry {
            scalar[index] &+= 1
            carry = scalar[index] == 0
        }
        return scalar
    }

    static func cut(_ bytes: [UInt8], _ width: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: width).map { Array(bytes[$0..<($0 + width)]) }
    }

    static func digest(_ bytes: [UInt8]) -> HexBytes {
        var digest = StreamDigest(partCount: 1)
        digest.update(bytes)
        digest.endPart()
        return HexBytes(digest.finalized())
    }

    private static func loaded(_ name: String, _ streams: MemoryStreams) async throws -> [UInt8] {
        guard let bytes = await streams.load(name) else { throw SimulationError.noStream }
        return bytes
    }

    private static func the<Body: EntryBody>(_: Body.Type, _ body: any EntryBody) throws -> Body {
        guard let body = body as? Body else { throw SimulationError.idle }
        return body
    }
}
