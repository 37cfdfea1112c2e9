internal import Files
internal import Glibc

/// Bytes that come in blocks.
protocol ByteBlocks {
    /// Replaces the beginning of `block` with the bytes that follow.
    ///
    /// - Returns: how many bytes that is, at most `block.count`; 0 at the end only.
    mutating func read(into block: inout [UInt8]) throws(RegisterError) -> Int
}

/// Reads a regular file from its beginning, and notices when it is written to meanwhile.
final class FileBlocks: ByteBlocks {
    private let file: OpenFile
    /// When it was opened.
    private let opened: FileStatus
    private var offset = 0

    init(path: String) throws(RegisterError) {
        do throws(FileError) {
            file = try OpenFile(reading: path, followingLinks: true)
            opened = try file.regularStatus()
        } catch {
            throw RegisterError(.init(opening: error), file: path)
        }
    }

    func read(into block: inout [UInt8]) throws(RegisterError) -> Int {
        let count: Int
        do throws(FileError) { count = try file.read(into: &block, at: offset) } catch { throw failure(error) }
        offset += count
        if count == 0 { try checkUnchanged() }
        return count
    }

    /// - Throws: `fileChanged` if the file was written to since it was opened.
    func checkUnchanged() throws(RegisterError) {
        let now: FileStatus
        do throws(FileError) { now = try file.status() } catch { throw failure(error) }
        guard now.byteCount == opened.byteCount, now.modified == opened.modified else {
            throw RegisterError(.fileChanged, file: file.path)
        }
    }

    private func failure(_ error: FileError) -> RegisterError {
        RegisterError(.readFailed(errno: error.code ?? 0), file: file.path)
    }
}

extension RegisterError.Kind {
    /// What it means that a file can't be opened as a register.
    init(opening error: FileError) {
        switch error {
        case .notFound, .notDirectory: self = .fileNotFound
        case .noPermission: self = .permissionDenied
        case .notRegularFile: self = .notAFile
        case .failed(_, _, EISDIR), .failed(_, _, ENXIO), .failed(_, _, ENODEV): self = .notAFile
        default: self = .readFailed(errno: error.code ?? 0)
        }
    }
}
