import Foundation

/// A tmpfs of a test's own.
public final class SmallDisk {
    private let path: String

    /// Whether this process may mount file systems.
    public static let canMount: Bool = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("mount-\(UUID().uuidString)").path
        let disk = try? SmallDisk(at: path, kilobytes: 64)
        let could = disk != nil
        withExtendedLifetime(disk) {}
        return could
    }()

    struct Refused: Error {}

    public init(at path: String, kilobytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        do {
            try Self.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k,mode=700", "tmpfs", path)
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    deinit {
        try? Self.run("umount", "-l", path)
        try? FileManager.default.removeItem(atPath: path)
    }

    public func remount(_ options: String) throws { try Self.run("mount", "-o", "remount," + options, path) }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Refused() }
    }
}
