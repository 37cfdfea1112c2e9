import Foundation
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("By courier", .serialized)
    struct CourierTests {
        /// Carries to and fro until nobody without a connection has anything to say.
        ///
        /// - Parameter between: done before each journey.
        /// - Returns: how often somebody said something.
        static func carry(
            _ study: StudyOnDisk, between: (Int) async throws -> Void = { _ in }
        ) async throws -> Int {
            let carried = study.design.byCourier
            var journeys = 0
            for number in 1...60 {
                let standing = try await study.untilItWaits(for: carried)
                try await between(number)
                var said = false
                for id in carried.sorted() {
                    let hasSaid = try await study.journey(of: id, number: number)
                    said = said || hasSaid
                }
                if said { journeys += 1 }
                if standing.hasEnded, !said { return journeys }
            }
            throw HarnessError("the round did not end in 60 journeys")
        }

        private static func status(_ id: String, _ study: StudyOnDisk) async throws -> String {
            try await study.run(study.program(id), "status", "-d", study.home(id).path).output
        }

        @Test(
            "An authority without a socket takes part in a whole round, and is started anew between journeys",
            .timeLimit(.minutes(10)))
        func authority() async throws {
            var design = StudyDesign.simple()
            design.byCourier = ["a"]
            design.deadlineMinutes = 80_640
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                // What sees the sockets of those that have a connection sees none here.
                #expect(try !#require(running["coordinator"]).networkSockets().isEmpty)
                var a = try #require(running["a"])
                try await a.says("Serving")
                #expect(try await Self.status("a", study).contains("nothing was brought yet"))
                let link = try study.link()
                try await wait(seconds: 120) { link.output.contains("Opened round") }
                let journeys = try await Self.carry(study) { number in
                    #expect(try a.networkSockets() == [])
                    try await a.kill9()
                    a = try await study.serve("a")
                    try await a.says("Serving", times: number + 1)
                }
                // Keys, then manifest and register, then all lists, then shares, then that the keys are erased.
                #expect(journeys == 5)
                #expect(try await link.end() == 0)
                try await study.checkDataset()
                #expect(try await Self.status("a", study).contains("nothing to carry out"))
                // It waited, and did not fail.
                #expect(!a.errors.contains(" error ") && !a.errors.contains(" warning "), "\(a.errors)")
                for name in ["inbox", "outbox"] {
                    let left = try FileManager.default.subpathsOfDirectory(
                        atPath: study.home("a").path + "/courier/\(name)")
                    #expect(left.filter { $0.hasSuffix(".chunk") || $0.hasSuffix(".last") } == [])
                }
            }
        }

        @Test(
            "Lost disks are made and carried again, and status says on both sides what is next",
            .timeLimit(.minutes(10)))
        func lostDisk() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.byCourier = ["a"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                try await wait(seconds: 120) { link.output.contains("Opened round") }
                var number = 0
                for _ in 0..<20 {
                    let standing = try await study.untilItWaits(for: ["a"])
                    number += 1
                    let before = try await study.run(.coordinator, "status", "-d", study.home("coordinator").path)
                    #expect(before.output.contains("something to carry out"), "\(before.output)")
                    // The first disk to it is lost on its way; so is the first one from it.
                    #expect(try await study.courierOut(for: "a", to: "lost-to-\(number)").status == 0)
                    let after = try await study.run(.coordinator, "status", "-d", study.home("coordinator").path)
                    #expect(after.output.contains("nothing new to carry"), "\(after.output)")
                    #expect(try await study.courierOut(for: "a", to: "to-\(number)").status == 0)
                    #expect(try await study.courierIn(at: "a", from: "to-\(number)").status == 0)
                    let lost = try await study.courierOut(of: "a", to: "lost-from-\(number)")
                    #expect(lost.status == 0, "\(lost.errors)")
                    #expect(try await Self.status("a", study).contains("written out"))
                    #expect(try await study.courierOut(of: "a", to: "from-\(number)").status == 0)
                    let taken = try await study.courierIn(at: "coordinator", from: "from-\(number)")
                    #expect(taken.status == 0 && taken.output.contains("Took "), "\(taken)")
                    let again = try await study.courierIn(at: "coordinator", from: "from-\(number)")
                    #expect(again.status == 0 && again.output.contains("Took 0 entries"), "\(again)")
                    if standing.hasEnded { break }
                }
                #expect(number == 5)
                #expect(try await link.end() == 0)
                try await study.checkDataset()
            }
        }

        @Test(
            "A verified round, with an authority, a mixer and the research environment by courier",
            .timeLimit(.minutes(10)))
        func verified() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m"]
            design.verification = "full"
            design.byCourier = ["b", "m", "research"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                try await wait(seconds: 120) { link.output.contains("Opened round") }
                let journeys = try await Self.carry(study)
                // Nine, where what the others do is done before the next one without a connection is brought its disk.
                #expect((7...12).contains(journeys), "\(journeys)")
                #expect(try await link.end() == 0)
                try await study.checkDataset()
            }
        }

        @Test("Single cells are not carried: the research environment refuses", .timeLimit(.minutes(10)))
        func selectedCells() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.vaultAccess = "selected"
            design.byCourier = ["research"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                try await wait(seconds: 120) { link.output.contains("Opened round") }
                _ = try await study.untilItWaits(for: ["research"])
                #expect(try await study.journey(of: "research", number: 1))
                #expect(try await link.end() == 81)
                try await #require(running["research"]).says("vault_access: whole")
            }
        }
    }
}
