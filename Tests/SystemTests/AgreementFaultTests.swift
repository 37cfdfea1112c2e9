import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    /// What a participant checks before it commits, and the codes by which it says no. [P-17] [P-18]
    @Suite("Agreements, keys and certificates that are wrong", .serialized)
    struct AgreementFaultTests {
        @Test("Not signed by all: `link` names who has not", .timeLimit(.minutes(5)))
        func unsigned() async throws {
            try await StudyOnDisk.with { study in
                try study.sign(["a", "coordinator", "research"])
                _ = try await study.serve("coordinator")
                let link = try study.link()
                #expect(try await link.end() == 79)
                #expect(link.errors.contains("Not signed yet by: b, c."), "\(link.errors)")
                let verify = try await study.run(.node, "agreement", "verify", study.agreement.path)
                #expect(verify.status == 79)
                #expect(verify.errors.contains("Not signed yet by: b, c."))
            }
        }

        @Test("One byte altered after signing", .timeLimit(.minutes(5)))
        func altered() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                _ = try await study.serve("coordinator")
                let text = try String(contentsOf: study.agreement, encoding: .utf8)
                try Data(text.replacing("max_people: 200", with: "max_people: 201", maxReplacements: 1).utf8)
                    .write(to: study.agreement)
                let link = try study.link()
                #expect(try await link.end() == 79)
                #expect(link.errors.contains("The signature by a is for another agreement"), "\(link.errors)")
                #expect(link.errors.contains("Both sides must sign the same bytes"))
            }
        }

        @Test("A signature made with another key", .timeLimit(.minutes(5)))
        func forged() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                _ = try await study.serve("coordinator")
                var signature = try String(contentsOf: study.signature("b"), encoding: .utf8)
                let other = try String(contentsOf: study.signature("a"), encoding: .utf8)
                signature = other.replacing("\"participant\":\"a\"", with: "\"participant\":\"b\"")
                try Data(signature.utf8).write(to: study.signature("b"))
                let link = try study.link()
                #expect(try await link.end() == 79)
                #expect(link.errors.contains("The signature by b is not valid"), "\(link.errors)")
            }
        }

        @Test(
            "Expired, or not yet valid", .timeLimit(.minutes(5)),
            arguments: [
                ("{from: 2025-01-01, until: 2026-01-02}", "The agreement was valid until 2026-01-02"),
                ("{from: 2049-01-01, until: 2050-01-02}", "The agreement is valid from 2049-01-01"),
            ])
        func outsideValidity(_ valid: String, _ words: String) async throws {
            var design = StudyDesign.simple()
            design.valid = valid
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                _ = try await study.serve("coordinator")
                let link = try study.link()
                #expect(try await link.end() == 79)
                #expect(link.errors.contains(words), "\(link.errors)")
                #expect(link.errors.contains("agreement.refused"))
            }
        }

        @Test("An agreement that the coordinator has not signed here", .timeLimit(.minutes(5)))
        func unknownAtCoordinator() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try FileManager.default.removeItem(at: study.home("coordinator").appendingPathComponent("agreements"))
                _ = try await study.serve("coordinator")
                let link = try study.link()
                #expect(try await link.end() == 79)
                #expect(link.errors.contains("agreement.refused"), "\(link.errors)")
                #expect(link.errors.contains("sign it first with `agreement sign`"), "\(link.errors)")
            }
        }

        @Test(
            "An agreement that a node has not signed there: the node refuses, the round is aborted",
            .timeLimit(.minutes(5)))
        func unknownAtNode() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try FileManager.default.removeItem(at: study.home("b").appendingPathComponent("agreements"))
                let running = try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 81)
                #expect(link.errors.contains("participant.refused (b)"), "\(link.errors)")
                try await #require(running["b"]).says("Refusing a round: its agreement was not signed here")
                try await #require(running["coordinator"]).says("refuses the round", "code=agreement.unknown")
            }
        }

        @Test(
            "Keys made anew: the old card no longer fits, and the coordinator does not know the new ones",
            .timeLimit(.minutes(5)))
        func otherKeys() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try FileManager.default.removeItem(at: study.home("b"))
                try study.makeHome("b")
                let sign = try await study.run(
                    .node, "agreement", "sign", "-d", study.home("b").path, study.agreement.path)
                #expect(sign.status == 79)
                #expect(sign.errors.contains("pins another signing key for b"), "\(sign.errors)")
                let running = try await study.serveAll()
                let link = try study.link()
                try await #require(running["b"]).says("The coordinator cannot be reached")
                try await link.says("waiting for b", within: 30)
                #expect(link.isRunning)
            }
        }

        @Test(
            "A certificate that is out of date: the daemon does not start", .timeLimit(.minutes(5)),
            arguments: ["a", "research", "coordinator"], [-3.0, 3.0])
        func certificate(_ id: String, _ days: Double) async throws {
            try await StudyOnDisk.with(certificateStart: [id: Date(timeIntervalSinceNow: days * 86_400)]) { study in
                try study.sign()
                if id != "coordinator" { try study.configureMember(id, port: 7_443) }
                let daemon = try study.start(study.program(id), ["serve", "-d", study.home(id).path], log: "expired")
                #expect(try await daemon.end(within: 20) == 78, "\(daemon.errors)")
                #expect(daemon.errors.contains(days < 0 ? "expired" : "is valid only from"), "\(daemon.errors)")
            }
        }

        @Test(
            "Another pin than the coordinator's: the node talks to nobody, and says which key it met",
            .timeLimit(.minutes(5)))
        func wrongPin() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll(except: ["b"])
                let other = "sha256:" + Data(try study.keys("a").tlsPin).base64EncodedString()
                try study.configureMember("b", port: try study.port(), pin: other)
                let node = try await study.serve("b")
                let found = "sha256:" + Data(try study.keys("coordinator").tlsPin).base64EncodedString()
                let link = try study.link()
                try await wait(seconds: 120) { node.errors.contains("which is not pinned") }
                #expect(node.errors.contains(found), "\(node.errors)")
                try await link.says("waiting for b", within: 30)
                #expect(running["a"]?.isRunning == true)
            }
        }

        @Test("Rounds are spent: by the agreement, and by a node's own policy", .timeLimit(.minutes(5)))
        func spent() async throws {
            var design = StudyDesign.simple()
            design.roundsAllowed = 2
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try policy("sidos_policy: 1\nrounds_allowed: 1\n", of: "b", in: study)
                let running = try await study.serveAll(except: ["b"])
                try study.configureMember("b", port: try study.port(), more: "policy: policy.yaml\n")
                let node = try await study.serve("b")
                #expect(try await study.link().end() == 0)
                let second = try study.link()
                #expect(try await second.end() == 81)
                #expect(second.errors.contains("participant.refused (b)"), "\(second.errors)")
                try await node.says("rounds are spent", "allowed=1")
                try await #require(running["coordinator"]).says("code=rounds.spent")
                let third = try study.link()
                #expect(try await third.end() == 79)
                #expect(third.errors.contains("All 2 rounds of the agreement are spent"), "\(third.errors)")
            }
        }

        @Test(
            "What a node's own policy refuses", .timeLimit(.minutes(5)),
            arguments: [
                ("release: none", "the local policy allows counts only"),
                ("suites: [P256-SHA256]", "is not among those that the local policy allows"),
                ("smallest_cell: 5", "the local policy wants at least 5"),
                ("registers: {register_b: {columns: [serial]}}", "does not allow to release these columns"),
            ])
        func policyRefuses(_ line: String, _ words: String) async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try policy("sidos_policy: 1\n\(line)\n", of: "b", in: study)
                let running = try await study.serveAll(except: ["b"])
                try study.configureMember("b", port: try study.port(), more: "policy: policy.yaml\n")
                let check = try await study.run(.node, "check", "-d", study.home("b").path)
                #expect(check.status == 79, "\(check.errors)")
                #expect(check.output.contains(words), "\(check.output)")
                let node = try await study.serve("b")
                let link = try study.link()
                #expect(try await link.end() == 81)
                #expect(link.errors.contains("participant.refused (b)"), "\(link.errors)")
                try await node.says("The local policy refuses the round", words)
                try await #require(running["coordinator"]).says("code=policy.refused")
            }
        }

        private func policy(_ text: String, of id: String, in study: StudyOnDisk) throws {
            try Data(text.utf8).write(to: study.home(id).appendingPathComponent("policy.yaml"))
        }
    }
}
