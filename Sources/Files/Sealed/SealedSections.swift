public import Crypto
internal import Values

/// Several byte streams in one sealed file, each of which can be read by itself.
///
/// File: `mark (16) ‖ salt (32) ‖ sections' sealed blocks ‖ table's sealed blocks ‖ table's byte count (4)`. Every
/// section has a key of its own, HKDF-SHA256(key, salt, "SIDOS-V1 sealed file" 0x00 ‖ label 0x00 ‖ number). The file's
/// name is its salt in hexadecimal, so whoever was told the name reads what was written under it, or nothing: no other
/// file opens there.
public enum SealedSections {
    static let mark = Array("SIDOS-V1 parts\0\n".utf8)
    static let saltByteCount = 32
    static let headerByteCount = 16 + saltByteCount
    static let mostSections = 1 << 16
    static let table = "table"

    static func key(_ key: SymmetricKey, salt: [UInt8], label: String, section: String) -> SymmetricKey {
        SealedFile.blockKey(key, salt: salt, label: label + "\0" + section)
    }
}

/// Writes sections one after the other. The file appears, whole, when finished, and never if not.
public final class SealedSectionsWriter {
    /// What the file will be called.
    public let name: String
    private let key: SymmetricKey
    private let salt: [UInt8]
    private let label: String
    private var partial: PartialFile?
    private var sealer: BlockSealer
    private var written = 0
    /// Sealed bytes of the sections that have ended.
    private var byteCounts: [Int] = []

    /// - Parameter label: what the file is; the reader must give the same.
    /// - Throws: `FileError`.
    public init(in directory: PrivateDirectory, key: SymmetricKey, label: String) throws {
        salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        name = Hex.encode(salt)
        self.key = key
        self.label = label
        sealer = BlockSealer(key: SealedSections.key(key, salt: salt, label: label, section: "0"))
        partial = try PartialFile(for: directory.file(name))
        try partial?.file.write(SealedSections.mark + salt)
    }

    /// Appends to the section under way, the first of which has begun.
    ///
    /// - Throws: `FileError`, of which `.diskFull`; the writer is then of no further use and the file won't appear.
    public func append(_ bytes: [UInt8]) throws {
        guard partial != nil else { throw FileError.finished }
        try sealer.append(bytes) { try write($0) }
    }

    /// Ends the section under way and begins the next.
    public func endSection() throws {
        guard partial != nil, byteCounts.count < SealedSections.mostSections else { throw FileError.finished }
        try sealer.finish { try write($0) }
        byteCounts.append(written)
        written = 0
        sealer = BlockSealer(
            key: SealedSections.key(key, salt: salt, label: label, section: "\(byteCounts.count)"))
    }

    /// Ends the file after the last section that was ended; what was appended since is no section's. Flushes it to the
    /// disk and gives it its name.
    public func finish() throws {
        guard partial != nil else { throw FileError.finished }
        let table = BlockSealer(
            key: SealedSections.key(key, salt: salt, label: label, section: SealedSections.table))
        written = 0
        try table.append(byteCounts.flatMap { BigEndian.u64(UInt64($0)) }) { try write($0) }
        try table.finish { try write($0) }
        try partial?.file.write(BigEndian.u32(written))
        try partial?.commit()
        partial = nil
    }

    private func write(_ bytes: [UInt8]) throws {
        try partial?.file.write(bytes)
        written += bytes.count
    }
}

/// Reads any section of such a file. What it yields has been authenticated.
public final class SealedSectionsReader {
    private let file: OpenFile
    private let key: SymmetricKey
    private let salt: [UInt8]
    private let label: String
    /// Where each section begins in the file, and the last one ends.
    private let starts: [Int]

    public var sectionCount: Int { starts.count - 1 }

    /// - Throws: `FileError`, of which `.altered` for whatever is not the file of that name, label and key.
    public init(in directory: PrivateDirectory, name: String, key: SymmetricKey, label: String) throws {
        let path = directory.file(name)
        let file = try OpenFile(reading: path)
        let byteCount = try file.regularStatus().byteCount
        let header = try file.read(SealedSections.headerByteCount, at: 0)
        guard let salt = Hex.decode(name), salt.count == SealedSections.saltByteCount,
            header == SealedSections.mark + salt, byteCount >= SealedSections.headerByteCount + 4
        else { throw FileError.altered(path: path) }
        let tableByteCount = Int(BigEndian.read(try file.read(4, at: byteCount - 4)))
        let most = SealedSections.mostSections * 8 / SealedBlocks.plainByteCount * SealedBlocks.sealedByteCount
        let start = byteCount - 4 - tableByteCount
        guard tableByteCount <= most + SealedBlocks.sealedByteCount, start >= SealedSections.headerByteCount else {
            throw FileError.altered(path: path)
        }
        var opener = BlockOpener(
            key: SealedSections.key(key, salt: salt, label: label, section: SealedSections.table), path: path,
            start: start, sealedByteCount: tableByteCount)
        var table: [UInt8] = []
        while true {
            let some = try opener.read(upTo: SealedBlocks.plainByteCount) { try file.read($0, at: $1) }
            if some.isEmpty { break }
            table += some
        }
        var starts = [SealedSections.headerByteCount]
        for place in stride(from: 0, to: table.count, by: 8) {
            guard let length = Int(exactly: BigEndian.read(table[place..<min(place + 8, table.count)])),
                length <= start - (starts.last ?? start)
            else { throw FileError.altered(path: path) }
            starts.append((starts.last ?? 0) + length)
        }
        self.starts = starts
        self.file = file
        self.key = key
        self.salt = salt
        self.label = label
    }

    /// Reads one section from its beginning.
    public func section(_ number: Int) throws -> Section {
        guard (0..<sectionCount).contains(number) else { throw FileError.altered(path: file.path) }
        return Section(
            reader: self,
            opener: BlockOpener(
                key: SealedSections.key(key, salt: salt, label: label, section: "\(number)"), path: file.path,
                start: starts[number], sealedByteCount: starts[number + 1] - starts[number]))
    }

    public struct Section {
        fileprivate let reader: SealedSectionsReader
        fileprivate var opener: BlockOpener

        /// Up to `byteCount` bytes; empty only at the end.
        ///
        /// - Throws: `FileError.altered`.
        public mutating func read(upTo byteCount: Int) throws -> [UInt8] {
            try opener.read(upTo: byteCount) { try reader.file.read($0, at: $1) }
        }

        /// Exactly `byteCount` bytes; nil at the end.
        ///
        /// - Throws: `FileError.altered` if there are some, but fewer.
        public mutating func read(exactly byteCount: Int) throws -> [UInt8]? {
            var bytes: [UInt8] = []
            while bytes.count < byteCount {
                let some = try read(upTo: byteCount - bytes.count)
                if some.isEmpty {
                    guard bytes.isEmpty else { throw FileError.altered(path: reader.file.path) }
                    return byteCount == 0 ? [] : nil
                }
                bytes += some
            }
            return bytes
        }
    }
}
