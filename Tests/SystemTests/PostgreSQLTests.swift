import Foundation
import PSIProtocol
import PostgreSQLCluster
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Registers in PostgreSQL", .serialized)
    struct PostgreSQLTests {
        /// A study whose b has its register in a database of the server.
        private func design(_ cluster: PostgreSQLCluster, secondsPerRow: Double = 0) throws -> StudyDesign {
            var design = StudyDesign.simple()
            let database = try cluster.makeDatabase()
            design.registers[1].storage = .postgreSQL(cluster, database: database, secondsPerRow: secondsPerRow)
            return design
        }

        @Test(
            "A server that goes away while it is read: the round waits, goes on when it is back, and ends",
            .timeLimit(.minutes(5)))
        func serverGoesAway() async throws {
            let cluster = try PostgreSQLCluster()
            try await StudyOnDisk.with(try design(cluster, secondsPerRow: 0.1)) { study in
                guard case .postgreSQL(_, let database, _) = study.design.registers[1].storage else { return }
                try study.sign()
                let running = try await study.serveAll()
                let owner = try #require(running["b"])
                let link = try study.link()
                try await wait(seconds: 120) { try cluster.sessionCount(database: database) == 1 }
                cluster.stop()
                try await owner.says("Could not go on with the round; trying again", "SQLSTATE 57P01", within: 30)
                try await owner.says("no PostgreSQL server answers there", within: 30)
                #expect(link.isRunning)
                try cluster.start()
                try cluster.run(
                    "CREATE OR REPLACE VIEW sidos.people AS SELECT * FROM people_of_all_times", database: database)
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.checkDataset()
                #expect(try cluster.hasNoSessions(database: database))
            }
        }

        @Test("What the node's role may not read ends the round, and `check` says it before", .timeLimit(.minutes(5)))
        func denied() async throws {
            let cluster = try PostgreSQLCluster()
            try await StudyOnDisk.with(try design(cluster)) { study in
                guard case .postgreSQL(_, let database, _) = study.design.registers[1].storage else { return }
                try study.sign()
                let running = try await study.serveAll()
                let home = study.home("b").path
                let before = try await study.run(.node, "check", "-d", home)
                #expect(before.status == 0, "\(before.output)\(before.errors)")
                try cluster.run("REVOKE SELECT ON sidos.people FROM sidos_reader", database: database)
                let check = try await study.run(.node, "check", "-d", home)
                #expect(check.status != 0 && check.output.contains("GRANT SELECT"), "\(check.output)")
                #expect(try await study.link().end() == 81)
                try await #require(running["b"]).says("GRANT SELECT on the table or view")
            }
        }

        @Test("A node that is stopped while it reads leaves no session at the server", .timeLimit(.minutes(5)))
        func stopped() async throws {
            let cluster = try PostgreSQLCluster()
            try await StudyOnDisk.with(try design(cluster, secondsPerRow: 5)) { study in
                guard case .postgreSQL(_, let database, _) = study.design.registers[1].storage else { return }
                try study.sign()
                let running = try await study.serveAll()
                let owner = try #require(running["b"])
                _ = try study.link()
                try await wait(seconds: 120) { try cluster.sessionCount(database: database) == 1 }
                owner.send(15)
                #expect(try await owner.end(within: 20) == 0)
                #expect(try cluster.hasNoSessions(database: database))
            }
        }

        @Test("A password in the configuration is a mistake that says where it belongs, and is not shown")
        func password() async throws {
            try await StudyOnDisk.with { study in
                try study.configure(
                    "b",
                    """
                    sidos_node: 1
                    coordinator: {url: "https://localhost:1", pin: "sha256:\(String(repeating: "A", count: 43))="}
                    registers:
                      - id: register_b
                        identity: hetu
                        csv: {file: b.csv}
                        postgresql: {host: "postgresql://u@h/d", sslmode: prefer, password: hunter2, query: SELECT 1,
                                     table: t}
                    """)
                let check = try await study.run(.node, "check", "-d", study.home("b").path)
                #expect(check.status == 78)
                for words in [
                    " registers[0].postgresql.password: ", "name that file under passfile",
                    "A table is read from one source", "a table or a query, not both",
                    " registers[0].postgresql.host: "
                        + "",
                    " registers[0].postgresql.sslmode: ", " registers[0].postgresql.database: ",
                ] { #expect(check.errors.contains(words), "\(words): \(check.errors)") }
                #expect(!check.errors.contains("hunter2"))
            }
        }
    }
}
