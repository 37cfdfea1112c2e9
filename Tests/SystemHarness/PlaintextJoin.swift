import Foundation

/// A person of a dataset without the pseudonym: cohorts, and sorted rows of each register. Two datasets of the same
/// people have the same profiles.
struct PersonProfile: Hashable, Comparable, CustomStringConvertible {
    let description: String

    init(cohorts: Set<String>, rows: [String: [String]]) {
        description =
            cohorts.sorted().joined(separator: "+") + " | "
            + rows.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key): \($0.value.sorted().joined(separator: "; "))" }.joined(separator: " | ")
    }

    static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension StudyDesign {
    /// What a join of the registers' plaintext releases.
    var expectedProfiles: [PersonProfile] {
        let people = Dictionary(registers.map { ($0.id, $0.people) }, uniquingKeysWith: { first, _ in first })
        let shown = Set(registers.flatMap(\.releasedFor))
        let members = cohorts.filter { shown.contains($0.id) }.map { ($0.id, $0.rule.people(people)) }
        // Every cohort of these tests names every register with a list, so whoever is on it is in none.
        let gone = registers.reduce(into: Set<InventedPerson>()) { gone, register in
            let listed = neverReleased[register.owner] ?? []
            gone.formUnion(register.people.filter { listed.contains($0.code) })
        }
        let everybody = members.reduce(into: Set<InventedPerson>()) { $0.formUnion($1.1) }.subtracting(gone)
        return everybody.map { person in
            let own = Set(members.filter { $0.1.contains(person) }.map(\.0))
            var rows: [String: [String]] = [:]
            for register in registers where !own.isDisjoint(with: register.releasedFor) {
                rows[register.id] = register.rows.filter { $0.person == person && !$0.isLeftOut }.map { row in
                    row.values.map { $0 ?? "" }.joined(separator: ",")
                }
            }
            return PersonProfile(cohorts: own, rows: rows)
        }.sorted()
    }
}

/// A dataset's CSV files, read back.
struct WrittenDataset {
    let profiles: [PersonProfile]
    let pseudonyms: Set<String>
    /// Those that last for the study.
    let lasting: Set<String>
    /// By the index of an invented person, as rows of `TestRegister` tell it, what they are called by.
    let names: [Int: Set<String>]
    /// By register, then by its rows' column `serial`, what the row's person was found by; empty without the column.
    let links: [String: [String: String]]
    /// By register, its rows as they were written.
    private(set) var tables: [String: [[String]]] = [:]
    /// By pseudonym and register.
    private let rows: [String: [String: [String]]]

    /// Sorted rows of a register, by pseudonym.
    func rowsOf(_ register: String) -> [String: [String]] {
        rows.compactMapValues { $0[register]?.sorted() }
    }

    init(_ directory: URL, registers: [String]) throws {
        func table(_ name: String) throws -> (header: [String], rows: [[String]]) {
            let text = try String(contentsOf: directory.appendingPathComponent("\(name).csv"), encoding: .utf8)
            let lines = text.replacingOccurrences(of: "\r\n", with: "\n").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            return (lines.first ?? [], Array(lines.dropFirst()))
        }
        let persons = try table("persons")
        var cohorts: [String: Set<String>] = [:]
        var lasting: Set<String> = []
        var names: [Int: Set<String>] = [:]
        for row in persons.rows {
            cohorts[row[0]] = Set(zip(persons.header, row).dropFirst().filter { $0.1 == "true" }.map(\.0))
            if cohorts[row[0]]?.remove("pseudonym_lasts") != nil { lasting.insert(row[0]) }
        }
        var rows: [String: [String: [String]]] = [:]
        var links: [String: [String: String]] = [:]
        for register in registers {
            let (header, content) = try table(register)
            tables[register] = content
            let own = header.count > 1 && header[1] == "link_key" ? 2 : 1
            for row in content {
                guard cohorts[row[0]] != nil else { throw HarnessError("\(register) has rows of nobody in persons") }
                if row.count > own, let serial = Int(row[own]) {
                    names[serial % 1_000_000 / 10, default: []].insert(row[0])
                }
                rows[row[0], default: [:]][register, default: []].append(row.dropFirst(own).joined(separator: ","))
                if own == 2, row.count > 2 { links[register, default: [:]][row[2]] = row[1] }
            }
        }
        self.links = links
        self.rows = rows
        self.lasting = lasting
        self.names = names
        guard cohorts.count == persons.rows.count else { throw HarnessError("a person is in persons twice") }
        profiles = cohorts.map { PersonProfile(cohorts: $0.value, rows: rows[$0.key] ?? [:]) }.sorted()
        pseudonyms = Set(cohorts.keys)
    }
}
