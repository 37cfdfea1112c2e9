import Foundation
import PSIProtocol
import PostgreSQLCluster
import Testing

@testable import SystemHarness

extension AttackTests {
    /// A register that is read wrongly, so that its people seem not to be in it, and a cohort of those who are not
    /// becomes everybody.
    @Suite("Rows that are only counted", .serialized)
    struct CountedRowsAttackTests {
        /// People of register_b who are not in register_a, whose codes are spoilt.
        private func design(_ spoil: (String) -> String) -> StudyDesign {
            var design = StudyDesign.simple()
            for person in design.registers[0].people { design.registers[0].codes[person.index] = spoil(person.code) }
            design.cohorts = [
                StudyDesign.Cohort(id: "both", rule: .except(.register("register_b"), .register("register_a")))
            ]
            design.registers[0].releasedFor = []
            design.registers[0].columns = []
            return design
        }

        private func expectRefusal(_ study: StudyOnDisk, _ words: [String], of id: String = "a") async throws {
            try study.sign()
            let running = try await study.serveAll()
            let check = try await study.run(.node, "check", "-d", study.home(id).path)
            #expect(check.status != 0, "\(check.output)")
            for text in words { #expect(check.output.contains(text), "\(text): \(check.output)") }
            let link = try study.link()
            #expect(try await link.end() == 81, "\(link.errors)")
            #expect(link.errors.contains("participant.refused (\(id))"), "\(link.errors)")
            try await #require(running[id]).says("Stopping the round")
            try await #require(running["coordinator"]).says("refuses the round", "code=register.unusable")
        }

        @Test(
            "A register of unusable codes closes no round and makes no client a never client", .timeLimit(.minutes(10)),
            arguments: [".0", "x"])
        func unusableCodesCloseNoRound(ending: String) async throws {
            let design = design { $0 + ending }
            try await StudyOnDisk.with(design) { study in
                try await expectRefusal(study, ["codes that are not usable", "usable_codes"])
            }
        }

        @Test("A register that has lost its people closes no round", .timeLimit(.minutes(10)))
        func anEmptyRegisterClosesNoRound() async throws {
            var design = design { $0 }
            design.registers[0].rows = []
            try await StudyOnDisk.with(design) { study in
                try await expectRefusal(study, ["0 people, fewer than the 1 of min_people"])
            }
            // Unless the agreement foresees it.
            design.registers[0].agreed = ["min_people: 0"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                _ = try await study.serveAll()
                #expect(try await study.link().end() == 0)
                try await study.checkDataset()
            }
        }

        @Test("A register of which the database hides rows closes no round", .timeLimit(.minutes(10)))
        func hiddenRowsCloseNoRound() async throws {
            let cluster = try PostgreSQLCluster()
            let database = try cluster.makeDatabase()
            var design = StudyDesign.simple()
            design.registers[1].storage = .postgreSQL(cluster, database: database, secondsPerRow: 0)
            try await StudyOnDisk.with(design) { study in
                try cluster.run(
                    """
                    DROP VIEW sidos.people;
                    ALTER TABLE people_of_all_times RENAME TO people;
                    ALTER TABLE people SET SCHEMA sidos;
                    GRANT SELECT ON sidos.people TO sidos_reader;
                    ALTER TABLE sidos.people ENABLE ROW LEVEL SECURITY;
                    CREATE POLICY own ON sidos.people FOR SELECT TO sidos_reader USING (serial % 2 = 0);
                    """, database: database)
                try await expectRefusal(study, ["row-level security", "BYPASSRLS"], of: "b")
            }
        }
    }
}
