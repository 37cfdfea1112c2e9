internal import Foundation

/// A directory of one command's own, below the system's for temporary files (`TMPDIR`), for its account alone.
public struct ScratchDirectory: Sendable {
    public let directory: PrivateDirectory

    /// - Parameter name: what its name begins with.
    /// - Throws: `FileError`.
    public init(_ name: String) throws(FileError) {
        let parent = FileManager.default.temporaryDirectory.path
        directory = try PrivateDirectory(creating: "\(parent)/\(name)-\(UUID().uuidString)")
    }

    /// Removes it and everything in it.
    ///
    /// - Throws: `FileError`.
    public func remove() throws(FileError) { try Directory.removeTree(directory.path) }
}
