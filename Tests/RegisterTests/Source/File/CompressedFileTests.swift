import Foundation
import Testing

@testable import Register

/// Files that the gzip and zstd programs have written.
@Suite(.timeLimit(.minutes(10))) struct CompressedFileTests {
    private static let kinds: [FileCompression] = [.gzip, .zstd]

    private func packed(_ bytes: [UInt8], _ compression: FileCompression) throws -> [UInt8] {
        try Packing.packed(bytes, compression)
    }

    private func unpacked(
        _ bytes: [UInt8], _ compression: FileCompression, blockByteCount: Int = 1 << 16,
        limit: UnpackedBlocks<MemoryBlocks>.Limit = .init()
    ) throws -> [UInt8] {
        let unpacker: any Unpacker = compression == .gzip ? try GzipUnpacker() : try ZstdUnpacker()
        var blocks = UnpackedBlocks(
            MemoryBlocks(bytes: bytes, blockByteCount: blockByteCount), unpacker, file: "f", limit: limit)
        var (all, block) = ([UInt8](), [UInt8](repeating: 0, count: blockByteCount == 1 ? 3 : 1 << 16))
        while true {
            let count = try blocks.read(into: &block)
            if count == 0 { return all }
            all += block[..<count]
        }
    }

    private func failure(_ bytes: [UInt8], _ compression: FileCompression, blockByteCount: Int = 1 << 16)
        -> TextFileFailure?
    {
        let error = registerError { _ = try unpacked(bytes, compression, blockByteCount: blockByteCount) }
        guard case .source(let source) = error?.kind else { return nil }
        return source.failure as? TextFileFailure
    }

    private static let text = Array("id,nimi\n".utf8) + (0..<20_000).flatMap { Array("\($0),Åsa \($0 % 97)\n".utf8) }

    @Test(arguments: kinds) func oneMemberOrSeveralAreRead(compression: FileCompression) throws {
        let one = try packed(Self.text, compression)
        #expect(one.count < Self.text.count / 2)
        let empty = try packed([], compression)
        for blockByteCount in [1, 4_099, 1 << 16] {
            #expect(try unpacked(one, compression, blockByteCount: blockByteCount) == Self.text)
            #expect(
                try unpacked(one + empty + one, compression, blockByteCount: blockByteCount) == Self.text + Self.text)
        }
        #expect(try unpacked(empty, compression) == [])
    }

    @Test(arguments: kinds) func everyCutIsNoticed(compression: FileCompression) throws {
        let small = try packed(Array("id,nimi\n1,Åsa\n2,Öhman\n".utf8), compression)
        for count in 1..<small.count {
            #expect(failure(Array(small[..<count]), compression) == .truncated(compression), "\(count)")
            #expect(
                failure(small + small[..<count], compression, blockByteCount: 1) == .truncated(compression), "\(count)")
        }
    }

    @Test(arguments: kinds) func damageIsNoticed(compression: FileCompression) throws {
        let sound = try packed(Self.text, compression)
        var found: Set<String> = []
        for place in stride(from: sound.count / 3, to: sound.count, by: sound.count / 40) {
            var bytes = sound
            bytes[place] ^= 0x10
            let failure = failure(bytes, compression)
            #expect(failure == .corrupt(compression) || failure == .truncated(compression), "\(place)")
            found.insert("\(String(describing: failure))")
        }
        #expect(found.contains("\(String(describing: TextFileFailure?.some(.corrupt(compression))))"))
        #expect(failure(sound + Array("more".utf8), compression) == .corrupt(compression))
    }

    @Test(arguments: kinds) func whatItIsMustAgreeWithNameAndConfiguration(compression: FileCompression) throws {
        let folder = try TemporaryFolder()
        let ending = compression == .gzip ? ".gz" : ".zst"
        let plain = Array("id\n1\n".utf8)
        let bytes = try packed(plain, compression)
        func kind(_ bytes: [UInt8], _ name: String, _ told: FileCompression) throws -> RegisterError.Kind? {
            let file = TextFile(path: try folder.write(bytes, to: name), compression: told)
            do throws(RegisterError) {
                var reader = try CSVSource(file: file).makeReader()
                while try reader.next() != nil {}
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(try kind(bytes, "r.csv" + ending, .detect) == nil)
        #expect(try kind(bytes, "R.CSV" + ending.uppercased(), .detect) == nil)
        #expect(try kind(bytes, "r.csv", compression) == nil)
        #expect(try kind(plain, "r.csv" + ending, .none) == nil)
        #expect(try kind(bytes, "r.csv", .detect) == .textFile(.isCompressed(compression)))
        #expect(try kind(bytes, "r.csv" + ending, .none) == .textFile(.isCompressed(compression)))
        #expect(try kind(plain, "r.csv" + ending, .detect) == .textFile(.isNotCompressed(compression)))
        #expect(
            try kind(bytes, "r.csv", compression == .gzip ? .zstd : .gzip)
                == .textFile(.isNotCompressed(compression == .gzip ? .zstd : .gzip)))
        #expect(try kind([], "r.csv" + ending, .detect) == .emptyFile)
        #expect(try kind(packed([], compression), "r.csv" + ending, .detect) == .emptyFile)
    }

    @Test(arguments: kinds) func aFileThatSwellsBeyondMeasureIsRefused(compression: FileCompression) throws {
        let bytes = try packed([UInt8](repeating: 0x61, count: 4 << 20), compression)
        #expect(
            registerError {
                _ = try unpacked(bytes, compression, limit: .init(byteCount: 1 << 20, ratio: 100))
            }?.kind == .textFile(.swells(ratioLimit: 100)))
        #expect(try unpacked(bytes, compression).count == 4 << 20)
    }

    @Test func aFrameThatWantsTooMuchMemoryIsRefused() throws {
        // The window is as large as what is to come, of which the header says 1 GiB.
        let header: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0x40]
        #expect(failure(header, .zstd) == .windowTooLarge)
    }

    @Test(arguments: kinds) func changesMeanwhileAreNoticed(compression: FileCompression) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(try packed(Self.text, compression), to: "r")
        var reader = try CSVSource(file: TextFile(path: path, compression: compression)).makeReader()
        _ = try reader.next()
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(try packed(Array("1,2\n".utf8), compression)))
        try handle.close()
        #expect(registerError { while try reader.next() != nil {} }?.kind == .fileChanged)
    }

    @Test(arguments: kinds) func encodingLiesWithin(compression: FileCompression) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(try packed([0x69, 0x64, 0x0A, 0xC5, 0x0A, 0x80, 0x0A], compression), to: "r")
        let source = CSVSource(file: TextFile(path: path, encoding: .windows1252, compression: compression))
        var reader = try source.makeReader()
        #expect(try reader.next().map { Seen($0[0]) } == .characters("Å"))
        #expect(try reader.next().map { Seen($0[0]) } == .characters("€"))
        #expect(try reader.next().map { Seen($0[0]) } == nil)
    }
}
