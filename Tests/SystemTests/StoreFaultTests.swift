import Foundation
import Glibc
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    /// The coordinator's disk: somebody alters what lies there, or it is full.
    @Suite("The coordinator's store", .serialized)
    struct StoreFaultTests {
        enum Damage: String, CaseIterable, Sendable {
            case flipped, truncated, removed

            func apply(to file: URL) throws {
                var data = try Data(contentsOf: file)
                switch self {
                case .flipped: data[data.count / 2] ^= 0x10
                case .truncated: data.removeLast(data.count / 2)
                case .removed:
                    try FileManager.default.removeItem(at: file)
                    return
                }
                let handle = try FileHandle(forWritingTo: file)
                try handle.truncate(atOffset: 0)
                try handle.write(contentsOf: data)
                try handle.close()
            }
        }

        @Test(
            "A list altered on its way to the next node: the round ends without a result", .timeLimit(.minutes(5)),
            arguments: Damage.allCases)
        func damagedList(_ damage: Damage) async throws {
            var design = StudyDesign.simple()
            design.mixers = ["m"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let mixer = try #require(running["m"])
                let link = try study.link()
                // m is held up before the first list comes to it; the other nodes go on until everything waits for m.
                try await #require(running["coordinator"]).says("phase=declaring")
                mixer.send(SIGSTOP)
                try await link.says("waiting for m", within: 30)
                // c comes before m in the ring, so m reads what c made of c's register.
                let streams = try files(study.home("coordinator").appendingPathComponent("streams"))
                let lists = streams.filter { $0.path.contains("/streams/register_c/0/") }
                try #require(!lists.isEmpty, "\(streams)")
                for list in lists { try damage.apply(to: list) }
                mixer.send(SIGCONT)
                switch damage {
                case .flipped:
                    try await mixer.says("Stopping the round", within: 30)
                    #expect(try await link.end() == 81)
                    #expect(link.errors.contains("participant.refused (m)"), "\(link.errors)")
                case .truncated, .removed:
                    // The coordinator sees for itself that its store is damaged; nobody else is to blame.
                    let words = damage == .truncated ? "another length than was stored" : "opening a file failed"
                    try await #require(running["coordinator"]).says("a request failed", words, within: 30)
                    try await mixer.says("store.failed", within: 30)
                    let round = try link.openedRound()
                    let abort = try await study.run(
                        .coordinator, "abort", "-d", study.home("coordinator").path, round, "--reason", "Damaged disk")
                    #expect(abort.status == 0, "\(abort.errors)")
                    #expect(try await link.end() == 81)
                }
                #expect(study.phases("research").values.allSatisfy { $0 != "closed" })
                let again = try study.link()
                #expect(try await again.end() == 0, "the next round works: \(again.errors)")
            }
        }

        private func files(_ directory: URL) throws -> [URL] {
            let all = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: [.isRegularFileKey])
            var found: [URL] = []
            while let file = all?.nextObject() as? URL {
                if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true { found.append(file) }
            }
            return found
        }

        @Test(
            "A full disk: everybody waits, and the round goes on when there is space",
            .enabled(if: SmallDisk.isPossible, "mounting a small file system needs root"), .timeLimit(.minutes(5)))
        func fullDisk() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let streams = study.home("coordinator").appendingPathComponent("streams")
                let disk = try SmallDisk(at: streams, mebibytes: 4)
                defer { disk.unmount() }
                // The reserve is 1 MiB, so that nothing more fits.
                let filler = streams.deletingLastPathComponent().appendingPathComponent("streams/filler")
                try Data(count: 3 << 20).write(to: filler)
                let running = try await study.serveAll()
                let link = try study.link()
                try await #require(running["a"]).says("store.disk-full", within: 30)
                try await link.says("waiting for", within: 30)
                #expect(link.isRunning)
                try FileManager.default.removeItem(at: filler)
                #expect(try await link.end(within: 90) == 0, "\(link.errors)")
                try await study.checkDataset()
                for program in running.values { try await program.kill9() }
            }
        }
    }
}

/// A file system in memory, small enough to be filled.
struct SmallDisk {
    let path: String

    static var isPossible: Bool {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sidos-\(UUID().uuidString)")
        guard getuid() == 0,
            (try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)) != nil
        else { return false }
        defer { try? FileManager.default.removeItem(at: directory) }
        guard let disk = try? SmallDisk(at: directory, mebibytes: 1) else { return false }
        disk.unmount()
        return true
    }

    init(at directory: URL, mebibytes: Int) throws {
        path = directory.path
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard mount("sidos", path, "tmpfs", 0, "size=\(mebibytes)m,mode=0700") == 0 else {
            throw HarnessError("no file system could be mounted: error \(errno)")
        }
    }

    func unmount() { umount2(path, Int32(MNT_DETACH)) }
}
