import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

@Suite struct WorkingStoreTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func open(
        _ name: String = "store/round.sqlite", agreementID: AgreementID = SampleStudy.agreementID, round: UInt8 = 7,
        batchRowCount: Int = 3, agreement: Agreement? = nil
    ) throws -> WorkingStore {
        try WorkingStore(
            path: directory.path(name), agreement: try agreement ?? SampleStudy.agreement(), agreementID: agreementID,
            round: try SampleStudy.round(round), batchRowCount: batchRowCount)
    }

    private func fill(_ store: WorkingStore) throws {
        for (person, cohorts) in try SampleStudy.people() { try store.append(person: person, cohorts: cohorts) }
        for entry in try SampleStudy.rows() {
            try store.append(register: entry.register, person: entry.person, rows: entry.rows)
        }
    }

    @Test func countsWhatItHoldsAndIsPrivate() throws {
        let store = try open()
        try fill(store)
        #expect(throws: DatasetError.storeNotFinished) { try store.tally() }
        try store.finish()
        let tally = try store.tally()
        #expect(tally.people == 3)
        #expect(tally.cohorts == ["clients": 2, "residents": 1])
        #expect(tally.registers["visits"] == Tally.Register(people: 2, rows: 8))
        #expect(tally.registers["benefits"] == Tally.Register(people: 2, rows: 7))
        #expect(try directory.mode("store") == 0o700)
        for name in try directory.names("store") { #expect(try directory.mode("store/" + name) == 0o600, "\(name)") }
    }

    @Test func replayChangesNothingAndContradictionsAreRefused() throws {
        let store = try open()
        try fill(store)
        try fill(store)
        let visits = try SampleStudy.rows()[0]
        #expect(try store.holds(register: "visits", person: visits.person))
        #expect(try !store.holds(register: "visits", person: try SampleStudy.person(2)))
        try store.append(register: "visits", person: visits.person, rows: visits.rows.reversed())
        #expect(throws: DatasetError.rowsChanged(register: "visits")) {
            try store.append(register: "visits", person: visits.person, rows: Array(visits.rows.dropLast()))
        }
        #expect(throws: DatasetError.personChanged) { try store.append(person: visits.person, cohorts: 0b111) }
        try store.finish()
        try store.finish()
        #expect(try store.tally().registers["visits"] == Tally.Register(people: 2, rows: 8))
        #expect(throws: DatasetError.storeFinished) { try fill(store) }
    }

    @Test func aKilledProcessLosesTheLastBatchAtMost() throws {
        let store = try open(batchRowCount: 1_000_000)
        for (person, cohorts) in try SampleStudy.people() { try store.append(person: person, cohorts: cohorts) }
        let entries = try SampleStudy.rows()
        try store.append(register: "visits", person: entries[0].person, rows: entries[0].rows)
        try store.commit()
        try store.append(register: "visits", person: entries[1].person, rows: entries[1].rows)
        // What a kill leaves is what is on disk while the first process still has the transaction open.
        try FileManager.default.copyItem(atPath: directory.path("store"), toPath: directory.path("after"))
        chmod(directory.path("after"), 0o700)
        let resumed = try open("after/round.sqlite")
        #expect(try resumed.holds(register: "visits", person: entries[0].person))
        #expect(try !resumed.holds(register: "visits", person: entries[1].person))
        try fill(resumed)
        try resumed.finish()
        let whole = try SampleStudy.store(in: directory, name: "whole/round.sqlite")
        #expect(try resumed.tally() == (try whole.tally()))
        try resumed.close()
        let finished = try open("after/round.sqlite")
        #expect(finished.isFinished)
        #expect(try finished.tally() == (try whole.tally()))
    }

    @Test func closingWithoutCommitForgetsAndRemoveLeavesNothing() throws {
        let store = try open(batchRowCount: 1_000)
        try store.append(person: try SampleStudy.person(1), cohorts: 2)
        try store.close()
        #expect(throws: DatasetError.storeStopped(path: directory.path("store/round.sqlite"))) { try fill(store) }
        let again = try open()
        #expect(throws: DatasetError.rowsBeforePerson(register: "visits")) {
            try again.append(register: "visits", person: try SampleStudy.person(1), rows: [])
        }
        try again.close()
        try WorkingStore.remove(path: directory.path("store/round.sqlite"))
        try WorkingStore.remove(path: directory.path("store/round.sqlite"))
        #expect(try directory.names("store").isEmpty)
    }

    @Test func anotherRoundAgreementProgramOrProcessIsRefused() throws {
        let path = directory.path("store/round.sqlite")
        let store = try open()
        #expect(throws: DatasetError.storeInUse(path: path)) { try open() }
        try store.close()
        #expect(throws: DatasetError.storeOfAnotherRound(path: path)) { try open(round: 8) }
        #expect(throws: DatasetError.storeOfAnotherAgreement(path: path)) {
            try open(agreementID: AgreementID(ofFile: [1]))
        }
        try Data(
            "not a database, and longer than a header of one hundred bytes ".utf8 + Array(repeating: 65, count: 99)
        )
        .write(to: URL(fileURLWithPath: path))
        #expect(throws: DatasetError.storeUnusable(path: path)) { try open() }
    }

    @Test func aDirectoryOthersCanReadIsRefused() throws {
        mkdir(directory.path("open"), 0o755)
        chmod(directory.path("open"), 0o755)
        #expect(throws: DatasetError.directoryNotPrivate(path: directory.path("open"))) {
            try open("open/round.sqlite")
        }
        #expect(throws: DatasetError.noDirectory(path: directory.path("a/b"))) { try open("a/b/round.sqlite") }
        #expect(throws: DatasetError.badPath(path: directory.path("store/.."))) { try open("store/..") }
    }

    @Test func whatTheAgreementDoesNotReleaseIsRefused() throws {
        let store = try open()
        let person = try SampleStudy.person(1)
        #expect(throws: DatasetError.personInNoReleasedCohort) { try store.append(person: person, cohorts: 0) }
        #expect(throws: DatasetError.personInNoReleasedCohort) { try store.append(person: person, cohorts: 1) }
        #expect(throws: DatasetError.unknownCohort(bit: 3)) { try store.append(person: person, cohorts: 0b1010) }
        #expect(throws: DatasetError.rowsBeforePerson(register: "visits")) {
            try store.append(register: "visits", person: person, rows: [])
        }
        try store.append(person: person, cohorts: 0b100)
        #expect(throws: DatasetError.rowsNotReleased(register: "visits")) {
            try store.append(register: "visits", person: person, rows: [])
        }
        for register in ["population", "nothing"] {
            #expect(throws: DatasetError.unknownRegister(register)) {
                try store.append(register: register, person: person, rows: [])
            }
        }
    }

    @Test func aBadRowIsRefusedAndLeavesNothing() throws {
        let store = try open()
        let person = try SampleStudy.person(1)
        try store.append(person: person, cohorts: 0b010)
        let day = try SampleStudy.date("2024-01-01")
        let good: [FieldValue] = [day, .text("fine"), .null]
        let refusals: [([FieldValue], DatasetError)] = [
            ([day, .null], .wrongValueCount(register: "visits", expected: 3, found: 2)),
            ([.text("2024-01-01"), .null, .null], .wrongType(register: "visits", column: "visit_date")),
            ([day, .code("x"), .null], .wrongType(register: "visits", column: "note")),
            ([.null, .null, .null], .missingValue(register: "visits", column: "visit_date")),
            ([day, .text("a\u{0}b"), .null], .unusableText(register: "visits", column: "note")),
        ]
        for (row, error) in refusals {
            #expect(throws: error) { try store.append(register: "visits", person: person, rows: [good, row]) }
        }
        #expect(try !store.holds(register: "visits", person: person))
        try store.append(register: "visits", person: person, rows: [good])
        try store.finish()
        #expect(try store.tally().registers["visits"] == Tally.Register(people: 1, rows: 1))
    }
}
