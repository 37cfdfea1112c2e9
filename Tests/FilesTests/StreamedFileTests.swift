import TestDirectories
import Testing

@testable import Files

@Suite("Streamed files")
struct StreamedFileTests {
    @Test("A file written in pieces appears whole, or not at all")
    func pieces() throws {
        let place = try TemporaryDirectory()
        let pieces: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 1 << 19)]
        do {
            let writer = try StreamedFileWriter(place.file("f"))
            for piece in pieces { try writer.append(piece) }
            #expect(try place.contents().allSatisfy { $0.hasPrefix(".f.partial-") })
            try writer.finish()
            #expect(throws: FileError.finished) { try writer.append([1]) }
            #expect(throws: FileError.finished) { try writer.finish() }
        }
        #expect(try place.contents() == ["f"])
        let reader = try StreamedFileReader(place.file("f"))
        var read: [UInt8] = []
        while let piece = try reader.next() { read += piece }
        #expect(read == pieces.flatMap { $0 })
        do {
            let abandoned = try StreamedFileWriter(place.file("g"))
            try abandoned.append([1])
        }
        #expect(try place.contents() == ["f"])
        #expect(throws: FileError.notFound(path: place.file("g"))) { _ = try StreamedFileReader(place.file("g")) }
        #expect(throws: FileError.notRegularFile(path: place.path)) { _ = try StreamedFileReader(place.path) }
    }

    @Test("A full disk is named and leaves nothing")
    func diskFull() async throws {
        let place = try TemporaryDirectory()
        let path = place.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            limitFileSize(to: 200_000)
            do {
                let writer = try StreamedFileWriter(path + "/f")
                for _ in 0..<10 { try writer.append([UInt8](repeating: 0, count: 100_000)) }
                fatalError("the limit did not hold")
            } catch FileError.diskFull {
                return
            }
        }
        #expect(try place.contents() == [])
    }

    @Test("A place that can't be written is named at the start")
    func noPlace() throws {
        let place = try TemporaryDirectory()
        #expect(throws: FileError.self) { _ = try StreamedFileWriter(place.file("none/f")) }
        #expect(throws: FileError.notRegularFile(path: place.path + "/")) {
            _ = try StreamedFileWriter(place.path + "/")
        }
    }
}
