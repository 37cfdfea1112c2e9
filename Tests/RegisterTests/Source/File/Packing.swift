import Foundation
import Testing

@testable import Register

/// Compresses by the programs that others compress with.
enum Packing {
    static func packed(_ bytes: [UInt8], _ compression: FileCompression) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "plain")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [compression.rawValue, "-c", path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let packed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "these tests need \(compression.rawValue): run scripts/setup.sh")
        return Array(packed)
    }
}
