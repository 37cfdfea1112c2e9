import Exchange
import Foundation
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Files
@testable import RoundSimulation
@testable import Values

/// What a participant shows, and what somebody can do to it before it is checked.
@Suite("Evidence in one file")
struct EvidenceFileTests {
    private let place: TemporaryDirectory

    init() throws { place = try TemporaryDirectory() }

    typealias Contents = [(name: String, bytes: [UInt8])]

    private func write(_ fixture: BoardFixture, _ name: String = "a.zip", count: Int? = nil) async throws {
        let board = Array(fixture.board.prefix(count ?? fixture.board.count))
        try await EvidenceFile.write(
            EvidenceFile.Contents(agreement: fixture.study.file, board: board), to: place.file(name))
    }

    /// The files of a zip.
    private func contents(_ name: String = "a.zip") throws -> Contents {
        let reader = try ZipReader(place.file(name))
        return try reader.entries.map { ($0.name, try reader.contents($0.name, maxByteCount: 1 << 24)) }
    }

    /// Packs files anew, with right sizes and checksums.
    private func repack(_ contents: Contents, _ name: String = "b.zip") throws {
        try? FileManager.default.removeItem(atPath: place.file(name))
        let writer = try ZipWriter(place.file(name))
        for file in contents { try writer.add(file.name, file.bytes) }
        try writer.finish()
    }

    private func read(_ name: String = "b.zip") throws -> EvidenceReader { try EvidenceReader(place.file(name)) }

    @Test("What was written is read, and the report answers an auditor's questions in sentences")
    func roundTrip() async throws {
        let fixture = try await BoardFixture.written.value
        try await write(fixture)
        let reader = try read("a.zip")
        #expect(reader.board.entries.map(\.bytes) == fixture.board)
        #expect(reader.secrets.isEmpty)
        #expect(try contents().map(\.name) == ["README.txt", "agreement.yaml", "board.txt"])
        let report = EvidenceReport(reader.board)
        #expect(report.sections.count == 7 && report.sections.allSatisfy { !$0.lines.isEmpty })
        let text = report.sections.flatMap { [$0.heading] + $0.lines }.joined(separator: "\n")
        for sentence in [
            "The study is written: A study that is written down.", "All 5 participants have signed it:",
            "- owner-left, Office owner-left: authority, owner of left.",
            "1. coordinator opened round 1 of at most 3.", "committed to keys for this round.",
            "declared the list of left: 3 items, dummies included.",
            "The coordinator says that it opened the round at 1970-01-01T00:16:40.000Z.",
            "All nodes have released their shares: owner-left, owner-right, mixer0.",
            "What the coordinator found was approved by mixer0, who did its work again.",
            "Nobody has refused, and nobody has accused anybody.", "The coordinator closed the round.",
            "All key holders have signed this end: owner-left, owner-right, mixer0, research. So there was no other.",
            "It does not show who anybody is, and no row of anybody.",
        ] { #expect(text.contains(sentence), "\(sentence) is not in:\n\(text)") }
    }

    @Test("Counts are told as they were published, and what a round without an end is")
    func counts() async throws {
        let fixture = try await BoardFixture.writtenCounts.value
        try await write(fixture)
        var text = EvidenceReport(try read("a.zip").board).sections.flatMap(\.lines).joined(separator: "\n")
        #expect(text.contains("- cohort everybody: 3 people") && text.contains("- in exactly left, right: 2 people"))
        #expect(text.contains("- in exactly left: 1 person"))
        try await write(fixture, "c.zip", count: try fixture.position(of: Counted.self))
        text = EvidenceReport(try read("c.zip").board).sections.flatMap(\.lines).joined(separator: "\n")
        #expect(text.contains("The board has no end.") && text.contains("Nothing was counted or released."))
    }

    @Test("A late abortion, a refusal, and signatures that are missing are explained")
    func aborted() async throws {
        let fixture = try await BoardFixture.written.value
        func text(_ count: Int, _ more: [(any EntryBody, ParticipantID)]) throws -> String {
            var (record, board) = (fixture.records[count - 1], Array(fixture.board[..<count]))
            for (body, author) in more {
                board.append(try fixture.sign(body, by: author, on: record))
                try record.append(board[board.count - 1])
            }
            let replayed = try ReplayedBoard(agreement: fixture.study.file, board: board)
            return EvidenceReport(replayed).sections.flatMap(\.lines).joined(separator: "\n")
        }
        let late = try text(
            fixture.position(of: RoundClosed.self),
            [(RoundAborted(code: .deadline, participants: ["research"]), "coordinator"), (KeysErased(), "mixer0")])
        #expect(late.contains("The abortion came after all nodes had released their shares. It does not undo that"))
        #expect(late.contains("Of the key holders, these have signed this end: mixer0."))
        #expect(late.contains("These have not: owner-left, owner-right, research."))
        let refused = try text(
            2,
            [
                (Refused(code: .register), "owner-right"),
                (RoundAborted(code: .refused, participants: ["owner-right"]), "coordinator"),
            ])
        #expect(refused.contains("owner-right refused the round with register.unusable: a register of its own"))
        #expect(refused.contains("nothing of anybody could be opened"))
        #expect(refused.contains("No key holder has signed this end on this board."))
    }

    /// [P-77]
    @Test("Every byte of the file matters: with any one changed it is refused")
    func everyByte() async throws {
        let fixture = try await BoardFixture.writtenCounts.value
        try await write(fixture, count: 4)
        let whole = try place.read("a.zip")
        #expect(whole.count > 5_000)
        try place.overwrite("b.zip", whole)
        let file = try OpenFile(changing: place.file("b.zip"))
        for index in Thorough.positions(whole.indices, oneIn: 8) {
            try file.write([whole[index] ^ 1], at: index)
            #expect(throws: (any Error).self, "byte \(index)") { try read() }
            try file.write([whole[index]], at: index)
            // Other tests share the few threads.
            await Task.yield()
        }
        _ = try read()
    }

    @Test("It is refused too when the zip was packed anew after a byte was changed, so that all checksums are right")
    func repacked() async throws {
        let fixture = try await BoardFixture.writtenCounts.value
        try await write(fixture, count: 2)
        let whole = try contents()
        try repack(whole)
        _ = try read()
        for (place, file) in whole.enumerated() {
            for index in stride(from: 0, to: file.bytes.count, by: Thorough.isOn ? 101 : 307) {
                var changed = whole
                changed[place].bytes[index] ^= 1
                try repack(changed)
                #expect(throws: EvidenceError.self, "\(file.name), byte \(index)") { try read() }
                await Task.yield()
            }
        }
        // Every byte of the board, by what a reader does with it once the zip is right.
        let text = try #require(whole.first { $0.name == "board.txt" }).bytes
        #expect(text.count > 1_500)
        for index in Thorough.positions(text.indices, oneIn: 8) {
            var changed = text
            changed[index] ^= 1
            if let entries = BoardText.entries(changed) {
                #expect(throws: ReplayError.self, "byte \(index)") {
                    try ReplayedBoard(agreement: fixture.study.file, board: entries)
                }
            }
            await Task.yield()
        }
    }

    @Test("Files that are left out, added, swapped or renamed are found, whoever packs the zip anew")
    func files() async throws {
        let fixture = try await BoardFixture.written.value
        try await write(fixture)
        let whole = try contents()
        for index in whole.indices {
            var changed = whole
            changed.remove(at: index)
            try repack(changed)
            #expect(throws: ZipError.self, "without \(whole[index].name)") { try read() }
        }
        for name in ["a", "note.txt", "secrets.json", "streams/left.1.0.0", "zz"] {
            try repack((whole + [(name, Array("{}\n".utf8))]).sorted { $0.name < $1.name })
            #expect(throws: EvidenceError.self, "with \(name)") { try read() }
        }
        var swapped = whole
        (swapped[1].bytes, swapped[2].bytes) = (whole[2].bytes, whole[1].bytes)
        try repack(swapped)
        #expect(throws: EvidenceError.self) { try read() }
    }

    @Test("Lines of the board that are left out, swapped, repeated, or changed in form are found")
    func lines() async throws {
        let fixture = try await BoardFixture.written.value
        try await write(fixture)
        let whole = try contents()
        let board = try #require(whole.firstIndex { $0.name == "board.txt" })
        let lines = whole[board].bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast().map(Array.init)
        func check(_ changed: [[UInt8]], _ what: Comment) throws {
            var contents = whole
            contents[board].bytes = changed.flatMap { $0 + [10] }
            try repack(contents)
            #expect(throws: EvidenceError.self, what) { try read() }
        }
        for index in lines.indices {
            var changed = lines
            changed.insert(lines[index], at: index + 1)
            try check(changed, "line \(index) twice")
            changed = lines
            changed[index] =
                Array(String(decoding: lines[index].prefix(128), as: UTF8.self).uppercased().utf8)
                + lines[index].dropFirst(128)
            if changed[index] != lines[index] { try check(changed, "line \(index) in capitals") }
            changed[index] = lines[index] + [0x20]
            try check(changed, "line \(index) with a space more")
            guard index + 1 < lines.count, index < lines.count / 2 else { continue }
            changed = lines
            changed.remove(at: index)
            try check(changed, "line \(index) left out")
        }
        try check(lines.reversed(), "reversed")
    }

    @Test("What would not pass is not written, and nothing is replaced")
    func unfit() async throws {
        let fixture = try await BoardFixture.written.value
        var board = fixture.board
        board.swapAt(3, 4)
        await #expect(throws: EvidenceError.self) {
            try await EvidenceFile.write(
                EvidenceFile.Contents(agreement: fixture.study.file, board: board), to: place.file("a.zip"))
        }
        #expect(try place.contents() == [])
        try await write(fixture)
        await #expect(throws: FileError.exists(path: place.file("a.zip"))) { try await write(fixture) }
    }

    @Test("Evidence of two participants: the same, an earlier one, two boards, and two rounds under one number")
    func compared() async throws {
        let fixture = try await BoardFixture.written.value
        let count = try fixture.position(of: RoundClosed.self)
        try await write(fixture)
        try await write(fixture, "early.zip", count: 5)
        var (record, board) = (fixture.records[count - 1], Array(fixture.board[..<count]))
        for (body, author) in [
            (RoundAborted(code: .deadline, participants: []), "coordinator"), (KeysErased(), "owner-right"),
        ] as [(any EntryBody, ParticipantID)] {
            board.append(try fixture.sign(body, by: author, on: record))
            try record.append(board[board.count - 1])
        }
        try await EvidenceFile.write(
            EvidenceFile.Contents(agreement: fixture.study.file, board: board), to: place.file("other.zip"))
        let whole = try read("a.zip")
        let same = EvidenceDifference(whole, whole)
        #expect(!same.isContradiction && same.lines.count == 1)
        let earlier = EvidenceDifference(try read("early.zip"), whole)
        #expect(!earlier.isContradiction && earlier.lines[0].contains("a.zip has all 5 entries of"))
        let forked = EvidenceDifference(whole, try read("other.zip"))
        #expect(forked.isContradiction)
        let text = forked.lines.joined(separator: "\n")
        #expect(text.contains("They agree up to entry \(count), and differ from entry \(count + 1) on."), "\(text)")
        #expect(text.contains("owner-right has signed both, which nobody honest does."), "\(text)")
        let second = try fixture.study.opening().bytes
        try await EvidenceFile.write(
            EvidenceFile.Contents(agreement: fixture.study.file, board: [second]), to: place.file("second.zip"))
        let twice = EvidenceDifference(whole, try read("second.zip"))
        #expect(twice.isContradiction && twice.lines.joined().contains("two rounds under one number"))
    }
}
