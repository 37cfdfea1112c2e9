import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("Atomic files")
struct AtomicFileTests {
    @Test("Writes, replaces, gives the mode asked for, leaves nothing beside")
    func writes() throws {
        let place = try TemporaryDirectory()
        try AtomicFile.write("one".utf8, to: place.file("f"))
        #expect(try place.mode("f") == 0o600)
        try AtomicFile.write("two".utf8, to: place.file("f"), mode: 0o644)
        #expect(try place.read("f") == Array("two".utf8))
        #expect(try place.mode("f") == 0o644)
        try AtomicFile.write([], to: place.file("empty"))
        #expect(try place.contents() == ["empty", "f"])
    }

    @Test("Without replacing, an existing file stays as it is")
    func refusesToReplace() throws {
        let place = try TemporaryDirectory()
        try AtomicFile.write("one".utf8, to: place.file("f"), replacing: false)
        #expect(throws: FileError.exists(path: place.file("f"))) {
            try AtomicFile.write("two".utf8, to: place.file("f"), replacing: false)
        }
        #expect(try place.read("f") == Array("one".utf8))
        #expect(try place.contents() == ["f"])
    }

    @Test("A rename that fails leaves nothing behind")
    func failingRename() throws {
        let place = try TemporaryDirectory()
        try #require(mkdir(place.file("taken"), 0o700) == 0)
        #expect(throws: FileError.self) { try AtomicFile.write("x".utf8, to: place.file("taken")) }
        #expect(try place.contents() == ["taken"])
        #expect(throws: FileError.self) { try AtomicFile.write("x".utf8, to: place.file("none/f")) }
        #expect(throws: FileError.notRegularFile(path: place.path + "/")) {
            try AtomicFile.write("x".utf8, to: place.path + "/")
        }
    }

    @Test("A full disk is named, the old file stays, nothing is left beside")
    func diskFull() async throws {
        let place = try TemporaryDirectory()
        try AtomicFile.write("old".utf8, to: place.file("f"))
        let path = place.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            limitFileSize(to: 100_000)
            #expect(throws: FileError.self) {
                do {
                    try AtomicFile.write([UInt8](repeating: 1, count: 1_000_000), to: path + "/f")
                } catch FileError.diskFull(let named) {
                    #expect(named.contains("/.f.partial-"))
                    throw FileError.diskFull(path: named)
                }
            }
        }
        #expect(try place.read("f") == Array("old".utf8))
        #expect(try place.contents() == ["f"])
    }

    @Test(
        "A full file system is named, the old file stays, nothing is left beside",
        .enabled(if: SmallDisk.canMount, "needs the right to mount a tmpfs"))
    func fullFileSystem() throws {
        let place = try TemporaryDirectory()
        let disk = try SmallDisk(at: place.file("small"), kilobytes: 256)
        let directory = try PrivateDirectory(place.file("small"))
        try AtomicFile.write("old".utf8, to: directory.file("f"))
        let error = #expect(throws: FileError.self) {
            try AtomicFile.write([UInt8](repeating: 1, count: 1_000_000), to: directory.file("f"))
        }
        guard case .diskFull = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(try directory.names() == ["f"])
        #expect(try place.read("small/f") == Array("old".utf8))
        try disk.remount("ro")
        let refusal = #expect(throws: FileError.self) { try AtomicFile.write("new".utf8, to: directory.file("f")) }
        guard case .noPermission(_, EROFS) = refusal else {
            Issue.record("another error: \(String(describing: refusal))")
            return
        }
    }

    @Test("A file is written through a link to its directory")
    func linkedDirectory() throws {
        let place = try TemporaryDirectory()
        try #require(mkdir(place.file("real"), 0o700) == 0)
        try #require(symlink("real", place.file("link")) == 0)
        try AtomicFile.write("one".utf8, to: place.file("link/f"))
        try AtomicFile.write("two".utf8, to: place.file("link/f"))
        #expect(try place.read("real/f") == Array("two".utf8))
        #expect(try place.contents() == ["link", "real"])
    }

    @Test("A link in the file's place is replaced, and not where it leads")
    func linkedFile() throws {
        let place = try TemporaryDirectory()
        try place.write("theirs", to: "other")
        try #require(symlink("other", place.file("f")) == 0)
        #expect(throws: FileError.exists(path: place.file("f"))) {
            try AtomicFile.write("mine".utf8, to: place.file("f"), replacing: false)
        }
        try AtomicFile.write("mine".utf8, to: place.file("f"))
        #expect(try FileStatus(of: place.file("f")).kind == .regular)
        #expect(try place.read("other") == Array("theirs".utf8))
    }

    @Test("Removes a file or a link, not where it leads; a missing one is no error, a directory is")
    func removes() throws {
        let place = try TemporaryDirectory()
        try place.write("x", to: "f")
        try #require(symlink("f", place.file("link")) == 0 && mkdir(place.file("d"), 0o700) == 0)
        try AtomicFile.remove(place.file("link"))
        #expect(try place.contents() == ["d", "f"])
        try AtomicFile.remove(place.file("f"))
        try AtomicFile.remove(place.file("f"))
        #expect(throws: FileError.failed(operation: "removing", path: place.file("d"), code: EISDIR)) {
            try AtomicFile.remove(place.file("d"))
        }
        #expect(try place.contents() == ["d"])
    }

    @Test("What a killed writer left is removed, other files are not")
    func partials() throws {
        let place = try TemporaryDirectory()
        try place.write("half", to: ".f.partial-1a2b")
        try place.write("mine", to: ".hidden")
        try AtomicFile.removePartials(in: PrivateDirectory(place.path))
        #expect(try place.contents() == [".hidden"])
    }
}
