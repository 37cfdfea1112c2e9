import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// The parts of disclosure control by themselves.
@Suite struct DisclosureMeasureTests {
    @Test("risks agree with those published for sdcMicro's negative binomial estimate")
    func publishedRisks() {
        // Ten people, from the practice guide for sdcMicro of Benschop, Machingauta and Welch: of each, how many of the
        // sample share the keys, how many of the population are estimated to, and the risk it prints.
        let published: [(shared: Int, population: Double, risk: Double)] = [
            (2, 360, 0.0054), (2, 360, 0.0054), (1, 215, 0.0251), (2, 152, 0.0126), (1, 186, 0.0282), (2, 152, 0.0126),
            (1, 180, 0.0290), (1, 215, 0.0251), (2, 262, 0.0074), (2, 262, 0.0074),
        ]
        for person in published {
            let risk = ReidentificationRisk.risk(
                sharedBy: person.shared, samplingFraction: Double(person.shared) / person.population)
            #expect(abs(risk - person.risk) < 0.00006, "\(person.shared) of \(person.population): \(risk)")
        }
        // Eight people of Capobianchi, Polettini and Lucarelli, the example of sdcMicro's indivRisk, and three kinds of
        // people of the example of its measure_risk, a hundredth of the population.
        let francdat: [(shared: Int, population: Double, risk: Double)] = [
            (2, 110, 0.01714426), (2, 84.5, 0.02204233), (1, 17, 0.17707583), (1, 541, 0.01165448),
            (1, 8, 0.29706308), (1, 5, 0.40235948), (359, 35_900, 2.793218e-05), (161, 16_100, 6.249609e-05),
            (150, 15_000, 6.710959e-05),
        ]
        for person in francdat {
            let risk = ReidentificationRisk.risk(
                sharedBy: person.shared, samplingFraction: Double(person.shared) / person.population)
            let precision = min(0.00000005, person.risk * 0.000001)
            #expect(abs(risk - person.risk) < precision, "\(person.shared) of \(person.population): \(risk)")
        }
        // Of the eight, 4 are alone, and all are among fewer than 3.
        let eight = ReidentificationRisk(classSizes: [2, 2, 1, 1, 1, 1], goal: 3, population: nil)
        #expect(eight.unique == 4 && eight.below == 8)
    }

    /// Eight people and three keys of that example, by which sdcMicro's documentation of localSuppression suppresses 4
    /// of 24 cells for k = 2. It counts a missing value as any other; here it is a value of its own, so nobody is alone
    /// with it.
    @Test("people whom sdcMicro's documentation finds alone are, and are not in the end")
    func publishedSuppression() throws {
        let keys = [
            ["2", "2", "2", "3", "3", "3", "2", "2"], ["5", "1", "1", "1", "1", "1", "1", "5"],
            ["1", "1", "1", "5", "4", "1", "5", "1"],
        ]
        let columns = keys.map { values in
            var column = QuasiColumn(
                reference: DisclosureStudy.area, generaliser: Generaliser(steps: [], releasedType: .code),
                personCount: values.count)
            for (person, value) in values.enumerated() { column.add([.code(value)], person: person) }
            column.finish()
            return column
        }
        let recoding = LocalRecoding(columns: columns, sensitive: [], smallestClass: 2, diversity: nil)
        let (reached, failed) = recoding.classes(ofPeople: Array(repeating: 0, count: 8))
        #expect(failed.isEmpty)
        var shown: [[String]: Int] = [:]
        var suppressed = 0
        for person in reached {
            for member in person.members {
                let cells = person.levels.indices.map { person.levels[$0] == 0 ? keys[$0][Int(member)] : "" }
                suppressed += cells.count { $0.isEmpty }
                shown[cells, default: 0] += 1
            }
        }
        #expect(shown.values.allSatisfy { $0 >= 2 })
        #expect(suppressed == 6)
    }

    @Test("risks agree with an integral of the negative binomial")
    func integral() {
        for count in [1, 2, 3, 7, 40] {
            for fraction in [0.001, 0.05, 0.5, 0.97] {
                // E[1/F] is the integral over t from 0 of (p e^-t / (1 - q e^-t))^f; with u = e^-t, over u from 0 to 1.
                let steps = 400_000
                var sum = 0.0
                for step in 0..<steps {
                    // Denser towards 1, where the integrand is steep.
                    let x = (Double(step) + 0.5) / Double(steps)
                    let u = 1 - x * x * x
                    let weight = 3 * x * x / Double(steps)
                    sum += weight / u * pow(fraction * u / (1 - (1 - fraction) * u), Double(count))
                }
                let risk = ReidentificationRisk.risk(sharedBy: count, samplingFraction: fraction)
                #expect(abs(risk - sum) < 1e-4 * sum, "\(count) at \(fraction): \(risk), \(sum)")
            }
        }
        #expect(ReidentificationRisk.risk(sharedBy: 4, samplingFraction: 1) == 0.25)
    }

    @Test func measures() {
        let risk = ReidentificationRisk(classSizes: [1, 1, 2, 6], goal: 3, population: nil)
        #expect(risk.smallestClass == 1 && risk.unique == 2 && risk.below == 4 && risk.people == 10)
        #expect(risk.meanProsecutorRisk == 0.4 && risk.highestProsecutorRisk == 1)
        #expect(risk.meanJournalistRisk == nil)
        let whole = ReidentificationRisk(classSizes: [1, 1, 2, 6], goal: 3, population: 10)
        #expect(whole.meanJournalistRisk == 0.4)
        let empty = ReidentificationRisk(classSizes: [], goal: 3, population: 10)
        #expect(empty.smallestClass == 0 && empty.highestProsecutorRisk == 0)
    }

    @Test("every step holds the finer ones whole")
    func nesting() throws {
        let decimals = try ["-0.5", "-5", "-5.01", "0", "4.99", "5", "19.999", "20", "9223372036854775808"]
            .map(SampleStudy.decimal)
        let dates = try ["0001-01-01", "1899-12-31", "2024-02-29", "2024-03-31", "2025-01-01", "9999-12-31"]
            .map(SampleStudy.date)
        let cases: [([FieldValue], [GeneralisationStep])] = [
            ((-45...45).map { .integer($0) } + [.integer(.min), .integer(.max)], [.band(width: 5), .band(width: 20)]),
            (decimals, [.band(width: 5), .band(width: 20)]),
            (dates, DateStep.allCases.map { .date($0) }),
            (
                ["", "0", "02", "022", "0223", "02230", "02231", "022*"].map { .code($0) },
                [.prefix(4), .prefix(3), .prefix(1)]
            ),
            (
                ["SE", "NO", "EE", "FI"].map { .code($0) },
                [.groups(["SE": "nordic", "NO": "nordic"]), .groups(["nordic": "europe", "EE": "europe"])]
            ),
        ]
        for (values, steps) in cases {
            let generaliser = Generaliser(steps: steps, releasedType: .code)
            for level in 0..<generaliser.top {
                var coarser: [String: String?] = [:]
                for value in values {
                    let fine = try SampleStudy.required(generaliser.text(value, level: level))
                    let coarse = generaliser.text(value, level: level + 1)
                    if let known = coarser[fine] { #expect(known == coarse) }
                    coarser[fine] = coarse
                }
            }
            #expect(generaliser.text(.null, level: 0) == nil)
        }
        let bands = Generaliser(steps: [.band(width: 5)], releasedType: .code)
        #expect(bands.text(.integer(-1), level: 1) == "-5 to -1")
        #expect(bands.text(try SampleStudy.decimal("-0.5"), level: 1) == "-5 to under 0")
        #expect(Generaliser(steps: [.date(.quarter)], releasedType: .code).text(dates[3], level: 1) == "2024-Q1")
        #expect(Generaliser(steps: [.date(.tenYears)], releasedType: .code).text(dates[1], level: 1) == "1890 to 1899")
    }

    @Test("dates move by whole days over leap years, and stop where the calendar ends")
    func moving() throws {
        let day = try SampleStudy.required(CalendarDate(iso: "2024-02-28"))
        #expect(day.adding(days: 2).description == "2024-03-01")
        #expect(day.adding(days: -59).description == "2023-12-31")
        #expect(day.adding(days: 146_097).description == "2424-02-28")
        #expect(day.adding(days: .max).description == "9999-12-31")
        #expect(day.adding(days: .min).description == "0001-01-01")
        var numbers = Numbers(state: 1)
        for _ in 0..<2_000 {
            let start = try SampleStudy.required(
                CalendarDate(year: 1 + numbers.below(9_000), month: 1 + numbers.below(12), day: 1 + numbers.below(28)))
            let days = numbers.below(20_000)
            #expect(start.adding(days: days).adding(days: -days) == start)
            #expect(start.adding(days: days + 1) > start.adding(days: days))
        }
    }

    @Test("a table withholds small counts and what would betray them, and keeps the cohort's size")
    func tables() throws {
        let agreement = try SampleStudy.agreement(smallestCell: 5)
        let gate = DisclosureGate(agreement: agreement, layout: try DatasetLayout(agreement))
        func shown(_ counts: [[Int]]) -> [[Int?]] { PeopleTable.shown(counts, gate).map { $0.map(\.count) } }
        // One line of numbers, and their sum: y and z would be 1 and 1.
        #expect(shown([[58], [1], [1], [60]]) == [[nil], [nil], [nil], [60]])
        #expect(shown([[1, 1, 10, 12], [20, 30, 40, 90], [21, 31, 50, 102]])[0].prefix(2) == [nil, nil])
        // Where both columns say the same, the cohort's size is the only way around.
        #expect(
            shown([[3, 0, 3], [0, 100, 100], [3, 100, 103]]) == [[nil, nil, nil], [nil, nil, nil], [nil, nil, 103]])
        // A line that is told elsewhere is no hiding place.
        let known = PeopleTable.shown([[40], [17], [3], [60]], knownLine: 0, gate).map { $0.map(\.count) }
        #expect(known == [[40], [nil], [nil], [60]])
    }
}
