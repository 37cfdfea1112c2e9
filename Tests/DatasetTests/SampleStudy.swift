import Foundation

@testable import Agreement
@testable import Dataset
@testable import Values

/// A study of two registers and two cohorts, with the values that are hard to write.
enum SampleStudy {
    static func agreement(smallestCell: Int = 1, countRounding: Int = 1, release: ReleaseMode = .rows) throws
        -> Agreement
    {
        let day = try required(CalendarDate(iso: "2026-01-01"))
        return Agreement(
            study: Study(
                id: "Espoo Study/1", title: "Clients & | residents", purpose: "Research", legalBasis: "Act 552/2019",
                permit: "THL/1234/14.06.00/2026"),
            validFrom: day, validUntil: day, suite: .ristretto255, roundsAllowed: 1, release: release,
            vaultAccess: .whole,
            verification: .off, padding: .padme, cellByteCount: 1_024, smallestCell: smallestCell,
            countRounding: countRounding, deadlineMinutes: 60, retentionDays: 0, matchKeys: [.identityCode],
            participants: [],
            registers: [
                RegisterDeclaration(
                    id: "population", title: "Väestö", owner: "dvv", releasedFor: [], maxPeople: 100,
                    maxCellsPerPerson: 1,
                    columns: []),
                RegisterDeclaration(
                    id: "visits", title: "Käynnit", owner: "espoo", releasedFor: ["clients"], maxPeople: 100,
                    maxCellsPerPerson: 9,
                    columns: [
                        ColumnDeclaration(name: "visit_date", type: .date, nullable: false, title: "Date"),
                        ColumnDeclaration(name: "note", type: .text, nullable: true, title: "Note, \"free\""),
                        ColumnDeclaration(name: "urgent", type: .boolean, nullable: true, title: "Urgent"),
                    ]),
                RegisterDeclaration(
                    id: "benefits", title: "Etuudet", owner: "kela", releasedFor: ["clients", "residents"],
                    maxPeople: 100,
                    maxCellsPerPerson: 9,
                    columns: [
                        ColumnDeclaration(name: "code", type: .code, nullable: false, title: "Code"),
                        ColumnDeclaration(name: "euros", type: .decimal, nullable: true, title: "Euros"),
                        ColumnDeclaration(name: "days", type: .integer, nullable: true, title: "Days"),
                        ColumnDeclaration(name: "remark", type: .text, nullable: false, title: "Remark"),
                    ]),
            ],
            cohorts: [
                CohortDeclaration(
                    id: "everyone", title: "Helper", expression: .register("population"), maxPeople: 100),
                CohortDeclaration(id: "clients", title: "Clients", expression: .register("visits"), maxPeople: 100),
                CohortDeclaration(
                    id: "residents", title: "Others", expression: .except(.cohort("everyone"), .cohort("clients")),
                    maxPeople: 100),
            ],
            twoPartiesAcknowledged: false)
    }

    static let agreementID = AgreementID(ofFile: Array("sample".utf8))

    static func round(_ byte: UInt8 = 7) throws -> RoundID {
        try required(RoundID(bytes: Array(repeating: byte, count: 32)))
    }

    /// The pseudonym of sixteen equal bytes.
    static func person(_ byte: UInt8) throws -> Pseudonym {
        try required(Pseudonym(bytes: Array(repeating: byte, count: 16)))
    }

    static func date(_ text: String) throws -> FieldValue { .date(try required(CalendarDate(iso: text))) }
    static func decimal(_ text: String) throws -> FieldValue { .decimal(try required(ExactDecimal(text))) }

    struct Rows {
        var register: RegisterID
        var person: Pseudonym
        var rows: [[FieldValue]]
    }

    static func people() throws -> [(Pseudonym, UInt64)] {
        // Bits: everyone, clients, residents.
        [(try person(1), 0b011), (try person(2), 0b101), (try person(255), 0b010)]
    }

    static func rows() throws -> [Rows] {
        [
            Rows(
                register: "visits", person: try person(1),
                rows: [
                    [try date("2222-11-11"), .text("says \"no\", twice"), .boolean(true)],
                    [try date("1850-02-28"), .text("rivi 1\r\nrivi 2\nrivi 3"), .boolean(false)],
                    [try date("1850-02-28"), .null, .null],
                    [try date("1850-02-28"), .text(""), .null],
                    [try date("2024-02-29"), .text("Äyräpää; öljy Å €"), .null],
                    [try date("2024-02-29"), .text(" edges "), .null],
                ]),
            Rows(
                register: "visits", person: try person(255),
                rows: [
                    [try date("2000-01-01"), .text("=1+1 'x'"), .boolean(true)],
                    [try date("2000-01-01"), .text("=1+1 'x'"), .boolean(true)],
                ]),
            Rows(
                register: "benefits", person: try person(2),
                rows: [
                    [.code("A01"), try decimal("10.00"), .integer(0), .text("")],
                    [.code("A01"), try decimal("-0.50"), .integer(.min), .text("x")],
                    [.code("A01"), try decimal("9.90"), .integer(.max), .text("x")],
                    [.code("A01"), try decimal("-12.3450"), .null, .text("x")],
                    [.code("A01"), .null, .integer(-1), .text("x")],
                    [.code("007"), try decimal("9.900"), .integer(1), .text("x")],
                    [.code("007"), try decimal("9.9"), .integer(1), .text("x")],
                ]),
            Rows(register: "benefits", person: try person(1), rows: []),
        ]
    }

    static func report() -> RoundReport {
        RoundReport(
            roundNumber: 1,
            signers: [.init(id: "kela", name: "Kela | Social Insurance"), .init(id: "espoo", name: "City of Espoo")],
            registers: [
                .init(
                    id: "visits", peopleDeclared: 128, declaredIsPadded: true, rowsDeclared: 300,
                    refused: [.init(reason: "invalid identity code", records: 4)], peopleMatched: 3, dummiesDropped: 1),
                .init(
                    id: "benefits", peopleDeclared: 50, declaredIsPadded: false, rowsDeclared: nil, refused: [],
                    peopleMatched: 2, dummiesDropped: 0),
            ],
            overlaps: [
                .init(registers: ["visits", "benefits"], people: 20), .init(registers: ["population"], people: nil),
            ],
            openedAt: Date(timeIntervalSince1970: 1_790_000_000), deadline: Date(timeIntervalSince1970: 1_790_003_600),
            receivedAt: Date(timeIntervalSince1970: 1_790_001_000), toolVersion: "sidos-research 1.0.0")
    }

    static let created = Date(timeIntervalSince1970: 1_790_002_000)

    /// A finished store of the sample.
    static func store(
        in directory: Scratch, agreement: Agreement? = nil, shuffle: Bool = false, name: String = "store/round.sqlite"
    ) throws -> WorkingStore {
        let store = try WorkingStore(
            path: directory.path(name), agreement: try agreement ?? self.agreement(), agreementID: agreementID,
            round: try round())
        var people = try people()
        var entries = try rows()
        if shuffle {
            people.reverse()
            entries.reverse()
            for index in entries.indices { entries[index].rows.reverse() }
        }
        for (person, cohorts) in people { try store.append(person: person, cohorts: cohorts) }
        for entry in entries { try store.append(register: entry.register, person: entry.person, rows: entry.rows) }
        try store.finish()
        return store
    }

    static func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }
    struct Missing: Error {}
}

/// A directory of one test's own, removed with it.
final class Scratch: Sendable {
    let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("dataset-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func path(_ name: String) -> String { root + "/" + name }
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
    func names(_ name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }
    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}
