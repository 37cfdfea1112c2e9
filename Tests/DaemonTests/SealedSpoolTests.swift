import Crypto
import Files
import Foundation
import Glibc
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon

private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

@Suite("Sealed spool")
struct SealedSpoolTests {
    let place: TemporaryDirectory
    let spool: SealedSpool

    init() throws {
        place = try TemporaryDirectory()
        spool = SealedSpool(in: try PrivateDirectory(place.path))
    }

    @Test(
        "Bytes come back whatever their number and the reads' size",
        arguments: [
            0, 1, 65_535, 65_536, 65_537, 131_072, 300_001,
        ])
    func roundTrip(count: Int) throws {
        let bytes = pattern(count)
        var writer = try spool.makeRun()
        var rest = bytes[...]
        while !rest.isEmpty {
            try writer.append(Array(rest.prefix(10_007)))
            rest = rest.dropFirst(10_007)
        }
        let run = try writer.finish()
        #expect(throws: SealedStateError.finished) { try writer.append([1]) }
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
        var writer = try spool.makeRun()
        try writer.append(pattern(200_000))
        #expect(try place.contents() == [])
        let run = try writer.finish()
        var reader = try run.makeReader()
        _ = try reader.read(upTo: 10)
        run.discard()
        #expect(throws: SealedStateError.discarded) {
            while try !reader.read(upTo: 1 << 16).isEmpty {}
        }
        #expect(throws: SealedStateError.discarded) { try run.makeReader() }
    }

    @Test("Discarding frees the descriptor")
    func freesDescriptors() throws {
        for _ in 0..<3_000 {
            var writer = try spool.makeRun()
            try writer.append([1])
            try writer.finish().discard()
        }
    }

    @Test("A full file system is named, when a small one can be mounted here")
    func fullFileSystem() throws {
        try #require(mkdir(place.file("small"), 0o700) == 0)
        guard mount("tmpfs", place.file("small"), "tmpfs", 0, "size=256k,mode=0700") == 0 else {
            #expect(errno == EPERM)
            return
        }
        defer { umount2(place.file("small"), Int32(MNT_DETACH)) }
        let directory = try PrivateDirectory(place.file("small"))
        var writer = try SealedSpool(in: directory).makeRun()
        #expect(throws: FileError.diskFull(path: "")) {
            do {
                for _ in 0..<20 { try writer.append([UInt8](repeating: 2, count: 1 << 16)) }
            } catch FileError.diskFull {
                throw FileError.diskFull(path: "")
            }
        }
        #expect(try directory.names() == [])
    }

    @Test("Each run has its own key, and the file holds no plaintext")
    func keys() throws {
        var keys: Set<[UInt8]> = []
        let secret = Array("a secret that would be noticed".utf8)
        for _ in 0..<20 {
            let directory = try PrivateDirectory(place.path)
            let path = directory.file("run")
            let run = SealedRun(try OpenFile(path, O_RDWR | O_CREAT | O_TRUNC), path: path)
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
            let run = SealedRun(try OpenFile(path, O_RDWR | O_CREAT | O_TRUNC), path: path)
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
            #expect(throws: SealedStateError.altered(path: path)) { try reading(change) }
        }
    }

    @Test("An external sort through it gives the same as one in memory")
    func sorts() throws {
        var sorter = ExternalSorter(spool: spool, memoryByteCount: 100_000)
        var generator = SystemRandomNumberGenerator()
        var records: [[UInt8]] = []
        for _ in 0..<20_000 {
            let record = (0..<24).map { _ in UInt8.random(in: 0...255, using: &generator) }
            records.append(record)
            try sorter.add(record)
        }
        var sorted = try sorter.sorted()
        records.sort { $0.lexicographicallyPrecedes($1) }
        for record in records { #expect(try sorted.next() == record) }
        #expect(try sorted.next() == nil)
        #expect(try place.contents() == [])
    }
}

@Suite("Sealed files")
struct SealedFileTests {
    let place: TemporaryDirectory
    let key = SymmetricKey(data: [UInt8](repeating: 3, count: 32))

    init() throws { place = try TemporaryDirectory() }

    private func readAll(_ name: String, label: String = "list", key: SymmetricKey? = nil) throws -> [UInt8] {
        let reader = try SealedFileReader(place.file(name), key: key ?? self.key, label: label)
        var found: [UInt8] = []
        while let piece = try reader.next() { found += piece }
        let contents = try #require(reader.contents)
        #expect(contents.byteCount == found.count && contents.digest == Array(SHA256.hash(data: found)))
        return found
    }

    @Test("Comes back with its digest, and appears only when finished", arguments: [0, 1, 65_536, 200_000])
    func roundTrip(count: Int) throws {
        let bytes = pattern(count)
        let writer = try SealedFileWriter(place.file("list"), key: key, label: "list")
        try writer.append(bytes)
        #expect(!FileManager.default.fileExists(atPath: place.file("list")))
        let contents = try writer.finish()
        #expect(contents.byteCount == count && contents.digest == Array(SHA256.hash(data: bytes)))
        #expect(try place.contents() == ["list"])
        #expect(try place.mode("list") == 0o600)
        #expect(try readAll("list") == bytes)
        #expect(throws: SealedStateError.finished) { try writer.append([1]) }
        #expect(throws: SealedStateError.finished) { try writer.finish() }
    }

    @Test("A writer that is dropped leaves nothing")
    func dropped() throws {
        do {
            let writer = try SealedFileWriter(place.file("list"), key: key, label: "list")
            try writer.append(pattern(100_000))
        }
        #expect(try place.contents() == [])
    }

    @Test("Altered, cut, under another label or key: refused by name; the same list twice shares no bytes")
    func altered() throws {
        for name in ["one", "two"] {
            let writer = try SealedFileWriter(place.file(name), key: key, label: "list")
            try writer.append(pattern(140_000))
            _ = try writer.finish()
        }
        let sound = try place.read("one")
        let other = try place.read("two")
        #expect(sound[16..<48] != other[16..<48])
        #expect(sound[48..<80] != other[48..<80])
        let refusal = SealedStateError.altered(path: place.file("one"))
        #expect(throws: refusal) { try readAll("one", label: "another") }
        #expect(throws: refusal) { try readAll("one", key: SymmetricKey(size: .bits256)) }
        let block = SealedBlocks.sealedByteCount
        var damaged: [[UInt8]] = [
            [], Array(sound.prefix(40)), Array(sound.prefix(48)), Array(sound.dropLast()), sound + [0],
            Array(sound.prefix(48 + block)), Array(sound.prefix(48 + 2 * block)),
            Array(sound.prefix(48)) + other.dropFirst(48),
        ]
        for index in [0, 20, 50, 48 + block, sound.count - 1] {
            var changed = sound
            changed[index] ^= 0x80
            damaged.append(changed)
        }
        for bytes in damaged {
            try place.overwrite("one", bytes)
            #expect(throws: refusal) { try readAll("one") }
        }
        #expect(throws: FileError.notFound(path: place.file("none"))) { try readAll("none") }
    }

    @Test("A full disk is named and leaves nothing")
    func diskFull() async throws {
        let path = place.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            limitFileSize(to: 200_000)
            do {
                let writer = try SealedFileWriter(path + "/list", key: SymmetricKey(size: .bits256), label: "list")
                for _ in 0..<10 { try writer.append([UInt8](repeating: 0, count: 100_000)) }
                fatalError("the limit did not hold")
            } catch FileError.diskFull {
                return
            }
        }
        #expect(try place.contents() == [])
    }
}
