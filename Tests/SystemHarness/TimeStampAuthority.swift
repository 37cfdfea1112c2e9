import Files
import Foundation

/// A time stamping authority of a test's own: Tests/Interop/time_stamp_authority.py, which answers by `openssl ts`.
final class TimeStampAuthority: Sendable {
    enum Mode: String, CaseIterable {
        case good
        /// An HTTP status.
        case status
        /// A time stamp's own refusal.
        case refuse
        /// An earlier answer.
        case replay
        /// Signed by somebody else.
        case otherKey = "other-key"
        case long
        case silent
    }

    let directory: URL
    let url: String

    private static let script = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Interop/time_stamp_authority.py").path

    /// In the study's directory; it ends with the study.
    init(in study: StudyOnDisk) async throws {
        directory = study.directory.appendingPathComponent("authority")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        _ = study.seenTo(
            try RunningProgram(
                URL(fileURLWithPath: "/usr/bin/python3"), name: "time stamp authority",
                ["-B", Self.script, directory.path], log: study.directory.appendingPathComponent("authority-log")))
        let port = directory.appendingPathComponent("port").path
        for _ in 0..<600 where !FileStatus.exists(port) { try await Task.sleep(for: .milliseconds(100)) }
        url = "http://127.0.0.1:\(try String(contentsOfFile: port, encoding: .utf8))/"
    }

    func certificate(_ name: String = "tsa") -> String { directory.appendingPathComponent("\(name).pem").path }

    func set(_ mode: Mode) throws {
        try AtomicFile.write(Array(mode.rawValue.utf8), to: directory.appendingPathComponent("mode").path)
    }

    /// Lines of a configuration.
    func configuration(certificate name: String = "tsa") -> String {
        "time_stamps: {url: \"\(url)\", certificate: \"\(certificate(name))\"}\n"
    }
}
