import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

/// One thing that the participant in Python does wrong, and what has to come of it.
struct Misbehaviour: Sendable, CustomTestStringConvertible {
    enum End: Sendable {
        /// The coordinator does not take its entry; it gives up, and is named.
        case refusedEntry
        /// The participant that reads it stops the round.
        case refused(by: String)
        /// The coordinator reads it and stops the round.
        case aborted
        /// The round closes, and the research environment's operator is told of items of this register.
        case damaged(register: String)
    }

    /// As in docs/protocol.md section 11, or nil where it is nothing that a participant may say of another.
    var violation: String?
    /// Whether who did it can be known for certain; otherwise nobody is named.
    var isNamed = true
    var end: End
    /// As the participant calls it.
    var name: String

    var testDescription: String { name }

    static func deed(_ name: String, _ end: End, isNamed: Bool = true) -> Misbehaviour {
        var violation = name.split(separator: "/").first.map(String.init)
        if case .damaged = end { violation = nil }
        return Misbehaviour(violation: violation, isNamed: isNamed, end: end, name: name)
    }

    /// A list's stages in a ring of a, b, c: what c sends at the first two a reads, at the last the coordinator.
    static func stages(_ name: String, _ stages: ClosedRange<Int> = 0...2, isNamed: Bool = true) -> [Misbehaviour] {
        stages.map { deed("\(name)@\($0)", $0 == 2 ? .aborted : .refused(by: "a"), isNamed: isNamed) }
    }

    static let keys =
        ["response", "missing", "key"].map { deed("keys.bad-proof/\($0)", .refusedEntry) }
        + ["unopenable", "digest", "unequal"].map { deed("keys.bad-salt-share/\($0)", .refused(by: "a")) }
    static let lists = [
        stages("list.not-increasing/swapped"), stages("list.not-increasing/repeated"),
        stages("list.invalid-element/large", 0...1), stages("list.invalid-element/identity", 0...1),
        stages("list.invalid-capsule/large"), stages("list.invalid-capsule/identity"),
        // Who kept a sealed stream could have put another in its place; the coordinator knows that it did not.
        stages("list.wrong-digest/other", 0...1, isNamed: false), stages("list.wrong-digest/other", 2...2),
    ].flatMap { $0 }
    static let streams = ["garbage", "bit", "last", "name"].flatMap { kind in
        stages("stream.malformed/\(kind)", isNamed: false)
            + [deed("stream.malformed/\(kind)@release", .refused(by: "research"), isNamed: false)]
    }.filter { $0.name != "stream.malformed/name@1" }
    static let shares =
        ["large", "identity"].map { deed("shares.wrong/\($0)", .refused(by: "research")) }
        + [
            Misbehaviour(
                violation: "list.wrong-digest", isNamed: false, end: .refused(by: "research"),
                name: "shares.wrong/digest")
        ]
    static let surveys = ["reason", "key", "code", "number", "unopenable"].map {
        deed("batch.malformed/survey-\($0)", .refused(by: "research"))
    }
    /// What only the one sees who opens a cell.
    static let cells =
        [
            "unopenable", "missing", "dummy-with-rows", "flags", "version", "rows", "most-rows", "most-bytes",
            "compressed",
            "behind", "nul", "not-utf-8",
        ].map { deed("vault.wrong/\($0)", .damaged(register: "register_c")) }
        + ["repeated", "of-nothing"].map { deed("capsule/\($0)", .damaged(register: "register_a")) }
        + [deed("share/other", .damaged(register: "register_"))]

    static let all = keys + lists + streams + shares + surveys + cells
}

extension SystemTests {
    /// Every way of docs/protocol.md section 11 in which an authority can break the protocol, against the real
    /// programs.
    ///
    /// Nothing crashes, the right violation is found, and no log and no entry says of an honest participant that it
    /// broke the protocol.
    @Suite("A participant that misbehaves", .serialized)
    struct MisbehaviourTests {
        @Test(
            "Entries, streams and calls that the coordinator sees to be wrong are refused, and the round goes on",
            .timeLimit(.minutes(5)), arguments: ["rows", "none"])
        func attempts(_ release: String) async throws {
            let design = release == "rows" ? InteropTests.design("attempts") : InteropTests.countsOnly("attempts")
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                if release == "rows" { try await study.checkDataset() }
                let participant = try #require(running["c"])
                #expect(try await participant.end() == 0, "\(participant.errors.suffix(2_000))")
                let attempts = try Attempt.all(participant.errors)
                #expect(attempts.count > 120)
                for attempt in attempts {
                    #expect((400...422).contains(attempt.status) && attempt.code != nil, "\(attempt)")
                }
                try await participant.says("\"expected\"", "\"status\": 100")
                for (id, program) in running where id != "c" {
                    #expect(program.isRunning)
                    Self.expectBlame(of: ["c"], in: program, id: id)
                }
                if release == "rows" { try checkCoverage(attempts) }
            }
        }

        /// Section 11 has no name of an authority's doing that nobody tries here.
        private func checkCoverage(_ attempts: [Attempt]) throws {
            let page = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
                .appendingPathComponent("../../docs/protocol.md")
            let text = try String(contentsOf: page, encoding: .utf8)
            let rest = try #require(text.components(separatedBy: "\n## 11. Violations\n").last)
            let section = try #require(rest.components(separatedBy: "\n## ").first)
            let names = section.matches(of: /`([a-z]+\.[a-z-]+)`/).map { String($0.output.1) }
            // Of proofs, which only verified rounds have, `VerifiedAttackTests` tries what can be wrong, and of keys
            // that last `LastingPseudonymRoundTests`.
            let notAnAuthority: Set = [
                "entry.unencodable", "proof.malformed", "keys.study-differs", "selection.wrong",
                "selection.cap-exceeded",
                "protocol.violation",
                "protocol.equivocation", "cap.exceeded",
            ]
            let tried = Set(attempts.map(\.name))
                .union(Misbehaviour.all.compactMap { $0.name.split(separator: "/").first.map(String.init) })
            #expect(names.count > 20)
            #expect(Set(names).subtracting(notAnAuthority).subtracting(tried) == [])
        }

        @Test("Wrong keys and salt shares", .timeLimit(.minutes(5)), arguments: Misbehaviour.keys)
        func keys(_ wrong: Misbehaviour) async throws { try await check(wrong) }

        @Test("Wrong lists, at every stage", .timeLimit(.minutes(5)), arguments: Misbehaviour.lists)
        func lists(_ wrong: Misbehaviour) async throws { try await check(wrong) }

        @Test("Streams that do not open", .timeLimit(.minutes(5)), arguments: Misbehaviour.streams)
        func streams(_ wrong: Misbehaviour) async throws { try await check(wrong) }

        @Test("Wrong shares", .timeLimit(.minutes(5)), arguments: Misbehaviour.shares)
        func shares(_ wrong: Misbehaviour) async throws { try await check(wrong) }

        @Test("Wrong surveys", .timeLimit(.minutes(5)), arguments: Misbehaviour.surveys)
        func surveys(_ wrong: Misbehaviour) async throws { try await check(wrong) }

        @Test(
            "Wrong cells, capsules and shares of the right form: nothing of them is seen but by who opens them",
            .timeLimit(.minutes(5)), arguments: Misbehaviour.cells)
        func cells(_ wrong: Misbehaviour) async throws { try await check(wrong) }

        // MARK: Checks

        private func check(_ wrong: Misbehaviour) async throws {
            try await StudyOnDisk.with(InteropTests.design(wrong.name)) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link("--json")
                let status = try await link.end()
                let participant = try #require(running["c"])
                #expect(try await participant.end() == 0, "\(participant.errors.suffix(2_000))")
                try await participant.says("\"misbehaved\"")
                let line = try #require(link.output.split(separator: "\n").last { $0.contains("\"ended\"") })
                let ended = try JSONDecoder().decode(Ended.self, from: Data(line.utf8)).status.ended
                if case .damaged(let register) = wrong.end {
                    #expect(status == 0 && ended.code == nil, "\(line)")
                    try await checkDamage(study, register)
                } else {
                    #expect(status == 81, "\(line)")
                    try checkAbort(wrong, ended, running)
                }
                for (id, program) in running where id != "c" {
                    #expect(program.isRunning, "\(id) has ended: \(program.errors.suffix(2_000))")
                    Self.expectBlame(of: wrong.isNamed && wrong.violation != nil ? ["c"] : [], in: program, id: id)
                }
            }
        }

        private func checkAbort(
            _ wrong: Misbehaviour, _ ended: Ended.Outcome, _ running: [String: RunningProgram]
        ) throws {
            let violation = try #require(wrong.violation)
            let reader: String
            switch wrong.end {
            case .refusedEntry:
                #expect(ended.code == "participant.refused" && ended.participants == ["c"])
                reader = "coordinator"
            case .refused(let id):
                // It names who has refused, which is no blame.
                #expect(ended.code == "participant.refused" && !ended.participants.contains("c"))
                reader = id
            case .aborted:
                #expect(ended.code == "protocol.violation")
                #expect(ended.participants == (wrong.isNamed ? ["c"] : []))
                reader = "coordinator"
            case .damaged: return
            }
            let found = Self.violations(in: try #require(running[reader]))
            #expect(
                found.contains { $0.name == violation && $0.by == (wrong.isNamed ? "c" : nil) },
                "\(reader): \(running[reader]?.errors.suffix(2_000) ?? "")")
        }

        /// Nothing of a cell is on the board or in the daemon's log, and no dataset is written in silence.
        private func checkDamage(_ study: StudyOnDisk, _ register: String) async throws {
            try await study.researchIsDone()
            let output = study.directory.appendingPathComponent("dataset").path
            let home = study.home("research").path
            var told = try await study.run(.research, "dataset", "--directory", home, "--output", output)
            for _ in 0..<20 where told.status == 75 {
                try await Task.sleep(for: .milliseconds(200))
                told = try await study.run(.research, "dataset", "--directory", home, "--output", output)
            }
            #expect(told.status == 80 && told.errors.contains(register), "\(told)")
            #expect(!FileManager.default.fileExists(atPath: output))
            let without = try await study.run(
                .research, "dataset", "--directory", home, "--output", output, "--without-damaged")
            #expect(without.status == 0, "\(without)")
        }

        /// What a program's log says that somebody did.
        private static func violations(in program: RunningProgram) -> [(name: String, by: String?)] {
            let pattern = /protocol violation ([a-z]+\.[a-z-]+) \[[^\]]+\](?: by ([a-z0-9_-]+))?/
            return program.errors.matches(of: pattern).map { (String($0.output.1), $0.output.2.map(String.init)) }
        }

        private static func expectBlame(of guilty: Set<String>, in program: RunningProgram, id: String) {
            for violation in violations(in: program) {
                guard let by = violation.by else { continue }
                #expect(
                    guilty.contains(by), "\(id) says that \(by) did \(violation.name): \(program.errors.suffix(2_000))")
            }
        }
    }
}

/// How `link --json` tells the end.
private struct Ended: Decodable {
    struct Outcome: Decodable {
        var code: String?
        var participants: [String]
    }
    struct Status: Decodable { var ended: Outcome }
    var status: Status
}

/// A line of the participant's log about what it tried.
private struct Attempt: Decodable {
    var name, what, detail: String
    var status: Int
    var code: String?

    static func all(_ log: String) throws -> [Attempt] {
        try log.split(separator: "\n").filter { $0.contains("\"event\": \"attempt\"") }
            .map { try JSONDecoder().decode(Attempt.self, from: Data($0.utf8)) }
    }
}
