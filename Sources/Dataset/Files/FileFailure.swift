internal import Files

extension DatasetError {
    /// Runs calls that ask for files, whose error becomes this module's own.
    static func onFile<Result>(_ body: () throws(FileError) -> Result) throws(DatasetError) -> Result {
        do throws(FileError) { return try body() } catch { throw DatasetError(error) }
    }

    init(_ error: FileError) {
        switch error {
        case .diskFull(let path): self = .diskFull(path: path)
        case .noPermission(let path, _): self = .noPermission(path: path)
        case .notFound(let path), .notDirectory(let path): self = .noDirectory(path: path)
        case .exists(let path): self = .datasetExists(path: path)
        default: self = .inputOutput(path: error.path ?? "", code: error.code ?? -1)
        }
    }
}

extension SplitPath {
    /// Where a dataset or a working store can be.
    ///
    /// - Throws: `DatasetError.badPath` for a path that names nothing new: empty, `/`, or ending in `.` or `..`; and
    ///   for a name that leaves no room for what stands beside it.
    init(naming path: String) throws(DatasetError) {
        self.init(ofDirectory: path)
        guard isNameable, name.utf8.count <= 200, !path.utf8.contains(0) else { throw .badPath(path: path) }
    }
}
