import Foundation
import Glibc
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    /// Copies of running programs, and other machines in their place.
    @Suite("Backup, restore and moving", .serialized)
    struct BackupSystemTests {
        static var design: StudyDesign {
            var design = StudyDesign.simple(nodes: 2)
            // Arithmetic in the slow group, so that the mixer can be held up in time.
            design.suite = "ffdhe3072-SHA512"
            design.mixers = ["m"]
            return design
        }

        @Test(
            "The coordinator moves in the middle of a round, which ends with the right dataset", .timeLimit(.minutes(5))
        )
        func moved() async throws {
            try await StudyOnDisk.with(Self.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try await study.linkHeld(by: "m", running)
                let coordinator = try #require(running["coordinator"])
                coordinator.send(SIGTERM)
                #expect(try await coordinator.end() == 0)
                let told = try await study.backUp("coordinator", to: "copy", "--move")
                #expect(told.contains("the streams of 1 round") && told.contains("does not start any more"), "\(told)")
                // The old one never starts again.
                let old = try await study.run(.coordinator, "serve", "-d", study.home("coordinator").path)
                #expect(old.status == 78 && old.errors.contains("was moved to another machine"), "\(old.errors)")
                try await study.restore("coordinator")
                try await study.serve("coordinator")
                try #require(running["m"]).send(SIGCONT)
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()
            }
        }

        @Test("It moves to another address: members go on once their configuration has it", .timeLimit(.minutes(5)))
        func otherAddress() async throws {
            try await StudyOnDisk.with(Self.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try await study.linkHeld(by: "m", running)
                let round = try link.openedRound()
                link.send(SIGKILL)
                for program in running.values { program.send(SIGCONT) }
                for program in running.values {
                    program.send(SIGTERM)
                    _ = try await program.end()
                }
                let before = try study.port(ofConfiguration: "a")
                _ = try await study.backUp("coordinator", to: "copy", "--move")
                try await study.restore("coordinator")
                // Something else has the old port, so that the new one is another.
                let taken = try #require(Listener(port: before))
                try study.configureCoordinator(port: 0)
                try await study.serve("coordinator")
                let port = try study.port()
                #expect(port != before)
                for id in study.design.participants where id != "coordinator" {
                    try study.configureMember(id, port: port)
                    try await study.serve(id)
                }
                try await study.researchIsDone(with: round)
                try await study.checkDataset()
                taken.close()
            }
        }

        @Test(
            "What was received is copied when asked for, and its dataset can be written elsewhere",
            .timeLimit(.minutes(5)))
        func received() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                try await study.serveAll()
                #expect(try await study.link().end() == 0)
                // Before the rows are opened, and after.
                try await study.researchIsDone()
                let first = try await study.dataset()
                let told = try await study.backUp("research", to: "without")
                #expect(told.contains("What was received is not in it"))
                _ = try await study.backUp("research", to: "with", "--with-received")
                let lab = study.directory.appendingPathComponent("lab").path
                for (name, status) in [("without", Int32(66)), ("with", 0)] {
                    let restored = try await study.run(
                        .research, "restore", "--from", study.directory.appendingPathComponent(name).path, "-d", lab)
                    #expect(restored.status == 0, "\(restored.errors)")
                    let output = study.directory.appendingPathComponent("dataset-\(name)")
                    let written = try await study.run(.research, "dataset", "-d", lab, "-o", output.path)
                    #expect(written.status == status, "\(name): \(written.errors)")
                    if status == 0 {
                        let again = try WrittenDataset(output, registers: study.design.registers.map(\.id))
                        #expect(again.profiles == first.profiles && again.pseudonyms == first.pseudonyms)
                    }
                    try FileManager.default.removeItem(atPath: lab)
                }
            }
        }

        @Test(
            "Streams that fill their quota stop new rounds; pruning makes room, and keeps boards",
            .timeLimit(.minutes(5)))
        func quota() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0)
                let round = try link.openedRound()
                try await study.researchIsDone(with: round)
                let coordinator = try #require(running["coordinator"])
                let port = try study.port()
                coordinator.send(SIGTERM)
                #expect(try await coordinator.end() == 0)
                let home = study.home("coordinator").path
                let streams = "\(home)/streams/rounds/\(round)"
                // A GiB of nothing, as an earlier attempt might have left it.
                let filler = "\(streams)/streams/filler/0/0/0"
                try FileManager.default.createDirectory(atPath: filler, withIntermediateDirectories: true)
                for number in 0..<256 {
                    let path = filler + "/" + String(format: "%08d.chunk", number)
                    #expect(FileManager.default.createFile(atPath: path, contents: nil))
                    #expect(truncate(path, 4 << 20) == 0)
                }
                try study.configureCoordinator(port: port, more: "storage_quota_gib: 1\n")
                try await study.serve("coordinator")
                let full = try study.link()
                #expect(try await full.end() == 75)
                #expect(full.errors.contains("store.quota-reached"), "\(full.errors)")
                let dry = try await study.run(.coordinator, "prune", "-d", home, "--older-than", "0", "--dry-run")
                #expect(dry.status == 0 && dry.output.contains("Would delete the streams of round \(round.prefix(12))"))
                #expect(FileManager.default.fileExists(atPath: streams))
                let young = try await study.run(.coordinator, "prune", "-d", home, "--older-than", "1")
                #expect(young.output.contains("it ended less than 1 days ago"), "\(young.output)\(young.errors)")
                let done = try await study.run(.coordinator, "prune", "-d", home, "--round", String(round.prefix(8)))
                #expect(done.status == 0 && done.output.contains("Deleted the streams"), "\(done.errors)")
                #expect(!FileManager.default.fileExists(atPath: streams))
                let status = try await study.run(.coordinator, "status", "-d", home, round)
                #expect(status.status == 0 && status.output.contains("ended      closed"), "the board stays")
                let again = try study.link()
                #expect(try await again.end() == 0, "\(again.errors)")
                let nothing = try await study.run(.coordinator, "prune", "-d", home)
                #expect(nothing.status == 64, "\(nothing.errors)")
            }
        }

        @Test("A node prunes when it is stopped, and tells before what it would remove", .timeLimit(.minutes(5)))
        func pruneNode() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let running = try await study.serveAll()
                let node = try #require(running["a"])
                try await node.says("Serving")
                let home = study.home("a").path
                try await wait(seconds: 120) { FileManager.default.fileExists(atPath: "\(home)/lists") }
                let left = "\(home)/lists/\(String(repeating: "ab", count: 32)).register_a.0.list"
                #expect(FileManager.default.createFile(atPath: left, contents: Data(count: 2_048)))
                let busy = try await study.run(.node, "prune", "-d", home)
                #expect(busy.status == 75 && FileManager.default.fileExists(atPath: left), "\(busy.errors)")
                let dry = try await study.run(.node, "prune", "-d", home, "--dry-run")
                #expect(dry.status == 0, "\(dry.errors)")
                node.send(SIGTERM)
                #expect(try await node.end() == 0)
                let done = try await study.run(.node, "prune", "-d", home)
                #expect(done.status == 0 && done.output.contains("Removed 1 files, 2.0 KiB"), "\(done.output)")
                #expect(!FileManager.default.fileExists(atPath: left))
                let nothing = try await study.run(.node, "prune", "-d", home)
                #expect(nothing.output.contains("There is nothing to remove"))
            }
        }
    }
}

/// Holds a port of this machine.
private struct Listener {
    private let descriptor: Int32

    init?(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(descriptor, 1) == 0 else { return nil }
    }

    func close() { _ = Glibc.close(descriptor) }
}
