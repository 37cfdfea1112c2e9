import Crypto
import Daemon
import Exchange
import Foundation
import Glibc
import PSIProtocol
import Testing
import Values

@testable import SystemHarness

extension AttackTests {
    /// Couriers, operators and finders of disks, against a participant without a connection.
    @Suite("Carried disks", .serialized)
    struct CourierAttackTests {
        private static func board(_ study: StudyOnDisk) async throws -> String {
            try await study.run(.coordinator, "status", "-d", study.home("coordinator").path, "--json").output
        }

        // MARK: Changed disks

        private struct Tampering {
            let name: String
            let change: (URL) throws -> Void
        }

        /// What a courier can do to the files of a disk, one file of each kind.
        private static func tamperings(_ disk: URL) throws -> [Tampering] {
            let manager = FileManager.default
            let files = try manager.subpathsOfDirectory(atPath: disk.path).filter { $0.hasPrefix("rounds/") }
            let entries = try #require(files.first { $0.hasSuffix("/entries") })
            let chunks = files.filter { $0.hasSuffix(".chunk") || $0.hasSuffix(".last") }.sorted()
            var found = [entries, chunks.first].compactMap { $0 }.flatMap { file in
                [
                    Tampering(name: file) { disk in
                        let path = disk.appendingPathComponent(file)
                        var data = try Data(contentsOf: path)
                        data[data.count / 2] ^= 0x20
                        try data.write(to: path)
                    },
                    Tampering(name: file) { disk in
                        let path = disk.appendingPathComponent(file)
                        try Data(contentsOf: path).dropLast().write(to: path)
                    },
                    Tampering(name: file) { try manager.removeItem(at: $0.appendingPathComponent(file)) },
                    Tampering(name: file) { disk in
                        let path = disk.appendingPathComponent(file)
                        let elsewhere = disk.deletingLastPathComponent().appendingPathComponent(UUID().uuidString)
                        try manager.moveItem(at: path, to: elsewhere)
                        try manager.createSymbolicLink(at: path, withDestinationURL: elsewhere)
                    },
                ]
            }
            found.append(
                Tampering(name: "stray") { try Data().write(to: $0.appendingPathComponent("stray")) })
            found.append(
                Tampering(name: "courier.txt") { disk in
                    let path = disk.appendingPathComponent("courier.txt")
                    let text = try String(contentsOf: path, encoding: .utf8)
                    try Data(text.replacing("made 1", with: "made 2").utf8).write(to: path)
                })
            return found
        }

        private static func refused(at id: String, _ name: String, _ study: StudyOnDisk) async throws -> Int {
            var count = 0
            for (index, tampering) in try tamperings(study.disk(name)).enumerated() {
                let copy = "\(name)-\(index)"
                try FileManager.default.copyItem(at: study.disk(name), to: study.disk(copy))
                try tampering.change(study.disk(copy))
                let result = try await study.courierIn(at: id, from: copy)
                #expect(result.status == 65, "\(tampering.name): \(result)")
                #expect(result.errors.contains(tampering.name), "\(tampering.name): \(result.errors)")
                #expect(result.errors.contains("Nothing was taken"))
                count += 1
            }
            return count
        }

        @Test(
            "Every file that is changed, cut, left out, added or a link is named, and nothing of the disk is taken",
            .timeLimit(.minutes(10)))
        func tampered() async throws {
            try await StudyOnDisk.openedByCourier { study, _, link in
                var tried = 0
                for number in 1...5 {
                    let standing = try await study.untilItWaits(for: ["a"])
                    _ = try await study.courierOut(for: "a", to: "to-\(number)")
                    // The second disk from it has its vault, the third one to it a list.
                    if number == 1 || number == 3 {
                        tried += try await Self.refused(at: "a", "to-\(number)", study)
                    }
                    #expect(try await study.courierIn(at: "a", from: "to-\(number)").status == 0)
                    let back = try await study.courierOut(of: "a", to: "from-\(number)")
                    #expect(back.status == 0, "\(back)")
                    if number == 2 {
                        let before = try await Self.board(study)
                        tried += try await Self.refused(at: "coordinator", "from-\(number)", study)
                        #expect(try await Self.board(study) == before)
                    }
                    #expect(try await study.courierIn(at: "coordinator", from: "from-\(number)").status == 0)
                    if standing.hasEnded { break }
                }
                #expect(tried == 6 + 10 + 10)
                #expect(try await link.end() == 0)
                try await study.checkDataset()
            }
        }

        // MARK: Other disks

        @Test("A disk of another participant, sender or direction is refused", .timeLimit(.minutes(10)))
        func mixedUp() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.byCourier = ["a", "b"]
            try await StudyOnDisk.openedByCourier(design) { study, _, _ in
                for id in ["a", "b"] { #expect(try await study.courierOut(for: id, to: "to-\(id)").status == 0) }
                for (id, disk, words) in [
                    ("a", "to-b", "is for b, not for a"), ("b", "to-a", "is for a, not for b"),
                    ("coordinator", "to-a", "is for a, not for coordinator"),
                ] {
                    let result = try await study.courierIn(at: id, from: disk)
                    #expect(result.status == 79 && result.errors.contains(words), "\(result)")
                }
                for id in ["a", "b"] {
                    #expect(try await study.courierIn(at: id, from: "to-\(id)").status == 0)
                    #expect(try await study.courierOut(of: id, to: "from-\(id)").status == 0)
                }
                let own = try await study.courierIn(at: "a", from: "from-a")
                #expect(own.status == 79 && own.errors.contains("is for coordinator, not for a"), "\(own)")

                // With keys of the courier's own, or of another participant.
                let courier = Curve25519.Signing.PrivateKey()
                let round = try #require(CourierDisk(reading: study.disk("to-a").path).rounds.first)
                let (hub, a) = (try Self.party("coordinator", study), try Self.party("a", study))
                let stranger = CourierManifest.Party(
                    id: "coordinator", signingKey: Array(courier.publicKey.rawRepresentation))
                let board = try CourierDisk(reading: study.disk("to-a").path).entries(of: round)
                try Self.write("forged", [round: board], from: stranger, to: a, courier, study)
                let forged = try await study.courierIn(at: "a", from: "forged")
                #expect(forged.status == 79 && forged.errors.contains("only what the coordinator"), "\(forged)")
                try Self.write(
                    "by-b", [round: board], from: Self.party("b", study), to: a, study.keys("b").signingKey, study)
                #expect(try await study.courierIn(at: "a", from: "by-b").status == 79)
                try Self.write("in-the-name", [round: board], from: hub, to: a, courier, study)
                let unsigned = try await study.courierIn(at: "a", from: "in-the-name")
                #expect(unsigned.status == 65 && unsigned.errors.contains("signature"), "\(unsigned)")

                // b says, in a disk of its own, what a has signed, and stores a stream that nobody names.
                let said = try CourierDisk(reading: study.disk("from-a").path).entries(of: round)
                try Self.write(
                    "others-words", [round: said], from: Self.party("b", study), to: hub,
                    study.keys("b").signingKey, study)
                let others = try await study.courierIn(at: "coordinator", from: "others-words")
                #expect(others.status == 65 && others.errors.contains("not the sender's"), "\(others)")
                let stray = StreamID(batch: "register_b", stage: .vault, attempt: 7)
                try Self.write(
                    "stray", [round: CourierDisk(reading: study.disk("from-b").path).entries(of: round)],
                    streams: [(round, stray)], from: Self.party("b", study), to: hub, study.keys("b").signingKey, study)
                let strayed = try await study.courierIn(at: "coordinator", from: "stray")
                #expect(strayed.status == 65 && strayed.errors.contains("no entry names"), "\(strayed)")
                for id in ["a", "b"] {
                    #expect(try await study.courierIn(at: "coordinator", from: "from-\(id)").status == 0)
                }
            }
        }

        private static func party(_ id: String, _ study: StudyOnDisk) throws -> CourierManifest.Party {
            .init(id: id, signingKey: try study.keys(id).participant.signingKey)
        }

        /// A disk that whoever has this key can make.
        private static func write(
            _ name: String, _ boards: [RoundID: [[UInt8]]], streams: [(RoundID, StreamID)] = [],
            from: CourierManifest.Party,
            to: CourierManifest.Party, _ key: any MessageSigner, _ study: StudyOnDisk, made ahead: Int64 = 3_000
        ) throws {
            let writer = try CourierDiskWriter(study.disk(name).path)
            for (round, entries) in boards {
                try writer.add(CourierEntries.encode(entries), as: .entries(round))
            }
            for (round, stream) in streams { try writer.add([1], as: .chunk(round, stream, seq: 0, last: true)) }
            // Later than anything that was made here.
            try writer.finish(from: from, to: to, made: Int64(time(nil)) + ahead, key: key)
        }

        @Test(
            "An older disk after a newer one is refused, and the same one again changes nothing",
            .timeLimit(.minutes(10)))
        func stale() async throws {
            try await StudyOnDisk.openedByCourier { study, _, _ in
                #expect(try await study.courierOut(for: "a", to: "old").status == 0)
                #expect(try await study.courierOut(for: "a", to: "new").status == 0)
                #expect(try await study.courierIn(at: "a", from: "new").status == 0)
                let old = try await study.courierIn(at: "a", from: "old")
                #expect(old.status == 79 && old.errors.contains("carry the latest"), "\(old)")
                let again = try await study.courierIn(at: "a", from: "new")
                #expect(again.status == 0 && again.output.contains("was taken already"), "\(again)")
                #expect(try await study.courierOut(of: "a", to: "a-old").status == 0)
                #expect(try await study.courierOut(of: "a", to: "a-new").status == 0)
                #expect(try await study.courierIn(at: "coordinator", from: "a-new").status == 0)
                let oldOfA = try await study.courierIn(at: "coordinator", from: "a-old")
                #expect(oldOfA.status == 79 && oldOfA.errors.contains("carry the latest"), "\(oldOfA)")
                let twice = try await study.courierIn(at: "coordinator", from: "a-new")
                #expect(twice.status == 0 && twice.output.contains("Took 0 entries"), "\(twice)")
                // Made in two days: everything later would be older.
                let board = try CourierDisk(reading: study.disk("new").path)
                let round = try #require(board.rounds.first)
                for (id, from) in [("a", "coordinator"), ("coordinator", "a")] {
                    try Self.write(
                        "early-\(id)", [round: from == "a" ? [] : board.entries(of: round)],
                        from: Self.party(from, study), to: Self.party(id, study), study.keys(from).signingKey, study,
                        made: 172_800)
                    let early = try await study.courierIn(at: id, from: "early-\(id)")
                    #expect(early.status == 79 && early.errors.contains("compare the clocks"), "\(early)")
                }
            }
        }

        @Test(
            "Of rounds whose agreement was not signed here nothing is kept, and of others only so many",
            .timeLimit(.minutes(10)))
        func unsignedAgreements() async throws {
            try await StudyOnDisk.openedByCourier { study, _, _ in
                let openings = try Openings(study)
                let (hub, a) = (try Self.party("coordinator", study), try Self.party("a", study))
                let key = try study.keys("coordinator").signingKey
                #expect(try await study.courierOut(for: "a", to: "true").status == 0)
                let disk = try CourierDisk(reading: study.disk("true").path)
                let round = try #require(disk.rounds.first)
                var boards = [round: try disk.entries(of: round)]
                // Two of agreements that nobody knows, and one of an agreement that is signed later.
                let later = study.directory.appendingPathComponent("later.yaml")
                let text = try String(contentsOf: study.agreement, encoding: .utf8)
                try Data(text.replacing("A study of invented people", with: "Another study").utf8).write(to: later)
                let laterID = AgreementID(ofFile: Array(try Data(contentsOf: later))).description
                #expect(laterID != openings.agreement)
                var strangers: [RoundID] = []
                for number in 1...3 {
                    let opening = try #require(
                        openings.make(number: number, of: number < 3 ? nil : laterID))
                    let round = try #require(opening.openedRound)
                    boards[round] = [opening.bytes]
                    strangers.append(round)
                }
                let stream = StreamID(batch: "register_b", stage: .ring(0), attempt: 1)
                try Self.write(
                    "mixed", boards, streams: strangers.prefix(2).map { ($0, stream) }, from: hub, to: a, key, study)
                let courier = study.home("a").appendingPathComponent("courier")
                func kept() throws -> Set<String> {
                    Set(
                        try FileManager.default.subpathsOfDirectory(atPath: courier.path).filter { path in
                            strangers.contains { path.contains($0.description) }
                        })
                }
                let mixed = try await study.courierIn(at: "a", from: "mixed")
                #expect(mixed.status == 0 && mixed.output.contains("Round \(round.description.prefix(12)) of "))
                for round in strangers {
                    #expect(
                        mixed.output.contains(
                            "Round \(round.description.prefix(12)) is of an agreement that was not signed here"))
                }
                #expect(try kept() == [])
                let status = try await study.run(study.program("a"), "status", "-d", study.home("a").path)
                #expect(status.output.contains("agreements were not signed here: 3"), "\(status)")
                // When an agreement is signed, the same disk gives its rounds.
                let signing = try await study.run(
                    study.program("a"), "agreement", "sign", "-d", study.home("a").path, later.path)
                #expect(signing.status == 0, "\(signing)")
                let again = try await study.courierIn(at: "a", from: "mixed")
                #expect(
                    again.status == 0 && again.output.contains("Round \(strangers[2].description.prefix(12)) of "),
                    "\(again)")
                #expect(!again.output.contains("Round \(round.description.prefix(12))"), "\(again)")
                #expect(try Set(kept().filter { $0.hasPrefix("boards/") }) == ["boards/\(strangers[2])"])

                var many: [RoundID: [[UInt8]]] = [:]
                for number in 2...1_025 {
                    let opening = try #require(openings.make(number: number, of: openings.agreement))
                    many[try #require(opening.openedRound)] = [opening.bytes]
                }
                try Self.write("many", many, from: hub, to: a, key, study, made: 3_001)
                let full = try await study.courierIn(at: "a", from: "many")
                #expect(full.status == 79 && full.errors.contains("more than 1024 rounds"), "\(full)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(courier.path)/boards").count == 2)
            }
        }

        @Test(
            "A board that is shorter than the last one, or another, is not taken, though the coordinator signed it",
            .timeLimit(.minutes(10)))
        func forkedBoard() async throws {
            try await StudyOnDisk.openedByCourier { study, _, _ in
                #expect(try await study.journey(of: "a", number: 1))
                _ = try await study.untilItWaits(for: ["a"])
                #expect(try await study.courierOut(for: "a", to: "true").status == 0)
                #expect(try await study.courierIn(at: "a", from: "true").status == 0)
                let disk = try CourierDisk(reading: study.disk("true").path)
                let round = try #require(disk.rounds.first)
                let board = try disk.entries(of: round)
                let (hub, a) = (try Self.party("coordinator", study), try Self.party("a", study))
                let key = try study.keys("coordinator").signingKey
                var swapped = board
                swapped.swapAt(1, 2)
                for (name, entries) in [
                    ("shorter", Array(board.dropLast())), ("swapped", swapped),
                    ("replaced", board.dropLast() + [board[1]]), ("none", []),
                ] {
                    try Self.write(name, [round: entries], from: hub, to: a, key, study)
                    let result = try await study.courierIn(at: "a", from: name)
                    #expect(result.status == 80 && result.errors.contains("does not go on from"), "\(name): \(result)")
                }
                // A stream that nobody has announced only takes room.
                let stray = StreamID(batch: "register_b", stage: .ring(0), attempt: 7)
                try Self.write("stray", [round: board], streams: [(round, stray)], from: hub, to: a, key, study)
                let strayed = try await study.courierIn(at: "a", from: "stray")
                #expect(strayed.status == 65 && strayed.errors.contains("no entry names"), "\(strayed)")
                // Another round's board under this round's name.
                let other = try #require(RoundID(bytes: [UInt8](repeating: 1, count: 32)))
                try Self.write("other-round", [other: board], from: hub, to: a, key, study)
                #expect(try await study.courierIn(at: "a", from: "other-round").status == 80)
                #expect(try await study.journeyBack(of: "a", number: 2))
            }
        }
    }
}

extension StudyOnDisk {
    private static var byCourier: StudyDesign {
        var design = StudyDesign.simple(nodes: 2)
        design.byCourier = ["a"]
        return design
    }

    /// A round that waits for those without a connection.
    static func openedByCourier(
        _ design: StudyDesign = byCourier,
        _ body: (StudyOnDisk, [String: RunningProgram], RunningProgram) async throws -> Void
    ) async throws {
        try await StudyOnDisk.with(design) { study in
            try study.sign()
            let running = try await study.serveAll()
            for id in design.byCourier { try await #require(running[id]).says("Serving") }
            let link = try study.link()
            try await wait(seconds: 120) { link.output.contains("Opened round") }
            _ = try await study.untilItWaits(for: design.byCourier)
            try await body(study, running, link)
        }
    }
}
