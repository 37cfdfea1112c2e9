import Foundation
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// People who withdraw leave nothing in a store. [P-96]
@Suite struct WithdrawalTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func store(_ name: String, without gone: Set<UInt8> = []) throws -> WorkingStore {
        var agreement = try LinkedStudy.agreement()
        agreement.pseudonyms = .study(holders: ["espoo", "kela"])
        let store = try WorkingStore(
            path: directory.path("\(name)/round.sqlite"), agreement: agreement,
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        for entry in try LinkedStudy.entries() where !gone.contains(entry.person) {
            let person = try SampleStudy.person(entry.person)
            try store.append(
                person: person, cohorts: entry.cohorts, register: entry.register, link: entry.link, isLasting: true)
            if let rows = entry.rows { try store.append(register: entry.register, person: person, rows: rows) }
        }
        try store.append(dummy: try SampleStudy.person(200), register: "visits")
        try store.dropWithheld()
        try store.finish()
        return store
    }

    private func write(_ store: WorkingStore, _ name: String) throws {
        _ = try DatasetWriter(directory: directory.path(name))
            .write(store, report: LinkedStudy.report(), created: SampleStudy.created)
    }

    @Test(arguments: [[1], [7], [1, 3], [2, 4, 6], [99], []] as [[UInt8]])
    func theDatasetIsAsIfTheyHadNeverBeenThere(_ gone: [UInt8]) throws {
        let store = try store("store")
        defer { try? store.close() }
        for _ in 0..<2 { try store.withdraw(gone.map { try SampleStudy.person($0) }) }
        let other = try self.store("other", without: Set(gone))
        defer { try? other.close() }
        #expect(try store.opened() == other.opened())
        try write(store, "dataset")
        try write(other, "expected")
        for name in try directory.names("expected") where !["dataset.sqlite", "datapackage.json"].contains(name) {
            #expect(try directory.bytes("dataset/\(name)") == directory.bytes("expected/\(name)"), "\(name)")
        }
    }

    @Test func theirPseudonymsAreOverwritten() throws {
        let store = try store("store")
        let gone: [UInt8] = [1, 3, 5]
        func found() throws -> Set<UInt8> {
            let files = try directory.names("store").map { try directory.bytes("store/\($0)") }
            return Set(
                (1...7 as ClosedRange<UInt8>).filter { number in
                    files.contains { $0.range(of: Data(repeating: number, count: 16)) != nil }
                })
        }
        #expect(try found() == Set(1...7))
        try store.withdraw(gone.map { try SampleStudy.person($0) })
        #expect(try found() == Set(1...7).subtracting(gone))
        try store.close()
        #expect(try found() == Set(1...7).subtracting(gone))
    }

    @Test func aStoreThatIsBeingFilledIsRefused() throws {
        let store = try WorkingStore(
            path: directory.path("store/round.sqlite"), agreement: try LinkedStudy.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        defer { try? store.close() }
        #expect(throws: DatasetError.storeNotFinished) { try store.withdraw([try SampleStudy.person(1)]) }
    }
}
