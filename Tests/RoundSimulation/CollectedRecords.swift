import Agreement
import PSIProtocol
import Values

struct SimulatedPeople: PeopleSource {
    private let all: [SimulatedPerson]
    private var people: ArraySlice<SimulatedPerson>
    var survey = SourceSurvey(people: 0, rowsRead: 0, rowsKept: 0, refused: [:])
    let register: RegisterDeclaration

    init(people: [SimulatedPerson], register: RegisterDeclaration, agreement: Agreement) {
        all = people.filter { !$0.isWithheld || agreement.withholding(of: register.id) == .dummyCell }
        self.people = all[...]
        self.register = register
    }

    mutating func rewind() async throws {
        people = all[...]
        survey.people = 0
    }

    mutating func next(_ most: Int) async throws -> PeoplePiece {
        let some = people.prefix(min(most, 7))
        people = people.dropFirst(some.count)
        survey.people += some.count { !$0.isWithheld }
        let codec = RowCodec(columns: register.columns)
        let records = try some.map { person in
            var rows: [UInt8] = []
            let kept = register.columns.isEmpty || person.isWithheld ? [] : person.rows
            for row in kept { try codec.encode(row, into: &rows) }
            if let raw = person.rawRows { rows = raw }
            return PersonRecord(
                identities: person.keys.map { $0.map { PersonIdentity(bytes: Array($0.utf8)) } },
                lastingIdentity: person.official.map { PersonIdentity(bytes: Array($0.utf8)) },
                features: person.features, rows: rows, rowCount: kept.count, isWithheld: person.isWithheld)
        }
        return PeoplePiece(records)
    }
}

/// What the research environment opened.
struct CollectedRecords: OpenedRecords {
    var people: [[UInt8]: UInt64] = [:]
    var names: [[UInt8]: PersonName] = [:]
    var rows: [[UInt8]: [Int: [[FieldValue]]]] = [:]
    /// By person, then by register, what joined the record to others.
    var links: [[UInt8]: [Int: Int]] = [:]
    var dummies = 0
    /// Whose records have a dummy's cell among them.
    var withheld: Set<[UInt8]> = []
    /// Whose cells could not all be opened, and by register how many records.
    var damaged: Set<[UInt8]> = []
    var damagedRecords: [Int: Int] = [:]

    mutating func person(
        register: Int, tag: [UInt8], cohorts: UInt64, link: Int?, name: PersonName
    ) async throws {
        people[tag] = cohorts
        names[tag] = name
        links[tag, default: [:]][register] = link
    }
    mutating func rows(register: Int, tag: [UInt8], rows: [[FieldValue]]) async throws {
        self.rows[tag, default: [:]][register] = rows
    }
    mutating func dummy(register: Int, tag: [UInt8]) async throws {
        dummies += 1
        withheld.insert(tag)
    }

    mutating func damaged(register: Int, tag: [UInt8]) async throws {
        damaged.insert(tag)
        damagedRecords[register, default: 0] += 1
    }

    /// Everything that can be compared with a plaintext join: cohorts and rows of each person, without tags.
    var portraits: [String] {
        people.filter { !withheld.union(damaged).contains($0.key) }.map { tag, cohorts in
            Portrait.text(cohorts: cohorts, rows: rows[tag] ?? [:], links: links[tag] ?? [:])
        }.sorted()
    }
}

enum Portrait {
    /// - Parameter links: by register, of at least the registers that rows are shown of.
    static func text(cohorts: UInt64, rows: [Int: [[FieldValue]]], links: [Int: Int]) -> String {
        let parts = rows.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key) by \(links[$0.key] ?? -1): \($0.value.map { "\($0)" }.sorted())" }
        return "\(cohorts) \(parts)"
    }
}
