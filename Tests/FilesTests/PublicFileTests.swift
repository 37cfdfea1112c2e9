import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("Public files")
struct PublicFileTests {
    @Test("Are read whatever their mode, over links too, up to a limit")
    func reads() throws {
        let place = try TemporaryDirectory()
        try place.write("hello", to: "file", mode: 0o644)
        try #require(symlink("file", place.file("link")) == 0)
        for name in ["file", "link"] {
            #expect(try PublicFile.read(place.file(name), maxByteCount: 5) == Array("hello".utf8))
            #expect(throws: FileError.tooLarge(path: place.file(name), maxByteCount: 4)) {
                try PublicFile.read(place.file(name), maxByteCount: 4)
            }
        }
        try place.write("", to: "empty")
        #expect(try PublicFile.read(place.file("empty"), maxByteCount: 0) == [])
    }

    @Test("A directory, a pipe, a missing one are named as they were asked for")
    func refusals() throws {
        let place = try TemporaryDirectory()
        try #require(mkfifo(place.file("pipe"), 0o600) == 0 && symlink("none", place.file("link")) == 0)
        for path in [place.path, place.file("pipe")] {
            #expect(throws: FileError.notRegularFile(path: path)) { try PublicFile.read(path, maxByteCount: 9) }
        }
        for path in [place.file("none"), place.file("link"), "", "\0"] {
            #expect(throws: FileError.notFound(path: path)) { try PublicFile.read(path, maxByteCount: 9) }
        }
    }
}
