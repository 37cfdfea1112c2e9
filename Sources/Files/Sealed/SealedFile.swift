public import Crypto
internal import Glibc

/// Long lists kept across restarts, sealed under a key that the caller keeps.
///
/// File: `mark (16) ‖ salt (32) ‖ sealed blocks`. The blocks' key is HKDF-SHA256(key, salt, "SIDOS-V1 sealed file" 0x00
/// ‖ label), so two files under one key share none, and a file can't be passed off as one with another label.
public enum SealedFile {
    static let mark = Array("SIDOS-V1 file\0\0\n".utf8)
    static let headerByteCount = 16 + 32

    static func blockKey(_ key: SymmetricKey, salt: some Collection<UInt8>, label: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: Array(salt), info: Array("SIDOS-V1 sealed file\0".utf8) + Array(label.utf8),
            outputByteCount: 32)
    }

    /// What a finished file holds.
    public struct Contents: Sendable, Equatable {
        public let byteCount: Int
        /// SHA-256 of the plaintext, 32 bytes.
        public let digest: [UInt8]
    }
}

/// Writes one sealed file beside its name; it appears, whole, when finished, and never if not.
public final class SealedFileWriter {
    private var partial: PartialFile?
    private let sealer: BlockSealer
    private var hash = SHA256()

    /// - Parameter label: what the file is, such as its stream's name; the reader must give the same.
    /// - Throws: `FileError`.
    public init(_ path: String, key: SymmetricKey, label: String) throws {
        let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        sealer = BlockSealer(key: SealedFile.blockKey(key, salt: salt, label: label))
        partial = try PartialFile(for: path, mode: 0o600)
        do { try partial?.file.write(SealedFile.mark + salt) } catch {
            partial?.abandon()
            throw error
        }
    }

    deinit { partial?.abandon() }

    /// - Throws: `FileError`, of which `.diskFull`; the writer is then of no further use and the file won't appear.
    public func append(_ bytes: [UInt8]) throws {
        guard partial != nil else { throw FileError.finished }
        hash.update(data: bytes)
        try sealer.append(bytes) { try partial?.file.write($0) }
    }

    /// Flushes the file to the disk and gives it its name, in the place of any earlier one.
    public func finish() throws -> SealedFile.Contents {
        guard partial != nil else { throw FileError.finished }
        try sealer.finish { try partial?.file.write($0) }
        try partial?.commit()
        partial = nil
        return SealedFile.Contents(byteCount: sealer.plainByteCount, digest: Array(hash.finalize()))
    }
}

/// Reads a sealed file from its beginning. Each piece it yields has been authenticated; that the file ends where it
/// ended when written is known when the end is reached.
public final class SealedFileReader {
    private let file: OpenFile
    private var opener: BlockOpener
    private var hash = SHA256()
    private var byteCount = 0
    /// Set at the end.
    public private(set) var contents: SealedFile.Contents?

    /// - Throws: `FileError`, of which `.altered` when it isn't a sealed file.
    public init(_ path: String, key: SymmetricKey, label: String) throws {
        file = try OpenFile(path, O_RDONLY)
        let header = try file.read(SealedFile.headerByteCount, at: 0)
        guard header.count == SealedFile.headerByteCount, header.starts(with: SealedFile.mark) else {
            throw FileError.altered(path: path)
        }
        opener = BlockOpener(
            key: SealedFile.blockKey(key, salt: header[16...], label: label), path: path,
            start: SealedFile.headerByteCount,
            sealedByteCount: try file.status().byteCount - SealedFile.headerByteCount)
    }

    /// The next piece, up to 64 KiB, or nil at the end.
    ///
    /// - Throws: `FileError.altered` when the file was altered or cut short, or the key or label is another.
    public func next() throws -> [UInt8]? {
        let piece = try read(upTo: SealedBlocks.plainByteCount)
        return piece.isEmpty ? nil : piece
    }

    /// Up to `byteCount` bytes; empty at the end.
    public func read(upTo byteCount: Int) throws -> [UInt8] {
        let piece = try opener.read(upTo: byteCount) { try file.read($0, at: $1) }
        if piece.isEmpty {
            if contents == nil { contents = .init(byteCount: self.byteCount, digest: Array(hash.finalize())) }
        } else {
            hash.update(data: piece)
            self.byteCount += piece.count
        }
        return piece
    }
}
