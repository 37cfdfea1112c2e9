internal import Files
internal import Glibc

/// A directory that appears complete or not at all.
///
/// It is filled as `NAME.partial-<process>` beside its final place and moved there at the end. Replacing an existing
/// one takes two moves, with the old one as `NAME.replaced` in between; `prepare` undoes or completes what a killed run
/// left.
struct OutputDirectory {
    let target: SplitPath
    /// Where files are written.
    let partial: String
    private let replaced: String
    private let replace: Bool

    init(_ path: String, replace: Bool) throws(DatasetError) {
        target = try SplitPath(naming: path)
        partial = target.sibling(target.name + ".partial-\(getpid())")
        replaced = target.sibling(target.name + ".replaced")
        self.replace = replace
    }

    /// Removes what killed runs left, refuses an existing dataset, and makes the partial directory.
    func prepare() throws(DatasetError) {
        guard let parent = try? FileStatus(of: target.parent, followingLinks: true), parent.kind == .directory else {
            throw .noDirectory(path: target.parent)
        }
        try DatasetError.onFile { () throws(FileError) in
            for name in try Directory.names(in: target.parent) where name.hasPrefix(target.name + ".partial-") {
                guard name.dropFirst(target.name.count + 9).allSatisfy(\.isWholeNumber) else { continue }
                try Self.remove(target.sibling(name))
            }
            if try FileStatus.at(replaced) != nil {
                if try FileStatus.at(target.path) == nil {
                    try Directory.move(replaced, to: target.path)
                } else {
                    try Self.remove(replaced)
                }
            }
        }
        let found = try DatasetError.onFile { () throws(FileError) in try FileStatus.at(target.path) }
        guard found == nil || found?.kind == .directory && replace else { throw .datasetExists(path: target.path) }
        try DatasetError.onFile { () throws(FileError) in try Directory.make(partial) }
    }

    /// Moves the finished directory into place. The old one, if any, is put back when that fails.
    func install(between: () throws(DatasetError) -> Void) throws(DatasetError) {
        let hasOld = try DatasetError.onFile { () throws(FileError) in
            try Directory.sync(partial)
            return try FileStatus.at(target.path) != nil
        }
        if hasOld {
            guard replace else { throw .datasetExists(path: target.path) }
            try DatasetError.onFile { () throws(FileError) in try Directory.move(target.path, to: replaced) }
        }
        do throws(DatasetError) {
            try between()
            try DatasetError.onFile { () throws(FileError) in try Directory.move(partial, to: target.path) }
        } catch {
            if hasOld { try? Directory.move(replaced, to: target.path) }
            throw error
        }
        try DatasetError.onFile { () throws(FileError) in
            try Directory.sync(target.parent)
            if hasOld { try Self.remove(replaced) }
        }
    }

    /// Removes the partial directory after a failure, as well as it goes: the failure itself is what the caller hears
    /// of.
    func discard() { try? Self.remove(partial) }

    /// Removes a directory with the files in it; nothing there is no failure. A directory in it is none of this
    /// program's, and is left.
    private static func remove(_ path: String) throws(FileError) {
        guard let found = try FileStatus.at(path) else { return }
        guard found.kind == .directory else { return try AtomicFile.remove(path) }
        for name in try Directory.names(in: path) { try AtomicFile.remove(path + "/" + name) }
        try Directory.remove(path)
    }
}
