/// Writes a zip beside its name; it appears, whole, when finished, and never if not. No file is ever replaced.
public final class ZipWriter {
    private let form: ZipForm
    private let path: String
    private var partial: PartialFile?
    private var entries: [ZipEntry] = []
    /// The file under way, and how many of its bytes are still to come.
    private var open: (entry: ZipEntry, checksum: ZipChecksum, missing: Int)?
    private var byteCount = 0

    /// - Throws: `FileError`, of which `.exists` if there is anything under that name.
    public convenience init(_ path: String) throws(FileError) { try self.init(path, form: ZipForm()) }

    init(_ path: String, form: ZipForm) throws(FileError) {
        guard try FileStatus.at(path) == nil else { throw .exists(path: path) }
        self.form = form
        self.path = path
        // Others may look at what is meant to be handed over.
        partial = try PartialFile(for: path, mode: 0o644)
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        guard partial != nil else { throw .finished }
        try partial?.file.write(bytes)
        byteCount += bytes.count
    }

    /// Writes a file whole.
    ///
    /// - Throws: as `begin`.
    public func add(_ name: String, _ bytes: [UInt8]) throws {
        try begin(name, byteCount: bytes.count)
        try append(bytes)
    }

    /// Begins a file; exactly this many bytes are appended next.
    ///
    /// - Parameter name: greater than all before it, by its bytes.
    /// - Throws: `ZipError.unwritable`, `.tooLarge`; `FileError`.
    public func begin(_ name: String, byteCount length: Int) throws {
        try close()
        guard length >= 0, ZipForm.allows(name),
            entries.last.map({ $0.name.utf8.lexicographicallyPrecedes(name.utf8) })
                ?? true
        else { throw ZipError.unwritable(name: name) }
        guard entries.count < ZipReader.entryCountLimit else {
            throw ZipError.tooLarge(path: path, what: "more than \(ZipReader.entryCountLimit) files")
        }
        let entry = ZipEntry(name: name, byteCount: length, checksum: 0, offset: byteCount)
        // The checksum is written when it is known.
        try write(form.header(entry))
        open = (entry, ZipChecksum(), length)
    }

    public func append(_ bytes: [UInt8]) throws {
        guard let open, bytes.count <= open.missing else {
            throw ZipError.unwritable(name: open?.entry.name ?? path)
        }
        try write(bytes)
        self.open?.checksum.update(bytes)
        self.open?.missing -= bytes.count
    }

    /// Ends the file under way.
    private func close() throws {
        guard case (var entry, let checksum, let missing)? = open else { return }
        guard missing == 0 else { throw ZipError.unwritable(name: entry.name) }
        entry.checksum = checksum.value
        try partial?.file.write(form.header(entry), at: entry.offset)
        entries.append(entry)
        open = nil
    }

    /// Writes the directory, flushes everything to the disk and gives the file its name.
    ///
    /// - Throws: `ZipError.unwritable` where bytes of the last file are missing; `FileError`, of which `.exists`.
    public func finish() throws {
        try close()
        let directory = (offset: byteCount, byteCount: entries.reduce(0) { $0 + form.directoryEntry($1).count })
        for entry in entries { try write(form.directoryEntry(entry)) }
        try write(form.end(entryCount: entries.count, directory: directory))
        // Whatever comes of it, nothing is left beside the name.
        defer { partial = nil }
        try partial?.commit(replacing: false)
    }
}
