import Daemon
import Exchange
import Files
import Foundation
import Logging
import Member
import PSIProtocol
import Testing
import Values

@testable import RoundSimulation
@testable import SystemHarness

extension AttackTests {
    /// Somebody lies in a verified round, among the real programs. Whoever has to notice names the liar on the board,
    /// nothing is released, and `evidence verify` finds the same without a key. [P-64] [P-70] [P-71] [P-73]
    ///
    /// With SIDOS_ALL_LIES every lie is told; without, a few of each kind.
    @Suite("Lies in verified rounds, among the programs", .serialized)
    struct VerifiedProgramAttackTests {
        /// Two owners and a mixer, or more owners.
        private static func design(owners: Int = 2) -> StudyDesign {
            var design = StudyDesign.simple(nodes: owners)
            design.mixers = ["m"]
            design.verification = "full"
            design.roundsAllowed = 99
            return design
        }

        private static var counting: StudyDesign {
            var design = Self.design()
            design.release = "none"
            design.counts = "{mechanism: discrete_laplace, epsilon: 0.1, total_epsilon: 10}"
            for index in design.registers.indices {
                design.registers[index].columns = []
                design.registers[index].releasedFor = []
            }
            return design
        }

        private static var severalKeys: StudyDesign {
            var design = StudyDesign.severalKeys
            design.mixers = ["m"]
            design.verification = "full"
            design.roundsAllowed = 99
            return design
        }

        private static let tellsAll = ProcessInfo.processInfo.environment["SIDOS_ALL_LIES"] != nil

        /// The lies of one participant, or of these few.
        private static func lies(_ record: RoundRecord, by who: String, _ few: [String]) throws -> [VerifiedLie] {
            let all = try VerifiedLie.all(in: record).filter { $0.who == who }
            return tellsAll ? all : all.filter { few.contains($0.name) }
        }

        @Test("A hop, which also checks another's list, and releases shares", .timeLimit(.minutes(10)))
        func hop() async throws {
            try await lying(
                "b", Self.design(),
                [
                    "an element replaced", "capsules swapped", "a capsule that is none", "an item twice",
                    "a list other than the announced one", "another D(ĉ)", "another t_3", "another t_4B",
                    "another s_5", "another ĉ of a record", "another s' of a record", "a record that is none",
                    "a proof other than the announced one", "a wrong share by b", "a false tags.wrong by b",
                ])
        }

        @Test("An owner, at the release", .timeLimit(.minutes(10)))
        func owner() async throws {
            try await lying("a", Self.design(), ["a wrong T_1 by a", "a wrong s by a"])
        }

        @Test("A mixer: last hop, checker and approver", .timeLimit(.minutes(10)))
        func mixer() async throws {
            try await lying(
                "m", Self.design(),
                [
                    "an element of the last stage replaced", "a tag replaced", "capsules swapped behind the exit",
                    "a false proof.wrong by m", "a false list.invalid-element by m", "a false stream.unreadable by m",
                    "a false selection.wrong by m", "a wrong T_2 by m",
                ])
        }

        @Test("The research environment, which accuses a node falsely", .timeLimit(.minutes(10)))
        func research() async throws {
            try await lying("research", Self.design(), ["a false shares.wrong by research"])
        }

        @Test("The coordinator", .timeLimit(.minutes(10)))
        func coordinator() async throws {
            try await lying(
                "coordinator", Self.design(),
                [
                    "somebody left out of the selection", "somebody's tag in the selection exchanged",
                    "another seed than the capsules were re-randomised with",
                ])
        }

        @Test("The coordinator, of counts with noise that all nodes draw", .timeLimit(.minutes(10)))
        func counts() async throws {
            try await lying("coordinator", Self.counting, ["one person more counted"])
        }

        @Test("A hop among four, with several match keys and tolerant matching", .timeLimit(.minutes(10)))
        func severalKeys() async throws {
            try await lying(
                "b", Self.severalKeys,
                ["an element replaced", "two elements of an item exchanged", "another t_5,2", "capsules swapped"])
        }

        @Test("A hop among six", .timeLimit(.minutes(10)))
        func six() async throws {
            try await lying("b", Self.design(owners: 5), ["an element replaced", "another ŝ of a record"])
        }

        @Test(
            "Evidence that was damaged or is not whole decides nothing, and says what is wrong",
            .timeLimit(.minutes(10)))
        func damagedEvidence() async throws {
            try await StudyOnDisk.with(Self.design()) { study in
                try study.sign()
                let lies = LieSwitch()
                lies.set("a tag replaced")
                try await study.serveAll(except: ["m"])
                try await LyingNode.running("m", in: study, lies: lies) { client in
                    let link = try study.link()
                    #expect(try await link.end(within: 120) == ExitStatus.abortedRound.rawValue)
                    let round = try link.openedRound()
                    let file = try await exported(study, round, by: "b")
                    try await damage(file, study)
                    let home = study.home("b").path
                    let again = try await study.run(.node, "evidence", "export", "-d", home, round, file.path)
                    #expect(again.status == 73 && again.errors.contains("exists"), "\(again)")
                    let other = try await study.run(
                        .node, "evidence", "export", "-d", home, "00ff", file.path + "-other")
                    #expect(other.status == 66 && other.errors.contains("evidence list"), "\(other)")
                    let list = try await study.run(.node, "evidence", "list", "-d", home)
                    #expect(list.status == 0 && list.output.contains(round), "\(list)")
                }
            }
        }

        /// What becomes of a file in the zip, nil for nothing, and what `verify` says then.
        private struct Damage {
            let file: String
            let says: String
            let change: ([UInt8]) -> [UInt8]?

            init(_ file: String, _ says: String, change: @escaping ([UInt8]) -> [UInt8]?) {
                (self.file, self.says, self.change) = (file, says, change)
            }
        }

        /// Changes one file of it after the other, and packs the zip anew each time.
        private func damage(_ file: URL, _ study: StudyOnDisk) async throws {
            let zip = try ZipReader(file.path)
            let whole = try zip.entries.map { ($0.name, try zip.contents($0.name, maxByteCount: 1 << 26)) }
            let streams = whole.map(\.0).filter { $0.hasPrefix("streams/") }
            #expect(streams.count == 3)
            let changed = file.deletingLastPathComponent().appendingPathComponent("changed.zip")
            func verify(_ contents: [(String, [UInt8])]) async throws -> StudyOnDisk.CommandResult {
                try? FileManager.default.removeItem(at: changed)
                let writer = try ZipWriter(changed.path)
                for (name, bytes) in contents { try writer.add(name, bytes) }
                try writer.finish()
                return try await study.run(.coordinator, "evidence", "verify", changed.path)
            }
            #expect(try await verify(whole).output.contains("m is at fault: the tags"))
            var changes: [Damage] = []
            for name in streams {
                changes.append(Damage(name, "Not decided") { Array($0.dropLast()) + [$0[$0.count - 1] ^ 1] })
                changes.append(Damage(name, "is not the one whose digest") { Array($0.dropLast(96)) })
                changes.append(Damage(name, "there is no streams/") { _ in nil })
            }
            changes += [
                Damage("secrets.json", "secrets.json lacks a secret") { _ in nil },
                Damage("secrets.json", "does not hold secrets") { _ in Array("{}\n".utf8) },
                Damage("secrets.json", "does not hold secrets") { _ in Array("[".utf8) },
                Damage("secrets.json", "not the one on the board") { bytes in
                    // Another digit of the first share.
                    guard let index = bytes.firstIndex(of: UInt8(ascii: "6")) else { return bytes }
                    return Array(bytes[..<index]) + [UInt8(ascii: "7")] + Array(bytes[(index + 1)...])
                },
                Damage("board.txt", "there is no board.txt") { _ in nil },
                Damage("board.txt", "It is not a board") { Array($0.dropFirst(5)) },
                Damage("board.txt", "It is not a board") { Array($0.dropLast(1)) },
                Damage("board.txt", "line 1: ") { [$0[0] == 0x30 ? 0x31 : 0x30] + $0.dropFirst() },
                Damage("agreement.yaml", "line 1: ") { $0 + [10] },
                Damage("agreement.yaml", "there is no agreement.yaml") { _ in nil },
            ]
            for change in changes {
                let contents = whole.compactMap { name, bytes -> (String, [UInt8])? in
                    guard name == change.file else { return (name, bytes) }
                    return change.change(bytes).map { (name, $0) }
                }
                let result = try await verify(contents)
                #expect(
                    result.status == 65 && (result.output + result.errors).contains(change.says),
                    "\(change.file), \(change.says): \(result)")
            }
            #expect(try await verify(whole).status == 0)
        }

        // MARK: Rounds

        private func lying(_ liar: String, _ design: StudyDesign, _ few: [String]) async throws {
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let lies = LieSwitch()
                if liar == "coordinator" {
                    try await LyingMatching.running(in: study, lies: lies) {
                        try await serveMembers(study, except: [])
                        try await RogueParticipant.with("m", in: study) { outsider in
                            try await rounds(study, liar, few, lies, outsider.client)
                        }
                    }
                } else if liar == "research" {
                    try await study.serveAll(except: [liar])
                    try await LyingResearch.running(in: study, lies: lies) { client in
                        try await rounds(study, liar, few, lies, client)
                    }
                } else {
                    try await study.serveAll(except: [liar])
                    try await LyingNode.running(liar, in: study, lies: lies) { client in
                        try await rounds(study, liar, few, lies, client)
                    }
                }
            }
        }

        private func serveMembers(_ study: StudyOnDisk, except left: Set<String>) async throws {
            let port = try study.port()
            for id in study.design.participants where id != "coordinator" && !left.contains(id) {
                try study.configureMember(id, port: port)
                try await study.serve(id)
            }
        }

        private func rounds(
            _ study: StudyOnDisk, _ liar: String, _ few: [String], _ lies: LieSwitch, _ client: ExchangeClient
        ) async throws {
            // The first round is honest: it shows that all works, and which lies there are.
            let link = try study.link()
            #expect(try await link.end(within: 120) == 0, "\(link.errors)")
            let record = try await self.record(study, try link.openedRound(), client)
            #expect(record.ending == .closed)
            let chosen = try Self.lies(record, by: liar, few)
            #expect(Self.tellsAll || chosen.map(\.name).sorted() == few.sorted())
            for lie in chosen {
                lies.set(lie.name)
                try await told(lie, study, client)
            }
        }

        private func told(_ lie: VerifiedLie, _ study: StudyOnDisk, _ client: ExchangeClient) async throws {
            let link = try study.link()
            #expect(try await link.end(within: 120) == ExitStatus.abortedRound.rawValue, "\(lie.name): \(link.errors)")
            let round = try link.openedRound()
            let record = try await record(study, round, client)
            let complaints = record.complaints
            let comment = Comment(rawValue: "\(lie.name): \(complaints)")
            #expect(!complaints.isEmpty && Set(complaints.keys).isSubset(of: lie.accusers), comment)
            #expect(complaints.values.allSatisfy { $0.code == lie.code }, comment)
            #expect(complaints.allSatisfy { $0.key == lie.who || $0.value.against == lie.who }, comment)
            #expect(record.released.isEmpty || lie.isOfShares, comment)
            #expect(!record.isReceived, comment)
            guard case .aborted(let abort)? = record.ending else {
                Issue.record(comment)
                return
            }
            #expect(abort.code == .protocolViolation && abort.participants.contains(lie.who), comment)
            try await judged(lie, study, round, by: try #require(complaints.keys.sorted().first))
        }

        private func record(_ study: StudyOnDisk, _ round: String, _ client: ExchangeClient) async throws -> RoundRecord
        {
            let id = try #require(RoundID(hex: round))
            let opening = try await BoardFollower.opening(of: id, client: client)
            let home = try Home(at: study.home("m").path, roles: [.mixer])
            let installed = try #require(try home.agreements().all().first)
            var follower = try BoardFollower(opening: opening, agreement: installed, client: client, keys: home.keys)
            try await follower.refresh()
            return follower.record
        }

        /// Takes the evidence from the accuser's home and judges it with the coordinator's program, which has no keys.
        private func judged(_ lie: VerifiedLie, _ study: StudyOnDisk, _ round: String, by accuser: String) async throws
        {
            let file = try await exported(study, round, by: accuser)
            let check = try await study.run(.coordinator, "evidence", "verify", file.path)
            let comment = Comment(rawValue: "\(lie.name): \(check)")
            switch lie.outcome {
            case .proved:
                #expect(check.status == 0, comment)
                #expect(check.output.contains("\(lie.who) is at fault"), comment)
            case .undecided:
                #expect(check.status == ExitStatus.badData.rawValue, comment)
                #expect(check.output.contains("Not decided"), comment)
            }
        }

        /// What the accuser's home has of the round, once it has all.
        private func exported(_ study: StudyOnDisk, _ round: String, by accuser: String) async throws -> URL {
            for attempt in 1... {
                let file = study.directory.appendingPathComponent("evidence-\(round.prefix(12))-\(attempt).zip")
                let export = try await study.run(
                    study.program(accuser), "evidence", "export", "-d", study.home(accuser).path, round, file.path,
                    "--streams")
                // The board as it ended is there a moment after the end.
                if export.status == 0, export.output.contains("\(accuser) accuses") { return file }
                guard attempt < 100 else { throw HarnessError("no evidence: \(export)") }
                try await Task.sleep(for: .milliseconds(100))
            }
            throw HarnessError("no evidence")
        }
    }
}
