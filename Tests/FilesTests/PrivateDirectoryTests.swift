import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("Private directories")
struct PrivateDirectoryTests {
    @Test("A new one has mode 0700 whatever the mode mask is, and opens again")
    func creates() throws {
        let place = try TemporaryDirectory()
        let directory = try PrivateDirectory(creating: place.file("keys/"))
        #expect(directory.path == place.file("keys"))
        #expect(try place.mode("keys") == 0o700)
        #expect(try PrivateDirectory(creating: place.file("keys")) == directory)
        #expect(try directory.subdirectory("inner").path == place.file("keys/inner"))
        #expect(try directory.names() == ["inner"])
    }

    @Test(
        "One that others can reach is refused with the command that mends it", arguments: [0o750, 0o705, 0o710, 0o777])
    func looseMode(mode: Int) throws {
        let place = try TemporaryDirectory()
        let path = place.file("open")
        try #require(mkdir(path, 0o700) == 0 && chmod(path, mode_t(mode)) == 0)
        let error = #expect(throws: FileError.self) { try PrivateDirectory(path) }
        #expect(error == .looseMode(path: path, mode: UInt32(mode), wanted: 0o700))
        #expect(error?.description.contains("`chmod 700 \(path)`") == true)
        #expect(throws: FileError.self) { try PrivateDirectory(creating: path) }
    }

    @Test("A symbolic link, a file, a missing parent are refused by name")
    func wrongKinds() throws {
        let place = try TemporaryDirectory()
        try #require(mkdir(place.file("real"), 0o700) == 0)
        try #require(symlink(place.file("real"), place.file("link")) == 0)
        #expect(throws: FileError.symbolicLink(path: place.file("link"))) { try PrivateDirectory(place.file("link")) }
        #expect(throws: FileError.symbolicLink(path: place.file("link"))) {
            try PrivateDirectory(creating: place.file("link"))
        }
        try place.write("x", to: "file")
        #expect(throws: FileError.notDirectory(path: place.file("file"))) { try PrivateDirectory(place.file("file")) }
        #expect(throws: FileError.notFound(path: place.file("none/new"))) {
            try PrivateDirectory(creating: place.file("none/new"))
        }
    }

    @Test("Another user's is refused")
    func foreignOwner() throws {
        let place = try TemporaryDirectory()
        let path = place.file("theirs")
        try #require(mkdir(path, 0o700) == 0)
        if geteuid() == 0 {
            try #require(chown(path, 12_345, 12_345) == 0)
            #expect(throws: FileError.foreignOwner(path: path, owner: 12_345, expected: 0)) {
                try PrivateDirectory(path)
            }
        } else {
            #expect(throws: FileError.foreignOwner(path: "/", owner: 0, expected: geteuid())) {
                try PrivateDirectory("/")
            }
        }
    }
}
