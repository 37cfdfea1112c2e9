import Foundation
import TestDirectories
import Testing

@testable import Files

@Suite("Sealed blocks in any order")
struct SealedBlockFileTests {
    let place: TemporaryDirectory
    let directory: PrivateDirectory

    init() throws {
        place = try TemporaryDirectory()
        directory = try PrivateDirectory(place.path)
    }

    private static func block(_ number: Int, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
    }

    @Test("Blocks come back in any order, by several tasks at once", arguments: [1, 65_536, 100_000])
    func roundTrip(byteCount: Int) async throws {
        let file = try SealedBlockFile(in: directory, plainByteCount: byteCount)
        for number in 0..<20 { #expect(try file.append(Self.block(number, byteCount)) == number) }
        #expect(try place.contents() == [])
        for number in (0..<20).reversed() { #expect(try file.read(number) == Self.block(number, byteCount)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let block = try file.read(number)
                    #expect(block == Self.block(number, byteCount))
                }
            }
            try await group.waitForAll()
        }
        // More may be added after reading.
        #expect(try file.append(Self.block(20, byteCount)) == 20)
        #expect(try file.read(20) == Self.block(20, byteCount))
        for number in [-1, 21, .max] { #expect(throws: FileError.self) { _ = try file.read(number) } }
    }

    @Test("What was altered, cut, or put in another's place is refused")
    func altered() throws {
        let path = place.file("blocks")
        func reading(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
            try AtomicFile.remove(path)
            let file = SealedBlockFile(try OpenFile(creating: path), path: path, plainByteCount: 1_000)
            for number in 0..<3 { _ = try file.append(Self.block(number, 1_000)) }
            var bytes = try place.read("blocks")
            #expect(bytes.count == 3 * 1_016)
            change(&bytes)
            // The same file, whose descriptor is open.
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
            return try file.read(1)
        }
        #expect(try reading { _ in } == Self.block(1, 1_000))
        for position in [1_016, 1_500, 2_031] {
            #expect(throws: FileError.altered(path: path)) { try reading { $0[position] ^= 1 } }
        }
        #expect(throws: FileError.altered(path: path)) { try reading { $0.removeLast(1_100) } }
        #expect(throws: FileError.altered(path: path)) {
            try reading { bytes in
                let first = Array(bytes[..<1_016])
                bytes.replaceSubrange(..<1_016, with: bytes[1_016..<2_032])
                bytes.replaceSubrange(1_016..<2_032, with: first)
            }
        }
    }

    @Test("Equal blocks are not alike on the disk, nor are two files'")
    func keys() throws {
        var seen: Set<[UInt8]> = []
        for name in ["first", "second"] {
            let path = place.file(name)
            let file = SealedBlockFile(try OpenFile(creating: path), path: path, plainByteCount: 64)
            for _ in 0..<5 { _ = try file.append([UInt8](repeating: 5, count: 64)) }
            let bytes = try place.read(name)
            for number in 0..<5 { seen.insert(Array(bytes[(80 * number)..<(80 * number + 80)])) }
        }
        #expect(seen.count == 10)
    }

    @Test(
        "A full file system is named and left as it was",
        .enabled(if: SmallDisk.canMount, "needs the right to mount a tmpfs"))
    func fullFileSystem() throws {
        let disk = try SmallDisk(at: place.file("small"), kilobytes: 256)
        let file = try SealedBlockFile(in: try PrivateDirectory(place.file("small")), plainByteCount: 1 << 16)
        #expect(throws: FileError.diskFull(path: "")) {
            do {
                for number in 0..<20 { _ = try file.append(Self.block(number, 1 << 16)) }
            } catch FileError.diskFull {
                throw FileError.diskFull(path: "")
            }
        }
        #expect(try file.read(0) == Self.block(0, 1 << 16))
        withExtendedLifetime(disk) {}
    }
}
