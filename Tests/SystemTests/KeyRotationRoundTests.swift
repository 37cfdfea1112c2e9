import Daemon
import Foundation
import Glibc
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    /// Participants whose keys are replaced while their study goes on, among the real programs.
    @Suite("Replaced keys", .serialized)
    struct KeyRotationRoundTests {
        private static func stop(_ running: RunningProgram?) async throws {
            let running = try #require(running)
            running.send(SIGTERM)
            #expect(try await running.end(within: 120) == 0)
        }

        private static func keys(_ study: StudyOnDisk, _ id: String, _ command: String...) async throws
            -> StudyOnDisk.CommandResult
        {
            try await study.run(study.program(id), ["keys"] + command + ["-d", study.home(id).path])
        }

        @Test(
            "A node, the coordinator and the research environment get new keys, and rounds go on under both agreements",
            .timeLimit(.minutes(10)))
        func rotated() async throws {
            try await StudyOnDisk.with(AmendmentRoundTests.design()) { study in
                try study.sign()
                var running = try await study.serveAll()
                let first = try await AmendmentRoundTests.linked(study)
                let changing = ["coordinator", "a", "research"]
                for id in changing {
                    let rotated = try await Self.keys(study, id, "rotate")
                    #expect(rotated.status == 0, "\(rotated.errors)")
                    #expect(rotated.output.contains("rotated: ed25519-signature:"), "\(rotated.output)")
                    let early = try await Self.keys(study, id, "rotate")
                    #expect(early.status != 0 && early.errors.contains("keys retire"), "\(early.errors)")
                    try await Self.stop(running[id])
                    // Whoever needs the former keys keeps them.
                    let refused = try await Self.keys(study, id, "retire")
                    #expect(refused.status == 79 && refused.errors.contains("pins them"), "\(refused.errors)")
                    running[id] = try await study.serve(id)
                }
                let former = try study.amend { $0.roundsAllowed = 5 }
                // All have both keys, and the new agreement is not signed: the former one goes on.
                let second = try study.link(under: former)
                #expect(try await second.end(within: 180) == 0, "\(second.errors)")
                try study.sign()
                let third = try await AmendmentRoundTests.linked(study)
                for (index, names) in first.data.names { #expect(third.data.names[index] == names, "person \(index)") }
                #expect(third.data.profiles == study.design.expectedProfiles)
                for id in changing {
                    try await Self.stop(running[id])
                    let retired = try await Self.keys(study, id, "retire")
                    #expect(retired.status == 0, "\(retired.errors)")
                    let shown = try await Self.keys(study, id, "show")
                    #expect(shown.output.contains("keys-2") && !shown.output.contains("(former)"), "\(shown.output)")
                    #expect(!FileManager.default.fileExists(atPath: study.home(id).path + "/keys"))
                    running[id] = try await study.serve(id)
                }
                // Members' configurations pin the coordinator's former key.
                let fourth = try await AmendmentRoundTests.linked(study)
                #expect(fourth.data.profiles == study.design.expectedProfiles)
                let log = try await study.run(.node, "log", "verify", "-d", study.home("a").path)
                #expect(log.status == 0, "\(log.errors)")
            }
        }

        @Test(
            "Keys that the former key has not signed are not agreed to, and a lost key goes by everybody's word",
            .timeLimit(.minutes(10)))
        func lost() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let running = try await study.serveAll()
                #expect(try await study.link().end() == 0)
                try await Self.stop(running["a"])
                let gone = study.home("a").appendingPathComponent("keys/signing.key")
                try FileManager.default.removeItem(at: gone)
                let rotated = try await Self.keys(study, "a", "rotate", "--key-lost")
                #expect(rotated.status == 0, "\(rotated.errors)")
                #expect(rotated.output.contains("key_lost: true"), "\(rotated.output)")
                try study.amend { $0.roundsAllowed = 4 }
                // As if somebody had written the agreement who wants nobody to look.
                let right = try String(contentsOf: study.agreement, encoding: .utf8)
                let line = try #require(right.split(separator: "\n").first { $0.contains("key_lost: true") })
                try right.replacing("\(line)\n", with: "").write(
                    to: study.agreement, atomically: true, encoding: .utf8)
                let home = study.home("b").path
                let refused = try await study.run(.node, "agreement", "sign", "-d", home, study.agreement.path)
                #expect(refused.status == 79, "\(refused.errors)")
                #expect(refused.errors.contains("a has other keys than in the agreement"), "\(refused.errors)")
                try right.write(to: study.agreement, atomically: true, encoding: .utf8)
                let told = try await study.run(.node, "agreement", "sign", "-d", home, study.agreement.path)
                #expect(told.status == 0, "\(told.errors)")
                #expect(told.output.contains("The former key of Participant a (a) was lost"), "\(told.output)")
                try study.sign()
                try await study.serve("a")
                let linked = try await AmendmentRoundTests.linked(study)
                #expect(linked.data.profiles == study.design.expectedProfiles)
            }
        }

        /// Carries disks for one of the keys of `a` until its round has ended and nothing is left to say.
        private static func carry(_ study: StudyOnDisk, for pin: String, from first: Int) async throws {
            for number in first..<(first + 20) {
                let standing = try await study.untilItWaits(for: ["a"])
                let said = try await study.journey(of: "a", number: number, for: pin)
                if standing.hasEnded, !said { return }
            }
            throw HarnessError("the round did not end in 20 journeys")
        }

        @Test(
            "A participant without a connection gets new keys, and each disk is for one of them",
            .timeLimit(.minutes(10)))
        func carried() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.byCourier = ["a"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let rotated = try await Self.keys(study, "a", "rotate")
                #expect(rotated.status == 0, "\(rotated.errors)")
                let new = try Home(at: study.home("a").path, roles: [.authority]).keys.tlsPinText
                let former = try study.keys("a").tlsPinText
                let running = try await study.serveAll()
                try study.configureCoordinator(port: study.port(), more: "  - \"\(new)\"\n")
                try await Self.stop(running["coordinator"])
                try await study.serve("coordinator")
                let first = try study.link()
                try await wait(seconds: 120) { first.output.contains("Opened round") }
                try await Self.carry(study, for: former, from: 1)
                #expect(try await first.end() == 0, "\(first.errors)")
                try study.amend { $0.roundsAllowed = 4 }
                try study.sign()
                let second = try study.link()
                try await wait(seconds: 120) { second.output.contains("Opened round") }
                // Whom the other key names has no part in this round.
                let other = try await study.courierOut(for: former, to: "other")
                #expect(other.status == 0, "\(other)")
                #expect(try !other.output.contains(second.openedRound().prefix(12)), "\(other)")
                try await Self.carry(study, for: new, from: 31)
                #expect(try await second.end() == 0, "\(second.errors)")
                let round = try second.openedRound()
                try await study.researchIsDone(with: round)
                #expect(try await study.dataset(round: round).profiles == study.design.expectedProfiles)
            }
        }

        @Test("A certificate that has expired is renewed, and no agreement changes", .timeLimit(.minutes(10)))
        func renewed() async throws {
            let long = Date(timeIntervalSinceNow: -3 * 86_400)
            try await StudyOnDisk.with(
                .simple(nodes: 2), certificateStart: ["a": long, "coordinator": long]
            ) { study in
                try study.sign()
                try study.configureMember("a", port: 1)
                let refused = try await study.run(.node, "serve", "-d", study.home("a").path)
                #expect(refused.status != 0 && refused.errors.contains("keys certificate"), "\(refused.errors)")
                try FileManager.default.removeItem(at: study.home("a").appendingPathComponent("config.yaml"))
                for id in ["a", "coordinator"] {
                    let renewed = try await Self.keys(study, id, "certificate")
                    #expect(renewed.status == 0, "\(renewed.errors)")
                }
                let renewed = try await Self.keys(study, "coordinator", "certificate", "--keys", "operator")
                #expect(renewed.status == 0 && renewed.output.contains("/operator"), "\(renewed.output)")
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()
            }
        }
    }
}
