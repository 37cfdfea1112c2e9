import ArgumentParser
import Files
import Foundation
import Glibc
import Logging
import PSIProtocol
import ServiceLifecycle
import Testing

@testable import Daemon
@testable import Values

@Suite("Event log")
struct EventLogTests {
    @Test("One line per event: UTC time, level, message, sorted metadata")
    func form() {
        let transcript = Transcript()
        let manual = ManualClock()
        var log = EventLog(level: .info, console: transcript.console(), clock: manual.clock)
        log[metadataKey: "round"] = "7"
        let logger = Logger(label: "test") { _ in log }
        logger.info("round opened", metadata: ["agreement": "espoo skills", "b": ["x", "y"], "c": ["k": "v"]])
        logger.debug("not shown")
        logger.error("line\nbreak\u{2028}\u{1B}[2J", metadata: ["quote": "a\"b\\c=d\ne", "empty": ""])
        #expect(
            transcript.lines == [
                "2026-11-18T11:06:40.000Z info round opened agreement=\"espoo skills\" b=[x,y] c={k:v} round=7",
                "2026-11-18T11:06:40.000Z error line\\nbreak\\u{2028}\\u{1b}[2J empty=\"\" quote=\"a\\\"b\\\\c=d\\ne\" "
                    + "round=7",
            ])
        #expect(!transcript.text.contains("\u{1B}"))
    }

    @Test("Log lines and bars don't cut through each other")
    func sharedConsole() {
        let transcript = Transcript()
        let console = transcript.console(isInteractive: true)
        console.show(["bar one", "bar two"])
        console.line("a line")
        #expect(transcript.text == "bar one\nbar two\n" + "\u{1B}[2A\r\u{1B}[Ja line\nbar one\nbar two\n")
    }
}

@Suite("Progress")
struct ProgressReportTests {
    @Test("Plain lines: the beginning, at most one per interval, the end")
    func lines() {
        let (transcript, manual) = (Transcript(), ManualClock())
        let report = ProgressReport(console: transcript.console(), clock: manual.clock)
        let task = report.task("blind", total: 2_000, unit: "rows")
        for _ in 0..<900 {
            task.advance()
            manual.advance(by: .milliseconds(10))
        }
        task.finish()
        task.finish()
        task.advance()
        #expect(
            transcript.lines == [
                "blind: 0 %, 0 of 2000 rows, 0 s",
                "blind: 25 %, 501 of 2000 rows, 5 s, about 14 s left",
                "blind: done, 900 of 2000 rows, 9 s",
            ])
    }

    @Test("JSON lines with and without a known total")
    func json() throws {
        let (transcript, manual) = (Transcript(), ManualClock())
        let report = ProgressReport(
            console: transcript.console(), form: .json(interval: .seconds(1)), clock: manual.clock)
        let task = report.task("read \"x\"", unit: "rows")
        manual.advance(by: .milliseconds(1_500))
        task.set(completed: 30)
        task.set(total: 60)
        manual.advance(by: .milliseconds(1_500))
        task.advance(by: 10)
        task.fail()
        #expect(
            transcript.lines == [
                #"{"completed":0,"elapsed_seconds":0,"event":"progress","#
                    + #""remaining_seconds":null,"state":"running","task":"read \"x\"","total":null,"unit":"rows"}"#,
                #"{"completed":30,"elapsed_seconds":1.5,"event":"progress","#
                    + #""remaining_seconds":null,"state":"running","task":"read \"x\"","total":null,"unit":"rows"}"#,
                #"{"completed":40,"elapsed_seconds":3,"event":"progress","#
                    + #""remaining_seconds":1.5,"state":"running","task":"read \"x\"","total":60,"unit":"rows"}"#,
                #"{"completed":40,"elapsed_seconds":3,"event":"progress","#
                    + #""remaining_seconds":null,"state":"failed","task":"read \"x\"","total":60,"unit":"rows"}"#,
            ])
    }

    @Test("Bars on a terminal fit its width and go when the task ends")
    func bars() throws {
        let (transcript, manual) = (Transcript(), ManualClock())
        let report = ProgressReport(console: transcript.console(isInteractive: true, width: 60), clock: manual.clock)
        let task = report.task("blind", total: 10, unit: "rows")
        manual.advance(by: .seconds(4))
        task.set(completed: 5)
        for _ in 0..<1_000 { task.set(completed: 6) }
        task.finish()
        let text = transcript.text
        #expect(text.contains("blind  [########........]  50 %  5 of 10 rows  4 s  about 4\n"))
        #expect(text.hasSuffix("blind: done, 6 of 10 rows, 4 s\n"))
        #expect(transcript.lines.count < 10)
        for line in transcript.lines {
            #expect(line.replacing(/\u{1B}\[\d*[AJ]/, with: "").filter { $0 != "\r" }.count < 60)
        }
    }

    @Test("Awkward totals and counts don't trap")
    func extremes() {
        let (transcript, manual) = (Transcript(), ManualClock())
        let report = ProgressReport(
            console: transcript.console(), form: .lines(interval: .zero), clock: manual.clock)
        for total in [nil, 0, -1, 1, Int.max] {
            let task = report.task("t", total: total, unit: "items")
            manual.advance(by: .seconds(100_000))
            for count in [1, -5, Int.max, Int.max] { task.advance(by: count) }
            task.finish()
        }
        #expect(transcript.lines.count == 5 * 6)
        #expect(TaskProgress.words(.seconds(7_625)) == "2 h 7 min")
        #expect(TaskProgress.words(.seconds(185)) == "3 min 5 s")
    }

    @Test("Nothing when quiet")
    func quiet() {
        let transcript = Transcript()
        let task = ProgressReport(console: transcript.console(), form: .quiet).task("t", unit: "items")
        task.advance()
        task.finish()
        #expect(transcript.text.isEmpty)
    }
}

@Suite("Time and memory")
struct MachineTests {
    @Test(
        "Timestamps and days",
        arguments: [
            (0.0, "1970-01-01T00:00:00.000Z"), (1_795_000_000.9996, "2026-11-18T11:06:40.999Z"),
            (-0.001, "1969-12-31T23:59:59.999Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1e20, "9999-12-31T23:59:59.000Z"), (-1e20, "0001-01-01T00:00:00.000Z"),
        ])
    func timestamps(seconds: Double, text: String) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(MachineClock.timestamp(date) == text)
        #expect(MachineClock.day(date).description == String(text.prefix(10)))
    }

    @Test("The system's clock runs")
    func system() throws {
        let clock = MachineClock.system
        let (start, seconds) = (clock.elapsed(), clock.unixSeconds())
        usleep(2_000)
        #expect(clock.elapsed() > start)
        #expect(clock.unixSeconds() >= seconds && seconds > 1_700_000_000)
        #expect(clock.today() >= (try #require(CalendarDate(year: 2024, month: 1, day: 1))))
    }
}

@Suite("Program")
struct ProgramTests {
    struct Tool: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "sidos-test", version: "1.2.3")
        @Option var end = "well"
        @OptionGroup var log: LogOptions

        func run() async throws {
            log.bootstrap()
            Logger(label: "test").info("begun")
            switch end {
            case "well": return
            case "state": throw SealedStateError.altered(path: "/s/x.sealed")
            case "lock": throw FileError.inUse(path: "/s/lock", process: 5)
            case "mode": throw KeyError.file(.looseMode(path: "/k", mode: 0o644, wanted: 0o600))
            case "unknown": throw CocoaError(.fileNoSuchFile, userInfo: ["secret": "swordfish"])
            case "usage": throw ValidationError("give an agreement")
            default: throw ExitCode(ExitStatus.refused.rawValue)
            }
        }
    }

    static let table: [(arguments: [String], status: Int32, output: String, error: String)] = [
        ([], 0, "", ""),
        (["--log-level", "loud"], 64, "", "The value 'loud' is invalid for '--log-level"),
        (["--log-level", "warning"], 0, "", ""),
        (["--version"], 0, "1.2.3", ""),
        (["--help"], 0, "USAGE: sidos-test", ""),
        (["--nonsense"], 64, "", "Unknown option '--nonsense'"),
        (["--end", "usage"], 64, "", "give an agreement"),
        (["--end", "state"], 65, "", "sidos-test: error: /s/x.sealed was altered"),
        (["--end", "lock"], 75, "", "sidos-test: error: /s/lock is held by process 5"),
        (["--end", "mode"], 77, "", "sidos-test: error: /k has mode 644"),
        (["--end", "unknown"], 70, "", "sidos-test: error: an error that should not occur"),
        (["--end", "code"], 79, "", ""),
    ]

    @Test("Ends with the documented status and one sentence", arguments: table)
    func ends(arguments: [String], status: Int32, output: String, error: String) async throws {
        let result = await #expect(
            processExitsWith: .exitCode(status), observing: [\.standardErrorContent, \.standardOutputContent]
        ) { [arguments = arguments as [String]] in
            await Program.main(Tool.self, arguments: arguments)
        }
        let found = try #require(result)
        let (out, err) = (
            String(decoding: found.standardOutputContent, as: UTF8.self),
            String(decoding: found.standardErrorContent, as: UTF8.self)
        )
        #expect(output.isEmpty || out.contains(output), "\(out)")
        #expect(error.isEmpty ? !err.contains("rror:") : err.contains(error), "\(err)")
        #expect(!(out + err).contains("swordfish"))
        #expect(
            err.contains("Z info begun\n")
                == (output.isEmpty && !arguments.contains { $0.hasPrefix("--log") || $0 == "--nonsense" }))
    }

    @Test("Files are made for the owner alone, and no memory image is written")
    func hardened() async {
        await #expect(processExitsWith: .success) {
            Program.harden()
            precondition(umask(0) == 0o077)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            precondition(limit.rlim_cur == 0 && limit.rlim_max == 0)
            // Writing to a pipe that nobody reads must not kill the process.
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0 && close(ends[0]) == 0)
            precondition(write(ends[1], "x", 1) == -1 && errno == EPIPE)
        }
    }

    @Test("Exit statuses are distinct and keep their numbers")
    func statuses() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 64, 65, 66, 69, 70, 73, 74, 75, 77, 78, 79, 80, 81])
        #expect(ErrorReport(CancellationError()).exitStatus == .temporary)
        #expect(ErrorReport(FileError.diskFull(path: "/x")).exitStatus == .inputOutput)
        #expect(ErrorReport(FileError.inUse(path: "x", process: nil)).exitStatus == .temporary)
        #expect(ErrorReport(KeyError.exists(path: "/x")).exitStatus == .cannotCreate)
    }
}

@Suite("Daemon services")
struct DaemonServicesTests {
    struct Waiting: Service {
        let ended: Locked<Bool>
        func run() async throws {
            try? await gracefulShutdown()
            ended.change { $0 = true }
        }
    }

    struct Working: Service {
        let error: FileError?
        func run() async throws {
            try await Task.sleep(for: .milliseconds(20))
            if let error { throw error }
        }
    }

    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("When the main service is done the others shut down")
    func mainEnds() async throws {
        let ended = Locked(false)
        try await DaemonServices.run(Working(error: nil), supporting: [Waiting(ended: ended)], logger: quiet)
        #expect(ended.value)
    }

    @Test("The main service's error ends the others and is thrown")
    func mainFails() async {
        let ended = Locked(false)
        await #expect(throws: FileError.diskFull(path: "/x")) {
            try await DaemonServices.run(
                Working(error: .diskFull(path: "/x")), supporting: [Waiting(ended: ended)], logger: quiet)
        }
        #expect(ended.value)
    }

    @Test("A supporting service that ends by itself is an error")
    func supportingEnds() async {
        await #expect(throws: ServiceGroupError.self) {
            try await DaemonServices.run(
                Waiting(ended: Locked(false)), supporting: [Working(error: nil)], logger: quiet)
        }
    }

    @Test("SIGTERM and SIGINT shut down gracefully", arguments: [SIGTERM, SIGINT])
    func signals(number: Int32) async {
        await #expect(processExitsWith: .exitCode(42)) { [number = number as Int32] in
            let ended = Locked(false)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            Thread.detachNewThread {
                usleep(300_000)
                kill(getpid(), number)
            }
            try await DaemonServices.run(Waiting(ended: ended), logger: logger)
            exit(ended.value ? 42 : 1)
        }
    }
}
