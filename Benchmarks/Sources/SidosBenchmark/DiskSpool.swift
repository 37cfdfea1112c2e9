internal import Files
internal import Foundation
internal import PSIProtocol

/// A directory for the files of one measurement, gone when it ends.
final class MeasuringDirectory: Sendable {
    let directory: PrivateDirectory

    init() throws {
        let name = "sidos-benchmark-\(UInt64.random(in: .min ... .max))"
        directory = try PrivateDirectory(
            creating: FileManager.default.temporaryDirectory.appendingPathComponent(name).path)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory.path) }
}

/// Sealed runs and blocks on the disk, as the programs have them.
struct DiskSpool: Spool {
    let directory: PrivateDirectory

    func makeRun() throws -> any SpoolWriter { Writer(sealed: try SealedRunWriter(in: directory)) }

    func makeBlocks(byteCount: Int) throws -> any SpoolBlocks {
        Blocks(file: try SealedBlockFile(in: directory, plainByteCount: byteCount))
    }

    private struct Blocks: SpoolBlocks {
        let file: SealedBlockFile
        func append(_ block: [UInt8]) throws -> Int { try file.append(block) }
        func read(_ number: Int) throws -> [UInt8] { try file.read(number) }
    }

    private struct Writer: SpoolWriter {
        let sealed: SealedRunWriter
        mutating func append(_ bytes: [UInt8]) throws { try sealed.append(bytes) }
        mutating func finish() throws -> any SpoolRun { Run(sealed: try sealed.finish()) }
    }

    private struct Run: SpoolRun {
        let sealed: SealedRun
        func makeReader() throws -> any SpoolReader { Reader(sealed: try sealed.makeReader()) }
        func discard() { sealed.discard() }
    }

    private struct Reader: SpoolReader {
        var sealed: SealedRunReader
        mutating func read(upTo byteCount: Int) throws -> [UInt8] { try sealed.read(upTo: byteCount) }
    }
}

/// A stream that was stored in a run of a spool.
struct StoredStream {
    let run: any SpoolRun

    struct Sink: ByteSink {
        private var writer: any SpoolWriter

        init(_ spool: any Spool) throws { writer = try spool.makeRun() }

        mutating func write(_ bytes: [UInt8]) async throws { try writer.append(bytes) }
        mutating func nextPart() async throws {}
        mutating func finish() throws -> StoredStream { StoredStream(run: try writer.finish()) }
    }

    struct Source: ByteSource {
        private var reader: any SpoolReader

        init(_ stream: StoredStream) throws { reader = try stream.run.makeReader() }

        mutating func next() async throws -> [UInt8]? {
            let piece = try reader.read(upTo: 1 << 16)
            return piece.isEmpty ? nil : piece
        }
    }
}

/// Generators on the disk, as a node keeps them.
struct DiskGenerators: GeneratorKeeper {
    let pieces: SealedPieces
    func piece(_ number: Int) -> [UInt8]? { try? pieces.read(number, byteCount: GeneratorPiece.byteCount) }
    func keep(_ piece: [UInt8], as number: Int) { _ = try? pieces.write(piece, as: number) }
}
