import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("Open files")
struct OpenFileTests {
    let place: TemporaryDirectory

    init() throws {
        place = try TemporaryDirectory()
        try place.write("hello", to: "file")
        try #require(symlink("file", place.file("link")) == 0)
        try #require(mkfifo(place.file("pipe"), 0o600) == 0 && mkdir(place.file("folder"), 0o700) == 0)
    }

    @Test("A new file is its owner's alone, and nothing that is there is taken for it")
    func creating() throws {
        let file = try OpenFile(creating: place.file("new"))
        #expect(try place.mode("new") == 0o600)
        try file.write([1, 2])
        try file.write([3])
        try file.write([])
        #expect(try place.read("new") == [1, 2, 3])
        #expect(try file.read(9, at: 1) == [2, 3])
        for name in ["new", "link", "folder", "pipe"] {
            #expect(throws: FileError.exists(path: place.file(name))) { _ = try OpenFile(creating: place.file(name)) }
        }
        #expect(throws: FileError.notFound(path: place.file("none/new"))) {
            _ = try OpenFile(creating: place.file("none/new"))
        }
        #expect(throws: FileError.notDirectory(path: place.file("file/new"))) {
            _ = try OpenFile(creating: place.file("file/new"))
        }
    }

    @Test("Links are followed only where that is asked for")
    func links() throws {
        let path = place.file("link")
        #expect(throws: FileError.symbolicLink(path: path)) { _ = try OpenFile(reading: path) }
        #expect(throws: FileError.symbolicLink(path: path)) { _ = try OpenFile(changing: path) }
        let file = try OpenFile(reading: path, followingLinks: true)
        #expect(try file.read(9, at: 0) == Array("hello".utf8))
    }

    @Test("A missing file, and paths that name none", arguments: ["none", "", "file\0x"])
    func missing(name: String) {
        let path = name.isEmpty ? "" : place.file(name)
        #expect(throws: FileError.notFound(path: path)) { _ = try OpenFile(reading: path) }
        #expect(throws: FileError.notFound(path: path)) { _ = try OpenFile(changing: path) }
    }

    @Test("A pipe and a directory are no regular files, and a pipe is not waited for", .timeLimit(.minutes(10)))
    func kinds() throws {
        for name in ["pipe", "folder"] {
            let file = try OpenFile(reading: place.file(name))
            #expect(throws: FileError.notRegularFile(path: place.file(name))) { _ = try file.regularStatus() }
        }
        #expect(throws: FileError.failed(operation: "opening", path: place.file("folder"), code: EISDIR)) {
            _ = try OpenFile(changing: place.file("folder"))
        }
        #expect(try OpenFile(reading: place.file("file")).regularStatus().byteCount == 5)
    }

    @Test("Reads at any place, and fewer bytes only at the end")
    func reads() throws {
        let file = try OpenFile(reading: place.file("file"))
        #expect(try file.read(2, at: 1) == Array("el".utf8))
        #expect(try file.read(9, at: 3) == Array("lo".utf8))
        #expect(try file.read(9, at: 5) == [])
        #expect(try file.read(0, at: 0) == [])
        var block = [UInt8](repeating: 7, count: 3)
        #expect(try file.read(into: &block, at: 3) == 2)
        #expect(block == [108, 111, 7])
        #expect(try file.read(into: &block, at: 9) == 0)
        let folder = try OpenFile(reading: place.file("folder"))
        #expect(throws: FileError.failed(operation: "reading", path: place.file("folder"), code: EISDIR)) {
            try folder.read(1, at: 0)
        }
    }

    @Test("What can't be written or flushed is said")
    func refusals() throws {
        let file = try OpenFile(reading: place.file("file"))
        #expect(throws: FileError.failed(operation: "writing", path: place.file("file"), code: EBADF)) {
            try file.write([1])
        }
        #expect(throws: FileError.failed(operation: "overwriting", path: place.file("file"), code: EBADF)) {
            try file.overwrite(0..<1)
        }
        let pipe = try OpenFile(reading: place.file("pipe"))
        #expect(throws: FileError.failed(operation: "flushing", path: place.file("pipe"), code: EINVAL)) {
            try pipe.sync()
        }
        #expect(try place.read("file") == Array("hello".utf8))
    }

    @Test("A full disk is named")
    func diskFull() async throws {
        let path = place.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            limitFileSize(to: 1_000)
            let file = try OpenFile(creating: path + "/new")
            try file.write([UInt8](repeating: 1, count: 900))
            #expect(throws: FileError.diskFull(path: path + "/new")) {
                try file.write([UInt8](repeating: 2, count: 900))
            }
            #expect(throws: FileError.diskFull(path: path + "/new")) { try file.overwrite(900..<2_000) }
        }
        let found = try place.read("new")
        #expect(found.count == 1_000 && found.prefix(900).allSatisfy { $0 == 1 })
    }

    @Test("Overwriting zeros the range in place and nothing else")
    func overwrites() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 % 251 + 1) }
        try place.overwrite("file", bytes)
        try OpenFile(changing: place.file("file")).overwrite(10..<150_000)
        let found = try place.read("file")
        #expect(found.count == bytes.count)
        #expect(found[..<10] == bytes[..<10] && found[150_000...] == bytes[150_000...])
        #expect(found[10..<150_000].allSatisfy { $0 == 0 })
        try OpenFile(changing: place.file("file")).overwrite(5..<5)
        #expect(try place.read("file") == found)
    }

    @Test("Closes itself, and no child inherits it")
    func closes() throws {
        for _ in 0..<3_000 { _ = try OpenFile(reading: place.file("file")) }
        let file = try OpenFile(changing: place.file("file"))
        #expect(fcntl(file.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }
}
