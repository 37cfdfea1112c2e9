import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import TestDirectories
import Testing

@testable import Daemon
@testable import Member
@testable import Values

/// What was logged, by level.
private final class Told: Sendable {
    let lines = Mutex<[String]>([])

    struct Handler: LogHandler {
        let told: Told
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(
            level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String,
            function: String, line: UInt
        ) { told.lines.withLock { $0.append("\(level) \(message)") } }
    }

    var logger: Logger { Logger(label: "test") { _ in Handler(told: self) } }
    var all: [String] { lines.withLock { $0 } }
}

@Suite("Notes of a daemon")
struct DaemonNotesTests {
    private let place: TemporaryDirectory
    private let home: Home
    private let book: ApprovalBook
    private let told = Told()

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: "kela", name: "Kela", role: .authority, alternativeNames: [], validityDays: 30)
        book = try home.approvals()
    }

    private var events: [String] {
        get throws { try book.log.lines().filter { $0.kind == .event }.map(\.content) }
    }

    /// While it lasts, nothing can be written into the log.
    private func obstruct() throws {
        try FileManager.default.moveItem(atPath: place.file("home/log"), toPath: place.file("aside"))
    }

    private func clear() throws {
        try FileManager.default.moveItem(atPath: place.file("aside"), toPath: place.file("home/log"))
    }

    @Test("What can be written is written at once")
    func atOnce() throws {
        let notes = DaemonNotes(book: book, logger: told.logger)
        notes.note("daemon started")
        notes.note("daemon stopped")
        #expect(try events.map { $0.prefix(14) } == ["daemon started", "daemon stopped"])
        #expect(try events.allSatisfy { !$0.contains("since=") })
        #expect(told.all == [] && notes.isDone)
    }

    @Test("What cannot be written is told once as an error, and written later with its time")
    func later() async throws {
        try book.note("before")
        let notes = DaemonNotes(book: book, pause: .milliseconds(1), logger: told.logger)
        try obstruct()
        notes.note("daemon started")
        #expect(told.all.count == 1 && told.all[0].hasPrefix("error The operations log could not be written"))
        let running = Task { try await notes.run() }
        try await Task.sleep(for: .milliseconds(50))
        #expect(told.all.count == 1 && !notes.isDone)
        try clear()
        while !notes.isDone { try await Task.sleep(for: .milliseconds(1)) }
        running.cancel()
        try await running.value
        #expect(try events.count == 2)
        #expect(try events[1].contains("daemon started") && events[1].contains(" since=20"))
        #expect(told.all.last == "notice The operations log is written again")
    }

    @Test("A later note does not overtake an earlier one")
    func inOrder() throws {
        try book.note("before")
        let notes = DaemonNotes(book: book, logger: told.logger)
        try obstruct()
        notes.note("daemon started")
        try clear()
        notes.note("daemon stopped")
        #expect(try events.map { $0.prefix(14) }.dropFirst() == ["daemon started", "daemon stopped"])
        #expect(try events[1].contains("since=") && !events[2].contains("since="))
        #expect(notes.isDone)
    }
}
