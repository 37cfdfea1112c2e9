public import Crypto
public import Files
public import PSIProtocol
internal import Synchronization

/// A daemon's small state that must outlive it: round secrets, rounds spent, attempts. Names → bytes, each in a sealed
/// file of its own.
///
/// A change is on the disk when the call returns, and survives `kill -9` and power loss whole or not at all. A file
/// that was altered, swapped, or put back from an older copy is refused by name. What this cannot notice is the *whole*
/// directory put back as it once was; `generation` lets a caller compare with what the board or its peers remember.
/// One process at a time: the directory is locked while the value lives.
public final class SealedState: Sendable {
    /// 16 MiB.
    public static let maxValueByteCount = 1 << 24
    /// Most values, so that the index never outgrows what it is read to.
    public static let maxCount = StateIndex.maxCount

    private static let indexName = "index"

    private let directory: PrivateDirectory
    private let key: SymmetricKey
    private let lock: ProcessLock
    private let reserve: DiskReserve
    private let index: Mutex<StateIndex>

    /// Opens the state, made empty if there is none, finishes what a killed process had begun, and checks every file
    /// against the index.
    ///
    /// - Throws: `SealedStateError.altered`, `.vanished`, `.stray`, or `.file`, of which `.inUse` means that another
    ///   process has this state open.
    public init(in directory: PrivateDirectory, key: SymmetricKey) throws(SealedStateError) {
        self.directory = directory
        self.key = key
        lock = try Self.onFile { () throws(FileError) in try ProcessLock(in: directory) }
        try Self.onFile { () throws(FileError) in try AtomicFile.removePartials(in: directory) }
        let reserve = DiskReserve(in: directory)
        let found = try Self.recover(directory, key, reserve)
        reserve.fill(indexByteCount: found.encoded.count)
        self.reserve = reserve
        index = Mutex(found)
    }

    /// How many changes were ever made; it never goes down.
    public var generation: UInt64 { index.withLock { $0.generation } }

    /// The names in use that begin with `prefix`, sorted.
    public func names(_ prefix: StatePrefix) -> [StateName] {
        index.withLock { index in
            index.entries.filter { $0.key.hasPrefix(prefix.text) && $0.value.change != .removal }.keys.sorted()
                .map { StateName($0) }
        }
    }

    public func contains(_ name: StateName) -> Bool {
        index.withLock { $0.present(name.text) != nil }
    }

    /// Hands over a value in a buffer that is wiped when `body` returns. Nil when there is no such value.
    public func withValue<Result>(_ name: StateName, _ body: (UnsafeRawBufferPointer) throws -> Result) throws
        -> Result?
    {
        guard let bytes = try buffer(name) else { return nil }
        return try bytes.withBytes { try body($0) }
    }

    /// A secret value. Nil when there is no such value.
    public func secret(_ name: StateName) throws(SealedStateError) -> SecretBytes? {
        guard let bytes = try buffer(name) else { return nil }
        return SecretBytes(bytes.withBytes { SymmetricKey(data: $0) })
    }

    private func buffer(_ name: StateName) throws(SealedStateError) -> WipedBuffer? {
        let name = name.text
        return try index.withLock { index throws(SealedStateError) in
            guard let entry = index.present(name) else { return nil }
            return try Self.open(name, entry, directory, key)
        }
    }

    /// A value that isn't secret, such as a counter. Nil when there is no such value.
    public func get(_ name: StateName) throws(SealedStateError) -> [UInt8]? {
        guard let bytes = try buffer(name) else { return nil }
        return bytes.withBytes { Array($0) }
    }

    /// Puts a value in the place of any earlier one, whose file is then overwritten as by `remove`.
    ///
    /// - Parameter onFullDisk: whether it is written also where no room is left but what is kept for destroying
    ///   secrets; for what must be known before they are.
    public func put(_ name: StateName, _ value: [UInt8], onFullDisk: Bool = false) throws(SealedStateError) {
        var failure: SealedStateError?
        value.withUnsafeBytes { bytes in
            do throws(SealedStateError) { try put(name, contentsOf: bytes, onFullDisk: onFullDisk) } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    public func put(_ name: StateName, _ value: borrowing SecretBytes) throws(SealedStateError) {
        let outcome = value.withUnsafeBytes { bytes in
            Result { () throws(SealedStateError) in try put(name, contentsOf: bytes) }
        }
        try outcome.get()
    }

    public func put(
        _ name: StateName, contentsOf value: UnsafeRawBufferPointer, onFullDisk: Bool = false
    ) throws(SealedStateError) {
        let name = name.text
        guard StateName.isAllowed(name) else { throw .badName(name) }
        guard value.count <= Self.maxValueByteCount else {
            throw .tooLarge(name: name, maxByteCount: Self.maxValueByteCount)
        }
        // Sealing a bounded value under a fresh key fails only if the library is broken.
        guard let envelope = StateEnvelope.seal(value, name: name, key: key) else { throw .badName(name) }
        let digest = Array(SHA256.hash(data: envelope))
        try index.withLock { index throws(SealedStateError) in
            // A removal that failed half-way is finished first.
            if index.entries[name]?.change == .removal { try remove([name], &index) }
            guard index.entries[name] != nil || index.entries.count < Self.maxCount else {
                throw .full(maxCount: Self.maxCount)
            }
            do throws(SealedStateError) {
                if onFullDisk {
                    try withReserve { () throws(SealedStateError) in try put(envelope, digest, as: name, &index) }
                } else {
                    try put(envelope, digest, as: name, &index)
                }
            } catch {
                // Whichever version is on the disk now is the value; the announced change falls away.
                do throws(SealedStateError) {
                    let settled = try Self.settledDigest(of: name, in: index, directory)
                    index.entries[name] = settled.map { .init(settled: $0, change: nil) }
                } catch {
                    // Can't be read either: the entry still allows both versions.
                }
                throw error
            }
        }
    }

    private func put(
        _ envelope: [UInt8], _ digest: [UInt8], as name: String, _ index: inout StateIndex
    ) throws(SealedStateError) {
        let settled = try Self.settledDigest(of: name, in: index, directory)
        index.entries[name] = .init(settled: settled, change: .put(digest))
        try saving(&index)
        try Self.onFile { () throws(FileError) in
            let path = directory.file(StateName.fileName(name))
            guard settled != nil else { return try AtomicFile.write(envelope, to: path) }
            // Held open over the rename, so that the old version's blocks can be overwritten after it.
            let old = try OpenFile(changing: path)
            try AtomicFile.write(envelope, to: path)
            try old.overwrite(0..<(try old.status().byteCount))
        }
        index.entries[name] = .init(settled: digest, change: nil)
        try saving(&index)
    }

    /// Removes a value: overwrites its file's bytes, flushes them, unlinks the file. No such value is no error.
    ///
    /// It is done on a full disk too, as long as the reserve is there.
    ///
    /// Overwriting reaches the blocks where the file lies now. A copy-on-write file system, a flash disk's spare blocks
    /// and backups may keep an older copy: only a lost state key makes those unreadable for certain.
    public func remove(_ name: StateName) throws(SealedStateError) {
        try index.withLock { index throws(SealedStateError) in
            if index.entries[name.text] != nil { try remove([name.text], &index) }
        }
    }

    /// Removes all values whose names begin with `prefix`, as at a round's close.
    ///
    /// The salts go first, all of them, before any file's other bytes: a value without its salt can't be opened even
    /// with the state key, so an interrupted destruction has destroyed as much as it could. Opening the state again
    /// finishes it.
    /// - Returns: the number of values.
    @discardableResult
    public func destroy(_ prefix: StatePrefix) throws(SealedStateError) -> Int {
        try index.withLock { index throws(SealedStateError) in
            let names = index.entries.keys.filter { $0.hasPrefix(prefix.text) }.sorted()
            if !names.isEmpty { try remove(names, &index) }
            return names.count
        }
    }

    private func remove(_ names: [String], _ index: inout StateIndex) throws(SealedStateError) {
        for name in names { index.entries[name]?.change = .removal }
        try withReserve { () throws(SealedStateError) in try saving(&index) }
        let files = names.map { directory.file(StateName.fileName($0)) }
        try Self.onFile { () throws(FileError) in try Self.erase(files, directory) }
        for name in names { index.entries[name] = nil }
        try withReserve { () throws(SealedStateError) in try saving(&index) }
        reserve.fill(indexByteCount: index.encoded.count)
    }

    /// Does it again with the reserve given up if there is no room.
    private func withReserve(_ body: () throws(SealedStateError) -> Void) throws(SealedStateError) {
        try Self.with(reserve, body)
    }

    static func with(
        _ reserve: DiskReserve, _ body: () throws(SealedStateError) -> Void
    ) throws(SealedStateError) {
        do throws(SealedStateError) { try body() } catch {
            guard error.isDiskFull, reserve.release() else { throw error }
            try body()
        }
    }

    private func saving(_ index: inout StateIndex) throws(SealedStateError) {
        index.generation += 1
        try Self.save(index, directory, key)
    }
}

// Reading, recovering and erasing, apart from the locked index.
extension SealedState {
    static func save(
        _ index: StateIndex, _ directory: PrivateDirectory, _ key: SymmetricKey
    ) throws(SealedStateError) {
        let sealed = index.encoded.withUnsafeBytes {
            StateEnvelope.seal($0, name: StateEnvelope.indexName, key: key)
        }
        guard let envelope = sealed else { throw .badName(indexName) }
        try onFile { () throws(FileError) in try AtomicFile.write(envelope, to: directory.file(indexName)) }
    }

    /// The index as it is on the disk now; nil where there is none.
    static func index(
        in directory: PrivateDirectory, _ key: SymmetricKey
    ) throws(SealedStateError) -> StateIndex? {
        let path = directory.file(indexName)
        let envelope: [UInt8]
        do throws(FileError) {
            envelope = try PublicFile.read(
                path, maxByteCount: StateIndex.maxByteCount + StateEnvelope.overheadByteCount)
        } catch {
            if case .notFound = error { return nil }
            throw .file(error)
        }
        guard let plain = StateEnvelope.open(envelope, name: StateEnvelope.indexName, key: key),
            let index = plain.withBytes({ StateIndex($0) })
        else { throw .altered(path: path) }
        return index
    }

    private static func recover(
        _ directory: PrivateDirectory, _ key: SymmetricKey, _ reserve: DiskReserve
    ) throws(SealedStateError) -> StateIndex {
        let names = try onFile { () throws(FileError) in try directory.names() }
        let files = names.filter { $0.hasSuffix(StateName.suffix) }
        guard var index = try index(in: directory, key) else {
            if !files.isEmpty { throw .vanished(path: directory.file(indexName)) }
            let index = StateIndex()
            try save(index, directory, key)
            return index
        }
        let known = Set(index.entries.keys.map(StateName.fileName))
        for file in files where !known.contains(file) { throw .stray(path: directory.file(file)) }
        if try settle(&index, Set(files), directory) {
            index.generation += 1
            let settled = index
            try with(reserve) { () throws(SealedStateError) in try save(settled, directory, key) }
        }
        for (name, entry) in index.entries { _ = try open(name, entry, directory, key) }
        return index
    }

    /// Finishes or drops the changes that a killed process had announced. Whether there were any.
    private static func settle(
        _ index: inout StateIndex, _ files: Set<String>, _ directory: PrivateDirectory
    ) throws(SealedStateError) -> Bool {
        var removed: [String] = []
        var changed = false
        for (name, entry) in index.entries {
            guard let change = entry.change else { continue }
            changed = true
            let present = files.contains(StateName.fileName(name))
            switch change {
            case .removal:
                if present { removed.append(directory.file(StateName.fileName(name))) }
                index.entries[name] = nil
            case .put:
                if !present, entry.settled == nil {
                    index.entries[name] = nil
                } else {
                    let digest = try settledDigest(of: name, in: index, directory)
                    index.entries[name] = .init(settled: digest, change: nil)
                }
            }
        }
        try onFile { () throws(FileError) in try erase(removed, directory) }
        return changed
    }

    /// The digest of the file that is there, if the index knows it; nil when there is rightly none.
    private static func settledDigest(
        of name: String, in index: StateIndex, _ directory: PrivateDirectory
    ) throws(SealedStateError) -> [UInt8]? {
        guard let entry = index.entries[name] else { return nil }
        guard let envelope = try read(name, directory) else {
            if entry.settled == nil { return nil }
            throw .vanished(path: directory.file(StateName.fileName(name)))
        }
        let digest = Array(SHA256.hash(data: envelope))
        guard allows(entry, digest) else { throw .altered(path: directory.file(StateName.fileName(name))) }
        return digest
    }

    static func allows(_ entry: StateIndex.Entry, _ digest: [UInt8]) -> Bool {
        entry.settled == digest || entry.change == .put(digest)
    }

    static func read(_ name: String, _ directory: PrivateDirectory) throws(SealedStateError) -> [UInt8]? {
        do throws(FileError) {
            return try PublicFile.read(
                directory.file(StateName.fileName(name)),
                maxByteCount: maxValueByteCount + StateEnvelope.overheadByteCount)
        } catch {
            switch error {
            case .notFound: return nil
            case .tooLarge(let path, _): throw .altered(path: path)
            default: throw .file(error)
            }
        }
    }

    static func open(
        _ name: String, _ entry: StateIndex.Entry, _ directory: PrivateDirectory, _ key: SymmetricKey
    ) throws(SealedStateError) -> WipedBuffer {
        let path = directory.file(StateName.fileName(name))
        guard let envelope = try read(name, directory) else { throw .vanished(path: path) }
        guard allows(entry, Array(SHA256.hash(data: envelope))),
            let value = StateEnvelope.open(envelope, name: name, key: key)
        else { throw .altered(path: path) }
        return value
    }

    /// Salts of all files first, then all of each file, then the names.
    private static func erase(_ files: [String], _ directory: PrivateDirectory) throws(FileError) {
        guard !files.isEmpty else { return }
        // A file that an earlier, interrupted destruction has removed is no reason to stop.
        func open(_ file: String) throws(FileError) -> OpenFile? {
            do { return try OpenFile(changing: file) } catch {
                if case .notFound = error { return nil }
                throw error
            }
        }
        for file in files {
            guard let opened = try open(file) else { continue }
            let byteCount = try opened.status().byteCount
            try opened.overwrite(StateEnvelope.saltRange.clamped(to: 0..<byteCount))
        }
        for file in files {
            guard let opened = try open(file) else { continue }
            try opened.overwrite(0..<(try opened.status().byteCount))
            try AtomicFile.remove(file)
        }
        try Directory.sync(directory.path)
    }

    private static func onFile<Result>(_ body: () throws(FileError) -> Result) throws(SealedStateError) -> Result {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }
}
