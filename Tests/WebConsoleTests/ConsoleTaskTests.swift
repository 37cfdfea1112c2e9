import Testing

@testable import Daemon
@testable import WebConsole

/// What takes its time.
@Suite("Tasks of the console")
struct ConsoleTaskTests {
    private struct Broken: Error, ReportableError {
        var sentence: String { "it broke" }
        var exitStatus: Daemon.ExitStatus { .software }
    }

    private func end(of task: ConsoleTask) async throws -> [ConsoleBlock] {
        while true {
            let blocks = task.blocks(Say(.english))
            if case .notice(.note, _)? = blocks.first {} else { return blocks }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("One runs at once; its lines and its end are told")
    func runs() async throws {
        let task = ConsoleTask()
        #expect(task.blocks(Say(.english)).isEmpty)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        #expect(
            task.start { out in
                out.line("one")
                for await _ in gate { break }
                out.line("two")
                return "All is well."
            })
        #expect(!task.start { _ in "never" })
        #expect(task.blocks(Say(.english)).first.map { "\($0)".contains("Under way since ") } == true)
        open.yield()
        #expect(try await end(of: task) == [.notice(.good, "All is well."), .lines(["one", "two"])])
        #expect(task.start { _ in throw Broken() })
        #expect(try await end(of: task) == [.notice(.alarm, .english("it broke"))])
    }

    @Test("A task that prints without end fills no memory")
    func bounded() async throws {
        let task = ConsoleTask()
        #expect(
            task.start { out in
                for number in 0..<6_000 { out.line("line \(number)") }
                return "Done."
            })
        guard case .lines(let lines)? = try await end(of: task).last else {
            Issue.record("no lines")
            return
        }
        #expect(lines.count == 5_000 && lines.last == "line 4999")
    }
}
