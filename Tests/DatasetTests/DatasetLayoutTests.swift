import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset

@Suite struct DatasetLayoutTests {
    @Test func holdsReleasedCohortsAndRegistersOnly() throws {
        let layout = try DatasetLayout(try SampleStudy.agreement())
        #expect(layout.cohorts.map(\.id) == ["clients", "residents"])
        #expect(layout.cohorts.map(\.bit) == [1, 2])
        #expect(layout.registers.map(\.id) == ["visits", "benefits"])
        #expect(layout.registers.map(\.cohortMask) == [0b010, 0b110])
    }

    @Test func countOnlyAgreementsHaveNoDataset() throws {
        #expect(throws: DatasetError.nothingReleased) {
            try DatasetLayout(try SampleStudy.agreement(release: .none))
        }
        var agreement = try SampleStudy.agreement()
        for index in agreement.registers.indices { agreement.registers[index].releasedFor = [] }
        #expect(throws: DatasetError.nothingReleased) { try DatasetLayout(agreement) }
    }

    @Test func namesThatFilesAndTablesCannotCarryAreRefused() throws {
        typealias Change = (inout Agreement) -> Void
        let cases: [(Change, String, NameFault)] = [
            ({ $0.registers[1].id = "../etc" }, "../etc", .form),
            ({ $0.registers[1].id = "" }, "", .form),
            ({ $0.registers[1].id = "a/b" }, "a/b", .form),
            ({ $0.registers[1].id = "Visits" }, "Visits", .form),
            ({ $0.registers[1].id = "persons" }, "persons", .reserved),
            ({ $0.registers[1].id = "sqlite_visits" }, "sqlite_visits", .reserved),
            ({ $0.registers[2].id = "visits" }, "visits", .repeated),
            ({ $0.registers[1].columns[0].name = "Person" }, "Person", .reserved),
            ({ $0.registers[1].columns[0].name = "NOTE" }, "note", .repeated),
            ({ $0.registers[1].columns[0].name = "a\nb" }, "a\nb", .form),
            ({ $0.registers[1].columns[0].name = " a" }, " a", .form),
            ({ $0.cohorts[1].id = "person" }, "person", .reserved),
            ({ $0.cohorts[1].id = "cli ents" }, "cli ents", .form),
            ({ $0.cohorts[0].id = "clients" }, "clients", .repeated),
            ({ $0.registers[1].releasedFor = ["nobody"] }, "nobody", .undeclared),
            (
                { agreement in
                    let cohort = agreement.cohorts[0]
                    agreement.cohorts = (0..<65).map { index in
                        var copy = cohort
                        copy.id = "cohort\(index)"
                        return copy
                    }
                }, "cohort64", .tooMany
            ),
            (
                { agreement in
                    let column = agreement.registers[1].columns[0]
                    agreement.registers[1].columns = Array(repeating: column, count: 1_001)
                }, "visits", .tooMany
            ),
        ]
        for (change, name, reason) in cases {
            var agreement = try SampleStudy.agreement()
            change(&agreement)
            #expect(throws: DatasetError.unusableName(name, reason: reason)) { try DatasetLayout(agreement) }
        }
    }

    @Test func everyBitOfSixtyFourCohortsCounts() throws {
        var agreement = try SampleStudy.agreement()
        let cohort = agreement.cohorts[0]
        agreement.cohorts = (0..<64).map { index in
            var copy = cohort
            copy.id = "cohort\(index)"
            return copy
        }
        agreement.registers[1].releasedFor = ["cohort63"]
        agreement.registers[2].releasedFor = []
        let layout = try DatasetLayout(agreement)
        #expect(layout.cohorts.map(\.bit) == [63])
        let directory = try Scratch()
        let store = try WorkingStore(
            path: directory.path("s/round.sqlite"), agreement: agreement, agreementID: SampleStudy.agreementID,
            round: try SampleStudy.round())
        try store.append(person: try SampleStudy.person(1), cohorts: .max)
        try store.finish()
        #expect(try store.tally().cohorts == ["cohort63": 1])
    }
}
