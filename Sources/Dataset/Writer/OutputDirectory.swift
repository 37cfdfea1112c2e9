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
        target = try SplitPath(path)
        partial = target.sibling(target.name + ".partial-\(getpid())")
        replaced = target.sibling(target.name + ".replaced")
        self.replace = replace
    }

    /// Removes what killed runs left, refuses an existing dataset, and makes the partial directory.
    func prepare() throws(DatasetError) {
        // The dot follows a symbolic link, which is allowed here.
        guard case .directory? = try? SystemCalls.kind(of: target.parent + "/.") else {
            throw .noDirectory(path: target.parent)
        }
        for name in try SystemCalls.names(in: target.parent) where name.hasPrefix(target.name + ".partial-") {
            guard name.dropFirst(target.name.count + 9).allSatisfy(\.isWholeNumber) else { continue }
            try SystemCalls.remove(target.sibling(name))
        }
        if try SystemCalls.kind(of: replaced) != .nothing {
            if try SystemCalls.kind(of: target.path) == .nothing {
                try SystemCalls.move(replaced, to: target.path)
            } else {
                try SystemCalls.remove(replaced)
            }
        }
        switch try SystemCalls.kind(of: target.path) {
        case .nothing: break
        case .directory: guard replace else { throw .datasetExists(path: target.path) }
        case .other: throw .datasetExists(path: target.path)
        }
        try SystemCalls.makePrivateDirectory(partial)
    }

    /// Moves the finished directory into place. The old one, if any, is put back when that fails.
    func install(between: () throws(DatasetError) -> Void) throws(DatasetError) {
        try SystemCalls.sync(partial)
        var hasOld = false
        if try SystemCalls.kind(of: target.path) != .nothing {
            guard replace else { throw .datasetExists(path: target.path) }
            try SystemCalls.move(target.path, to: replaced)
            hasOld = true
        }
        do {
            try between()
            try SystemCalls.move(partial, to: target.path)
        } catch {
            if hasOld { try? SystemCalls.move(replaced, to: target.path) }
            throw error
        }
        try SystemCalls.sync(target.parent)
        if hasOld { try SystemCalls.remove(replaced) }
    }

    /// Removes the partial directory after a failure, as well as it goes: the failure itself is what the caller hears
    /// of.
    func discard() { try? SystemCalls.remove(partial) }
}
