/// A path split into the directory that holds it and its own name, without asking the file system.
public struct SplitPath: Sendable, Equatable {
    /// `.` for a bare name, which lies in the working directory.
    public let parent: String
    /// Empty where the path ends in a slash.
    public let name: String

    /// Splits `a/b/c` into `a/b` and `c`.
    public init(_ path: String) {
        guard let slash = path.lastIndex(of: "/") else {
            (parent, name) = (".", path)
            return
        }
        let directory = path[..<slash]
        parent = directory.isEmpty ? "/" : String(directory)
        name = String(path[path.index(after: slash)...])
    }

    /// Splits a directory's path, which may end in slashes: `a/b/` into `a` and `b`.
    public init(ofDirectory path: String) { self.init(Self.withoutTrailingSlashes(path)) }

    /// Whether the name can be given to something new.
    public var isNameable: Bool { !name.isEmpty && name != "." && name != ".." }

    /// The path of another name in the same directory.
    public func sibling(_ name: String) -> String { parent == "/" ? "/" + name : parent + "/" + name }

    public var path: String { sibling(name) }

    /// The same without `./` before a bare name, for people.
    public var shown: String { parent == "." ? name : path }

    static func withoutTrailingSlashes(_ path: String) -> String {
        var rest = path[...]
        while rest.utf8.count > 1, rest.last == "/" { rest.removeLast() }
        return String(rest)
    }
}
