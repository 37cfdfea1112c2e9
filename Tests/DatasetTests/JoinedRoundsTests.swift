import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// One dataset of several rounds is what a plaintext join of them gives.
@Suite struct JoinedRoundsTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    // MARK: A study

    /// Population is replaced, visits and benefits grow, benefits by year.
    private static func agreement() throws -> Agreement {
        var agreement = try SampleStudy.agreement()
        agreement.pseudonyms = .study(holders: ["espoo", "kela"])
        agreement.matchKeys = [.identityCode, MatchKey("names", content: .recipe(MatchRecipe([.field("family")])))]
        agreement.registers[1].columns = [
            ColumnDeclaration(name: "area", type: .code, nullable: true, title: "Area")
        ]
        agreement.registers[1].increments = .append(period: nil)
        agreement.registers[2].columns = [
            ColumnDeclaration(name: "year", type: .integer, nullable: false, title: "Year"),
            ColumnDeclaration(name: "euros", type: .decimal, nullable: true, title: "Euros"),
        ]
        agreement.registers[2].increments = .append(period: "year")
        agreement.cohorts[1].expression = .register("visits")
        return agreement
    }

    /// What a round has of somebody: which registers, and rows.
    private struct Entry {
        var registers: Set<RegisterID> = []
        var visits: [[FieldValue]] = []
        var benefits: [[FieldValue]] = []
    }

    private static let registers = ["population", "visits", "benefits"]

    private static func cohorts(_ registers: Set<RegisterID>) -> UInt64 {
        let isClient = registers.contains("visits")
        let isEverybody = registers.contains("population")
        return (isEverybody ? 1 : 0) | (isClient ? 2 : 0) | (isEverybody && !isClient ? 4 : 0)
    }

    private func store(
        _ number: UInt8, _ people: [UInt8: Entry], _ agreement: Agreement? = nil,
        lasting: (UInt8) -> Bool = { _ in true }
    ) throws -> WorkingStore {
        let agreement = try agreement ?? Self.agreement()
        let store = try WorkingStore(
            path: directory.path("store\(number)/round.sqlite"), agreement: agreement,
            agreementID: AgreementID(ofFile: [number]), round: try SampleStudy.round(number))
        for (person, entry) in people.sorted(by: { $0.key < $1.key }) {
            let mask = Self.cohorts(entry.registers)
            // Others are not selected.
            guard mask & 0b110 != 0 else { continue }
            let pseudonym = try SampleStudy.person(person)
            for (index, register) in Self.registers.enumerated() where entry.registers.contains(register) {
                try store.append(
                    person: pseudonym, cohorts: mask, register: register, link: index % 2, isLasting: lasting(person))
            }
            if entry.registers.contains("visits"), mask & 2 != 0 {
                try store.append(register: "visits", person: pseudonym, rows: entry.visits)
            }
            if entry.registers.contains("benefits") {
                try store.append(register: "benefits", person: pseudonym, rows: entry.benefits)
            }
        }
        try store.finish()
        return store
    }

    private func report(_ number: Int) -> RoundReport {
        var report = SampleStudy.report()
        (report.roundNumber, report.registers, report.overlaps) = (number, [], [])
        return report
    }

    private func write(_ joined: JoinedRounds, _ count: Int, _ name: String = "dataset") throws {
        let store = try joined.fill(directory.path("joined-\(name)/store.sqlite"), shiftKey: nil)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path(name)).write(
            store, report: report(count), rounds: joined.described((1...count).map(report)),
            created: SampleStudy.created)
    }

    private func table(_ name: String) throws -> [[String]] {
        try CSVReader.read(try directory.bytes("dataset/\(name).csv")).dropFirst().map { $0.map { $0 ?? "" } }
    }

    // MARK: Against a plaintext join

    private struct Expected: Equatable {
        var persons: Set<[String]> = []
        var visits: [[String]] = []
        var benefits: [[String]] = []
    }

    /// The same by dictionaries, from what the registers had.
    private static func join(_ rounds: [[UInt8: Entry]]) throws -> Expected {
        // Only who was selected in a round is known of it.
        let known = rounds.map { $0.filter { cohorts($0.value.registers) & 0b110 != 0 } }
        var expected = Expected()
        let years = known.map { Set($0.values.flatMap { $0.benefits.map { "\($0[0])" } }) }
        for person in Set(known.flatMap(\.keys)) {
            var registers: Set<RegisterID> = []
            for round in known { registers.formUnion((round[person]?.registers ?? []).subtracting(["population"])) }
            if known.last?[person]?.registers.contains("population") == true { registers.insert("population") }
            let mask = cohorts(registers)
            guard mask & 0b110 != 0 else { continue }
            let name = try SampleStudy.person(person).text
            let weakest = registers.contains("visits") ? "names" : "identity_code"
            expected.persons.insert(
                [name, mask & 2 != 0 ? "true" : "false", mask & 4 != 0 ? "true" : "false", weakest, "true"])
            for (index, round) in known.enumerated() {
                guard let entry = round[person] else { continue }
                if mask & 2 != 0 { expected.visits += entry.visits.map { [name, "names"] + $0.map(text) } }
                let later = years[(index + 1)...].reduce(into: Set()) { $0.formUnion($1) }
                expected.benefits += entry.benefits.filter { !later.contains("\($0[0])") }
                    .map { [name, "identity_code"] + $0.map(text) }
            }
        }
        expected.visits.sort { $0.lexicographicallyPrecedes($1) }
        expected.benefits.sort { $0.lexicographicallyPrecedes($1) }
        return expected
    }

    private static func text(_ value: FieldValue) -> String {
        switch value {
        case .null, .person: ""
        case .integer(let number): String(number)
        case .decimal(let number): number.digits
        case .code(let text), .text(let text): text
        case .boolean(let flag): String(flag)
        case .date(let date): date.description
        }
    }

    private func written() throws -> Expected {
        func sorted(_ rows: [[String]]) -> [[String]] { rows.sorted { $0.lexicographicallyPrecedes($1) } }
        return Expected(
            persons: Set(try table("persons")), visits: sorted(try table("visits")),
            benefits: sorted(try table("benefits")))
    }

    private static func people(_ generator: inout SeededGenerator, round: Int) throws -> [UInt8: Entry] {
        var people: [UInt8: Entry] = [:]
        for person in 1...40 as ClosedRange<UInt8> {
            var entry = Entry()
            for register in registers where Int.random(in: 0..<10, using: &generator) < 6 {
                entry.registers.insert(register)
            }
            if entry.registers.contains("visits") {
                entry.visits = (0..<Int.random(in: 0..<3, using: &generator)).map { _ in
                    [Bool.random(using: &generator) ? .null : .code("r\(round)")]
                }
            }
            if entry.registers.contains("benefits") {
                entry.benefits = try (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
                    let year = 2020 + round + Int.random(in: -2...1, using: &generator)
                    let euros = ExactDecimal("\(Int.random(in: 0..<99, using: &generator)).5\(round)")
                    return [.integer(Int64(year)), .decimal(try SampleStudy.required(euros))]
                }
            }
            if !entry.registers.isEmpty { people[person] = entry }
        }
        return people
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func isWhatAPlaintextJoinGives(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 2...4, using: &generator)
        let rounds = try (0..<count).map { try Self.people(&generator, round: $0) }
        let stores = try rounds.enumerated().map { try store(UInt8($0 + 1), $1) }
        defer { for store in stores { try? store.close() } }
        try write(try JoinedRounds(stores), count)
        let (written, expected) = (try written(), try Self.join(rounds))
        #expect(written == expected)
        #expect(!written.persons.isEmpty && !written.visits.isEmpty && !written.benefits.isEmpty)
    }

    @Test func ofOneRoundItIsThatRounds() throws {
        var generator = SeededGenerator(seed: 99)
        let store = try store(1, try Self.people(&generator, round: 0))
        defer { try? store.close() }
        try write(try JoinedRounds([store]), 1)
        _ = try DatasetWriter(directory: directory.path("alone"))
            .write(store, report: report(1), created: SampleStudy.created)
        for name in try directory.names("alone") where name != "dataset.sqlite" && name != "datapackage.json" {
            #expect(try directory.bytes("alone/\(name)") == directory.bytes("dataset/\(name)"), "\(name)")
        }
    }

    @Test func whosePseudonymDoesNotLastIsSomebodyElseInEveryRound() throws {
        let entry = Entry(registers: ["visits"], visits: [[.code("a")]])
        let stores = [
            try store(1, [1: entry, 2: entry], lasting: { $0 == 1 }),
            try store(2, [1: entry, 3: entry], lasting: { $0 == 1 }),
        ]
        defer { for store in stores { try? store.close() } }
        try write(try JoinedRounds(stores), 2)
        let lasting = try table("persons").map { $0.last }
        #expect(lasting == ["true", "false", "false"])
        #expect(try table("visits").count == 4)
    }

    // MARK: Amended agreements

    @Test func theLastAgreementSaysWhatThereIs() throws {
        var former = try Self.agreement()
        former.registers[1].columns.append(
            ColumnDeclaration(name: "reason", type: .text, nullable: false, title: "Reason"))
        former.registers[2].columns.removeLast()
        former.cohorts.swapAt(0, 1)
        former.cohorts[0].expression = .register("visits")
        former.cohorts[2].expression = .except(.cohort("everyone"), .register("visits"))
        former.registers.append(
            RegisterDeclaration(
                id: "taxes", title: "Taxes", owner: "vero", releasedFor: ["clients"], maxPeople: 9,
                maxCellsPerPerson: 1,
                columns: [ColumnDeclaration(name: "x", type: .integer, nullable: true, title: "X")]))
        var last = try Self.agreement()
        last.registers[2].columns[1].nullable = false
        let first = try WorkingStore(
            path: directory.path("store1/round.sqlite"), agreement: former, agreementID: AgreementID(ofFile: [1]),
            round: try SampleStudy.round(1))
        let person = try SampleStudy.person(1)
        for register in ["visits", "benefits", "taxes"] {
            try first.append(person: person, cohorts: 0b001, register: register, link: 0, isLasting: true)
        }
        try first.append(register: "visits", person: person, rows: [[.code("a"), .text("private")]])
        try first.append(register: "taxes", person: person, rows: [[.integer(987_654)]])
        try first.finish()
        let second = try store(
            2, [1: Entry(registers: ["visits", "benefits", "population"], visits: [[.code("b")]], benefits: [])], last)
        defer { for store in [first, second] { try? store.close() } }
        let joined = try JoinedRounds([first, second])
        #expect(joined.leftOut.map(\.registers) == [["taxes"]] && joined.leftOut.map(\.round) == [first.round])
        try write(joined, 2)
        #expect(try table("visits").map { $0[2] } == ["a", "b"])
        // What an earlier round lacks may be missing.
        #expect(joined.layout.registers[1].columns.map(\.nullable) == [false, true])
        for name in try directory.names("dataset") {
            let bytes = try directory.bytes("dataset/\(name)")
            for word in ["private", "987654"] { #expect(bytes.range(of: Data(word.utf8)) == nil, "\(name)") }
        }
        let report = try directory.text("dataset/report.md")
        for round in [first, second] { #expect(report.contains(round.round.description)) }
        let page = try directory.text("dataset/report.html")
        #expect(page.contains("Rounds 1, 2, dataset of") && page.contains("round 2"))
        #expect(page.contains("in every dataset of the study"))
        let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/datapackage.json"))
        let package = try SampleStudy.required(json as? [String: Any])
        let note = try SampleStudy.required(package["sidos"] as? [String: Any])
        #expect(note["rounds"] as? [String] == [first.round.description, second.round.description])
    }

    private func refusal(_ change: (inout Agreement) -> Void) throws -> DatasetError? {
        let entry = Entry(registers: ["visits", "population"], visits: [[.code("a")]])
        var former = try Self.agreement()
        change(&former)
        let first = try WorkingStore(
            path: directory.path("store1/round.sqlite"), agreement: former, agreementID: AgreementID(ofFile: [1]),
            round: try SampleStudy.round(1))
        try first.finish()
        let second = try store(2, [1: entry])
        defer { for store in [first, second] { try? store.close() } }
        return #expect(throws: DatasetError.self) { try JoinedRounds([first, second]) }
    }

    @Test func anotherStudyIsRefused() throws {
        #expect(try refusal { $0.study.id = "other" } == .roundOfAnotherStudy(try SampleStudy.round(1)))
    }

    @Test func aRoundWithItsOwnPseudonymsIsRefused() throws {
        #expect(try refusal { $0.pseudonyms = .round } == .roundWithoutLastingPseudonyms(try SampleStudy.round(1)))
    }

    @Test func pseudonymsThatBeganAnewAreRefused() throws {
        var last = try Self.agreement()
        last.pseudonymGeneration = 2
        let first = try store(1, [1: Entry(registers: ["visits"])])
        let second = try store(2, [1: Entry(registers: ["visits"])], last)
        defer { for store in [first, second] { try? store.close() } }
        #expect(throws: DatasetError.roundOfAnotherGeneration(first.round)) { try JoinedRounds([first, second]) }
    }

    @Test func anotherTypeIsRefused() throws {
        let refused = try refusal { $0.registers[1].columns[0].type = .text }
        #expect(
            refused == .roundColumnDiffers(try SampleStudy.round(1), register: "visits", column: "area"))
    }

    @Test func whatWasMadeOtherwiseIsRefused() throws {
        let refused = try refusal { $0.registers[1].columns[0].derivation = .coarsen(.month) }
        #expect(
            refused == .roundColumnDiffers(try SampleStudy.round(1), register: "visits", column: "area"))
    }

    @Test func anUnknownLinkIsRefused() throws {
        let refused = try refusal { $0.matchKeys[1].name = "nimet" }
        #expect(refused == .roundLinksDiffer(try SampleStudy.round(1), link: "nimet"))
    }

    @Test func moreThanAgreedAreNotReleasedTogether() throws {
        let entry = Entry(registers: ["visits"], visits: [])
        var agreement = try Self.agreement()
        agreement.cohorts[1].maxPeople = 2
        let stores = [
            try store(1, [1: entry, 2: entry], agreement), try store(2, [2: entry, 3: entry], agreement),
        ]
        defer { for store in stores { try? store.close() } }
        let joined = try JoinedRounds(stores)
        #expect(throws: DatasetError.joinedCohortTooLarge("clients")) { try write(joined, 2) }
        #expect(try !directory.names("").contains("dataset"))
    }

    @Test func periodsAreBounded() throws {
        let rows = (0...JoinedRounds.mostPeriods).map { [FieldValue.integer(Int64($0)), .null] }
        let stores = [
            try store(1, [1: Entry(registers: ["visits", "benefits"], benefits: rows)]),
            try store(2, [1: Entry(registers: ["visits"])]),
        ]
        defer { for store in stores { try? store.close() } }
        let joined = try JoinedRounds(stores)
        #expect(throws: DatasetError.tooManyPeriods(register: "benefits", column: "year")) { try write(joined, 2) }
    }

    // MARK: Moved dates

    @Test func datesAreMovedAlikeInAllDatasets() throws {
        var agreement = try Self.agreement()
        agreement.registers[1].columns = [
            ColumnDeclaration(name: "day", type: .date, nullable: false, title: "Day")
        ]
        agreement.disclosure = DisclosureRules([.dateShift(DateShift(days: 3_000))])
        let key = [UInt8](repeating: 5, count: 32)
        let day = try SampleStudy.date("2019-05-01")
        var stores: [WorkingStore] = []
        defer { for store in stores { try? store.close() } }
        for number in 1...2 as ClosedRange<UInt8> {
            let store = try WorkingStore(
                path: directory.path("store\(number)/round.sqlite"), agreement: agreement,
                agreementID: AgreementID(ofFile: [number]), round: try SampleStudy.round(number))
            try store.keep(shiftKey: key)
            let person = try SampleStudy.person(1)
            try store.append(person: person, cohorts: 0b010, register: "visits", link: 0, isLasting: true)
            try store.append(register: "visits", person: person, rows: [[day]])
            try store.finish()
            stores.append(store)
        }
        _ = try DatasetWriter(directory: directory.path("alone"))
            .write(stores[0], report: report(1), created: SampleStudy.created)
        let joined = try JoinedRounds(stores).fill(directory.path("joined/store.sqlite"), shiftKey: key)
        defer { try? joined.close() }
        _ = try DatasetWriter(directory: directory.path("dataset"))
            .write(joined, report: report(2), created: SampleStudy.created)
        let moved = try CSVReader.read(try directory.bytes("alone/visits.csv")).dropFirst().map { $0[2] }
        #expect(moved.count == 1 && moved != ["2019-05-01"])
        #expect(try table("visits").map { $0[2] } == moved + moved)
    }
}

/// SplitMix64, so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
