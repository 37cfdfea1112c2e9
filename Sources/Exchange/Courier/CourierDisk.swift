internal import Crypto
internal import Files
internal import PSIProtocol
public import Values

/// A directory that was carried here. Nothing on it is anybody's word before its signature and its files are checked;
/// what is read later is compared with the manifest once more. Every call blocks. [P-75]
public struct CourierDisk: Sendable {
    public let path: String
    public let manifest: CourierManifest
    /// SHA-256 of the manifest.
    public let digest: [UInt8]
    private let files: [CourierPath: CourierManifest.File]

    /// Reads the manifest, and checks that the key which it names has signed it.
    ///
    /// - Throws: `CourierError.notADisk`, `.badSignature`; `FileError`.
    public init(reading path: String) throws {
        self.path = SplitPath(ofDirectory: path).shown
        let list = "\(self.path)/\(CourierManifest.name)"
        let seal = "\(self.path)/\(CourierManifest.signatureName)"
        for file in [list, seal] where try FileStatus.at(file) == nil { throw CourierError.notADisk(path: list) }
        let text = try Self.read(list, limit: CourierManifest.byteCountLimit)
        let signature = try Self.read(seal, limit: 64)
        guard let manifest = CourierManifest(text: text) else { throw CourierError.notADisk(path: list) }
        guard CourierManifest.isSigned(text, by: signature, manifest.from) else {
            throw CourierError.badSignature(path: list)
        }
        self.manifest = manifest
        digest = Array(SHA256.hash(data: text))
        files = Dictionary(uniqueKeysWithValues: manifest.files.map { ($0.path, $0) })
    }

    /// No link is followed.
    private static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        let file = try OpenFile(reading: path)
        let status = try file.regularStatus()
        guard status.byteCount <= limit else { throw .tooLarge(path: path, maxByteCount: limit) }
        return try file.read(status.byteCount, at: 0)
    }

    /// That the disk was made after the last one that was taken from its sender, and not ahead of this machine's clock:
    /// every later one would be refused.
    ///
    /// - Parameters:
    ///   - last: when the last one was made; nil before the first.
    ///   - now: seconds since 1970.
    /// - Throws: `CourierError.older`, `.early`.
    public func checkTime(after last: Int64?, now: Int64) throws(CourierError) {
        if let last, manifest.made < last { throw .older(path: path, made: manifest.made, last: last) }
        let (ahead, isPast) = manifest.made.subtractingReportingOverflow(now)
        guard !isPast, ahead <= CourierManifest.clockToleranceSeconds else { throw .early(path: path, seconds: ahead) }
    }

    // MARK: Checking

    /// Compares everything below the directory with the manifest.
    ///
    /// - Throws: `CourierError.damaged`, which names each file; `FileError`.
    public func check() throws {
        var faults = Faults()
        try checkNames("", expected: expectedNames(), &faults)
        for file in manifest.files where !faults.isFull {
            if let fault = try Self.fault(of: file, at: "\(path)/\(file.path)") { faults.add(fault) }
        }
        try checkStreams(&faults)
        guard faults.all.isEmpty else { throw CourierError.damaged(path: path, faults: faults.all) }
    }

    private struct Faults {
        private static let limit = 20
        private(set) var all: [String] = []
        var isFull: Bool { all.count > Self.limit }

        mutating func add(_ fault: String) {
            if all.count < Self.limit { all.append(fault) } else if !isFull { all.append("and more") }
        }
    }

    /// Names by directory, with the directories themselves.
    private func expectedNames() -> [String: Set<String>] {
        var names: [String: Set<String>] = ["": [CourierManifest.name, CourierManifest.signatureName]]
        for file in manifest.files {
            var directory = ""
            for component in file.path.description.split(separator: "/").map(String.init) {
                names[directory, default: []].insert(component)
                directory = directory.isEmpty ? component : "\(directory)/\(component)"
            }
        }
        return names
    }

    private func checkNames(_ directory: String, expected: [String: Set<String>], _ faults: inout Faults) throws {
        let place = directory.isEmpty ? path : "\(path)/\(directory)"
        for name in try Directory.names(in: place) where !faults.isFull {
            let child = directory.isEmpty ? name : "\(directory)/\(name)"
            guard expected[directory]?.contains(name) == true else {
                faults.add("\(path)/\(child) does not belong there")
                continue
            }
            switch try FileStatus(of: "\(path)/\(child)").kind {
            case .directory where expected[child] != nil: try checkNames(child, expected: expected, &faults)
            case .regular where expected[child] == nil: continue
            case .symbolicLink: faults.add("\(path)/\(child) is a link")
            default: faults.add("\(path)/\(child) is not what has that name")
            }
        }
    }

    private static func fault(of file: CourierManifest.File, at path: String) throws -> String? {
        do throws(FileError) {
            let status = try OpenFile(reading: path).status()
            guard status.kind == .regular else { return nil }
            guard status.byteCount == file.byteCount else {
                return "\(path) has \(status.byteCount) bytes, and should have \(file.byteCount)"
            }
            let found = try FileCopy.contents(of: path)
            return found.digest == file.digest ? nil : "\(path) was altered"
        } catch {
            switch error {
            case .notFound: return "\(path) is missing"
            // Told with the names.
            case .symbolicLink, .notDirectory, .notRegularFile: return nil
            case .failed: return "\(path) cannot be read"
            default: throw error
            }
        }
    }

    /// That every part of a stream is there from its first chunk to its last: the sender has put no other on the disk.
    private func checkStreams(_ faults: inout Faults) throws {
        for (held, chunks) in streams() {
            let isWhole = chunks.enumerated().allSatisfy { index, file in
                guard case .chunk(_, _, let seq, let last) = file.path else { return false }
                return seq == index && last == (index == chunks.count - 1)
            }
            if !isWhole { faults.add("\(path): stream \(held.stream) is not whole") }
        }
    }

    // MARK: Reading

    /// Rounds of which the disk has entries.
    public var rounds: [RoundID] {
        manifest.files.compactMap { if case .entries(let round) = $0.path { round } else { nil } }
    }

    /// The chunks of each part of a stream, in order.
    public func streams() -> [(held: CourierManifest.Held, chunks: [CourierManifest.File])] {
        var found: [(held: CourierManifest.Held, chunks: [CourierManifest.File])] = []
        for file in manifest.files {
            guard case .chunk(let round, let stream, _, _) = file.path else { continue }
            let held = CourierManifest.Held(round: round, stream: stream)
            if found.last?.held == held {
                found[found.count - 1].chunks.append(file)
            } else {
                found.append((held, [file]))
            }
        }
        return found
    }

    /// The entries of a round; none if the disk has no file of them.
    ///
    /// - Throws: `CourierError.damaged`; `FileError`.
    public func entries(of round: RoundID) throws -> [[UInt8]] {
        guard let file = files[.entries(round)] else { return [] }
        guard let entries = CourierEntries.decode(try bytes(of: file)) else {
            throw damaged(file, "is not a file of entries")
        }
        return entries
    }

    /// A file's bytes, if they are those of the manifest.
    ///
    /// - Throws: `CourierError.damaged`; `FileError`.
    public func bytes(of file: CourierManifest.File) throws -> [UInt8] {
        let bytes = try Self.read("\(path)/\(file.path)", limit: file.byteCount)
        guard bytes.count == file.byteCount, SHA256.hash(data: bytes).elementsEqual(file.digest) else {
            throw damaged(file, "was altered")
        }
        return bytes
    }

    private func damaged(_ file: CourierManifest.File, _ what: String) -> CourierError {
        .damaged(path: path, faults: ["\(path)/\(file.path) \(what)"])
    }
}
