import Crypto
import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Files

/// Bytes that differ from place to place.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

@Suite("Sealed runs")
struct SealedRunTests {
    let place: TemporaryDirectory
    let directory: PrivateDirectory

    init() throws {
        place = try TemporaryDirectory()
        directory = try PrivateDirectory(place.path)
    }

    @Test(
        "Bytes come back whatever their number and the reads' size",
        arguments: [
            0, 1, 65_535, 65_536, 65_537, 131_072, 300_001,
        ])
    func roundTrip(count: Int) throws {
        let bytes = pattern(count)
        let writer = try SealedRunWriter(in: directory)
        var rest = bytes[...]
        while !rest.isEmpty {
            try writer.append(Array(rest.prefix(10_007)))
            rest = rest.dropFirst(10_007)
        }
        let run = try writer.finish()
        #expect(throws: FileError.finished) { try writer.append([1]) }
        for size in [1_000, 65_536, 1 << 20] {
            var reader = try run.makeReader()
            var found: [UInt8] = []
            while true {
                let piece = try reader.read(upTo: size)
                if piece.isEmpty { break }
                #expect(piece.count <= size)
                found += piece
            }
            #expect(found == bytes)
            #expect(try reader.read(upTo: size) == [])
        }
    }

    @Test("No name is left while a run is open, and discarding ends reading")
    func unlinked() throws {
        let writer = try SealedRunWriter(in: directory)
        try writer.append(pattern(200_000))
        #expect(try place.contents() == [])
        let run = try writer.finish()
        var reader = try run.makeReader()
        _ = try reader.read(upTo: 10)
        run.discard()
        #expect(throws: FileError.discarded) {
            while try !reader.read(upTo: 1 << 16).isEmpty {}
        }
        #expect(throws: FileError.discarded) { try run.makeReader() }
    }

    @Test("Discarding frees the descriptor")
    func freesDescriptors() throws {
        for _ in 0..<3_000 {
            let writer = try SealedRunWriter(in: directory)
            try writer.append([1])
            try writer.finish().discard()
        }
    }

    @Test(
        "A full file system is named and left as it was",
        .enabled(if: SmallDisk.canMount, "needs the right to mount a tmpfs"))
    func fullFileSystem() throws {
        let disk = try SmallDisk(at: place.file("small"), kilobytes: 256)
        let directory = try PrivateDirectory(place.file("small"))
        let writer = try SealedRunWriter(in: directory)
        #expect(throws: FileError.diskFull(path: "")) {
            do {
                for _ in 0..<20 { try writer.append([UInt8](repeating: 2, count: 1 << 16)) }
            } catch FileError.diskFull {
                throw FileError.diskFull(path: "")
            }
        }
        #expect(try directory.names() == [])
        withExtendedLifetime(disk) {}
    }

    @Test("Each run has its own key, and the file holds no plaintext")
    func keys() throws {
        var keys: Set<[UInt8]> = []
        let secret = Array("a secret that would be noticed".utf8)
        for _ in 0..<20 {
            let directory = try PrivateDirectory(place.path)
            let path = directory.file("run")
            try AtomicFile.remove(path)
            let run = SealedRun(try OpenFile(creating: path), path: path)
            let writer = SealedRunWriter(run: run)
            try writer.append(secret)
            _ = try writer.finish()
            keys.insert(run.key.withUnsafeBytes { Array($0) })
            #expect(try place.read("run").count == secret.count + 16)
            #expect(try place.read("run").firstRange(of: secret) == nil)
        }
        #expect(keys.count == 20)
    }

    @Test("An altered, cut, reordered or lengthened run is refused")
    func altered() throws {
        let path = place.file("run")
        func reading(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
            try AtomicFile.remove(path)
            let run = SealedRun(try OpenFile(creating: path), path: path)
            let writer = SealedRunWriter(run: run)
            try writer.append(pattern(150_000))
            _ = try writer.finish()
            var bytes = try place.read("run")
            change(&bytes)
            try #require(truncate(path, 0) == 0)
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
            var reader = try run.makeReader()
            var found: [UInt8] = []
            while true {
                let piece = try reader.read(upTo: 1 << 16)
                if piece.isEmpty { return found }
                found += piece
            }
        }
        #expect(try reading { _ in } == pattern(150_000))
        let block = SealedBlocks.sealedByteCount
        let changes: [(inout [UInt8]) -> Void] = [
            { $0[5] ^= 1 }, { $0[block + 5] ^= 1 }, { $0[$0.count - 1] ^= 1 }, { $0.removeLast() }, { $0 = [] },
            { $0.removeLast($0.count - block) }, { $0.removeLast($0.count - 2 * block) }, { $0.append(0) },
            { $0 = Array($0[block..<(2 * block)] + $0[..<block] + $0[(2 * block)...]) },
            { $0.removeSubrange(..<block) }, { $0 += $0.prefix(block) },
        ]
        for change in changes {
            #expect(throws: FileError.altered(path: path)) { try reading(change) }
        }
    }
}
