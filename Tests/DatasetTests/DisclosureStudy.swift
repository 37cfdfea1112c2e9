import Foundation

@testable import Agreement
@testable import Dataset
@testable import Values

/// A study with quasi-identifiers: a register with one row a person, and one with several or none.
enum DisclosureStudy {
    static let year = ColumnReference("residents", "birth_year")
    static let area = ColumnReference("residents", "area")
    static let moved = ColumnReference("residents", "moved_in")
    static let income = ColumnReference("residents", "income")
    static let diagnosis = ColumnReference("care", "diagnosis")
    static let visit = ColumnReference("care", "visit_date")

    static let quasi = [
        QuasiIdentifier(year, steps: [.band(width: 5), .band(width: 20)]),
        QuasiIdentifier(area, steps: [.prefix(3), .prefix(2)]),
        QuasiIdentifier(moved, steps: [.date(.year), .date(.tenYears)]),
    ]

    static func agreement(_ disclosure: DisclosureRules, smallestCell: Int = 1) throws -> Agreement {
        var agreement = try SampleStudy.agreement(smallestCell: smallestCell)
        agreement.registers = [
            RegisterDeclaration(
                id: "residents", title: "Residents", owner: "espoo", releasedFor: ["clients", "others"],
                maxPeople: 100_000, maxCellsPerPerson: 1,
                columns: [
                    ColumnDeclaration(name: "birth_year", type: .integer, nullable: false, title: "Year of birth"),
                    ColumnDeclaration(name: "area", type: .code, nullable: true, title: "Postcode"),
                    ColumnDeclaration(name: "moved_in", type: .date, nullable: true, title: "Moved in"),
                    ColumnDeclaration(name: "income", type: .decimal, nullable: true, title: "Income"),
                ]),
            RegisterDeclaration(
                id: "care", title: "Care", owner: "kela", releasedFor: ["clients", "others"], maxPeople: 100_000,
                maxCellsPerPerson: 9,
                columns: [
                    ColumnDeclaration(name: "visit_date", type: .date, nullable: false, title: "Day"),
                    ColumnDeclaration(name: "diagnosis", type: .code, nullable: true, title: "Diagnosis"),
                ]),
        ]
        agreement.cohorts = [
            CohortDeclaration(id: "clients", title: "Clients", expression: .register("residents"), maxPeople: 100_000),
            CohortDeclaration(id: "others", title: "Others", expression: .register("residents"), maxPeople: 100_000),
        ]
        agreement.disclosure = disclosure
        return agreement
    }

    struct Person {
        var pseudonym: Pseudonym
        var cohorts: UInt64
        var residents: [[FieldValue]]
        var care: [[FieldValue]]
    }

    /// People with values that cluster, some alone in theirs.
    static func people(_ count: Int, seed: UInt64) throws -> [Person] {
        var numbers = Numbers(state: seed)
        return try (0..<count).map { index in
            var bytes = [UInt8](repeating: 0, count: 16)
            for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: numbers.next()) }
            bytes[15] = UInt8(index & 255)
            bytes[14] = UInt8(truncatingIfNeeded: index >> 8)
            let year = 1940 + Int64(numbers.below(10)) * 6 + Int64(numbers.below(6))
            let area = numbers.below(20) == 0 ? FieldValue.null : .code("02\(numbers.below(4))\(numbers.below(6))0")
            let moved = try SampleStudy.date("20\(numbers.below(2))\(numbers.below(10))-0\(1 + numbers.below(9))-15")
            let income = try SampleStudy.decimal("\(numbers.below(90_000)).50")
            let diagnoses = (0..<numbers.below(4)).map { _ in FieldValue.code("D\(numbers.below(7) * numbers.below(3))")
            }
            return Person(
                pseudonym: try SampleStudy.required(Pseudonym(bytes: bytes)), cohorts: numbers.below(4) == 0 ? 1 : 2,
                residents: [[.integer(year), area, moved, income]],
                care: try diagnoses.enumerated().map { [try SampleStudy.date("2020-0\($0 + 1)-10"), $1] })
        }
    }

    static func store(_ people: [Person], _ agreement: Agreement, in directory: Scratch) throws -> WorkingStore {
        let store = try WorkingStore(
            path: directory.path("store/round.sqlite"), agreement: agreement, agreementID: SampleStudy.agreementID,
            round: try SampleStudy.round())
        for person in people { try store.append(person: person.pseudonym, cohorts: person.cohorts) }
        for person in people {
            try store.append(register: "residents", person: person.pseudonym, rows: person.residents)
            if !person.care.isEmpty {
                try store.append(register: "care", person: person.pseudonym, rows: person.care)
            }
        }
        try store.finish()
        return store
    }

    static func report() -> RoundReport {
        var report = SampleStudy.report()
        report.registers = []
        report.overlaps = []
        return report
    }
}

/// SplitMix64: the same numbers in every run.
struct Numbers {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
