import TestDirectories
import Testing

@testable import Agreement
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

@Suite("Opened records on their way into the store")
struct StoreSinkTests {
    private let place: ResearchPlace
    private let store: WorkingStore
    private let sink: StoreSink

    private static let person = [UInt8](1...16)
    private static let row: [FieldValue] = [.integer(2_001), .null]
    /// Bits of the agreement's cohorts.
    private static let (clients, everybody): (UInt64, UInt64) = (0b001, 0b100)

    init() async throws {
        let study = try await ReceivedStudy.rows.value
        place = try ResearchPlace.fresh()
        let agreement = study.fixture.study.agreement
        store = try place.folder().store(agreement: agreement, id: study.fixture.records[0].agreementID)
        sink = StoreSink(store: store, registers: agreement.registers)
    }

    private func finish() throws -> Tally {
        try store.dropWithheld()
        try store.finish()
        return try store.tally()
    }

    @Test(
        "A register that the agreement has not, and a tag of another length, are refused",
        arguments: [(-1, 16), (3, 16), (Int.max, 16), (Int.min, 16), (0, 0), (1, 15), (1, 17), (2, 32)])
    func refused(register: Int, length: Int) async throws {
        var sink = sink
        let tag = [UInt8].filled(1, length)
        await #expect(throws: ReleaseError.copyDamaged) {
            try await sink.person(register: register, tag: tag, cohorts: Self.clients, link: nil, name: .round)
        }
        await #expect(throws: ReleaseError.copyDamaged) {
            try await sink.rows(register: register, tag: tag, rows: [Self.row])
        }
        await #expect(throws: ReleaseError.copyDamaged) { try await sink.dummy(register: register, tag: tag) }
        await #expect(throws: ReleaseError.copyDamaged) { try await sink.damaged(register: register, tag: tag) }
        #expect(try finish().people == 0)
    }

    @Test("The same again changes nothing")
    func again() async throws {
        var sink = sink
        for _ in 0..<3 {
            try await sink.person(
                register: 1, tag: Self.person, cohorts: Self.clients | Self.everybody, link: nil, name: .round)
            try await sink.rows(register: 1, tag: Self.person, rows: [Self.row, Self.row])
            try await sink.dummy(register: 1, tag: .filled(9, 16))
        }
        let tally = try finish()
        #expect(tally.people == 1 && tally.registers["clinic"] == .init(people: 1, rows: 2))
        #expect(try store.opened()["clinic"] == .init(people: 1, dummies: 1))
    }

    @Test("Somebody of cohorts that are not released is counted, and is not in the dataset")
    func undisclosed() async throws {
        var sink = sink
        try await sink.person(register: 0, tag: Self.person, cohorts: Self.everybody, link: nil, name: .round)
        #expect(try finish().people == 0)
        #expect(try store.opened()["residents"] == .init(people: 1, dummies: 0))
    }

    @Test("Rows that no owner may send count as damage, not as a failure of this machine")
    func wrongRows() async throws {
        let rows: [[FieldValue]] = [
            [], [.integer(1)], [.integer(1), .null, .null], [.null, .null], [.text("2001"), .null],
            [.integer(1), .integer(1)], [.integer(1), .text("a\u{0}b")],
        ]
        var sink = sink
        for (index, row) in rows.enumerated() {
            let person = [UInt8].filled(UInt8(index), 16)
            try await sink.person(register: 1, tag: person, cohorts: Self.clients, link: nil, name: .round)
            try await sink.rows(register: 1, tag: person, rows: [Self.row, row])
        }
        // Rows of somebody who was not selected, and others than before.
        try await sink.rows(register: 1, tag: .filled(100, 16), rows: [Self.row])
        try await sink.person(register: 1, tag: .filled(101, 16), cohorts: Self.clients, link: nil, name: .round)
        try await sink.rows(register: 1, tag: .filled(101, 16), rows: [Self.row])
        try await sink.rows(register: 1, tag: .filled(101, 16), rows: [])
        #expect(try store.damaged() == ["clinic": rows.count + 2])
        try store.dropDamaged()
        #expect(try finish().people == 0)
    }

    @Test("A store that takes nothing more is no damage of what was received")
    func stopped() async throws {
        var sink = sink
        try await sink.person(register: 1, tag: Self.person, cohorts: Self.clients, link: nil, name: .round)
        try store.close()
        await #expect(throws: DatasetError.storeStopped(path: store.path)) {
            try await sink.rows(register: 1, tag: Self.person, rows: [Self.row])
        }
    }
}
