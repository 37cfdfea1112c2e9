/// The bytes of a file as UTF-8, and where they cannot be read as the encoding, an error with the line. Secret.
struct DecodedBlocks<Blocks: ByteBlocks>: ByteBlocks, CustomReflectable {
    private var blocks: Blocks
    private let file: String
    private var decoder: TextDecoder
    private var raw = [UInt8](repeating: 0, count: 1 << 16)
    private var text: [UInt8] = []
    /// How much of `text` was handed out.
    private var givenCount = 0
    /// Line feeds in all text so far.
    private var lineCount = 0
    /// Told when the text before it was handed out.
    private var failure: RegisterError?
    private var isAtEnd = false

    init(_ blocks: Blocks, encoding: TextEncoding, file: String) {
        self.blocks = blocks
        self.file = file
        decoder = TextDecoder(encoding)
    }

    mutating func read(into block: inout [UInt8]) throws(RegisterError) -> Int {
        while givenCount == text.count {
            if let failure { throw failure }
            if isAtEnd { return 0 }
            try decodeMore()
        }
        let count = min(block.count, text.count - givenCount)
        block.replaceSubrange(..<count, with: text[givenCount..<(givenCount + count)])
        givenCount += count
        return count
    }

    private mutating func decodeMore() throws(RegisterError) {
        text.removeAll(keepingCapacity: true)
        givenCount = 0
        let count = try blocks.read(into: &raw)
        isAtEnd = count == 0
        do throws(TextFileFailure) {
            if isAtEnd { try decoder.end() } else { try decoder.decode(raw[..<count], into: &text) }
        } catch {
            let before = text.count { $0 == UInt8(ascii: "\n") }
            failure = RegisterError(.textFile(error), file: file, line: lineCount + before + 1)
        }
        lineCount += text.count { $0 == UInt8(ascii: "\n") }
    }

    /// Without children, so that no reflection prints what was read.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
