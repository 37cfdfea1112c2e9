import Foundation
import GRDB
import PSIProtocol
import Testing
import Values

@testable import Agreement
@testable import Dataset

/// The dataset says whose pseudonym is the same in all rounds of the study. [P-83]
@Suite struct LastingPseudonymColumnTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private static func agreement() throws -> Agreement {
        var agreement = try LinkedStudy.agreement()
        agreement.pseudonyms = .study(holders: ["espoo", "kela"])
        return agreement
    }

    /// Of the people 1 to 7 those with an odd number have pseudonyms that last.
    private func store() throws -> WorkingStore {
        let store = try WorkingStore(
            path: directory.path("store/round.sqlite"), agreement: try Self.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        for entry in try LinkedStudy.entries() {
            let person = try SampleStudy.person(entry.person)
            for _ in 0..<2 {
                try store.append(
                    person: person, cohorts: entry.cohorts, register: entry.register, link: entry.link,
                    isLasting: entry.person % 2 == 1)
            }
            if let rows = entry.rows { try store.append(register: entry.register, person: person, rows: rows) }
        }
        try store.finish()
        return store
    }

    @Test func thePeopleHaveTheColumn() throws {
        let store = try store()
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path("dataset"))
            .write(store, report: LinkedStudy.report(), created: SampleStudy.created)
        let lines = try CSVReader.read(try directory.bytes("dataset/persons.csv"))
        #expect(lines.first == ["person", "clients", "residents", "link_key", "pseudonym_lasts"])
        let told = lines.dropFirst().map { $0.last }
        #expect(told == ["true", "false", "true", "false", "true", "false", "true"])
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        defer { try? database.close() }
        let stored = try database.read {
            try Int.fetchAll($0, sql: "SELECT pseudonym_lasts FROM persons ORDER BY person")
        }
        #expect(stored == [1, 0, 1, 0, 1, 0, 1])
        #expect(try !directory.text("dataset/visits.csv").contains("pseudonym_lasts"))
        for loader in ["load.R", "load.py", "load.do"] {
            #expect(try directory.text("dataset/\(loader)").contains("pseudonym_lasts"), "\(loader)")
        }
        let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/datapackage.json"))
        let package = try SampleStudy.required(json as? [String: Any])
        let resources = try SampleStudy.required(package["resources"] as? [[String: Any]])
        let schema = try SampleStudy.required(resources.first?["schema"] as? [String: Any])
        let fields = try SampleStudy.required(schema["fields"] as? [[String: Any]])
        #expect(fields.last?["name"] as? String == "pseudonym_lasts" && fields.last?["type"] as? String == "boolean")
    }

    @Test func otherStudiesHaveNone() throws {
        let store = try LinkedStudy.store(in: directory)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path("dataset"))
            .write(store, report: LinkedStudy.report(), created: SampleStudy.created)
        #expect(try !directory.text("dataset/persons.csv").contains("pseudonym_lasts"))
        var agreement = try SampleStudy.agreement()
        agreement.cohorts[1].id = "pseudonym_lasts"
        #expect(throws: DatasetError.self) { try DatasetLayout(agreement) }
    }

    @Test func whoIsDroppedIsNotTold() throws {
        let store = try WorkingStore(
            path: directory.path("store/round.sqlite"), agreement: try Self.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        for number in [1, 2] as [UInt8] {
            try store.append(
                person: try SampleStudy.person(number), cohorts: 0b010, register: "visits", link: nil, isLasting: true)
        }
        try store.append(damaged: try SampleStudy.person(1), register: "visits")
        try store.dropDamaged()
        try store.finish()
        var people: [Pseudonym] = []
        try store.forEachPerson { people.append($0.pseudonym) }
        #expect(people == [try SampleStudy.person(2)])
        try store.close()
        let database = try DatabaseQueue(path: directory.path("store/round.sqlite"))
        defer { try? database.close() }
        #expect(try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM lasting") } == 1)
    }

    @Test func theNameIsTheDocumentedFunction() throws {
        guard let key = PseudonymKey([UInt8](repeating: 5, count: 32)) else { throw SampleStudy.Missing() }
        let element = Array(UInt8(0)...31)
        let pseudonym = Pseudonym(element: element, key: key)
        #expect(pseudonym.map { Hex.encode($0.bytes) } == "423ec057c0c5811e54e05214624bb13c")
        #expect(Pseudonym(element: Array(element.dropLast()), key: key) == nil)
        #expect(
            Hex.encode(key.dateShiftKey()) == "ba1552154ca2e0b31fc2c295c0a34fb289af067d80731fe938a7dba403b29426")
    }
}
