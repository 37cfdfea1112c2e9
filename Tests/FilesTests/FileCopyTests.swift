import Crypto
import Foundation
import TestDirectories
import Testing

@testable import Files

@Suite("Copies of files")
struct FileCopyTests {
    let place: TemporaryDirectory

    init() throws { place = try TemporaryDirectory() }

    private func inode(_ name: String) throws -> UInt64 {
        try #require(FileManager.default.attributesOfItem(atPath: place.file(name))[.systemFileNumber] as? UInt64)
    }

    @Test("A copy has the bytes, its own file and mode 0600; a link is the same file")
    func both() throws {
        let text = String(repeating: "0123456789", count: 60_000)
        try place.write(text, to: "a", mode: 0o640)
        let expected = FileCopy.Contents(byteCount: 600_000, digest: Array(SHA256.hash(data: Data(text.utf8))))
        #expect(try FileCopy.make(of: place.file("a"), at: place.file("b")) == expected)
        #expect(try FileCopy.link(of: place.file("a"), at: place.file("c")) == expected)
        #expect(try FileCopy.contents(of: place.file("b")) == expected)
        #expect(try place.read("b") == Array(text.utf8) && place.mode("b") == 0o600)
        #expect(try inode("b") != inode("a"))
        #expect(try inode("c") == inode("a"))
    }

    @Test("What is taken stays as it is, and what is no plain file is not copied")
    func refused() throws {
        try place.write("new", to: "a")
        try place.write("old", to: "b")
        try FileManager.default.createSymbolicLink(atPath: place.file("link"), withDestinationPath: place.file("a"))
        try FileManager.default.createDirectory(atPath: place.file("d"), withIntermediateDirectories: false)
        for isLink in [false, true] {
            func copy(_ source: String, _ target: String) throws {
                let (source, target) = (place.file(source), place.file(target))
                _ = isLink ? try FileCopy.link(of: source, at: target) : try FileCopy.make(of: source, at: target)
            }
            #expect(throws: FileError.exists(path: place.file("b"))) { try copy("a", "b") }
            #expect(throws: FileError.notFound(path: place.file("x"))) { try copy("x", "y") }
            #expect(throws: FileError.self) { try copy("link", "y") }
            #expect(throws: FileError.self) { try copy("d", "y") }
        }
        #expect(try place.read("b") == Array("old".utf8))
        #expect(try place.contents() == ["a", "b", "d", "link"])
    }

    @Test("Where no link can be made the file is copied", .enabled(if: SmallDisk.canMount, "needs root"))
    func otherFileSystem() throws {
        try place.write("text", to: "a")
        let disk = try SmallDisk(at: place.file("disk"), kilobytes: 64)
        let contents = try FileCopy.link(of: place.file("a"), at: place.file("disk/b"))
        #expect(contents.byteCount == 4)
        #expect(try place.read("disk/b") == Array("text".utf8))
        withExtendedLifetime(disk) {}
    }

    @Test("A copy that does not fit leaves nothing", .enabled(if: SmallDisk.canMount, "needs root"))
    func full() throws {
        try place.write(String(repeating: "x", count: 200_000), to: "a")
        let disk = try SmallDisk(at: place.file("disk"), kilobytes: 64)
        #expect(throws: FileError.diskFull(path: place.file("disk/b"))) {
            try FileCopy.make(of: place.file("a"), at: place.file("disk/b"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.file("disk")).isEmpty)
        withExtendedLifetime(disk) {}
    }
}
