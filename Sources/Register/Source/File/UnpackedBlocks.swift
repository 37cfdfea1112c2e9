/// What takes compressed bytes and gives those that were compressed, as a stream.
protocol Unpacker: AnyObject {
    /// Unpacks from `input` into `output`, as far as either goes.
    ///
    /// - Returns: how many bytes were taken and given. If both are 0, more input is needed.
    func unpack(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(TextFileFailure) -> (taken: Int, given: Int)

    /// Whether the input may end here.
    var isComplete: Bool { get }

    var compression: FileCompression { get }
}

/// The bytes that a compressed file stands for. Secret.
///
/// Memory does not depend on how much that is. Time and disk space do, so a file that swells beyond all measure is
/// refused.
struct UnpackedBlocks<Blocks: ByteBlocks>: ByteBlocks, CustomReflectable {
    private var blocks: Blocks
    private let file: String
    private let unpacker: any Unpacker
    private var packed = [UInt8](repeating: 0, count: 1 << 16)
    /// What of `packed` was read and not yet taken.
    private var waiting = 0..<0
    private var takenCount = 0
    private var givenCount = 0
    private let limit: Limit
    private var isAtEnd = false

    /// From so many bytes on, there may be at most so many of them for each of the file.
    struct Limit {
        var byteCount = 1 << 30
        var ratio = 1_000
    }

    init(_ blocks: Blocks, _ unpacker: any Unpacker, file: String, limit: Limit = Limit()) {
        self.blocks = blocks
        self.unpacker = unpacker
        self.file = file
        self.limit = limit
    }

    mutating func read(into block: inout [UInt8]) throws(RegisterError) -> Int {
        while true {
            let (taken, given) = try unpack(into: &block)
            takenCount += taken
            givenCount += given
            waiting = (waiting.lowerBound + taken)..<waiting.upperBound
            if givenCount > limit.byteCount, givenCount / limit.ratio > takenCount {
                throw error(.swells(ratioLimit: limit.ratio))
            }
            if given > 0 { return given }
            if taken > 0 { continue }
            guard waiting.isEmpty else { throw error(.corrupt(unpacker.compression)) }
            if isAtEnd {
                if unpacker.isComplete { return 0 }
                throw error(.truncated(unpacker.compression))
            }
            let count = try blocks.read(into: &packed)
            if takenCount == 0, count > 0, !packed[..<count].starts(with: unpacker.compression.signature.prefix(count))
            {
                throw error(.isNotCompressed(unpacker.compression))
            }
            waiting = 0..<count
            isAtEnd = count == 0
        }
    }

    private func unpack(into block: inout [UInt8]) throws(RegisterError) -> (taken: Int, given: Int) {
        let outcome = block.withUnsafeMutableBufferPointer { output in
            packed.withUnsafeBufferPointer { input in
                Result { () throws(TextFileFailure) in
                    try unpacker.unpack(UnsafeBufferPointer(rebasing: input[waiting]), into: output)
                }
            }
        }
        do throws(TextFileFailure) { return try outcome.get() } catch { throw self.error(error) }
    }

    private func error(_ failure: TextFileFailure) -> RegisterError { RegisterError(.textFile(failure), file: file) }

    /// Without children, so that no reflection prints what was read.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
