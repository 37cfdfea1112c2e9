import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// Receiving and writing at size: 20,000 rows, or as many as `SIDOS_DATASET_ROWS` says.
@Suite struct ThroughputTests {
    @Test func manyRowsAreReceivedAndWritten() throws {
        let rowCount = ProcessInfo.processInfo.environment["SIDOS_DATASET_ROWS"].flatMap { Int($0) } ?? 20_000
        let peopleCount = max(1, rowCount / 10)
        let directory = try Scratch()
        let key = PseudonymKey()
        let round = try SampleStudy.round()
        let store = try WorkingStore(
            path: directory.path("store/round.sqlite"), agreement: try SampleStudy.agreement(),
            agreementID: SampleStudy.agreementID, round: round)
        let days = try (1...28).map { try SampleStudy.date($0 < 10 ? "2020-02-0\($0)" : "2020-02-\($0)") }
        let clock = ContinuousClock()
        let received = try clock.measure {
            for number in 0..<peopleCount {
                let tag = (0..<16).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * $0)) : 0 }
                let person = try SampleStudy.required(Pseudonym(tag: tag, round: round, key: key))
                try store.append(person: person, cohorts: 0b010)
                let rows: [[FieldValue]] = (0..<10).map { index in
                    [days[(number + index) % 28], .text("visit \(index) of a client"), .boolean(index % 2 == 0)]
                }
                try store.append(register: "visits", person: person, rows: rows)
            }
            try store.finish()
        }
        var tally: Tally?
        let written = try clock.measure {
            tally = try DatasetWriter(directory: directory.path("dataset"))
                .write(store, report: SampleStudy.report(), created: SampleStudy.created)
        }
        let memory = Self.peakMemory()
        #expect(tally?.registers["visits"] == Tally.Register(people: peopleCount, rows: peopleCount * 10))
        let lines = try directory.bytes("dataset/visits.csv").count { $0 == 10 }
        #expect(lines == peopleCount * 10 + 1)
        let rows = Double(peopleCount * 10)
        let speeds = [received, written].map { Int(rows / ($0 / .seconds(1))) }
        print("\(Int(rows)) rows: received \(speeds[0]) rows/s, written \(speeds[1]) rows/s, at most \(memory)")
    }

    @Test func manyPeopleAreRecoded() throws {
        let rowCount = ProcessInfo.processInfo.environment["SIDOS_DATASET_ROWS"].flatMap { Int($0) } ?? 20_000
        let people = try DisclosureStudy.people(max(500, rowCount / 10), seed: 1)
        let anonymity = Anonymity(
            smallestClass: 5, diversity: Diversity(count: 2), leaveOutPercent: 1,
            quasiIdentifiers: DisclosureStudy.quasi, sensitive: [DisclosureStudy.diagnosis])
        let clock = ContinuousClock()
        var durations: [Duration] = []
        for disclosure in [DisclosureRules(), DisclosureRules([.anonymity(anonymity)])] {
            let directory = try Scratch()
            let store = try DisclosureStudy.store(people, try DisclosureStudy.agreement(disclosure), in: directory)
            defer { try? store.close() }
            durations.append(
                try clock.measure {
                    _ = try DatasetWriter(directory: directory.path("dataset"))
                        .write(store, report: DisclosureStudy.report(), created: SampleStudy.created)
                })
            if !disclosure.isEmpty {
                let plan = try ReleasePlan(store)
                #expect(plan.classes.allSatisfy { $0.members.count >= 5 })
                #expect(plan.keptCount + plan.leftOutCount == people.count)
            }
        }
        let ratio = (durations[1] / durations[0] * 10).rounded() / 10
        print(
            "\(people.count) people written in \(durations[0]), under disclosure rules in \(durations[1]), \(ratio) "
                + "times as long, at most \(Self.peakMemory())")
    }

    private static func peakMemory() -> String {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return line.dropFirst(6).trimmingCharacters(in: .whitespaces)
    }
}
