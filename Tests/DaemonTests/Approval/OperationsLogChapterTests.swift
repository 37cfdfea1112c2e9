import Crypto
import Files
import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Values

/// A log that is too long for one file goes on in another.
@Suite("Operations log in several files")
struct OperationsLogChapterTests {
    private static let closing = 8_000
    private static let path = "home/log/operations.log"
    private let place: TemporaryDirectory
    private let home: Home
    private let book: ApprovalBook
    private let people = ["a", "b"].map(TestApprover.init)

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: "kela", name: "Kela", role: .authority, alternativeNames: [], validityDays: 30)
        book = try ApprovalBook(home: home, closingLogAt: Self.closing)
    }

    private func write(_ count: Int, _ word: String = "daemon started") throws {
        for number in 0..<count { try book.note(word, ["number": "\(number)"]) }
    }

    private func settle(_ kind: ApprovalSubject.Kind, _ document: [UInt8]) throws {
        let subject = ApprovalSubject(kind, document)
        try book.keep(document, as: subject)
        let number = Hex.encode((0..<16).map { _ in UInt8.random(in: 0...255) })
        try book.enter(people[0].says(.propose, subject, number, log: book.logID()))
        try book.enter(people[1].says(.approve, subject, number, log: book.logID()))
    }

    private func closed(_ number: Int) -> String { "home/log/operations-\(number).log" }

    @Test("A full file is closed, the next goes on from it, and what was approved stays approved")
    func goesOn() throws {
        try settle(.approvers, Array(LedgerOfTest.set(people).text.utf8))
        let document = Array("an agreement".utf8)
        try settle(.agreement, document)
        let id = try book.logID()
        try write(100)
        let files = try book.log.files()
        #expect(files.count > 2)
        for (index, file) in files.enumerated() {
            let name = index + 1 == files.count ? Self.path : closed(index + 1)
            let bytes = try place.read(name)
            #expect(bytes.count <= Self.closing)
            #expect(try place.mode(name) == 0o600)
            #expect(try OperationsLog.parse(bytes, path: name) == file)
            #expect((file[0].kind == .begin) == (index == 0) && (file[0].kind == .continued) == (index > 0))
            guard index > 0 else { continue }
            let last = try #require(files[index - 1].last)
            #expect(file[0].content == "log=\(id) file=operations-\(index).log hash=\(Hex.encode(last.hash))")
            #expect(file[1...4].map(\.kind) == [.carried, .carried, .carried, .carried])
        }
        let all = files.flatMap { $0 }
        #expect(all.map(\.number) == Array(1...all.count))
        #expect(all.count { $0.content.hasPrefix("daemon started") } == 100)
        #expect(all.count { $0.kind == .statement } == 4)
        // The present file is enough to know what is approved.
        for number in 1..<files.count { try FileManager.default.removeItem(atPath: place.file(closed(number))) }
        let again = try home.approvals()
        #expect(try again.logID() == id)
        #expect(try again.standing(of: ApprovalSubject(.agreement, document)) == .approved)
        #expect(try again.standing(of: ApprovalSubject(.agreement, [1])) == .missing)
        try settle(.agreement, [1])
        #expect(try again.standing(of: ApprovalSubject(.agreement, [1])) == .approved)
        #expect(throws: OperationsLogError.missing(path: place.file(closed(files.count - 1)))) { try book.log.files() }
    }

    @Test("What the daemon saw before a file was closed is still looked for, in that file")
    func growth() throws {
        let state = try home.state()
        try settle(.approvers, Array(LedgerOfTest.set(people).text.utf8))
        _ = try book.snapshot(growingIn: state)
        try write(120)
        #expect(try book.log.files().count > 2)
        _ = try book.snapshot(growingIn: state)
        try write(3)
        _ = try book.snapshot(growingIn: state)
        // Seen, closed, and then another log put in its place that is lawful by itself.
        try write(60)
        let bytes = try place.read(closed(1))
        let other = try Home.create(
            at: place.file("other"), id: "kela", name: "Kela", role: .authority, alternativeNames: [], validityDays: 30)
        let forged = try ApprovalBook(home: other, closingLogAt: Self.closing)
        for number in 0..<150 { try forged.note("daemon started", ["number": "\(number)"]) }
        try FileManager.default.removeItem(atPath: place.file("home/log"))
        try FileManager.default.copyItem(atPath: place.file("other/log"), toPath: place.file("home/log"))
        #expect(throws: OperationsLogError.self) { try book.snapshot(growingIn: state) }
        #expect(try place.read(closed(1)) != bytes)
    }

    @Test("A closed file that was changed, cut, swapped or taken away is found")
    func altered() throws {
        try settle(.approvers, Array(LedgerOfTest.set(people).text.utf8))
        try write(160)
        let count = try book.log.files().count
        #expect(count > 3)
        for number in 1..<count {
            let bytes = try place.read(closed(number))
            let lines = bytes.split(separator: 10).map { Array($0) + [10] }
            var flipped = bytes
            flipped[flipped.count / 2] ^= 1
            let neighbour = try place.read(closed(number == 1 ? 2 : number - 1))
            for wrong in [flipped, lines.dropLast().flatMap { $0 }, lines.dropFirst().flatMap { $0 }, neighbour, []] {
                try place.overwrite(closed(number), wrong)
                #expect(throws: OperationsLogError.self, "\(number)") { try book.log.files() }
            }
            try place.overwrite(closed(number), bytes)
            #expect(try book.log.files().count == count)
        }
    }

    /// Whoever leaves a refusal out of what is repeated, with right hashes, is found by the file before.
    @Test("What is repeated must be what stands in the file before")
    func repeatedOtherwise() throws {
        try settle(.approvers, Array(LedgerOfTest.set(people).text.utf8))
        try write(60)
        let files = try book.log.files()
        let present = try #require(files.last)
        #expect(files.count == 2 && present[2].kind == .carried)
        for leftOut in [[1], [2], [1, 2]] {
            var bytes: [UInt8] = []
            var before: OperationsLog.Line?
            for (index, line) in present.enumerated() where !leftOut.contains(index) {
                let made = OperationsLog.make(
                    number: before.map { $0.number + 1 } ?? line.number, time: line.time, line.kind, line.content,
                    after: before?.hash ?? OperationsLog.Continuation(line.content)?.hash)
                bytes += made.bytes + [10]
                before = made.line
            }
            try place.overwrite(Self.path, bytes)
            // By itself the file is whole.
            #expect(try book.log.lines().count == present.count - leftOut.count)
            #expect(throws: OperationsLogError.altered(path: place.file(Self.path), line: present[1].number)) {
                try book.log.files()
            }
        }
    }

    @Test("A copy that a killed process left does no harm: the file is closed anew")
    func killedBetween() throws {
        try write(10)
        try place.write(String(decoding: try place.read(Self.path), as: UTF8.self), to: closed(1))
        try write(100)
        #expect(try book.log.files().count > 1)
        #expect(try book.log.files().flatMap { $0 }.count { $0.kind == .event } == 110)
    }

    @Test("Several who write while files are closed lose no line")
    func concurrent() async throws {
        let home = home
        await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let book = try ApprovalBook(home: home, closingLogAt: 4_000)
                    for number in 0..<40 { try book.note("writer", ["writer": "\(writer)", "number": "\(number)"]) }
                }
            }
        }
        let events = try book.log.files().flatMap { $0 }.filter { $0.kind == .event }
        #expect(events.count == 160)
        #expect(Set(events.map(\.content)).count == 160)
        #expect(try book.log.files().count > 4)
    }

    @Test("Where what approvers signed fills the log, the file grows, and in the end it is said what to do")
    func full() throws {
        try settle(.approvers, Array(LedgerOfTest.set(people).text.utf8))
        for number in 0..<20 { try settle(.agreement, [UInt8(number)]) }
        #expect(try book.log.files().count == 1)
        let byteCount = try place.read(Self.path).count
        #expect(byteCount > Self.closing)
        let log = OperationsLog(
            in: try home.directory.subdirectory("log"), closingAt: Self.closing, maxByteCount: byteCount + 100)
        let error = #expect(throws: OperationsLogError.self) {
            try log.append(beginning: ("kela", "")) { _ in (.event, String(repeating: "x", count: 200)) }
        }
        guard case .full = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("set this participant up in a new directory") == true)
        #expect(try place.read(Self.path).count == byteCount)
    }
}
