import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("Directories")
struct DirectoryTests {
    let place: TemporaryDirectory

    init() throws {
        place = try TemporaryDirectory()
        try place.write("x", to: "file")
    }

    @Test("A new one is its owner's alone; what is there, or can't be, is named")
    func makes() throws {
        try Directory.make(place.file("new"))
        #expect(try place.mode("new") == 0o700)
        #expect(throws: FileError.exists(path: place.file("new"))) { try Directory.make(place.file("new")) }
        #expect(throws: FileError.exists(path: place.file("file"))) { try Directory.make(place.file("file")) }
        #expect(throws: FileError.notFound(path: place.file("none/new"))) { try Directory.make(place.file("none/new")) }
    }

    @Test("Several are made at once, and made again without error", arguments: [false, true])
    func makesBelow(flushingAll: Bool) throws {
        for path in ["a/b/c", "a/b/d", "a//b/", ""] {
            try Directory.make(path, below: place.path, flushingAll: flushingAll)
        }
        #expect(try Directory.names(in: place.file("a/b")) == ["c", "d"])
        #expect(try place.mode("a/b/c") == 0o700)
        try Directory.make(String(place.file("from/root").dropFirst()), below: "/")
        #expect(try place.mode("from/root") == 0o700)
        #expect(throws: FileError.notDirectory(path: place.file("file/x"))) {
            try Directory.make("file/x", below: place.path)
        }
        #expect(throws: FileError.notFound(path: place.file("none/x"))) {
            try Directory.make("x", below: place.file("none"))
        }
    }

    @Test("Flushing follows links, and names what is no directory")
    func syncs() throws {
        try Directory.sync(place.path)
        try #require(symlink(".", place.file("link")) == 0)
        try Directory.sync(place.file("link"))
        #expect(throws: FileError.notDirectory(path: place.file("file"))) { try Directory.sync(place.file("file")) }
        #expect(throws: FileError.notFound(path: place.file("none"))) { try Directory.sync(place.file("none")) }
    }

    @Test("Names come sorted and whole")
    func names() throws {
        for name in ["b", "a", ".hidden", "ä"] { try place.write("", to: name) }
        #expect(try Directory.names(in: place.path) == [".hidden", "a", "b", "file", "ä"])
        #expect(throws: FileError.notDirectory(path: place.file("file"))) {
            try Directory.names(in: place.file("file"))
        }
        #expect(throws: FileError.notFound(path: place.file("none"))) { try Directory.names(in: place.file("none")) }
    }

    @Test("Moving takes a file's place, but no directory's that is in use")
    func moves() throws {
        try place.write("y", to: "other")
        try Directory.move(place.file("file"), to: place.file("other"))
        #expect(try place.read("other") == Array("x".utf8))
        try Directory.make("a/b", below: place.path)
        try Directory.make("c/d", below: place.path)
        #expect(throws: FileError.self) { try Directory.move(place.file("a"), to: place.file("c")) }
        try Directory.move(place.file("a"), to: place.file("e"))
        #expect(try place.contents() == ["c", "e", "other"])
        #expect(throws: FileError.notFound(path: place.file("f"))) {
            try Directory.move(place.file("none"), to: place.file("f"))
        }
    }

    @Test("Only an empty one is removed; a missing one is no error")
    func removes() throws {
        try Directory.make("a/b", below: place.path)
        #expect(throws: FileError.failed(operation: "removing", path: place.file("a"), code: ENOTEMPTY)) {
            try Directory.remove(place.file("a"))
        }
        #expect(throws: FileError.notDirectory(path: place.file("file"))) { try Directory.remove(place.file("file")) }
        try Directory.remove(place.file("a/b"))
        try Directory.remove(place.file("a/b"))
        #expect(try Directory.names(in: place.file("a")) == [])
    }

    @Test("A tree is removed with all that is in it, and no link out of it is followed")
    func removesTree() throws {
        try Directory.make("tree/a/b", below: place.path)
        try Directory.make("kept", below: place.path)
        for name in ["tree/1", "tree/a/2", "tree/a/b/3", "kept/4"] { try place.write("x", to: name) }
        try #require(symlink("../kept", place.file("tree/link")) == 0)
        try #require(symlink("../../kept/4", place.file("tree/a/link")) == 0)
        try Directory.removeTree(place.file("tree"))
        try Directory.removeTree(place.file("tree"))
        #expect(try place.contents() == ["file", "kept"])
        #expect(try Directory.names(in: place.file("kept")) == ["4"])
        #expect(throws: FileError.notDirectory(path: place.file("file"))) {
            try Directory.removeTree(place.file("file"))
        }
        #expect(try place.contents() == ["file", "kept"])
    }
}
