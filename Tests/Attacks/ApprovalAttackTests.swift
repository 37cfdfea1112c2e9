import Foundation
import Glibc
import Testing

@testable import SystemHarness

extension AttackTests {
    /// One employee alone, where several have to agree.
    @Suite("One person where two are needed", .serialized)
    struct ApprovalAttackTests {
        @Test(
            "An agreement is not signed, a round not joined and a configuration not run that one person alone wants",
            .timeLimit(.minutes(10)))
        func alone() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let office = Office(study: study, id: "a")
                try await office.found(["liisa", "matti"], eachRound: true)
                let sign = ["agreement", "sign", "-d", office.directory, study.agreement.path]
                #expect(try await office.run(sign, status: 79).contains("is not approved here"))
                let own = try await office.propose(["agreement", study.agreement.path], by: "liisa")
                #expect(
                    try await office.answer("approve", own, by: "liisa", status: 79).contains("liisa has proposed it"))
                try await office.run(sign, status: 79)

                // Who has the participant's keys can sign without the program. The daemon does nothing then.
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                let node = try #require(running["a"])
                try await node.says("A round waits for approval", "the agreement: proposal \(own)")
                try await office.answer("approve", own, by: "matti")
                try await office.run(sign)
                try await node.says("A round waits for approval", "the configuration: propose it")
                try await office.agree(["configuration"], "matti", "liisa")
                try await node.says("A round waits for approval", "the round: propose it")
                #expect(link.isRunning)
                let round = try #require(node.errors.firstMatch(of: #/waits for approval.* round=([0-9a-f]{12})/#)?.1)
                try await office.agree(["round", String(round)], "liisa", "matti")
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()

                // A configuration that was changed since is not run by.
                node.send(SIGTERM)
                #expect(try await node.end() == 0)
                let file = study.home("a").appendingPathComponent("config.yaml")
                let text = try String(contentsOf: file, encoding: .utf8)
                try Data((text + "# another\n").utf8).write(to: file)
                let again = try await study.serve("a")
                let second = try study.link()
                try await again.says("the configuration: propose it", times: 2)
                #expect(second.isRunning)
                #expect(
                    try await office.run(["log", "verify", "-d", office.directory]).contains("none of them changed"))
                let log = try await office.run(["log", "show", "-d", office.directory])
                #expect(log.contains("matti approves agreement") && log.contains("liisa proposes round"), "\(log)")
            }
        }

        @Test("A round that an approver refuses is refused, and the others are told no more", .timeLimit(.minutes(10)))
        func refusedRound() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let office = Office(study: study, id: "a")
                try study.sign()
                let running = try await study.serveAll()
                try await office.found(["liisa", "matti"], eachRound: true)
                try await office.agree(["agreement", study.agreement.path], "liisa", "matti")
                try await office.agree(["configuration"], "liisa", "matti")
                let link = try study.link()
                let node = try #require(running["a"])
                try await node.says("the round: propose it")
                let round = try #require(node.errors.firstMatch(of: #/waits for approval.* round=([0-9a-f]{12})/#)?.1)
                let number = try await office.propose(["round", String(round)], by: "liisa")
                try await office.answer("refuse", number, by: "matti")
                #expect(try await link.end(within: 120) == 81, "\(link.errors)")
                try await node.says("Refusing the round", "policy.refused")
                #expect(!(link.output + link.errors).contains("matti"))
            }
        }

        @Test(
            "A daemon whose log was removed, cut or written anew does not start, and one that runs stops",
            .timeLimit(.minutes(10)))
        func withoutLog() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let office = Office(study: study, id: "a")
                try await office.found(["liisa", "matti"], eachRound: false)
                try study.sign()
                let running = try await study.serveAll()
                let log = study.home("a").appendingPathComponent("log/operations.log")
                let node = try #require(running["a"])
                try await node.says("Serving")
                let whole = try Data(contentsOf: log)
                try FileManager.default.removeItem(at: log)
                _ = try study.link()
                try await node.says("does not go on from its line")
                node.send(SIGTERM)
                _ = try await node.end()
                try FileManager.default.removeItem(at: log)
                let serve = ["serve", "-d", office.directory]
                #expect(try await office.run(serve, status: 65).contains("does not go on from its line"))
                try whole.prefix(whole.count / 2).write(to: log)
                #expect(chmod(log.path, 0o600) == 0)
                #expect(try await office.run(serve, status: 65).contains("does not go on from its line"))
                var changed = whole
                changed[changed.startIndex + 200] ^= 1
                try changed.write(to: log)
                #expect(try await office.run(serve, status: 65).contains("is not what was written there"))
            }
        }

        @Test(
            "A dataset is handed over only as others have approved it, and not after a byte was changed",
            .timeLimit(.minutes(10)))
        func dataset() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                let expected = try await study.dataset()
                let office = Office(study: study, id: "research")
                try await office.found(["liisa", "matti", "pekka"], eachRound: false)
                let output = office.path("out")
                let direct = ["dataset", "-d", office.directory, "--output", output]
                #expect(try await office.run(direct, status: 79).contains("dataset --prepare"))
                let told = try await office.run(["dataset", "-d", office.directory, "--prepare"])
                let name = String(try #require(told.firstMatch(of: #/propose dataset ([0-9a-f]{12}-1)/#)?.1, "\(told)"))
                let release = ["release", "-d", office.directory, name, "--output", output]
                #expect(try await office.run(release, status: 79).contains("is not approved here"))
                try await office.agree(["dataset", name], "pekka", "matti")

                let file = study.home("research").appendingPathComponent("prepared/\(name)/persons.csv")
                let bytes = try Data(contentsOf: file)
                try (bytes + Data("x".utf8)).write(to: file)
                #expect(try await office.run(release, status: 79).contains("is not approved here"))
                #expect(!FileManager.default.fileExists(atPath: output))
                try bytes.write(to: file)
                try Data().write(to: file.deletingLastPathComponent().appendingPathComponent("more.csv"))
                try await office.run(release, status: 79)
                try FileManager.default.removeItem(
                    at: file.deletingLastPathComponent().appendingPathComponent("more.csv"))
                try await office.run(release)
                let written = URL(fileURLWithPath: output)
                #expect(try Data(contentsOf: written.appendingPathComponent("persons.csv")) == bytes)
                #expect(
                    try WrittenDataset(written, registers: ["register_a", "register_b"]).pseudonyms
                        == expected.pseudonyms)
                let log = try await office.run(["log", "show", "-d", office.directory])
                #expect(log.contains("dataset handed over") && log.contains("pekka proposes dataset"), "\(log)")
                #expect(try await office.run(["release", "-d", office.directory]).contains("it can be handed over"))
                try await office.run(["release", "-d", office.directory, name, "--discard"])
                try await office.run(release, status: 66)
            }
        }
    }
}
