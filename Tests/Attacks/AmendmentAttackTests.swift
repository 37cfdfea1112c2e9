import Agreement
import Daemon
import Files
import Foundation
import Glibc
import PSIProtocol
import Testing
import Values

@testable import SystemHarness

extension AttackTests {
    /// Somebody wants rounds under an agreement that all have narrowed since.
    @Suite("Old agreements", .serialized)
    struct AmendmentAttackTests {
        private static func stop(_ running: RunningProgram?) async throws {
            let running = try #require(running)
            running.send(SIGTERM)
            #expect(try await running.end() == 0)
        }

        /// Makes a coordinator with the same keys that knows of no round and of no amendment.
        private static func forget(_ study: StudyOnDisk, _ amendment: AgreementID) throws {
            let home = study.home("coordinator")
            for name in try FileManager.default.contentsOfDirectory(atPath: home.path)
            where name.hasPrefix("board.sqlite") || ["state", "streams"].contains(name) {
                try FileManager.default.removeItem(at: home.appendingPathComponent(name))
            }
            for name in ["\(amendment).yaml", "\(amendment).signature.json"] {
                try FileManager.default.removeItem(at: home.appendingPathComponent("agreements/\(name)"))
            }
        }

        @Test(
            "A coordinator opens the old agreement after its data was narrowed: nobody reads a register for it",
            .timeLimit(.minutes(10)))
        func narrowed() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                var running = try await study.serveAll()
                #expect(try await study.link().end(within: 120) == 0)
                let former = try study.amend { $0.registers[0].columns.removeLast() }
                try study.sign()
                _ = try await study.backUp("a", to: "early")
                #expect(try await study.link().end(within: 120) == 0)
                _ = try await study.backUp("a", to: "late")
                try await Self.stop(running["coordinator"])
                let id = AgreementID(ofFile: Array(try Data(contentsOf: study.agreement)))
                try Self.forget(study, id)
                func reads() throws -> Int {
                    try ["a", "b"].reduce(0) { count, id in
                        try count + #require(running[id]).errors.components(separatedBy: "Read a register").count
                    }
                }
                let before = try reads()
                running["coordinator"] = try await study.serve("coordinator")
                let old = try study.link(under: former)
                #expect(try await old.end() == 81)
                #expect(old.errors.contains("participant.refused"), "\(old.errors)")
                for id in ["a", "b", "m", "research"] {
                    try await #require(running[id]).says("its agreement was amended", "has taken its place")
                }
                for id in ["a", "b", "m", "research"] { try await Self.stop(running[id]) }
                // A node that was restored, and is alone with the coordinator, goes back no more than others, whether
                // its backup was made before the amendment's first round or after it.
                for (name, words) in [("early", "was restored from a backup"), ("late", "has taken its place")] {
                    try await study.restore("a", from: name)
                    let restored = try await study.serve("a")
                    let again = try study.link(under: former)
                    #expect(try await again.end() == 81)
                    #expect(again.errors.contains("participant.refused (a)"), "\(again.errors)")
                    try await restored.says("its agreement was amended", words)
                    running["a"] = restored
                    try await Self.stop(restored)
                }
                try await #require(running["coordinator"]).says("code=agreement.superseded", times: 3)
                #expect(try reads() == before)
            }
        }

        @Test(
            "A successor comes with a study key of its own making: it is named, and nothing is declared",
            .timeLimit(.minutes(10)))
        func falseSuccessor() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m", "n"]
            design.pseudonymHolders = ["a", "m"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                #expect(try await study.link().end(within: 120) == 0)
                try study.amend { design in
                    design.pseudonymHolders = ["a", "n"]
                    design.pseudonymSuccessors = "{m: n}"
                }
                try study.sign()
                try await Self.stop(running["n"])
                // n has seen what m showed, and would not do it by itself.
                do {
                    let state = try Home(at: study.home("n").path, roles: [.mixer]).state()
                    let key = StudyKey.random()
                    try key.withUnsafeBytes { try state.put(.studyKey("system-test"), contentsOf: $0) }
                    try state.remove(.studyKeysSeen("system-test"))
                }
                try await study.serve("n")
                let link = try study.link()
                #expect(try await link.end() == 81)
                try await #require(running["coordinator"]).says("keys.study-differs")
                #expect((link.output + link.errors).contains("protocol.violation"), "\(link.errors)")
                #expect(study.phases("a").values.filter { $0 == "closed" }.count == 1)
            }
        }
    }
}
