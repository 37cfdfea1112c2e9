import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("What is at a path")
struct FileStatusTests {
    let place: TemporaryDirectory

    init() throws {
        place = try TemporaryDirectory()
        try place.write("hello", to: "file", mode: 0o640)
        try #require(symlink("file", place.file("link")) == 0 && symlink("none", place.file("dangling")) == 0)
        try #require(mkfifo(place.file("pipe"), 0o600) == 0)
    }

    @Test("Its kind, mode, owner and size")
    func facts() throws {
        let file = try FileStatus(of: place.file("file"))
        #expect(file.kind == .regular && file.mode == 0o640 && file.owner == geteuid() && file.byteCount == 5)
        #expect(try FileStatus(of: place.path).kind == .directory)
        #expect(try FileStatus(of: place.file("pipe")).kind == .other)
        #expect(try FileStatus(of: place.file("link")).kind == .symbolicLink)
        #expect(try FileStatus(of: place.file("link"), followingLinks: true) == file)
        #expect(try OpenFile(reading: place.file("file")).status() == file)
    }

    @Test("Whether it is its owner's alone")
    func isPrivate() throws {
        #expect(try FileStatus(of: place.path).isPrivate)
        #expect(try !FileStatus(of: place.file("file")).isPrivate)
        let theirs = geteuid() == 0 ? place.file("pipe") : "/etc/passwd"
        if geteuid() == 0 { try #require(chown(theirs, 12_345, 12_345) == 0) }
        #expect(try !FileStatus(of: theirs).isPrivate)
    }

    @Test("A change of the content is seen by its time")
    func modified() throws {
        let before = try FileStatus(of: place.file("file"))
        let times = [
            timespec(tv_sec: 1_000_000_000, tv_nsec: 7), timespec(tv_sec: 1_700_000_000, tv_nsec: 123_456_789),
        ]
        try #require(utimensat(AT_FDCWD, place.file("file"), times, 0) == 0)
        let after = try FileStatus(of: place.file("file"))
        #expect(after.modified == .init(seconds: 1_700_000_000, nanoseconds: 123_456_789))
        #expect(after != before && after.byteCount == before.byteCount)
    }

    @Test("What is missing is nil or an error, as is asked for")
    func missing() throws {
        for name in ["none", "none/file"] {
            #expect(throws: FileError.notFound(path: place.file(name))) { try FileStatus(of: place.file(name)) }
            #expect(try FileStatus.at(place.file(name)) == nil)
            #expect(!FileStatus.exists(place.file(name)))
        }
        #expect(throws: FileError.notDirectory(path: place.file("file/x"))) {
            try FileStatus.at(place.file("file/x"))
        }
        #expect(!FileStatus.exists(place.file("file/x")))
    }

    @Test("A link that leads nowhere is there, and what it leads to is not")
    func dangling() throws {
        let path = place.file("dangling")
        #expect(try FileStatus.at(path)?.kind == .symbolicLink)
        #expect(try FileStatus.at(path, followingLinks: true) == nil)
        #expect(!FileStatus.exists(path) && FileStatus.exists(place.file("link")))
        try #require(symlink("circle", place.file("circle")) == 0)
        #expect(throws: FileError.symbolicLink(path: place.file("circle"))) {
            try FileStatus(of: place.file("circle"), followingLinks: true)
        }
    }
}
