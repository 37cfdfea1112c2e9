import Foundation

@testable import Agreement
@testable import Dataset
@testable import Values

/// A study whose registers name people: spouses in `visits`, for the clients, and children in `benefits`, for all.
enum RelationStudy {
    static let (clients, residents, both): (UInt64, UInt64, UInt64) = (0b010, 0b100, 0b110)

    static func agreement(
        smallestCell: Int = 1, countRounding: Int = 1, disclosure: DisclosureRules = DisclosureRules()
    ) throws -> Agreement {
        var agreement = try SampleStudy.agreement(smallestCell: smallestCell, countRounding: countRounding)
        agreement.registers[1].columns = [
            ColumnDeclaration(name: "n", type: .integer, nullable: false, title: "Number"),
            .person(name: "spouse", title: "Spouse"),
        ]
        agreement.registers[2].columns = [.person(name: "child", title: "Child")]
        agreement.disclosure = disclosure
        return agreement
    }

    static func link(_ byte: UInt8) -> FieldValue { .person([UInt8](repeating: byte, count: 16)) }

    /// People by their numbers, with rows by register. In rows a number is the link of it.
    struct Store {
        let store: WorkingStore

        init(in directory: Scratch, _ agreement: Agreement, name: String = "store/round.sqlite") throws {
            store = try WorkingStore(
                path: directory.path(name), agreement: agreement, agreementID: SampleStudy.agreementID,
                round: try SampleStudy.round(), batchRowCount: 3)
        }

        func add(_ person: UInt8, _ cohorts: UInt64, _ rows: [RegisterID: [[FieldValue]]]) throws {
            let pseudonym = try SampleStudy.person(person)
            for (register, rows) in rows.sorted(by: { $0.key < $1.key }) {
                try store.append(person: pseudonym, cohorts: cohorts, register: register, link: 0)
                try store.append(register: register, person: pseudonym, rows: rows)
            }
        }
    }

    /// 1 and 2 are each other's spouses; 3 has a spouse elsewhere and one without a code; 4 is their own child; 5 has
    /// the child 1 twice.
    static func fill(_ store: Store) throws {
        try store.add(
            1, both,
            [
                "visits": [[.integer(1), link(12)]], "visits-spouse": [[link(21)]],
                "benefits-child": [[link(51)], [link(52)]],
            ])
        try store.add(2, clients, ["visits": [[.integer(2), link(21)]], "visits-spouse": [[link(12)]]])
        try store.add(3, clients, ["visits": [[.integer(3), link(99)], [.integer(4), .null]]])
        try store.add(4, residents, ["benefits": [[link(44)]], "benefits-child": [[link(44)]]])
        try store.add(5, residents, ["benefits": [[link(52)], [link(51)], [.null]]])
    }

    static func report() -> RoundReport {
        var report = SampleStudy.report()
        report.registers = []
        report.overlaps = []
        return report
    }
}
