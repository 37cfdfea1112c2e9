import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// Whom rows name when rounds become one dataset, and when people withdraw. [A-91] [A-95] [P-96]
@Suite struct RelationsOverRoundsTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    /// Spouses in visits: 1 and 2 name each other in the first round, 1 and 3 in the second, which 2 is not in. 1 has
    /// `more` rows in the first round.
    private func stores(_ increments: Increments, more: [[FieldValue]] = []) throws -> [WorkingStore] {
        var agreement = try RelationStudy.agreement()
        agreement.pseudonyms = .study(holders: ["espoo", "kela"])
        agreement.registers[1].increments = increments
        return try (1...2 as ClosedRange<UInt8>).map { round in
            let store = try WorkingStore(
                path: directory.path("store\(round)/round.sqlite"), agreement: agreement,
                agreementID: AgreementID(ofFile: [round]), round: try SampleStudy.round(round))
            for (person, link, named) in [(1, 12, 21), (round + 1, 21, 12)] as [(UInt8, UInt8, UInt8)] {
                let pseudonym = try SampleStudy.person(person)
                for (register, rows) in [
                    ("visits", [[.integer(Int64(round)), RelationStudy.link(link)]]),
                    ("visits-spouse", [[RelationStudy.link(named)]]),
                ] as [(RegisterID, [[FieldValue]])] {
                    try store.append(
                        person: pseudonym, cohorts: RelationStudy.clients, register: register, link: 0, isLasting: true)
                    let others = (round, person, register) == (1, 1, "visits") ? more : []
                    try store.append(register: register, person: pseudonym, rows: rows + others)
                }
            }
            try store.noteFalseLinks()
            try store.dropWithheld()
            try store.finish()
            return store
        }
    }

    private func visits(_ store: WorkingStore) throws -> Set<[String?]> {
        _ = try DatasetWriter(directory: directory.path("dataset"), replace: true)
            .write(store, report: RelationStudy.report(), created: SampleStudy.created)
        return Set(try CSVReader.read(try directory.bytes("dataset/visits.csv")).dropFirst())
    }

    private func row(_ person: UInt8, _ number: String, _ spouse: UInt8?) throws -> [String?] {
        [try SampleStudy.person(person).text, number, try spouse.map { try SampleStudy.person($0).text }]
    }

    @Test func whoIsInTheDatasetIsNamedInRowsOfAnyRound() throws {
        let stores = try stores(.append(period: nil))
        defer { for store in stores { try? store.close() } }
        let joined = try JoinedRounds(stores).fill(directory.path("joined/store.sqlite"), shiftKey: nil)
        defer { try? joined.close() }
        #expect(try visits(joined) == [row(1, "1", 2), row(2, "1", 1), row(1, "2", 3), row(3, "2", 1)])
    }

    @Test func whoCameLaterIsNamedInNoRowOfFormerRounds() throws {
        // 1 names 3 in the first round already, where no cohort has 3 and so nobody has the link.
        let stores = try stores(.append(period: nil), more: [[.integer(7), RelationStudy.link(13)]])
        defer { for store in stores { try? store.close() } }
        let joined = try JoinedRounds(stores).fill(directory.path("joined/store.sqlite"), shiftKey: nil)
        defer { try? joined.close() }
        #expect(
            try visits(joined) == [row(1, "1", 2), row(1, "7", nil), row(2, "1", 1), row(1, "2", 3), row(3, "2", 1)])
    }

    @Test func whoIsNotInTheDatasetIsNamedInNoRow() throws {
        let stores = try stores(.replace)
        defer { for store in stores { try? store.close() } }
        try stores[1].withdraw([try SampleStudy.person(3)])
        #expect(try visits(stores[1]) == [row(1, "2", nil)])
        let joined = try JoinedRounds(stores).fill(directory.path("joined/store.sqlite"), shiftKey: nil)
        defer { try? joined.close() }
        #expect(try visits(joined) == [row(1, "2", nil)])
    }

    @Test func whoWithdrawsIsGoneFromOthersRows() throws {
        let stores = try stores(.append(period: nil))
        defer { for store in stores { try? store.close() } }
        for store in stores { try store.withdraw([try SampleStudy.person(2)]) }
        #expect(try visits(stores[0]) == [row(1, "1", nil)])
        let joined = try JoinedRounds(stores).fill(directory.path("joined/store.sqlite"), shiftKey: nil)
        defer { try? joined.close() }
        #expect(try visits(joined) == [row(1, "1", nil), row(1, "2", 3), row(3, "2", 1)])
    }
}
