import Foundation
import PostgreSQLCluster
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Registers through ODBC", .serialized)
    struct ODBCTests {
        /// A study whose b has its register in a database of the server.
        private func design(_ cluster: PostgreSQLCluster, secondsPerRow: Double = 0) throws -> StudyDesign {
            var design = StudyDesign.simple()
            let database = try cluster.makeDatabase()
            design.registers[1].storage = .postgreSQL(cluster, database: database, secondsPerRow: secondsPerRow)
            design.registers[1].isReadThroughODBC = true
            return design
        }

        @Test("A round with a register that is read through ODBC ends with the right dataset", .timeLimit(.minutes(5)))
        func round() async throws {
            let cluster = try PostgreSQLCluster()
            try await StudyOnDisk.with(try design(cluster)) { study in
                try study.sign()
                let running = try await study.serveAll()
                #expect(running["b"] != nil)
                let check = try await study.run(.node, "check", "-d", study.home("b").path)
                #expect(check.status == 0, "\(check.output)\(check.errors)")
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.checkDataset()
            }
        }

        @Test(
            "A node that is stopped while a driver makes it wait ends at once, without a crash", .timeLimit(.minutes(5))
        )
        func stopped() async throws {
            let cluster = try PostgreSQLCluster()
            try await StudyOnDisk.with(try design(cluster, secondsPerRow: 5)) { study in
                guard case .postgreSQL(_, let database, _) = study.design.registers[1].storage else { return }
                try study.sign()
                let running = try await study.serveAll()
                let owner = try #require(running["b"])
                _ = try study.link()
                try await wait(seconds: 60) { try cluster.sessionCount(database: database) == 1 }
                owner.send(15)
                #expect(try await owner.end(within: 60) == 0, "\(owner.errors)")
            }
        }
    }
}
