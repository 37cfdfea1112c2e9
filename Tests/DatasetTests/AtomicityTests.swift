import Foundation
import PSIProtocol
import TestDirectories
import Testing

@testable import Dataset

@Suite struct AtomicityTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private static let steps: [DatasetWriter.Step] = [
        .prepared, .persons, .register("visits"), .register("benefits"), .database, .reports, .package, .setAside,
    ]

    private func write(
        replace: Bool = false, created: Date = SampleStudy.created, to path: String? = nil,
        failingAt step: DatasetWriter.Step? = nil
    ) throws {
        let name = "store\(UUID().uuidString)/round.sqlite"
        let store = try SampleStudy.store(in: directory, name: name)
        defer {
            try? store.close()
            try? FileManager.default.removeItem(atPath: (store.path as NSString).deletingLastPathComponent)
        }
        var writer = DatasetWriter(directory: path ?? directory.path("dataset"), replace: replace)
        if let step {
            writer.interruption = { (reached) throws(DatasetError) in
                if reached == step { throw .inputOutput(path: "injected", code: 5) }
            }
        }
        _ = try writer.write(store, report: SampleStudy.report(), created: created)
    }

    private func contents(_ name: String = "dataset") throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for file in try directory.names(name) { contents[file] = try directory.bytes(name + "/" + file) }
        return contents
    }

    @Test(arguments: steps) func aFailureLeavesNothing(step: DatasetWriter.Step) throws {
        #expect(throws: DatasetError.inputOutput(path: "injected", code: 5)) { try write(failingAt: step) }
        #expect(try directory.names().isEmpty)
    }

    @Test(arguments: steps) func aFailedReplacementLeavesTheOldOne(step: DatasetWriter.Step) throws {
        try write()
        let before = try contents()
        #expect(throws: DatasetError.inputOutput(path: "injected", code: 5)) {
            try write(replace: true, created: .distantFuture, failingAt: step)
        }
        #expect(try directory.names() == ["dataset"])
        #expect(try contents() == before)
    }

    @Test func anExistingDatasetIsReplacedOnlyWhenAsked() throws {
        try write()
        let before = try contents()
        let later = SampleStudy.created.addingTimeInterval(86_400)
        #expect(throws: DatasetError.datasetExists(path: directory.path("dataset"))) { try write(created: later) }
        #expect(try contents() == before)
        try write(replace: true, created: later)
        #expect(try contents()["persons.csv"] == before["persons.csv"])
        #expect(try contents()["report.json"] != before["report.json"])
        #expect(try directory.names() == ["dataset"])
    }

    @Test func whatAKilledRunLeftIsRemoved() throws {
        for name in ["dataset.partial-123", "dataset.partial-4", "dataset.partial-notes", "other.partial-5"] {
            try FileManager.default.createDirectory(atPath: directory.path(name), withIntermediateDirectories: false)
            try Data("half".utf8).write(to: URL(fileURLWithPath: directory.path(name + "/persons.csv")))
        }
        try write()
        #expect(try directory.names() == ["dataset", "dataset.partial-notes", "other.partial-5"])
    }

    @Test func aReplacementKilledBetweenItsMovesIsUndone() throws {
        try write()
        let before = try contents()
        try FileManager.default.moveItem(atPath: directory.path("dataset"), toPath: directory.path("dataset.replaced"))
        #expect(throws: DatasetError.datasetExists(path: directory.path("dataset"))) { try write() }
        #expect(try directory.names() == ["dataset"])
        #expect(try contents() == before)
    }

    @Test func aReplacementKilledAfterItsMovesIsCompleted() throws {
        try write()
        try FileManager.default.copyItem(atPath: directory.path("dataset"), toPath: directory.path("dataset.replaced"))
        #expect(throws: DatasetError.datasetExists(path: directory.path("dataset"))) { try write() }
        #expect(try directory.names() == ["dataset"])
    }

    @Test func theDirectoryMayBeReachedOverALink() throws {
        try FileManager.default.createDirectory(atPath: directory.path("real"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: directory.path("link"), withDestinationPath: "real")
        try write(to: directory.path("link/dataset"))
        try write(replace: true, created: .distantFuture, to: directory.path("link/dataset"))
        #expect(try directory.names("real") == ["dataset"])
    }

    @Test func whatOthersPutIntoADatasetIsNotRemoved() throws {
        try write()
        try FileManager.default.createDirectory(
            atPath: directory.path("dataset/mine"), withIntermediateDirectories: false)
        try Data("x".utf8).write(to: URL(fileURLWithPath: directory.path("dataset/mine/analysis.R")))
        let left = directory.path("dataset.replaced/mine")
        #expect(throws: DatasetError.inputOutput(path: left, code: EISDIR)) {
            try write(replace: true, created: .distantFuture)
        }
        #expect(try directory.names() == ["dataset", "dataset.replaced"])
        #expect(try directory.names("dataset.replaced/mine") == ["analysis.R"])
    }

    @Test func impossiblePlacesAreNamed() throws {
        let file = directory.path("file")
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        #expect(throws: DatasetError.datasetExists(path: file)) { try write(replace: true, to: file) }
        #expect(throws: DatasetError.noDirectory(path: file)) { try write(to: file + "/dataset") }
        #expect(throws: DatasetError.noDirectory(path: directory.path("no"))) {
            try write(to: directory.path("no/dataset"))
        }
        for path in ["", "/", directory.path("."), directory.path("..")] {
            #expect(throws: DatasetError.badPath(path: path)) { try write(to: path) }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data("x".utf8))
    }
}

/// What only a small file system can show. Needs the right to mount one.
@Suite(.enabled(if: SmallDisk.canMount, "needs the right to mount a tmpfs")) struct FullDiskTests {
    @Test(arguments: [16, 64, 256]) func aFullDiskLeavesNothingOfADataset(kilobytes: Int) throws {
        let directory = try Scratch()
        let disk = try SmallDisk(at: directory.path("disk"), kilobytes: kilobytes)
        let store = try Self.largeStore(path: directory.path("store/round.sqlite"))
        let writer = DatasetWriter(directory: directory.path("disk/dataset"))
        let error = #expect(throws: DatasetError.self) {
            _ = try writer.write(store, report: SampleStudy.report(), created: SampleStudy.created)
        }
        guard case .diskFull = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try directory.names("disk").isEmpty)
        try disk.remount("size=64m")
        _ = try writer.write(store, report: SampleStudy.report(), created: SampleStudy.created)
        #expect(try directory.names("disk") == ["dataset"])
    }

    @Test func aReadOnlyDiskIsNamed() throws {
        let directory = try Scratch()
        let disk = try SmallDisk(at: directory.path("disk"), kilobytes: 4_096)
        let store = try SampleStudy.store(in: directory)
        try disk.remount("ro")
        let error = #expect(throws: DatasetError.self) {
            _ = try DatasetWriter(directory: directory.path("disk/dataset"))
                .write(store, report: SampleStudy.report(), created: SampleStudy.created)
        }
        guard case .noPermission = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aStoreThatFilledItsDiskStopsAndIsResumed() throws {
        let directory = try Scratch()
        let disk = try SmallDisk(at: directory.path("disk"), kilobytes: 512)
        let path = directory.path("disk/store/round.sqlite")
        let store = try Self.open(path)
        let error = #expect(throws: DatasetError.self) { try Self.fill(store) }
        #expect(error == .diskFull(path: path))
        #expect(throws: DatasetError.storeStopped(path: path)) { try store.commit() }
        try store.close()
        try disk.remount("size=64m")
        let resumed = try Self.open(path)
        try Self.fill(resumed)
        try resumed.finish()
        #expect(
            try resumed.tally().registers["visits"] == Tally.Register(people: Self.peopleCount, rows: Self.peopleCount))
        try resumed.close()
    }

    private static let peopleCount = 6_000

    private static func open(_ path: String) throws -> WorkingStore {
        try WorkingStore(
            path: path, agreement: try SampleStudy.agreement(), agreementID: SampleStudy.agreementID,
            round: try SampleStudy.round(), batchRowCount: 500)
    }

    private static func fill(_ store: WorkingStore) throws {
        let day = try SampleStudy.date("2020-02-02")
        for number in 0..<peopleCount {
            let bytes = (0..<14).map { _ in UInt8(3) } + [UInt8(number >> 8), UInt8(number & 255)]
            let person = try SampleStudy.required(Pseudonym(bytes: bytes))
            try store.append(person: person, cohorts: 0b010)
            try store.append(
                register: "visits", person: person,
                rows: [[day, .text(String(repeating: "long ", count: 20)), .boolean(true)]])
        }
    }

    private static func largeStore(path: String) throws -> WorkingStore {
        let store = try open(path)
        try fill(store)
        try store.finish()
        return store
    }
}
