public import ArgumentParser
internal import Files
internal import Foundation
internal import Glibc

/// Starts a Sidos program and ends it with a documented status.
public enum Program {
    /// Parses the command line, runs the command and ends the process.
    ///
    /// An error is told as `NAME: error: SENTENCE` on standard error. Help goes to standard output.
    public static func main<Command: ParsableCommand>(
        _ command: Command.Type, arguments: [String]? = nil
    ) async -> Never {
        harden()
        let name = Command.configuration.commandName ?? SplitPath(CommandLine.arguments.first ?? "sidos").name
        var parsed: any ParsableCommand
        do {
            parsed = try Command.parseAsRoot(arguments)
        } catch {
            end(command, error, isUsage: true, name)
        }
        do {
            if var asynchronous = parsed as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try parsed.run()
            }
        } catch {
            end(command, error, isUsage: false, name)
        }
        exit(ExitStatus.success.rawValue)
    }

    /// Files and directories are made for the owner alone, a crash leaves no memory image with keys in it, and a closed
    /// pipe is an error of the write instead of the program's end.
    public static func harden() {
        umask(0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        signal(SIGPIPE, SIG_IGN)
    }

    private static func end<Command: ParsableCommand>(
        _ command: Command.Type, _ error: any Error, isUsage: Bool, _ name: String
    ) -> Never {
        // The library's own errors, such as the request for help, have another status than failure.
        let status = command.exitCode(for: error)
        if !(error is any ReportableError), isUsage || error is ExitCode || status != .failure {
            let message = command.fullMessage(for: error)
            if !message.isEmpty { (status.isSuccess ? Console.standardOutput : .standardError).line(message) }
            exit(status.rawValue)
        }
        let report = ErrorReport(error)
        for line in report.lines(program: name) { Console.standardError.line(line) }
        exit(report.exitStatus.rawValue)
    }
}
