import Crypto
import Files
import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Daemon
@testable import Values

@Suite("Operations log")
struct OperationsLogTests {
    private let place: TemporaryDirectory
    private let home: Home

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: "kela", name: "Kela", role: .authority, alternativeNames: [], validityDays: 30)
    }

    private static let path = "home/log/operations.log"

    @Test("What is noted stands there in order, after a line that is no other log's")
    func noted() throws {
        let book = try home.approvals()
        try book.note("daemon started")
        try book.note("round forgotten", ["round": "a b\nc"])
        let lines = try book.log.lines()
        #expect(lines.map(\.kind) == [.begin, .event, .event])
        #expect(lines[0].content.hasPrefix("participant=kela key=ed25519:"))
        #expect(lines[1].content.hasPrefix("daemon started account="))
        #expect(lines[2].content.hasSuffix(" round=\"a b\\nc\""))
        #expect(try place.mode(Self.path) == 0o600)
        let other = try TemporaryDirectory()
        let second = try Home.create(
            at: other.file("home"), id: "kela", name: "Kela", role: .authority, alternativeNames: [], validityDays: 30)
        #expect(try second.approvals().logID() != book.logID())
    }

    @Test("A changed byte, a line left out, put twice or moved is found, and the line is named")
    func altered() throws {
        let book = try home.approvals()
        for word in ["one", "two", "three"] { try book.note(word) }
        let bytes = try place.read(Self.path)
        let lines = bytes.split(separator: 10).map(Array.init)
        for index in bytes.indices where bytes[index] != 10 {
            var wrong = bytes
            wrong[index] ^= 1
            try place.overwrite(Self.path, wrong)
            // A line feed that comes about cuts a line in two.
            #expect(throws: OperationsLogError.self, "byte \(index)") { try book.log.lines() }
        }
        for order in [[1, 2, 3], [0, 2, 3], [0, 1, 1, 2, 3], [0, 2, 1, 3], [0, 1, 2, 3, 0]] {
            try place.overwrite(Self.path, order.flatMap { lines[$0] + [10] })
            #expect(throws: OperationsLogError.self, "\(order)") { try book.log.lines() }
        }
        var wrong = lines
        wrong[2][70] ^= 1
        try place.overwrite(Self.path, wrong.flatMap { $0 + [10] })
        #expect(throws: OperationsLogError.altered(path: place.file(Self.path), line: 3)) { try book.log.lines() }
    }

    @Test("What a killed writer left of a line is not read, and goes with the next line")
    func halfWritten() throws {
        let book = try home.approvals()
        try book.note("one")
        let bytes = try place.read(Self.path)
        try place.overwrite(Self.path, bytes + Array("0123 half a li".utf8))
        #expect(try book.log.lines().count == 2)
        try book.note("two")
        #expect(try book.log.lines().map(\.number) == [1, 2, 3])
        #expect(try place.read(Self.path).starts(with: bytes))
    }

    @Test("A log that was cut, replaced or removed since the daemon looked is refused", arguments: 0...3)
    func cutBack(kept: Int) throws {
        let state = try home.state()
        let book = try home.approvals()
        _ = try book.snapshot(growingIn: state)
        for word in ["one", "two", "three"] { try book.note(word) }
        _ = try book.snapshot(growingIn: state)
        try book.note("four")
        _ = try book.snapshot(growingIn: state)
        let lines = try place.read(Self.path).split(separator: 10)
        try place.overwrite(Self.path, lines.prefix(kept).flatMap { $0 + [10] })
        let refused = OperationsLogError.cutBack(path: place.file(Self.path), seen: 5)
        #expect(throws: refused) { _ = try book.snapshot(growingIn: state) }
        // Also when it has grown again to more lines than before.
        if kept > 0 { for _ in 0..<6 { try book.note("instead") } }
        #expect(throws: refused) { _ = try book.snapshot(growingIn: state) }
    }

    @Test("Two who write at once leave two whole lines each time")
    func concurrent() async throws {
        let home = home
        await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let book = try home.approvals()
                    for number in 0..<20 { try book.note("writer \(writer) line \(number)") }
                }
            }
        }
        #expect(try home.approvals().log.lines().count == 81)
    }

    @Test("A file that others may read is not read")
    func loose() throws {
        let book = try home.approvals()
        try book.note("one")
        #expect(chmod(place.file(Self.path), 0o640) == 0)
        let refused = FileError.looseMode(path: place.file(Self.path), mode: 0o640, wanted: 0o600)
        #expect(throws: refused) { try book.log.lines() }
        #expect(throws: refused) { try book.note("two") }
    }
}

@Suite("A file that only grows")
struct LogFileTests {
    @Test("A line that would make it too long is refused, and it stays as it was")
    func full() throws {
        let place = try TemporaryDirectory()
        let file = LogFile(in: try PrivateDirectory(place.path), name: "log", maxByteCount: 10)
        try file.append { _ in Array("12345".utf8) }
        #expect(throws: FileError.tooLarge(path: place.file("log"), maxByteCount: 10)) {
            try file.append { _ in Array("6789".utf8) }
        }
        try file.append { lines in
            #expect(lines == Array("12345\n".utf8))
            return Array("678".utf8)
        }
        #expect(try file.read() == Array("12345\n678\n".utf8))
        struct Stop: Error {}
        #expect(throws: Stop.self) { try file.append { _ in throw Stop() } }
        #expect(try file.read() == Array("12345\n678\n".utf8))
    }
}
