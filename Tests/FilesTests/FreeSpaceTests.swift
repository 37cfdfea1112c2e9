import TestDirectories
import Testing

@testable import Files

@Suite("Free space")
struct FreeSpaceTests {
    @Test("There is some where tests can write, and none of what is missing")
    func asks() throws {
        let place = try TemporaryDirectory()
        #expect(try FreeSpace(at: place.path).byteCount > 0)
        #expect(throws: FileError.notFound(path: place.file("none"))) { try FreeSpace(at: place.file("none")) }
    }

    @Test(
        "A small disk has as much as it was given, less what is stored",
        .enabled(if: SmallDisk.canMount, "needs the right to mount a tmpfs"))
    func smallDisk() throws {
        let place = try TemporaryDirectory()
        let disk = try SmallDisk(at: place.file("small"), kilobytes: 64)
        try disk.remount("nr_inodes=20")
        let before = try FreeSpace(at: place.file("small"))
        #expect(before.byteCount == 64 << 10)
        try OpenFile(creating: place.file("small/f")).write([UInt8](repeating: 1, count: 60 << 10))
        let after = try FreeSpace(at: place.file("small"))
        #expect(after.byteCount == 4 << 10)
        let (free, left) = (try #require(before.fileCount), try #require(after.fileCount))
        #expect((1..<20).contains(free) && left == free - 1)
    }
}
