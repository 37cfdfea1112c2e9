import Foundation

/// Authorities that are Tests/Interop/participant, which knows nothing of this program but its documents.
extension StudyOnDisk {
    /// Debian's, which has the packages that scripts/setup.sh installs; another may come first on the PATH.
    private static let python = URL(fileURLWithPath: "/usr/bin/python3")
    private static let participant = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Interop/participant").path

    /// Runs one of its commands to the end.
    func runInPython(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = Self.python
        process.arguments = ["-B", Self.participant] + arguments
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw HarnessError("the participant in Python cannot \(arguments.first ?? "do that"); see its messages")
        }
    }

    /// Lets it take part in the next round.
    func joinInPython(_ id: String, misbehaving wrong: String) throws -> RunningProgram {
        let pin = "sha256:" + Data(try keys("coordinator").tlsPin).base64EncodedString()
        var arguments = ["-B", Self.participant, "join", home(id).path, id, agreement.path]
        arguments += ["--url", "https://localhost:\(try port())", "--pin", pin]
        for register in design.registers where register.owner == id {
            arguments += ["--register", "\(register.id)=\(directory.appendingPathComponent(register.fileName).path)"]
        }
        let withdrawn = directory.appendingPathComponent("\(id)-withdrawn.csv").path
        if FileManager.default.fileExists(atPath: withdrawn) { arguments += ["--withdrawn", withdrawn] }
        if !wrong.isEmpty { arguments += ["--misbehave", wrong] }
        let log = directory.appendingPathComponent(id)
        return seenTo(try RunningProgram(Self.python, name: "participant \(id)", arguments, log: log))
    }
}
