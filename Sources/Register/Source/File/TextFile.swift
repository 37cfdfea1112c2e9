internal import StrictYAML

/// A file of text: where it is, how it is compressed, and how its characters are written.
public struct TextFile: Sendable, Equatable {
    public var path: String
    public var encoding: TextEncoding
    public var compression: FileCompression

    public init(path: String, encoding: TextEncoding = .utf8, compression: FileCompression = .detect) {
        self.path = path
        self.encoding = encoding
        self.compression = compression
    }

    /// Reads `file`, `encoding` and `compression`.
    init(_ mapping: StrictMapping) {
        self.init(
            path: mapping.path("file"), encoding: mapping.enumeration("encoding", TextEncoding.self, default: .utf8),
            compression: mapping.enumeration("compression", FileCompression.self, default: .detect))
    }

    /// Its text, in UTF-8 unless the file says that it is UTF-8 and is not.
    func open() throws(RegisterError) -> any ByteBlocks { try text(FileBlocks(path: path)) }

    /// The text of a file that has these bytes.
    func text(_ blocks: some ByteBlocks) throws(RegisterError) -> any ByteBlocks {
        let compression = compression.resolved(path: path)
        do throws(TextFileFailure) {
            switch compression {
            case .gzip: return decoded(UnpackedBlocks(blocks, try GzipUnpacker(), file: path))
            case .zstd: return decoded(UnpackedBlocks(blocks, try ZstdUnpacker(), file: path))
            case .none, .detect: return decoded(PlainBlocks(blocks, file: path))
            }
        } catch {
            throw RegisterError(.textFile(error), file: path)
        }
    }

    private func decoded(_ blocks: some ByteBlocks) -> any ByteBlocks {
        encoding == .utf8 ? blocks : DecodedBlocks(blocks, encoding: encoding, file: path)
    }
}

/// Bytes that are read as they are, and must not be compressed.
struct PlainBlocks<Blocks: ByteBlocks>: ByteBlocks {
    private var blocks: Blocks
    private let file: String
    private var isAtStart = true

    init(_ blocks: Blocks, file: String) {
        self.blocks = blocks
        self.file = file
    }

    mutating func read(into block: inout [UInt8]) throws(RegisterError) -> Int {
        let count = try blocks.read(into: &block)
        if isAtStart, let compression = FileCompression.found(in: block[..<count]) {
            throw RegisterError(.textFile(.isCompressed(compression)), file: file)
        }
        isAtStart = false
        return count
    }
}
