/// Reads a zip that `ZipWriter` wrote, and no other: whatever could be otherwise in it than it was written is found.
///
/// Nothing is allocated by what the file says of itself before that was compared with its true length. All numbers of
/// the directory are bounded, and contents are read piece by piece.
public final class ZipReader: Sendable {
    /// No zip has more files.
    public static let entryCountLimit = 8_192
    public static let nameByteCountLimit = 200

    /// As it was given.
    public let path: String
    /// By name, ascending.
    public let entries: [ZipEntry]
    private let file: OpenFile
    private let form: ZipForm

    /// Opens a file, and compares everything in it with what has to be there, except contents.
    ///
    /// - Throws: `ZipError.otherForm`, `.tooLarge`; `FileError`.
    public convenience init(_ path: String) throws { try self.init(path, form: ZipForm()) }

    init(_ path: String, form: ZipForm) throws {
        let file = try OpenFile(reading: path, followingLinks: true)
        let scan = Scan(path: path, form: form, byteCount: try file.regularStatus().byteCount)
        entries = try scan.entries(file)
        self.path = path
        self.file = file
        self.form = form
    }

    public func entry(_ name: String) -> ZipEntry? { entries.first { $0.name == name } }

    private func found(_ name: String) throws(ZipError) -> ZipEntry {
        guard let entry = entry(name) else { throw .missing(path: path, name: name) }
        return entry
    }

    /// A file's contents, compared with their checksum.
    ///
    /// - Throws: `ZipError.missing`, `.tooLarge`, `.altered`; `FileError`.
    public func contents(_ name: String, maxByteCount: Int) throws -> [UInt8] {
        let entry = try found(name)
        guard entry.byteCount <= maxByteCount else {
            throw ZipError.tooLarge(path: path, what: "a \(name) of \(entry.byteCount) bytes")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entry.byteCount)
        let contents = try self.contents(of: name)
        while let piece = try contents.next() { bytes += piece }
        return bytes
    }

    /// A file's contents, piece by piece. At the end they are compared with their checksum.
    ///
    /// - Throws: `ZipError.missing`.
    public func contents(of name: String) throws -> Contents { Contents(self, try found(name)) }

    public final class Contents {
        private let zip: ZipReader
        private let entry: ZipEntry
        private var offset: Int
        private var missing: Int
        private var checksum = ZipChecksum()

        fileprivate init(_ zip: ZipReader, _ entry: ZipEntry) {
            self.zip = zip
            self.entry = entry
            offset = entry.offset + zip.form.header(entry).count
            missing = entry.byteCount
        }

        /// The next piece, up to 256 KiB, or nil at the end.
        ///
        /// - Throws: `ZipError.altered`, `FileError`.
        public func next() throws -> [UInt8]? {
            guard missing > 0 else {
                guard checksum.value == entry.checksum else {
                    throw ZipError.altered(path: zip.path, name: entry.name)
                }
                return nil
            }
            let piece = try zip.file.read(min(missing, 1 << 18), at: offset)
            guard !piece.isEmpty else { throw ZipError.altered(path: zip.path, name: entry.name) }
            checksum.update(piece)
            offset += piece.count
            missing -= piece.count
            return piece
        }
    }
}

/// Goes through a zip from its end.
private struct Scan {
    let path: String
    let form: ZipForm
    let byteCount: Int

    private func wrong(_ offset: Int) -> ZipError { .otherForm(path: path, offset: max(0, offset)) }

    func entries(_ file: borrowing OpenFile) throws -> [ZipEntry] {
        let (count, directory) = try end(file)
        var entries: [ZipEntry] = []
        var place = directory.lowerBound
        var next = 0
        while place < directory.upperBound {
            let entry = try entry(file, at: place, before: directory.upperBound, offset: next)
            if let last = entries.last, !last.name.utf8.lexicographicallyPrecedes(entry.name.utf8) {
                throw wrong(place)
            }
            let header = form.header(entry)
            // All files lie before the directory, one after the other, so their lengths add up to its offset.
            guard entry.byteCount <= directory.lowerBound - next - header.count else { throw wrong(place) }
            try compare(file, header, at: next)
            next += header.count + entry.byteCount
            place += form.directoryEntry(entry).count
            entries.append(entry)
        }
        guard place == directory.upperBound, next == directory.lowerBound, entries.count == count else {
            throw wrong(place)
        }
        let end = form.end(entryCount: count, directory: (directory.lowerBound, directory.count))
        guard directory.upperBound + end.count == byteCount else { throw wrong(directory.upperBound) }
        try compare(file, end, at: directory.upperBound)
        return entries
    }

    /// How many files there are, and where the directory is; within the file, and not too long.
    private func end(_ file: borrowing OpenFile) throws -> (count: Int, directory: Range<Int>) {
        let place = byteCount - ZipForm.endByteCount
        guard place >= 0, case let end = try file.read(ZipForm.endByteCount, at: place),
            end.count == ZipForm.endByteCount, let count = LittleEndian.read(end[10..<12]),
            var length = LittleEndian.read(end[12..<16]), var offset = LittleEndian.read(end[16..<20])
        else { throw wrong(place) }
        var behind = ZipForm.endByteCount
        if length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            behind += ZipForm.wideEndByteCount
            let wide = try file.read(56, at: max(0, byteCount - behind))
            guard wide.count == 56, let wideLength = LittleEndian.read(wide[40..<48]),
                let wideOffset = LittleEndian.read(wide[48..<56])
            else { throw wrong(byteCount - behind) }
            (length, offset) = (wideLength, wideOffset)
        }
        guard count <= ZipReader.entryCountLimit else {
            throw ZipError.tooLarge(path: path, what: "\(count) files")
        }
        let most = count * (ZipForm.directoryEntryByteCount + ZipReader.nameByteCountLimit + ZipForm.longestExtra)
        guard length >= 0, length <= most, offset >= 0, offset <= byteCount - behind - length else {
            throw wrong(byteCount - behind)
        }
        return (count, offset..<(offset + length))
    }

    /// The directory's entry at `place`, exactly as it would be written of a file at `offset`.
    private func entry(
        _ file: borrowing OpenFile, at place: Int, before end: Int, offset: Int
    ) throws -> ZipEntry {
        let fixed = try file.read(ZipForm.directoryEntryByteCount, at: place)
        guard fixed.count == ZipForm.directoryEntryByteCount, let checksum = LittleEndian.read(fixed[16..<20]),
            var byteCount = LittleEndian.read(fixed[24..<28]), let nameByteCount = LittleEndian.read(fixed[28..<30]),
            let extraByteCount = LittleEndian.read(fixed[30..<32]), nameByteCount <= ZipReader.nameByteCountLimit,
            extraByteCount <= ZipForm.longestExtra,
            place + fixed.count + nameByteCount + extraByteCount <= end,
            case let rest = try file.read(nameByteCount + extraByteCount, at: place + fixed.count),
            rest.count == nameByteCount + extraByteCount,
            let name = String(validating: rest[..<nameByteCount], as: UTF8.self), ZipForm.allows(name)
        else { throw wrong(place) }
        if byteCount == 0xFFFF_FFFF, rest.count >= nameByteCount + 12,
            let wide = LittleEndian.read(rest[(nameByteCount + 4)..<(nameByteCount + 12)])
        {
            byteCount = wide
        }
        let entry = ZipEntry(
            name: name, byteCount: byteCount, checksum: UInt32(truncatingIfNeeded: checksum), offset: offset)
        try compare(file, form.directoryEntry(entry), at: place)
        return entry
    }

    private func compare(_ file: borrowing OpenFile, _ expected: [UInt8], at place: Int) throws {
        let found = try file.read(expected.count, at: place)
        guard found != expected else { return }
        let first = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? found.count
        throw wrong(place + first)
    }
}
