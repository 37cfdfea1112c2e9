import Foundation

/// The three programs as they were built.
enum SidosProgram: String, CaseIterable {
    case node = "sidos-node"
    case coordinator = "sidos-coordinator"
    case research = "sidos-research"

    /// Beside the tests, or where `SIDOS_BIN` says.
    func executable() throws -> URL {
        var directories: [URL] = []
        if let named = ProcessInfo.processInfo.environment["SIDOS_BIN"] {
            directories = [URL(fileURLWithPath: named)]
        } else {
            // The test bundle is among the arguments; the process itself may be the toolchain's runner.
            directories = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
                .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
            directories.append(URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent())
            directories.append(Bundle.main.bundleURL)
        }
        for directory in directories {
            let path = directory.appendingPathComponent(rawValue)
            if FileManager.default.isExecutableFile(atPath: path.path) { return path }
        }
        throw HarnessError("\(rawValue) is not beside the tests: build it, or set SIDOS_BIN to its directory")
    }
}

/// Why a test could not be carried out, or what it waited for in vain.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
