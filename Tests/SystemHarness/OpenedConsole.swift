import Foundation
import Values

/// A `console` that runs, and its link.
struct OpenedConsole {
    let program: RunningProgram
    /// Works once.
    let link: String
    var base: String { link.components(separatedBy: "/enter/")[0] }
}

extension StudyOnDisk {
    /// Starts a participant's console.
    ///
    /// - Parameter more: further options of the command.
    func console(_ id: String, _ more: [String] = []) async throws -> OpenedConsole {
        let log = "console-\(id)-\(UUID().uuidString.prefix(8))"
        let running = try start(program(id), ["console", "--directory", home(id).path] + more, log: log)
        do {
            try await wait(seconds: 60) { running.output.contains("/enter/") || !running.isRunning }
        } catch { throw HarnessError("the console does not open: \(running.errors)") }
        guard let link = running.output.split(separator: "\n").first(where: { $0.contains("/enter/") }) else {
            throw HarnessError("the console ended: \(running.errors)")
        }
        return OpenedConsole(program: running, link: String(link))
    }

    /// In hexadecimal.
    func agreementID() throws -> String { "\(AgreementID(ofFile: Array(try Data(contentsOf: agreement))))" }
}

extension Browser {
    /// Opens a console by its link, as people do.
    func enter(_ console: OpenedConsole) async throws {
        try await open(console.link)
        try await click("main button")
        _ = try await text(of: "nav")
    }
}
