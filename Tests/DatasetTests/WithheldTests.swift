import PSIProtocol
import Testing

@testable import Dataset

/// Whoever has a dummy's cell among their records is dropped before anything is counted or written.
@Suite struct WithheldTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func open() throws -> WorkingStore {
        try WorkingStore(
            path: directory.path("store/round.sqlite"), agreement: try SampleStudy.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round(), batchRowCount: 3)
    }

    private func fill(_ store: WorkingStore) throws {
        for (person, cohorts) in try SampleStudy.people() {
            for register in ["population", "visits"] {
                try store.append(person: person, cohorts: cohorts, register: register, link: nil)
            }
        }
        for entry in try SampleStudy.rows() {
            try store.append(register: entry.register, person: entry.person, rows: entry.rows)
        }
        // Padding, each with a tag of its own.
        for byte in [100, 101] as [UInt8] { try store.append(dummy: try SampleStudy.person(byte), register: "visits") }
    }

    @Test func dummiesOfPaddingDropNobody() throws {
        let store = try open()
        try fill(store)
        #expect(try store.dropWithheld() == [:])
        try store.finish()
        #expect(try store.tally().people == 3)
    }

    @Test func nothingOfThePersonIsLeft() throws {
        let store = try open()
        try fill(store)
        try store.append(dummy: try SampleStudy.person(1), register: "benefits")
        #expect(
            try store.dropWithheld() == [
                "population": .init(records: 1), "visits": .init(records: 1), "benefits": .init(dummies: 1),
            ])
        try store.finish()
        let tally = try store.tally()
        #expect(tally.people == 2 && tally.cohorts == ["clients": 1, "residents": 1])
        #expect(tally.registers["visits"] == Tally.Register(people: 1, rows: 2))
        #expect(tally.registers["benefits"] == Tally.Register(people: 1, rows: 7))
        var seen: [Pseudonym] = []
        try store.forEachPerson { seen.append($0.pseudonym) }
        #expect(seen == [try SampleStudy.person(2), try SampleStudy.person(255)])
        let dropped = try SampleStudy.person(1)
        for index in [0, 1] {
            try store.forEachPerson(inRegisterAt: index) { person, _, _ in #expect(person != dropped) }
        }
    }

    /// Two dummies under one tag are somebody whom two owners never release: padding never meets.
    @Test func twoDummiesUnderOneTagAreNoPadding() throws {
        let store = try open()
        try fill(store)
        for register in ["visits", "benefits"] {
            try store.append(dummy: try SampleStudy.person(102), register: register)
        }
        #expect(try store.dropWithheld() == ["visits": .init(dummies: 1), "benefits": .init(dummies: 1)])
    }

    @Test func recordsOfCohortsThatAreNotReleasedCount() throws {
        let store = try open()
        try fill(store)
        try store.append(undisclosed: try SampleStudy.person(103), register: "population")
        try store.append(dummy: try SampleStudy.person(103), register: "visits")
        try store.append(undisclosed: try SampleStudy.person(104), register: "population")
        #expect(try store.dropWithheld() == ["population": .init(records: 1), "visits": .init(dummies: 1)])
    }

    @Test func receivingAgainAfterACrashDropsAgain() throws {
        for _ in 0..<2 {
            let store = try open()
            try fill(store)
            try store.append(dummy: try SampleStudy.person(1), register: "benefits")
            #expect(try store.dropWithheld().count == 3)
            try store.close()
        }
        let store = try open()
        try store.finish()
        #expect(try store.tally().people == 2)
    }

    @Test func whoIsDamagedSomewhereIsLeftOutEverywhere() throws {
        let store = try open()
        try fill(store)
        try store.append(undisclosed: try SampleStudy.person(103), register: "population")
        for _ in 0..<2 { try store.append(damaged: try SampleStudy.person(1), register: "visits") }
        // Nobody knows yet whether it is of a person: it is of no other record.
        try store.append(damaged: try SampleStudy.person(110), register: "benefits")
        try store.append(damaged: try SampleStudy.person(103), register: "benefits")
        #expect(try store.damaged() == ["visits": 1, "benefits": 2])
        try store.dropDamaged()
        #expect(try store.damaged() == [:])
        #expect(try store.dropWithheld() == [:])
        try store.finish()
        #expect(try store.tally().people == 2)
        #expect(
            try store.opened() == ["population": .init(people: 2), "visits": .init(people: 2, dummies: 2)])
        let dropped = try SampleStudy.person(1)
        for index in [0, 1] {
            try store.forEachPerson(inRegisterAt: index) { person, _, _ in #expect(person != dropped) }
        }
    }

    @Test func whatWasOpenedIsCountedWithoutTheDropped() throws {
        let store = try open()
        try fill(store)
        try store.append(undisclosed: try SampleStudy.person(104), register: "population")
        try store.append(dummy: try SampleStudy.person(1), register: "benefits")
        try store.dropWithheld()
        try store.finish()
        #expect(
            try store.opened() == ["population": .init(people: 3), "visits": .init(people: 2, dummies: 2)])
    }
}
