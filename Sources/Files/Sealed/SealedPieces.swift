public import Crypto

/// Pieces of what can be made again, kept across restarts: a sealed file for each number.
///
/// A piece that is read is the one that was written under its number, the label and the key, whole. It may be an older
/// one; for what always comes out the same there is none.
public struct SealedPieces: Sendable {
    private let directory: PrivateDirectory
    private let key: SymmetricKey
    private let label: String
    private let reserve: Int
    private let freeByteCount: @Sendable () -> Int?

    /// Removes what killed writers have left, so this process alone may write to the directory.
    ///
    /// - Parameters:
    ///   - label: what the pieces are.
    ///   - reserve: bytes of the disk to leave free.
    ///   - freeByteCount: what is free now; nil asks the system.
    /// - Throws: `FileError`.
    public init(
        in directory: PrivateDirectory, key: SymmetricKey, label: String, reserve: Int = 1 << 30,
        freeByteCount: (@Sendable () -> Int?)? = nil
    ) throws(FileError) {
        self.directory = directory
        self.key = key
        self.label = label
        self.reserve = reserve
        self.freeByteCount = freeByteCount ?? { try? FreeSpace(at: directory.path).byteCount }
        try AtomicFile.removePartials(in: directory)
    }

    /// - Returns: nil where there is none.
    /// - Throws: `FileError`, of which `.altered` for anything but the piece that was written, and for one of another
    ///   length.
    public func read(_ number: Int, byteCount: Int) throws -> [UInt8]? {
        let path = path(number)
        let reader: SealedFileReader
        do { reader = try SealedFileReader(path, key: key, label: name(number)) } catch FileError.notFound {
            return nil
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        while let more = try reader.next() {
            guard more.count <= byteCount - bytes.count else { throw FileError.altered(path: path) }
            bytes += more
        }
        guard bytes.count == byteCount else { throw FileError.altered(path: path) }
        return bytes
    }

    /// Writes a piece beside its place, flushes it to the disk and puts it there.
    ///
    /// - Returns: false where the disk has no room to spare; then nothing is written.
    /// - Throws: `FileError`.
    public func write(_ piece: [UInt8], as number: Int) throws -> Bool {
        if let free = freeByteCount(), free - reserve < piece.count { return false }
        let writer = try SealedFileWriter(path(number), key: key, label: name(number))
        try writer.append(piece)
        _ = try writer.finish()
        return true
    }

    private func path(_ number: Int) -> String { directory.file("\(number).piece") }
    private func name(_ number: Int) -> String { "\(label) \(number)" }
}
