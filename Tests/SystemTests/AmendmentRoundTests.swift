import Foundation
import Glibc
import PSIProtocol
import TestDirectories
import Testing

@testable import SystemHarness

extension SystemTests {
    /// Studies that go on under another agreement, among the real programs. [P-84]
    @Suite("Amended studies", .serialized)
    struct AmendmentRoundTests {
        /// Owners a and b and a mixer; b and the mixer keep study keys.
        static func design() -> StudyDesign {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m"]
            design.pseudonymHolders = ["b", "m"]
            design.cohorts = [.init(id: "any", rule: .union(.register("register_a"), .register("register_b")))]
            for index in design.registers.indices { design.registers[index].releasedFor = ["any"] }
            return design
        }

        /// What an authority brings that joins.
        static var joining: TestRegister {
            TestRegister("register_c", owner: "c", people: 5..<40, storage: .csv, releasedFor: ["any"], salt: 3)
        }

        static func linked(_ study: StudyOnDisk) async throws -> (round: String, data: WrittenDataset) {
            let link = try study.link()
            #expect(try await link.end(within: 180) == 0, "\(link.errors)")
            let round = try link.openedRound()
            try await study.researchIsDone(with: round)
            return (round, try await study.dataset(round: round))
        }

        /// Runs daemons of whoever is new.
        @discardableResult
        static func serveNew(_ id: String, _ study: StudyOnDisk) async throws -> RunningProgram {
            try study.configureMember(id, port: study.port())
            return try await study.serve(id)
        }

        @Test(
            "An authority joins, people keep their pseudonyms, and the old agreement is refused",
            .timeLimit(.minutes(10)))
        func joins() async throws {
            try await StudyOnDisk.with(Self.design()) { study in
                try study.sign()
                var running = try await study.serveAll()
                let first = try await Self.linked(study)
                let former = try study.amend { design in
                    design.registers.append(Self.joining)
                    design.roundsAllowed = 4
                }
                let home = study.home("a").path
                let changes = try await study.run(
                    .node, "agreement", "show", "-d", home, "--changes", study.agreement.path)
                #expect(changes.status == 0 && changes.output.contains("register_c"), "\(changes.errors)")
                let signed = try await study.run(.node, "agreement", "sign", "-d", home, study.agreement.path)
                #expect(signed.status == 0, "\(signed.errors)")
                #expect(signed.output.contains("What changes against agreement"), "\(signed.output)")
                try study.sign()
                // Both are signed, and no round was held under the new one: the old one is in force.
                let between = try study.link(under: former)
                #expect(try await between.end(within: 120) == 0, "\(between.errors)")
                try await Self.serveNew("c", study)
                let second = try await Self.linked(study)
                try await #require(running["coordinator"]).says("round opened", "number=3")
                #expect(!first.data.names.isEmpty)
                for (index, names) in first.data.names {
                    #expect(names.count == 1 && second.data.names[index] == names, "person \(index)")
                }
                #expect(first.data.lasting.isSubset(of: second.data.lasting))
                #expect(second.data.profiles == study.design.expectedProfiles)
                for isRestarted in [false, true] {
                    if isRestarted {
                        try await #require(running["coordinator"]).kill9()
                        running["coordinator"] = try await study.serve("coordinator")
                    }
                    let refused = try study.link(under: former)
                    #expect(try await refused.end() == 79)
                    #expect(refused.errors.contains("has taken its place"), "\(refused.errors)")
                }
                // Told beside the daemons, and no reason to end with a failure.
                for (id, program) in [("a", SidosProgram.node), ("research", .research)] {
                    let home = study.home(id).path
                    let status = try await study.run(program, "status", "-d", home)
                    #expect(status.output.contains("(superseded by "), "\(status.output)")
                    let check = try await study.run(program, "check", "--ready", "-d", home)
                    #expect(check.status == 0 && check.output.contains("superseded: the agreement"), "\(check.errors)")
                    #expect(check.output.contains(": agreement.superseded.") && check.output.contains(": ready."))
                }
                try study.checkLogs()
            }
        }

        @Test("An authority and a mixer leave, another mixer joins, and the study goes on", .timeLimit(.minutes(10)))
        func leave() async throws {
            var design = Self.design()
            design.registers.append(Self.joining)
            design.mixers = ["m", "n"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let first = try await Self.linked(study)
                try study.amend { design in
                    design.registers.removeLast()
                    design.mixers = ["m", "o"]
                }
                try study.sign()
                try await Self.serveNew("o", study)
                let second = try await Self.linked(study)
                for (index, names) in second.data.names { #expect(first.data.names[index] == names) }
                #expect(second.data.profiles == study.design.expectedProfiles)
            }
        }

        @Test(
            "An operator settles which agreement is used before its first round, and not with a signature missing",
            .timeLimit(.minutes(10)))
        func adopted() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let former = try study.amend { $0.roundsAllowed = 4 }
                try study.sign(["a", "b", "coordinator"])
                let adopt = ["agreement", "adopt", "-d", study.home("a").path, study.agreement.path]
                let early = try await study.run(.node, adopt)
                #expect(early.status == 79 && early.errors.contains("Not signed yet by: research"), "\(early.errors)")
                try study.sign(["research"])
                let adopted = try await study.run(.node, adopt)
                #expect(adopted.status == 0, "\(adopted.errors)")
                let log = try await study.run(.node, "log", "show", "-d", study.home("a").path)
                #expect(log.output.contains("agreement adopted"), "\(log.output)")
                let back = try await study.run(
                    .node, "agreement", "adopt", "-d", study.home("a").path, former.path)
                #expect(back.status == 79, "\(back.errors)")
                let running = try await study.serveAll()
                let refused = try study.link(under: former)
                #expect(try await refused.end() == 81)
                #expect(refused.errors.contains("participant.refused (a)"), "\(refused.errors)")
                try await #require(running["coordinator"]).says("code=agreement.superseded")
                let link = try study.link()
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
            }
        }

        // MARK: - Study keys

        private static func stop(_ running: RunningProgram?) async throws {
            let running = try #require(running)
            running.send(SIGTERM)
            #expect(try await running.end() == 0)
        }

        @Test(
            "A holder leaves, hands its study key to a successor, and people keep their pseudonyms",
            .timeLimit(.minutes(10)), arguments: Thorough.cases(["off", "full"]))
        func successor(verification: String) async throws {
            var design = Self.design()
            design.registers.append(Self.joining)
            design.pseudonymHolders = ["c", "m"]
            design.verification = verification
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let first = try await Self.linked(study)
                let evidence = study.directory.appendingPathComponent("evidence.zip").path
                let exported = try await study.run(
                    .node, "evidence", "export", first.round, evidence, "-d", study.home("a").path)
                #expect(exported.status == 0, "\(exported.errors)")
                // c leaves; its key goes to a mixer that is new in the study.
                try study.amend { design in
                    design.registers.removeLast()
                    design.mixers = ["m", "n"]
                    design.pseudonymHolders = ["m", "n"]
                    design.pseudonymSuccessors = "{c: n}"
                }
                try study.sign()
                let new = try await Self.serveNew("n", study)
                // Without the key n refuses, and makes none.
                let early = try study.link()
                #expect(try await early.end() == 81)
                #expect(early.errors.contains("participant.refused (n)"), "\(early.errors)")
                let ready = ["check", "--ready", "-d", study.home("n").path]
                let missing = try await study.run(.node, ready)
                #expect(missing.status == 79 && missing.output.contains(": keys.lost."), "\(missing.output)")
                let status = try await study.run(.node, "status", "-d", study.home("n").path)
                #expect(status.output.contains("that c hands over is not here"), "\(status.output)")
                for program in [running["c"], new] { try await Self.stop(program) }
                let file = study.directory.appendingPathComponent("study.key").path
                let hand = ["study-key", "hand", "-d", study.home("c").path, "--agreement", study.agreement.path]
                let handed = try await study.run(.node, hand + ["--output", file])
                #expect(handed.status == 0, "\(handed.errors)")
                let take = ["study-key", "take", "-d", study.home("n").path, file]
                let unseen = try await study.run(.node, take)
                #expect(unseen.status == 66 && unseen.errors.contains("--evidence"), "\(unseen.errors)")
                let taken = try await study.run(.node, take + ["--evidence", evidence])
                #expect(taken.status == 0, "\(taken.errors)")
                let found = try await study.run(.node, "check", "-d", study.home("n").path)
                #expect(found.status == 0 && !found.output.contains("study key"), "\(found.output)")
                let destroy = ["study-key", "destroy", "-d", study.home("c").path, "--agreement"]
                let gone = try await study.run(.node, destroy + [study.agreement.path])
                #expect(gone.status == 0 && gone.output.contains("Destroyed"), "\(gone.errors)")
                let log = try await study.run(.node, "log", "show", "-d", study.home("c").path)
                #expect(log.output.contains("study key handed over") && log.output.contains("study key destroyed"))
                try await study.serve("n")
                let second = try await Self.linked(study)
                for (index, names) in second.data.names {
                    #expect(names.count == 1 && first.data.names[index] == names, "person \(index)")
                }
                #expect(!second.data.lasting.isEmpty && second.data.lasting.isSubset(of: first.data.lasting))
                try study.checkLogs()
            }
        }

        @Test("Pseudonyms end: those of the next generation have nothing in common with them", .timeLimit(.minutes(10)))
        func generation() async throws {
            try await StudyOnDisk.with(Self.design()) { study in
                try study.sign()
                try await study.serveAll()
                let first = try await Self.linked(study)
                try study.amend { design in
                    design.pseudonymHolders = ["a", "m"]
                    design.pseudonymGeneration = 2
                }
                try study.sign()
                let second = try await Self.linked(study)
                let third = try await Self.linked(study)
                #expect(first.data.names.count == second.data.names.count)
                #expect(Set(first.data.pseudonyms).isDisjoint(with: second.data.pseudonyms))
                #expect(second.data.names == third.data.names && !second.data.lasting.isEmpty)
            }
        }
    }
}
