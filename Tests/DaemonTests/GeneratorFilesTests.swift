import Crypto
import Files
import Foundation
import Logging
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon

@Suite("Generators on the disk")
struct GeneratorFilesTests {
    private let place: TemporaryDirectory
    private let transcript = Transcript()
    private let key = SymmetricKey(size: .bits256)
    private let piece = (0..<GeneratorPiece.byteCount).map { UInt8(truncatingIfNeeded: $0 / 64) }

    init() throws { place = try TemporaryDirectory() }

    private func files(free: Int? = nil) throws -> GeneratorFiles {
        let console = transcript.console()
        var ask: (@Sendable () -> Int?)?
        if let free { ask = { free } }
        return try GeneratorFiles(
            in: try PrivateDirectory(place.path), key: key,
            logger: Logger(label: "test") { _ in EventLog(level: .info, console: console) },
            freeByteCount: ask)
    }

    @Test("A piece is kept over a restart, and nothing is said of it")
    func kept() throws {
        let files = try files()
        #expect(files.piece(0) == nil)
        files.keep(piece, as: 0)
        #expect(try self.files().piece(0) == piece)
        #expect(files.piece(1) == nil)
        #expect(transcript.lines.isEmpty)
    }

    @Test("A damaged piece and one of another number are told and not used; the next that is kept is")
    func damaged() throws {
        let files = try files()
        files.keep(piece, as: 0)
        files.keep([UInt8](piece.reversed()), as: 1)
        var bytes = try place.read("0.piece")
        bytes[bytes.count / 2] ^= 4
        try place.overwrite("0.piece", bytes)
        #expect(files.piece(0) == nil)
        try place.overwrite("0.piece", try place.read("1.piece"))
        #expect(files.piece(0) == nil)
        #expect(transcript.lines.count == 2)
        #expect(transcript.lines.allSatisfy { $0.contains("warning Kept generators") && $0.contains("piece=0") })
        files.keep(piece, as: 0)
        #expect(files.piece(0) == piece)
        #expect(transcript.lines.count == 2)
    }

    @Test("A full disk, and a place that cannot be written to, are told once; the work goes on")
    func notKept() throws {
        let full = try files(free: 0)
        for number in 0..<3 { full.keep(piece, as: number) }
        #expect(full.piece(0) == nil)
        #expect(transcript.lines.count == 1)
        #expect(transcript.text.contains("little space"))
        let files = try files()
        try FileManager.default.createDirectory(
            atPath: place.file("0.piece/inner"), withIntermediateDirectories: true)
        for _ in 0..<2 {
            #expect(files.piece(0) == nil)
            files.keep(piece, as: 0)
        }
        #expect(transcript.lines.filter { $0.contains("are not kept") }.count == 2)
        #expect(try place.contents() == ["0.piece"])
    }
}
