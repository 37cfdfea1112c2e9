@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Records linked by the coordinator's linker alone: tags are made of the values themselves, without a round.
struct LinkedRecords {
    /// Each person as text: records with what linked them.
    let people: [String]
    let counts: LinkageCounts

    static let seed = [UInt8](repeating: 7, count: 32)

    /// Registers of an agreement that is only good for linking; people are told apart by their rows.
    static func agreement(
        registers: Int, keys: [MatchKey], tolerant: TolerantMatching? = nil, release: ReleaseMode = .rows
    ) throws -> Agreement {
        let names = (0..<registers).map { "r\($0)" }
        return try SimulatedStudy(
            registers: names, cohorts: [("all", .register("r0"))],
            releasedFor: release == .rows ? Dictionary(uniqueKeysWithValues: names.map { ($0, ["all"]) }) : [:],
            options: .init(release: release, padding: .none, matchKeys: keys, tolerantMatching: tolerant)
        ).agreement
    }

    /// - Parameters:
    ///   - keepsFrequent: a register whose owner leaves in what it should leave out.
    ///   - pieceCount: items that are added at a time.
    init(
        _ agreement: Agreement, _ registers: [RegisterID: [SimulatedPerson]], keepsFrequent: Int? = nil,
        spool: any Spool = MemorySpool(), workers: Int = 2, pieceCount: Int = 7
    ) async throws {
        let layout = TaggedLayout(agreement: agreement)
        var linker = try KeyLinker(agreement: agreement, layout: layout, spool: spool)
        var all: [(register: Int, person: SimulatedPerson)] = []
        for (index, register) in agreement.registers.enumerated() {
            let people = registers[register.id] ?? []
            var maker = agreement.tolerantMatching.map { TokenMaker(settings: $0, seed: .init(data: Self.seed)) }
            if index != keepsFrequent {
                for person in people {
                    guard let tokens = maker?.allTokens(of: person.features) else { break }
                    maker?.count(tokens)
                }
            }
            var items: [UInt8] = []
            func add() throws {
                let first = linker.itemCount
                try linker.add(register: index, linker.entries.piece(of: items, register: index, first: first))
                items = []
            }
            for person in people {
                let values = person.keys.map { $0.map { Array($0.utf8) } } + (maker?.tokens(of: person.features) ?? [])
                var item: [UInt8] = []
                for (position, value) in zip(agreement.positions, values) {
                    let tagged = value.map { Digest.of(ExitSalt.framed(position.kind) + $0) }
                    item += (tagged ?? SecretBytes(randomByteCount: 16).withUnsafeBytes { Array($0) })[..<16]
                }
                items += item + BigEndian.u32(all.count) + [UInt8](repeating: 0, count: layout.capsuleByteCount - 4)
                all.append((index, person))
                if items.count == pieceCount * layout.itemByteCount { try add() }
            }
            try add()
        }
        let linked = try await linker.linked(workers: Workers(count: workers))
        var people: [String] = []
        try await linked.people.forEachPerson { person in
            people.append(
                Self.text(
                    person.items.map { item in
                        let record = all[Int(BigEndian.read(item.capsule.prefix(4)))]
                        return (item.register, record.person, item.link == Clusters.noLink ? nil : Int(item.link))
                    }))
        }
        self.people = people.sorted()
        counts = linked.counts
    }

    static func text(_ records: [(register: Int, person: SimulatedPerson, link: Int?)]) -> String {
        records.sorted { $0.register < $1.register }
            .map { "\($0.register): \($0.person.rows) by \($0.link.map { "\($0)" } ?? "nothing")" }.joined(
                separator: ", ")
    }
}

extension PersonSpool {
    func forEachPerson(_ body: (MatchedPerson) -> Void) async throws {
        try await work(Workers(count: 1), compute: { $0 }, take: { $0.forEachPerson(body) })
    }
}

extension PlaintextJoin {
    /// As `LinkedRecords` says it.
    var texts: [String] {
        people.map { person in
            LinkedRecords.text(
                person.rows.map { register, rows in
                    (register, SimulatedPerson(keys: [], rows: rows), person.links[register])
                })
        }.sorted()
    }
}
