/// The one form of zip that is written and read here: files as they are, not compressed, one after the other without
/// gaps, in ascending order of their names, all with the same time, mode and attributes.
///
/// So nothing in such a file can be otherwise than it is: its bytes follow from the names and contents. Every program
/// that knows zip reads it; this one reads nothing else, so two programs never see different things in one file.
///
/// Source: APPNOTE.TXT 6.3.10, PKWARE, sections 4.3 to 4.5.
struct ZipForm: Sendable {
    /// A size or an offset from here on is written in 64 bits. Tests make it smaller.
    var wideFrom = 0xFFFF_FFFF

    static let endByteCount = 22
    /// The end of a directory in 64 bits, and what says where that is.
    static let wideEndByteCount = 56 + 20
    static let directoryEntryByteCount = 46
    /// The most that a directory's entry has behind its name.
    static let longestExtra = 4 + 3 * 8

    private static let (plain, wide) = (10, 45)
    /// Made on Unix.
    private static let system = 3 << 8
    /// 1 January 1980, the first day that zip knows.
    private static let day = 0x21
    /// A regular file that its owner writes and all read.
    private static let attributes = 0o100644 << 16

    private func isWide(_ number: Int) -> Bool { number >= wideFrom }

    private func narrow(_ number: Int) -> [UInt8] { LittleEndian.u32(isWide(number) ? 0xFFFF_FFFF : number) }

    /// What stands before a file's contents.
    func header(_ entry: ZipEntry) -> [UInt8] {
        let isWide = isWide(entry.byteCount)
        let size = LittleEndian.u64(entry.byteCount)
        return LittleEndian.u32(0x0403_4B50) + common(entry, isWide ? Self.wide : Self.plain)
            + LittleEndian.u16(isWide ? 20 : 0) + Array(entry.name.utf8)
            + (isWide ? LittleEndian.u16(1) + LittleEndian.u16(16) + size + size : [])
    }

    /// From the version that is needed to the length of the name, the same in both places.
    private func common(_ entry: ZipEntry, _ version: Int) -> [UInt8] {
        LittleEndian.u16(version) + LittleEndian.u16(0) + LittleEndian.u16(0) + LittleEndian.u16(0)
            + LittleEndian.u16(Self.day) + LittleEndian.u32(Int(entry.checksum)) + narrow(entry.byteCount)
            + narrow(entry.byteCount) + LittleEndian.u16(entry.name.utf8.count)
    }

    func directoryEntry(_ entry: ZipEntry) -> [UInt8] {
        var extra: [UInt8] = []
        if isWide(entry.byteCount) { extra += LittleEndian.u64(entry.byteCount) + LittleEndian.u64(entry.byteCount) }
        if isWide(entry.offset) { extra += LittleEndian.u64(entry.offset) }
        if !extra.isEmpty { extra = LittleEndian.u16(1) + LittleEndian.u16(extra.count) + extra }
        let version = extra.isEmpty ? Self.plain : Self.wide
        return LittleEndian.u32(0x0201_4B50) + LittleEndian.u16(Self.system | version) + common(entry, version)
            + LittleEndian.u16(extra.count) + LittleEndian.u16(0) + LittleEndian.u16(0) + LittleEndian.u16(0)
            + LittleEndian.u32(Self.attributes) + narrow(entry.offset) + Array(entry.name.utf8) + extra
    }

    /// What stands behind a directory of so many bytes at this offset.
    func end(entryCount: Int, directory: (offset: Int, byteCount: Int)) -> [UInt8] {
        var bytes: [UInt8] = []
        if isWide(directory.offset) || isWide(directory.byteCount) {
            bytes += LittleEndian.u32(0x0606_4B50) + LittleEndian.u64(44) + LittleEndian.u16(Self.system | Self.wide)
            bytes += LittleEndian.u16(Self.wide) + LittleEndian.u32(0) + LittleEndian.u32(0)
            bytes += LittleEndian.u64(entryCount) + LittleEndian.u64(entryCount)
            bytes += LittleEndian.u64(directory.byteCount) + LittleEndian.u64(directory.offset)
            bytes += LittleEndian.u32(0x0706_4B50) + LittleEndian.u32(0)
            bytes += LittleEndian.u64(directory.offset + directory.byteCount) + LittleEndian.u32(1)
        }
        return bytes + LittleEndian.u32(0x0605_4B50) + LittleEndian.u16(0) + LittleEndian.u16(0)
            + LittleEndian.u16(entryCount) + LittleEndian.u16(entryCount) + narrow(directory.byteCount)
            + narrow(directory.offset) + LittleEndian.u16(0)
    }

    /// Whether a file can have the name: parts of letters, digits and `._-` that begin with no dot, parted by `/`. So
    /// no name leads out of the directory that a file is unpacked to.
    static func allows(_ name: String) -> Bool {
        guard (1...ZipReader.nameByteCountLimit).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, first != UInt8(ascii: ".") else { return false }
            return part.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        }
    }
}

/// A file in a zip.
public struct ZipEntry: Sendable, Equatable {
    public let name: String
    public internal(set) var byteCount: Int
    /// CRC-32 of the contents.
    var checksum: UInt32
    /// Where its header begins.
    let offset: Int
}

/// What is wrong with a zip.
public enum ZipError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is no zip, or another one than is written here: what is at this offset is not what has to be there.
    case otherForm(path: String, offset: Int)
    /// More files, or a longer one, than such a zip may have.
    case tooLarge(path: String, what: String)
    /// The contents of a file are not those that its checksum is of.
    case altered(path: String, name: String)
    case missing(path: String, name: String)
    /// A mistake of the program: a name that cannot be, out of order or twice, or another length than was said.
    case unwritable(name: String)

    public var description: String {
        switch self {
        case .otherForm(let path, let offset):
            "\(path) was altered, or was not written by `evidence export`: byte \(offset) is not what has to be there"
        case .tooLarge(let path, let what): "\(path) has \(what), and nothing so large is read"
        case .altered(let path, let name): "\(path): \(name) was altered, it does not have its checksum"
        case .missing(let path, let name): "\(path): there is no \(name) in it"
        case .unwritable(let name): "\(name) can't be written into a zip here"
        }
    }
}

/// Fixed-width integers, least significant byte first.
enum LittleEndian {
    static func u16(_ value: Int) -> [UInt8] { bytes(value, 2) }
    static func u32(_ value: Int) -> [UInt8] { bytes(value, 4) }
    static func u64(_ value: Int) -> [UInt8] { bytes(value, 8) }

    private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// Nil where it is more than an `Int` holds.
    static func read(_ bytes: some Collection<UInt8>) -> Int? {
        Int(exactly: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
