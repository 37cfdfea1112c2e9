import Crypto
import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Files

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
        #expect(throws: FileError.finished) { try writer.append([1]) }
        #expect(throws: FileError.finished) { try writer.finish() }
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
        let refusal = FileError.altered(path: place.file("one"))
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
