import Daemon
import Files
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

        @Test(
            "A node starts on a full disk, says so, and destroys the keys of a round that has ended meanwhile",
            .enabled(if: SmallDisk.isPossible, "mounting a small file system needs root"), .timeLimit(.minutes(5)))
        func fullDiskOfANode() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let home = study.home("b")
                var running = try await study.serveAll(except: ["b"])
                let aside = study.directory.appendingPathComponent("aside")
                try FileManager.default.moveItem(at: home, to: aside)
                let disk = try SmallDisk(at: home, mebibytes: 8)
                defer { disk.unmount() }
                for name in try FileManager.default.contentsOfDirectory(atPath: aside.path) {
                    try FileManager.default.copyItem(
                        at: aside.appendingPathComponent(name), to: home.appendingPathComponent(name))
                }
                running["b"] = try await study.serve("b")
                let coordinator = try #require(running["coordinator"])
                let node = try #require(running["b"])
                // Held up in the middle of a round, of which it has keys then.
                let other = try #require(running["c"])
                other.send(SIGSTOP)
                let link = try study.link()
                try await link.says("waiting for c", within: 60)
                let round = try link.openedRound()
                #expect(try Self.holdsKeys(home))
                try await node.kill9()
                let abort = try await study.run(
                    .coordinator, "abort", "-d", study.home("coordinator").path, round, "--reason", "Full disk")
                #expect(abort.status == 0, "\(abort.errors)")
                let filler = home.appendingPathComponent("filler")
                try Self.fillLastBlock(home)
                try Self.fill(filler)
                let again = try study.start(.node, ["serve", "-d", home.path], log: "full")
                try await again.says("The operations log could not be written", within: 60)
                try await again.says("Serving", within: 60)
                try await wait(seconds: 60) { try !Self.holdsKeys(home) }
                #expect(again.isRunning)
                try FileManager.default.removeItem(at: filler)
                again.send(SIGTERM)
                #expect(try await again.end() == 0, "\(again.errors)")
                let shown = try await study.run(.node, "log", "show", "-d", home.path)
                let lines = shown.output.split(separator: "\n").suffix(2)
                #expect(lines.first?.contains("daemon started") == true && lines.first?.contains("since=") == true)
                #expect(lines.last?.contains("daemon stopped") == true)
                other.send(SIGCONT)
                withExtendedLifetime(coordinator) {}
            }
        }

        /// Whether a member's state has anything of a round that is under way.
        private static func holdsKeys(_ home: URL) throws -> Bool {
            let state = home.appendingPathComponent("state").path
            return try FileManager.default.contentsOfDirectory(atPath: state).contains { $0.hasPrefix("rounds") }
        }

        /// Notes something that leaves no room in the last block of the operations log.
        private static func fillLastBlock(_ home: URL) throws {
            let book = try Home(at: home.path, roles: [.authority]).approvals()
            let path = home.path + "/log/operations.log"
            func byteCount() throws -> Int { try FileStatus(of: path).byteCount }
            let before = try byteCount()
            try book.note("x")
            let lineByteCount = try byteCount() - before
            let rest = 2 * 4096 - (try byteCount() % 4096) - lineByteCount
            try book.note(String(repeating: "x", count: rest - 20))
            #expect(try byteCount() % 4096 > 4000)
        }

        /// A file that takes every byte there is.
        private static func fill(_ file: URL) throws {
            try Data().write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            for size in [1 << 16, 1 << 12, 1 << 8, 1] {
                while (try? handle.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
            }
            try? handle.close()
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
