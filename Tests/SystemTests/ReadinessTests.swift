import Daemon
import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Readiness and calendars", .serialized)
    struct ReadinessTests {
        @Test(
            "Each says that it is ready, or the code of what is wrong, and the operator sees whom a round waits for",
            .timeLimit(.minutes(5)))
        func ready() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll()
                let hub = study.home("coordinator").path
                let silent = try await study.run(.coordinator, "ready", "system-test", "-d", hub)
                #expect(silent.status == 75)
                #expect(silent.output.contains("has said nothing within a day"))
                #expect(silent.errors.contains("waiting for a, b, c, research"), "\(silent.errors)")

                let register = try #require(study.design.registers.first { $0.owner == "b" })
                let path = study.directory.appendingPathComponent("moved").path
                let file = try #require(
                    FileManager.default.contentsOfDirectory(atPath: study.directory.path)
                        .first { $0.hasPrefix(register.id) })
                try FileManager.default.moveItem(
                    atPath: study.directory.appendingPathComponent(file).path, toPath: path)
                for id in ["a", "c"] {
                    let said = try await study.run(.node, "check", "--ready", "-d", study.home(id).path)
                    #expect(said.status == 0, "\(said.errors)")
                    #expect(
                        said.output.contains("Told the coordinator of system-test") && said.output.contains(": ready."))
                }
                let wrong = try await study.run(.node, "check", "--ready", "-d", study.home("b").path)
                #expect(wrong.status == 79 && wrong.output.contains(": register.unusable."), "\(wrong.output)")
                let research = try await study.run(.research, "check", "--ready", "-d", study.home("research").path)
                #expect(research.status == 0 && research.output.contains(": ready."), "\(research.errors)")

                let waiting = try await study.run(.coordinator, "ready", "system-test", "-d", hub)
                #expect(waiting.status == 75 && waiting.errors.contains("waiting for b"), "\(waiting.errors)")
                #expect(waiting.output.contains("register.unusable: a register cannot be used"))
                let json = try await study.run(.coordinator, "ready", "system-test", "-d", hub, "--json")
                #expect(json.output.contains(#""waiting_for":["b"]"#) && json.output.contains(#""is_ready":false"#))
                // Nothing but the word has come, and the log has nothing else.
                let coordinator = try #require(running["coordinator"])
                #expect(coordinator.errors.contains("says=register.unusable"))
                #expect(!coordinator.errors.contains(file))

                try FileManager.default.moveItem(
                    atPath: path, toPath: study.directory.appendingPathComponent(file).path)
                let soon = try await study.run(.node, "check", "--ready", "-d", study.home("b").path)
                #expect(
                    soon.status == 0 || soon.status == 75 && soon.errors.contains("request.too-soon"), "\(soon.errors)")
                // Another word is taken after ten seconds.
                for _ in 0..<60 {
                    let again = try await study.run(.node, "check", "--ready", "-d", study.home("b").path)
                    if again.status == 0 { break }
                    try await Task.sleep(for: .seconds(1))
                }
                let all = try await study.run(.coordinator, "ready", "system-test", "-d", hub)
                #expect(
                    all.status == 0 && all.output.contains("Nothing stands in the way of a round."), "\(all.output)")
            }
        }

        @Test(
            "Without --ready nothing is sent, and by courier it says that readiness is not carried",
            .timeLimit(.minutes(5)))
        func courier() async throws {
            var design = StudyDesign.simple()
            design.byCourier = ["c"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll(except: ["c"])
                try study.configureMember("c", port: try study.port())
                let hub = study.home("coordinator").path
                let carried = try await study.run(.node, "check", "--ready", "-d", study.home("c").path)
                #expect(carried.status == 0 && carried.output.contains("readiness is not carried by courier"))
                for id in ["a", "b"] {
                    #expect(
                        try await study.run(.node, "check", "-d", study.home(id).path).output.contains(
                            "Nothing was sent."))
                }
                let told = try await study.run(.coordinator, "ready", "system-test", "-d", hub)
                #expect(told.output.contains("takes part by courier, by which readiness is not carried"))
                #expect(told.errors.contains("waiting for a, b, research"), "\(told.errors)")
                let unknown = try await study.run(.coordinator, "ready", "system", "-d", hub)
                #expect(
                    unknown.status == 64 && unknown.errors.contains("agreements of system-test"), "\(unknown.errors)")
            }
        }

        @Test("On a day of the calendar the coordinator opens the round by itself", .timeLimit(.minutes(5)))
        func calendar() async throws {
            var design = StudyDesign.simple()
            // Tomorrow too, should it become tomorrow meanwhile.
            let days = [0.0, 86_400].map { MachineClock.timestamp(Date().addingTimeInterval($0)).prefix(10) }
            design.calendar = "[\(days.joined(separator: ", "))]"
            try await StudyOnDisk.with(design) { study in
                let hub = study.home("coordinator").path
                let early = try await study.run(.coordinator, "agreement", "lodge", study.agreement.path, "-d", hub)
                #expect(early.status != 0 && early.errors.contains("Not signed yet by"), "\(early.errors)")
                try study.sign()
                let running = try await study.serveAll()
                let before = try await study.run(.coordinator, "status", "-d", hub)
                #expect(before.output.contains("`agreement lodge`"), "\(before.output)")
                let lodged = try await study.run(.coordinator, "agreement", "lodge", study.agreement.path, "-d", hub)
                #expect(lodged.status == 0 && lodged.output.contains("opens a round by itself"), "\(lodged.errors)")
                let coordinator = try #require(running["coordinator"])
                try await wait(seconds: 90) { coordinator.errors.contains("is due today and waits") }
                let due = try await study.run(.coordinator, "status", "-d", hub)
                #expect(
                    due.output.contains("today: a round is due and waits for a (has said nothing)"), "\(due.output)")
                for id in ["a", "b", "c"] {
                    #expect(try await study.run(.node, "check", "--ready", "-d", study.home(id).path).status == 0)
                }
                #expect(
                    try await study.run(.research, "check", "--ready", "-d", study.home("research").path).status == 0)
                try await wait(seconds: 150) { study.phases("research").values.contains("closed") }
                try await study.checkDataset()
                let after = try await study.run(.coordinator, "status", "-d", hub)
                #expect(after.output.contains("a round was opened"), "\(after.output)")
                let gone = try await study.run(
                    .coordinator, "agreement", "lodge", "--remove", study.agreement.path, "-d", hub)
                #expect(gone.status == 0)
                let again = try await study.run(
                    .coordinator, "agreement", "lodge", "--remove", study.agreement.path, "-d", hub)
                #expect(again.status == 66)
            }
        }
    }
}
