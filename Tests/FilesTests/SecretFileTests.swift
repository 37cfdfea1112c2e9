import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("Secret files")
struct SecretFileTests {
    @Test(
        "Mode 0600 and stricter are read, looser ones refused", arguments: [0o600, 0o400, 0o640, 0o604, 0o644, 0o700])
    func modes(mode: Int) throws {
        let place = try TemporaryDirectory()
        try place.write("secret", to: "key", mode: mode_t(mode))
        if mode & 0o177 == 0 {
            #expect(try SecretFile.read(place.file("key")) { Array($0) } == Array("secret".utf8))
        } else {
            let error = #expect(throws: FileError.self) { try SecretFile.read(place.file("key")) { _ in } }
            #expect(error == .looseMode(path: place.file("key"), mode: UInt32(mode), wanted: 0o600))
            #expect(error?.description.contains("`chmod 600 \(place.file("key"))`") == true)
        }
    }

    @Test("A link, a directory, a pipe, another's, one too large, a missing one")
    func refusals() throws {
        let place = try TemporaryDirectory()
        try place.write("secret", to: "key")
        try #require(symlink(place.file("key"), place.file("link")) == 0)
        #expect(throws: FileError.symbolicLink(path: place.file("link"))) {
            try SecretFile.read(place.file("link")) { _ in }
        }
        #expect(throws: FileError.notRegularFile(path: place.path)) { try SecretFile.read(place.path) { _ in } }
        try #require(mkfifo(place.file("pipe"), 0o600) == 0)
        #expect(throws: FileError.notRegularFile(path: place.file("pipe"))) {
            try SecretFile.read(place.file("pipe")) { _ in }
        }
        #expect(throws: FileError.tooLarge(path: place.file("key"), maxByteCount: 5)) {
            try SecretFile.read(place.file("key"), maxByteCount: 5) { _ in }
        }
        #expect(throws: FileError.notFound(path: place.file("none"))) {
            try SecretFile.read(place.file("none")) { _ in }
        }
        let theirs = geteuid() == 0 ? place.file("key") : "/etc/passwd"
        if geteuid() == 0 { try #require(chown(theirs, 12_345, 12_345) == 0) }
        #expect(throws: FileError.foreignOwner(path: theirs, owner: geteuid() == 0 ? 12_345 : 0, expected: geteuid())) {
            try SecretFile.read(theirs) { _ in }
        }
    }
}
