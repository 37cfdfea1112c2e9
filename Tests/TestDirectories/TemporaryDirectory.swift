import Foundation
import Glibc
import Testing

/// A private directory of one test, removed with all that is in it when the test lets go of it.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() throws {
        let base = FileManager.default.temporaryDirectory.path
        path = base + "/sidos-test-" + UUID().uuidString
        try #require(mkdir(path, 0o700) == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { path + "/" + name }

    public func contents() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    public func write(_ text: String, to name: String, mode: UInt32 = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        try #require(chmod(file(name), mode) == 0)
    }

    public func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    public func overwrite(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    public func mode(_ name: String) throws -> UInt32 {
        var found = stat()
        try #require(lstat(file(name), &found) == 0)
        return UInt32(found.st_mode & 0o7777)
    }
}
