import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Daemon
@testable import Files
@testable import PSIProtocol

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
        #expect(try directory.freeByteCount() > 0)
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

    @Test("A full file system is named, when a small one can be mounted here")
    func fullFileSystem() throws {
        let place = try TemporaryDirectory()
        try #require(mkdir(place.file("small"), 0o700) == 0)
        guard mount("tmpfs", place.file("small"), "tmpfs", 0, "size=256k,mode=0700") == 0 else {
            // Only a privileged process may mount; `diskFull` covers the same path by a limit that anyone may set.
            #expect(errno == EPERM)
            return
        }
        defer { umount2(place.file("small"), Int32(MNT_DETACH)) }
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

@Suite("Streamed files")
struct StreamedFileTests {
    @Test("A file written in pieces appears whole, or not at all")
    func pieces() async throws {
        let place = try TemporaryDirectory()
        let pieces: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 1 << 19)]
        do {
            let writer = try StreamedFileWriter(place.file("f"))
            for piece in pieces { try writer.append(piece) }
            #expect(try place.contents().allSatisfy { $0.hasPrefix(".f.partial-") })
            try writer.finish()
            #expect(throws: FileError.self) { try writer.append([1]) }
        }
        #expect(try place.contents() == ["f"])
        let reader = try StreamedFileReader(place.file("f"))
        var read: [UInt8] = []
        while let piece = try await reader.next() { read += piece }
        #expect(read == pieces.flatMap { $0 })
        do {
            let abandoned = try StreamedFileWriter(place.file("g"))
            try abandoned.append([1])
        }
        #expect(try place.contents() == ["f"])
        #expect(throws: FileError.notFound(path: place.file("g"))) { _ = try StreamedFileReader(place.file("g")) }
        #expect(throws: FileError.notRegularFile(path: place.path)) { _ = try StreamedFileReader(place.path) }
    }
}

@Suite("Process lock")
struct ProcessLockTests {
    @Test("Held once, named by its holder, free again afterwards")
    func excludes() throws {
        let place = try TemporaryDirectory()
        let directory = try PrivateDirectory(place.path)
        let lock = try ProcessLock(in: directory)
        let error = #expect(throws: FileError.self) { try ProcessLock(in: directory) }
        #expect(error == .inUse(path: place.file("lock"), process: getpid()))
        #expect(error?.description.contains("process \(getpid())") == true)
        lock.release()
        let again = try ProcessLock(in: directory)
        #expect(again.path == place.file("lock"))
    }

    @Test("A killed holder leaves no stale lock")
    func survivesKill() async throws {
        let place = try TemporaryDirectory()
        let path = place.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let lock = try ProcessLock(in: PrivateDirectory(path))
            withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
        }
        #expect(try place.contents() == ["lock"])
        _ = try ProcessLock(in: PrivateDirectory(path))
    }
}
