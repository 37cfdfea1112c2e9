import Foundation
import GRDB
import PSIProtocol
import Testing
import Values

@testable import SystemHarness

extension AttackTests {
    /// An owner that seals wrong rows for a person it chose, to see by the round's fate whether the person is selected.
    @Suite("Is this person selected?", .serialized)
    struct OracleAttackTests {
        /// In registers a, b and c, so in the cohort; and in c alone.
        private static let selected = 25
        private static let notSelected = 50

        /// What a round looked like to everybody, and what came of it at the research environment.
        struct World: Sendable {
            var entries: [String]
            var phases: [String]
            var dataset: (status: Int32, errors: String)
            var profiles: [PersonProfile]
            var log: String
        }

        @Test(
            "A person's wrong rows change nothing that others see; the operator alone is told",
            .timeLimit(.minutes(10)),
            arguments: ["whole", "selected"])
        func damagedPerson(_ access: String) async throws {
            let there = try await Self.world(damaging: Self.selected, access)
            let elsewhere = try await Self.world(damaging: Self.notSelected, access)
            #expect(there.entries == elsewhere.entries)
            #expect(there.phases == elsewhere.phases && there.phases.last == "closed")
            #expect(there.log == elsewhere.log)
            #expect(there.dataset.status == 80)
            #expect(there.dataset.errors.contains("register_c of c: 1"), "\(there.dataset.errors)")
            #expect(elsewhere.dataset.status == 0, "\(elsewhere.dataset.errors)")
        }

        /// Runs a round in which owner c seals rows that no owner writes for one person.
        private static func world(damaging person: Int, _ access: String) async throws -> World {
            var design = StudyDesign.simple()
            design.vaultAccess = access
            return try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll(except: ["c"])
                // Rows of c are encoded with their serial numbers, which are the person's own.
                let serial = BigEndian.u64(UInt64(3_000_000 + person * 10))
                let (round, link) = try await RogueNode.running(
                    "c", in: study,
                    change: { record in
                        guard record.rows.count > 9, Array(record.rows[1..<9]) == serial else { return record }
                        return PersonRecord(
                            identities: record.identities, rows: [UInt8](repeating: 0xff, count: 20), rowCount: 1)
                    }
                ) {
                    let link = try study.link()
                    #expect(try await link.end() == 0, "\(link.errors)")
                    let round = try link.openedRound()
                    // Its signature over the end is needed as well.
                    try await #require(running["research"]).says("can be written")
                    return (round, link)
                }
                #expect(link.output.contains("closed"))
                let research = try #require(running["research"])
                let path = study.directory.appendingPathComponent("all").path
                let dataset = try await study.run(
                    .research, "dataset", "-d", study.home("research").path, "--output", path)
                if dataset.status != 0 {
                    #expect(!FileManager.default.fileExists(atPath: path))
                    try await checkLeftOut(study, person)
                }
                return World(
                    entries: try study.boardEntries(round), phases: Self.phases(try #require(running["coordinator"])),
                    dataset: (dataset.status, dataset.errors), profiles: [],
                    log: Self.messages(research))
            }
        }

        /// With the option, the dataset has everybody but the person, whose rows in other registers are left out as
        /// well.
        private static func checkLeftOut(_ study: StudyOnDisk, _ person: Int) async throws {
            let output = study.directory.appendingPathComponent("without")
            let dataset = try await study.run(
                .research, "dataset", "-d", study.home("research").path, "--without-damaged", "-o", output.path)
            #expect(dataset.status == 0, "\(dataset.errors)")
            let registers = study.design.registers.map(\.id)
            let found = try WrittenDataset(output, registers: registers).profiles
            let serial = "\(1_000_000 + person * 10),"
            let expected = study.design.expectedProfiles.filter { !$0.description.contains(serial) }
            #expect(expected.count == study.design.expectedProfiles.count - 1)
            #expect(found == expected)
            let report = try String(contentsOf: output.appendingPathComponent("report.json"), encoding: .utf8)
            #expect(!report.contains("amaged"), "the report tells nothing of it")
            // Once decided, the dataset can be written again.
            let again = try await study.run(
                .research, "dataset", "-d", study.home("research").path, "-o", output.path, "--replace")
            #expect(again.status == 0, "\(again.errors)")
        }

        private static func phases(_ coordinator: RunningProgram) -> [String] {
            coordinator.errors.split(separator: "\n").compactMap { line in
                line.split(separator: " ").first { $0.hasPrefix("phase=") }.map { String($0.dropFirst(6)) }
            }
        }

        /// What the daemon's log says, without times and ids.
        private static func messages(_ program: RunningProgram) -> String {
            program.errors.split(separator: "\n").filter { $0.contains("egister") || $0.contains("eceiv") }
                .map { line in
                    line.split(separator: " ").filter { !$0.contains("round=") && !$0.contains("T") }.joined(
                        separator: " ")
                }.joined(separator: "\n")
        }

        @Test("The coordinator sees as many fetches whoever has several cells", .timeLimit(.minutes(10)))
        func vaultOnce() async throws {
            // Of register a's people, 20 is in the cohort and 3 is not.
            let fetches = try await [20, 3].asyncMap { try await Self.fetches(manyCellsOf: $0) }
            #expect(fetches[0] == fetches[1])
            // Two of each list, the requests and the selection, the shares, and each vault once.
            #expect(fetches[0] == 2 * 3 + 4 + 3 + 3)
        }

        /// Chunks that the coordinator hands out in a round in which one person of register a has rows for several
        /// cells.
        private static func fetches(manyCellsOf person: Int) async throws -> Int {
            var design = StudyDesign.simple()
            design.registers[0].rows += (0..<120).map { part in
                TestRegister.Row(
                    person: InventedPerson(person),
                    values: [
                        "\(9_000_000 + part * 7_919)", "\(part * 37 % 97).5", "2014-0\(1 + part % 9)-1\(part % 9)",
                        "true",
                        "0\(part % 7)",
                    ])
            }
            return try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.checkDataset()
                let lines = try #require(running["coordinator"]).errors.split(separator: "\n")
                return lines.count { $0.contains("call=get_chunk") && $0.contains("status=200") }
            }
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}

extension StudyOnDisk {
    /// Types and authors of a round's entries, in alphabetical order: nodes go on side by side.
    func boardEntries(_ round: String) throws -> [String] {
        try board(round).map { "\($0.body.kind) by \($0.author)" }.sorted()
    }

    /// A round's entries as the coordinator keeps them.
    func board(_ round: String) throws -> [SignedEntry] {
        let queue = try DatabaseQueue(path: home("coordinator").appendingPathComponent("board.sqlite").path)
        defer { try? queue.close() }
        let id = try #require(RoundID(hex: round))
        let entries = try queue.read { database in
            try Data.fetchAll(
                database,
                sql: """
                    SELECT bytes FROM entry JOIN round ON round.id = entry.round WHERE round.round = ? ORDER BY number
                    """, arguments: [Data(id.bytes)])
        }
        return try entries.map { try SignedEntry(bytes: Array($0)) }
    }
}
