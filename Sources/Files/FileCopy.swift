internal import Crypto
internal import Glibc

/// Copies of whole files, for their owner alone, and what was copied.
public enum FileCopy {
    /// A file's length, and its SHA-256 of 32 bytes.
    public struct Contents: Sendable, Equatable {
        public let byteCount: Int
        public let digest: [UInt8]

        public init(byteCount: Int, digest: [UInt8]) {
            self.byteCount = byteCount
            self.digest = digest
        }
    }

    private static let pieceByteCount = 1 << 18

    /// Copies a regular file to a new name, and flushes it. The name itself survives a crash once its directory is
    /// flushed.
    ///
    /// - Throws: `FileError.notFound`, `.symbolicLink`, `.notRegularFile`; `.exists` if the new name is taken;
    ///   `.diskFull`; then nothing has the new name.
    public static func make(of source: String, at target: String) throws(FileError) -> Contents {
        let from = try OpenFile(reading: source)
        _ = try from.regularStatus()
        let to = try OpenFile(creating: target)
        do throws(FileError) {
            let contents = try pass(over: from) { piece throws(FileError) in try to.write(piece) }
            try to.sync()
            return contents
        } catch {
            _ = unlink(target)
            throw error
        }
    }

    /// Gives a file that never changes a second name, or copies it where the file systems do not allow that.
    ///
    /// - Throws: as `make`.
    public static func link(of source: String, at target: String) throws(FileError) -> Contents {
        guard Glibc.link(source, target) == 0 else {
            switch errno {
            case EXDEV, EPERM, EMLINK, EOPNOTSUPP: return try make(of: source, at: target)
            default: throw .current("linking", errno == EEXIST ? target : source)
            }
        }
        do throws(FileError) { return try contents(of: target) } catch {
            _ = unlink(target)
            throw error
        }
    }

    /// - Throws: `FileError.notFound`, `.symbolicLink`, `.notRegularFile`, `.noPermission`, `.failed`.
    public static func contents(of path: String) throws(FileError) -> Contents {
        let file = try OpenFile(reading: path)
        _ = try file.regularStatus()
        return try pass(over: file) { _ in }
    }

    private static func pass(
        over file: borrowing OpenFile, _ take: ([UInt8]) throws(FileError) -> Void
    ) throws(FileError) -> Contents {
        var hash = SHA256()
        var offset = 0
        while true {
            let piece = try file.read(pieceByteCount, at: offset)
            if piece.isEmpty { break }
            hash.update(data: piece)
            try take(piece)
            offset += piece.count
        }
        return Contents(byteCount: offset, digest: Array(hash.finalize()))
    }
}
