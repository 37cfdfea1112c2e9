internal import Crypto
internal import Files

/// A dataset that was written and waits to be handed over, as a list of its files.
public struct PreparedDataset: Sendable {
    public struct File: Sendable, Equatable {
        public let name: String
        public let byteCount: Int
        /// 32 bytes.
        public let sha256: [UInt8]
    }

    public let directory: String

    public init(directory: String) { self.directory = directory }

    /// Its files by name.
    ///
    /// - Throws: `DatasetError`.
    public func files() throws(DatasetError) -> [File] {
        let names = try DatasetError.onFile { () throws(FileError) in try Directory.names(in: directory).sorted() }
        var files: [File] = []
        for name in names {
            let written = try WrittenFile(syncing: directory + "/" + name)
            files.append(File(name: name, byteCount: written.byteCount, sha256: written.sha256))
        }
        return files
    }

    /// Copies it to where researchers get it, which appears complete or not at all.
    ///
    /// - Parameters:
    ///   - files: what it has to be: of another the copy fails.
    ///   - replace: whether a dataset that is there already is replaced.
    /// - Throws: `DatasetError.preparedChanged` unless it has exactly these files.
    public func copy(to path: String, expecting files: [File], replace: Bool) throws(DatasetError) {
        let names = try DatasetError.onFile { () throws(FileError) in try Directory.names(in: directory).sorted() }
        guard names == files.map(\.name) else { throw .preparedChanged(path: directory) }
        let output = try OutputDirectory(path, replace: replace)
        try output.prepare()
        do throws(DatasetError) {
            for file in files {
                let copied = try Self.copy(directory + "/" + file.name, to: output.partial + "/" + file.name)
                guard copied == WrittenFile(byteCount: file.byteCount, sha256: file.sha256) else {
                    throw DatasetError.preparedChanged(path: directory + "/" + file.name)
                }
            }
            try output.install {}
        } catch {
            output.discard()
            throw error
        }
    }

    private static func copy(_ source: String, to target: String) throws(DatasetError) -> WrittenFile {
        let reader = try DatasetError.onFile { () throws(FileError) in try StreamedFileReader(source) }
        var file = try OutputFile(creating: target)
        while let piece = try DatasetError.onFile({ () throws(FileError) in try reader.next() }) {
            try file.write { $0 += piece }
        }
        return try file.finish()
    }

    /// Removes it.
    ///
    /// - Throws: `DatasetError`.
    public func remove() throws(DatasetError) {
        try DatasetError.onFile { () throws(FileError) in
            for name in try Directory.names(in: directory) { try AtomicFile.remove(directory + "/" + name) }
            try Directory.remove(directory)
        }
    }
}
