import Testing

@testable import Files

@Suite("Split paths")
struct SplitPathTests {
    @Test(
        "The directory that holds it and its own name",
        arguments: [
            ("a/b/c", "a/b", "c"), ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/", "a", ""),
            ("", ".", ""), ("/", "/", ""), ("a//b", "a/", "b"), ("//a", "/", "a"), ("a/..", "a", ".."),
        ])
    func splits(path: String, parent: String, name: String) {
        let split = SplitPath(path)
        #expect(split.parent == parent && split.name == name)
    }

    @Test(
        "A directory's path may end in slashes",
        arguments: [("a/b/", "a", "b"), ("a//", ".", "a"), ("/a/", "/", "a"), ("/", "/", ""), ("//", "/", "")])
    func directories(path: String, parent: String, name: String) {
        let split = SplitPath(ofDirectory: path)
        #expect(split.parent == parent && split.name == name)
    }

    @Test("Nothing new can be called nothing, itself or the one above")
    func nameable() {
        for path in ["a", "a/b", "a/...", "/.a"] { #expect(SplitPath(path).isNameable, "\(path)") }
        for path in ["", "/", "a/", ".", "..", "a/.", "a/.."] { #expect(!SplitPath(path).isNameable, "\(path)") }
    }

    @Test("Joins what it has split")
    func joins() {
        for path in ["a/b/c", "/a/b", "/a"] { #expect(SplitPath(path).path == path) }
        #expect(SplitPath("a").path == "./a")
        #expect(SplitPath("/a").sibling("b") == "/b")
        #expect(SplitPath("a/b").sibling("c") == "a/c")
    }
}
