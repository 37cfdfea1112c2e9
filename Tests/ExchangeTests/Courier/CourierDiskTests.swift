import Crypto
import Files
import Foundation
import TestDirectories
import Testing

@testable import Exchange
@testable import PSIProtocol
@testable import Values

/// Carried disks, whole and damaged. [P-75]
@Suite struct CourierDiskTests {
    @Test("A disk is read as it was written, and appears whole or not at all")
    func whole() throws {
        let sample = try CourierSample()
        let manifest = try sample.write()
        #expect(try sample.place.contents() == ["disk"])
        let disk = try CourierDisk(reading: sample.place.file("disk/"))
        try disk.check()
        #expect(disk.manifest == manifest && disk.rounds == [sample.round])
        #expect(try disk.entries(of: sample.round) == [Array("one".utf8), Array("two".utf8)])
        #expect(try disk.entries(of: testRound(2)) == [])
        let streams = disk.streams()
        #expect(streams.map(\.held.stream) == [sample.stream])
        #expect(try streams[0].chunks.map(disk.bytes(of:)) == [testBytes(100_000), testBytes(10, seed: 2)])
        #expect(throws: CourierError.exists(path: sample.place.file("disk"))) { try sample.write() }
        do {
            let writer = try CourierDiskWriter(sample.place.file("never"))
            try writer.add([1], as: .entries(sample.round))
        }
        #expect(try sample.place.contents() == ["disk"])
    }

    @Test("Whatever is changed, cut, missing, added or a link is named, and all of it at once")
    func damaged() throws {
        let sample = try CourierSample()
        let manager = FileManager.default
        try sample.write("original")
        let first = sample.chunkPath("00000000.chunk")
        let last = sample.chunkPath("00000001.last")
        let entries = "rounds/\(sample.round)/entries"
        func file(_ name: String) -> String { sample.place.file("disk/\(name)") }
        func overwrite(_ name: String, _ change: ([UInt8]) -> [UInt8]) throws {
            try sample.place.overwrite("disk/\(name)", change(sample.place.read("disk/\(name)")))
        }
        let changes: [(String, () throws -> Void)] = [
            (first, { try overwrite(first) { $0.dropLast() + [$0[99_999] ^ 1] } }),
            (first, { try overwrite(first) { Array($0.dropLast()) } }),
            (last, { try overwrite(last) { $0 + [0] } }),
            (entries, { try overwrite(entries) { _ in [] } }),
            (entries, { try manager.removeItem(atPath: file(entries)) }),
            (first, { try manager.removeItem(atPath: file(first)) }),
            (
                first,
                {
                    try manager.moveItem(atPath: file(first), toPath: sample.place.file("elsewhere"))
                    try manager.createSymbolicLink(
                        atPath: file(first), withDestinationPath: sample.place.file("elsewhere"))
                }
            ),
            (
                "rounds",
                {
                    try manager.moveItem(atPath: file("rounds"), toPath: sample.place.file("elsewhere"))
                    try manager.createSymbolicLink(
                        atPath: file("rounds"), withDestinationPath: sample.place.file("elsewhere"))
                }
            ),
            (
                last,
                {
                    try manager.removeItem(atPath: file(last))
                    try manager.createDirectory(atPath: file(last), withIntermediateDirectories: false)
                }
            ),
            ("autorun.inf", { try sample.place.overwrite("disk/autorun.inf", [1]) }),
            (
                "more",
                { try manager.createDirectory(atPath: file("more/deep"), withIntermediateDirectories: true) }
            ),
            (
                sample.chunkPath("00000002.chunk"),
                { try sample.place.overwrite("disk/\(sample.chunkPath("00000002.chunk"))", [1]) }
            ),
        ]
        for (index, (named, change)) in changes.enumerated() {
            try manager.copyItem(atPath: sample.place.file("original"), toPath: sample.place.file("disk"))
            try change()
            let error = try #require(throws: CourierError.self, "\(index)") {
                try CourierDisk(reading: sample.place.file("disk")).check()
            }
            #expect(error.description.contains("/disk/\(named)"), "\(index): \(error)")
            for name in ["disk", "elsewhere"] { try? manager.removeItem(atPath: sample.place.file(name)) }
        }
        // Several at once.
        try manager.copyItem(atPath: sample.place.file("original"), toPath: sample.place.file("disk"))
        for name in [first, last] { try overwrite(name) { $0 + [0] } }
        for index in 0..<40 { try sample.place.overwrite("disk/stray-\(index)", []) }
        guard
            case .damaged(_, let faults)? = #expect(
                throws: CourierError.self,
                performing: {
                    try CourierDisk(reading: sample.place.file("disk")).check()
                })
        else { return }
        #expect(faults.count == 21 && faults.last == "and more")
    }

    @Test("A list that is missing, altered, too long or a link is no disk")
    func lists() throws {
        let sample = try CourierSample()
        let path = sample.place.file("disk")
        try sample.write()
        let text = try sample.place.read("disk/courier.txt")
        func refused() -> CourierError? {
            #expect(throws: CourierError.self) { try CourierDisk(reading: path) }
        }
        try sample.place.overwrite("disk/courier.txt", text.map { $0 == UInt8(ascii: "1") ? UInt8(ascii: "2") : $0 })
        #expect(refused() == .notADisk(path: "\(path)/courier.txt"))
        let other = String(decoding: text, as: UTF8.self).replacingOccurrences(of: "made 1000", with: "made 1001")
        try sample.place.overwrite("disk/courier.txt", Array(other.utf8))
        #expect(refused() == .badSignature(path: "\(path)/courier.txt"))
        try sample.place.overwrite("disk/courier.txt", text)
        try sample.place.overwrite("disk/courier.signature", [UInt8](repeating: 0, count: 64))
        #expect(refused() == .badSignature(path: "\(path)/courier.txt"))
        try sample.place.overwrite("disk/courier.signature", [UInt8](repeating: 0, count: 65))
        #expect(throws: FileError.tooLarge(path: "\(path)/courier.signature", maxByteCount: 64)) {
            try CourierDisk(reading: path)
        }
        try FileManager.default.removeItem(atPath: "\(path)/courier.signature")
        #expect(refused() == .notADisk(path: "\(path)/courier.txt"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/courier.signature", withDestinationPath: "/dev/zero")
        #expect(throws: FileError.symbolicLink(path: "\(path)/courier.signature")) { try CourierDisk(reading: path) }
        #expect(throws: CourierError.notADisk(path: "\(sample.place.path)/courier.txt")) {
            try CourierDisk(reading: sample.place.path)
        }
    }

    @Test("Names on a disk lead nowhere else, whatever its sender has signed")
    func otherNames() throws {
        let sample = try CourierSample()
        try sample.write()
        let text = String(decoding: try sample.place.read("disk/courier.txt"), as: UTF8.self)
        for path in ["../stolen", "rounds/../../stolen", "rounds/\(sample.round)/./entries"] {
            let changed = Array(
                text.replacingOccurrences(of: "rounds/\(sample.round)/entries", with: path).utf8)
            try sample.place.overwrite("disk/courier.txt", changed)
            try sample.place.overwrite(
                "disk/courier.signature", sample.key.sign(CourierManifest.message(changed)))
            #expect(throws: CourierError.notADisk(path: sample.place.file("disk/courier.txt"))) {
                try CourierDisk(reading: sample.place.file("disk"))
            }
        }
    }

    @Test("A stream without its beginning, middle or end is not taken, whatever its sender has signed")
    func partialStreams() throws {
        let sample = try CourierSample()
        let kinds: [[(seq: Int, last: Bool)]] = [
            [(0, false)], [(1, true)], [(0, false), (2, true)], [(0, true), (1, true)], [(0, true), (1, false)],
        ]
        for (index, chunks) in kinds.enumerated() {
            let writer = try CourierDiskWriter(sample.place.file("disk-\(index)"))
            for (seq, last) in chunks {
                try writer.add([1], as: .chunk(sample.round, sample.stream, seq: seq, last: last))
            }
            try writer.finish(from: sample.from, to: sample.to, made: 1, key: sample.key)
            let error = try #require(throws: CourierError.self) {
                try CourierDisk(reading: sample.place.file("disk-\(index)")).check()
            }
            #expect(error.description.contains("clients/0/2/0 is not whole"), "\(error)")
        }
    }

    @Test("A file that changes after the check is not taken")
    func changedLater() throws {
        let sample = try CourierSample()
        try sample.write()
        let disk = try CourierDisk(reading: sample.place.file("disk"))
        try disk.check()
        try sample.place.overwrite("disk/\(sample.chunkPath("00000001.last"))", testBytes(10, seed: 3))
        try sample.place.overwrite("disk/rounds/\(sample.round)/entries", [1])
        #expect(throws: CourierError.self) { try disk.bytes(of: disk.streams()[0].chunks[1]) }
        #expect(throws: CourierError.self) { try disk.entries(of: sample.round) }
    }
}
