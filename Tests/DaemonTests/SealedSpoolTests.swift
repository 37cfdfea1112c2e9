import Files
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon

@Suite("Sealed spool")
struct SealedSpoolTests {
    let place: TemporaryDirectory
    let spool: SealedSpool

    init() throws {
        place = try TemporaryDirectory()
        spool = SealedSpool(in: try PrivateDirectory(place.path))
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

    @Test("A run can be read twice at once, and no more when it was discarded")
    func discards() throws {
        var writer = try spool.makeRun()
        try writer.append([1, 2, 3])
        let run = try writer.finish()
        #expect(throws: FileError.finished) { try writer.append([4]) }
        var (one, other) = (try run.makeReader(), try run.makeReader())
        #expect(try one.read(upTo: 2) == [1, 2])
        #expect(try other.read(upTo: 9) == [1, 2, 3])
        #expect(try one.read(upTo: 9) == [3])
        #expect(try one.read(upTo: 9) == [])
        run.discard()
        #expect(throws: FileError.discarded) { try run.makeReader() }
    }
}
