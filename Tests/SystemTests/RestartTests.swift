import Foundation
import Glibc
import PSIProtocol
import TestDirectories
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Processes that die", .serialized)
    struct RestartTests {
        struct Interruption: CustomTestStringConvertible, Sendable {
            var victim: String
            /// As the coordinator's log tells it.
            var phase: String
            var testDescription: String { "\(victim) in \(phase)" }
        }

        /// Owners a, b and c, and m who only blinds. Arithmetic in the slow group, so that each phase lasts a while.
        static var design: StudyDesign {
            var design = StudyDesign.simple()
            design.suite = "ffdhe3072-SHA512"
            design.mixers = ["m"]
            return design
        }

        static let interruptions =
            ["keys", "declaring", "ring", "matching", "releasing", "receiving"].map {
                Interruption(victim: "coordinator", phase: $0)
            }
            + ["keys", "declaring", "ring", "releasing"].map { Interruption(victim: "a", phase: $0) }
            + ["declaring", "ring", "releasing"].map { Interruption(victim: "m", phase: $0) }
            + ["keys", "ring", "releasing", "receiving"].map { Interruption(victim: "research", phase: $0) }

        @Test(
            "Killed and started again, the round ends with the same dataset", .timeLimit(.minutes(10)),
            arguments: Thorough.positions(interruptions.indices, oneIn: 3).map { interruptions[$0] })
        func killed(_ interruption: Interruption) async throws {
            try await Self.untilInTime(Self.design) { study in
                let running = try await study.serveAll()
                let link = try study.link()
                let coordinator = try #require(running["coordinator"])
                if interruption.phase == "keys" {
                    // The first thing after the opening, of which `link` has heard.
                    try await wait(seconds: 120) { link.output.contains("Opened round") }
                } else {
                    try await coordinator.says(" phase ", "phase=\(interruption.phase)")
                }
                try await #require(running[interruption.victim]).kill9()
                guard !coordinator.errors.contains("phase=closed") else { return false }
                try await study.serve(interruption.victim)
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()
                return true
            }
        }

        /// A round that was over before its victim was killed shows nothing, whoever was slow: it is tried again.
        ///
        /// - Parameter attempt: links once, in a signed study; whether the kill was in time.
        private static func untilInTime(
            _ design: StudyDesign, _ attempt: (StudyOnDisk) async throws -> Bool
        ) async throws {
            for _ in 0..<5 {
                var wasInTime = false
                try await StudyOnDisk.with(design) { study in
                    try study.sign()
                    wasInTime = try await attempt(study)
                }
                if wasInTime { return }
            }
            Issue.record("the round was over before the kill, five times")
        }

        /// Two owners and a mixer, every step of whom is proved.
        static var verified: StudyDesign {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m"]
            design.verification = "full"
            return design
        }

        /// Who dies, at what its own log says that it begins.
        static let provingSteps = [
            ("b", "mix register_a stage 1"), ("b", "prove register_a stage 1"), ("m", "check register_a stage 1"),
            ("m", "mix register_a stage 2"), ("m", "prove register_a stage 2"), ("b", "check register_a stage 2"),
            ("m", "approve"), ("a", "release shares"),
        ].map { Interruption(victim: $0.0, phase: $0.1) }

        @Test(
            "Killed in a step of a verified round and started again, it ends with the same dataset",
            .timeLimit(.minutes(10)), arguments: provingSteps)
        func killedProving(_ interruption: Interruption) async throws {
            try await Self.untilInTime(Self.verified) { study in
                let running = try await study.serveAll()
                let link = try study.link()
                let victim = try #require(running[interruption.victim])
                try await victim.says("Working", interruption.phase)
                try await victim.kill9()
                let coordinator = try #require(running["coordinator"])
                guard !coordinator.errors.contains("phase=closed") else { return false }
                try await study.serve(interruption.victim)
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()
                return true
            }
        }

        @Test("The coordinator and the research environment killed in a verified round", .timeLimit(.minutes(10)))
        func killedApproving() async throws {
            for (victim, phase) in [("coordinator", "approving"), ("coordinator", "ring"), ("research", "receiving")] {
                try await StudyOnDisk.with(Self.verified) { study in
                    try study.sign()
                    let running = try await study.serveAll()
                    let link = try study.link()
                    try await #require(running["coordinator"]).says(" phase ", "phase=\(phase)")
                    try await #require(running[victim]).kill9()
                    try await study.serve(victim)
                    #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                    try await study.checkDataset()
                }
            }
        }

        @Test("Everybody killed at once, in the middle of the ring", .timeLimit(.minutes(10)))
        func everybody() async throws {
            try await StudyOnDisk.with(Self.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                try await #require(running["coordinator"]).says(" phase ", "phase=ring")
                for program in running.values { program.send(SIGKILL) }
                for program in running.values { _ = try await program.end(within: 60) }
                try await study.serveAll()
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()
            }
        }

        @Test(
            "Told to stop, each ends with status 0 and goes on when started again",
            .timeLimit(.minutes(10)), arguments: [SIGTERM, SIGINT])
        func stopped(_ signal: Int32) async throws {
            try await StudyOnDisk.with(Self.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                try await #require(running["coordinator"]).says(" phase ", "phase=ring")
                for program in running.values { program.send(signal) }
                for (id, program) in running { #expect(try await program.end() == 0, "\(id)") }
                let status = study.home("coordinator").appendingPathComponent("status.json")
                #expect(!FileManager.default.fileExists(atPath: status.path))
                try await study.serveAll()
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()
            }
        }

        @Test("A second daemon on the same directory is refused", .timeLimit(.minutes(10)))
        func second() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll()
                for member in ["a", "research"] { try await #require(running[member]).says("Serving") }
                for id in ["coordinator", "a", "research"] {
                    let log = "second-\(id)"
                    let command = ["serve", "-d", study.home(id).path]
                    let second = try study.start(study.program(id), command, log: log)
                    #expect(try await second.end(within: 20) == 75, "\(id): \(second.errors)")
                    let isTold = second.errors.contains("only one may use this directory at a time")
                    #expect(isTold, "\(id): \(second.errors)")
                }
            }
        }
    }
}
