import Crypto
import Foundation
import TestDirectories
import Testing

@testable import Files

@Suite("Sealed pieces")
struct SealedPiecesTests {
    private let place: TemporaryDirectory
    private let key = SymmetricKey(size: .bits256)
    private static let byteCount = 150_000

    init() throws { place = try TemporaryDirectory() }

    private func pieces(label: String = "pieces", key: SymmetricKey? = nil, free: Int? = nil) throws -> SealedPieces {
        var ask: (@Sendable () -> Int?)?
        if let free { ask = { free } }
        return try SealedPieces(
            in: PrivateDirectory(place.path), key: key ?? self.key, label: label, reserve: 1_000_000,
            freeByteCount: ask)
    }

    @Test("A piece comes back, also after a restart, until another takes its place")
    func roundTrip() throws {
        let first = try pieces()
        #expect(try first.read(3, byteCount: Self.byteCount) == nil)
        #expect(try first.write(pattern(Self.byteCount), as: 3))
        #expect(try pieces().read(3, byteCount: Self.byteCount) == pattern(Self.byteCount))
        #expect(try first.read(2, byteCount: Self.byteCount) == nil)
        let other = [UInt8](pattern(Self.byteCount).reversed())
        #expect(try first.write(other, as: 3))
        #expect(try pieces().read(3, byteCount: Self.byteCount) == other)
        #expect(try place.contents() == ["3.piece"])
        #expect(try place.mode("3.piece") == 0o600)
    }

    @Test("Altered, cut, lengthened, exchanged, of another label, key or length: never taken for the piece")
    func altered() throws {
        let pieces = try pieces()
        for number in [0, 1] { #expect(try pieces.write(pattern(Self.byteCount + number), as: number)) }
        let sound = try place.read("0.piece")
        let refusal = FileError.altered(path: place.file("0.piece"))
        var damaged = [
            [], Array(sound.prefix(47)), Array(sound.prefix(48)), Array(sound.prefix(sound.count / 2)),
            Array(sound.dropLast()), sound + [0], try place.read("1.piece"), [UInt8](repeating: 0, count: sound.count),
        ]
        for index in stride(from: 0, to: sound.count, by: 4_999) + [sound.count - 1] {
            var changed = sound
            changed[index] ^= 1 << UInt8(index % 8)
            damaged.append(changed)
        }
        for bytes in damaged {
            try place.overwrite("0.piece", bytes)
            #expect(throws: refusal) { try pieces.read(0, byteCount: Self.byteCount) }
        }
        // It is written again, and right again.
        #expect(try pieces.write(pattern(Self.byteCount), as: 0))
        #expect(try pieces.read(0, byteCount: Self.byteCount) == pattern(Self.byteCount))
        for byteCount in [0, Self.byteCount - 1, Self.byteCount + 1] {
            #expect(throws: refusal) { try pieces.read(0, byteCount: byteCount) }
        }
        #expect(throws: refusal) { try self.pieces(label: "others").read(0, byteCount: Self.byteCount) }
        #expect(throws: refusal) {
            try self.pieces(key: SymmetricKey(size: .bits256)).read(0, byteCount: Self.byteCount)
        }
    }

    @Test("Nothing is written where that would leave the disk too full")
    func littleSpace() throws {
        let room = 1_000_000 + Self.byteCount
        for free in [0, 1_000_000, room - 1] {
            #expect(try !pieces(free: free).write(pattern(Self.byteCount), as: 0))
        }
        #expect(try place.contents() == [])
        #expect(try pieces(free: room).write(pattern(Self.byteCount), as: 0))
    }

    @Test("What a killed writer left is removed")
    func partials() throws {
        try Data([1]).write(to: URL(fileURLWithPath: place.file(".0.piece.partial-17")))
        _ = try pieces()
        #expect(try place.contents() == [])
    }
}
