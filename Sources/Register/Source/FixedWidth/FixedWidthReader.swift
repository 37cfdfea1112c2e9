/// Reads lines of fixed width. One thread cuts the text after line feeds; any core splits what is cut off into fields.
struct FixedWidthReader<Blocks: ByteBlocks>: SourceReader {
    let columns: [String]
    var cursor = RecordCursor()
    private var blocks: Blocks
    private var layout: FixedWidthLayout
    private var block = [UInt8](repeating: 0, count: 1 << 18)
    /// What has been read and not handed out: from the beginning of a line on.
    private var waiting: [UInt8] = []
    /// Lines before the first row, as long as no batch has told of them.
    private var skippedLineCount = 0
    private var isAtEnd = false

    init(_ blocks: Blocks, _ source: FixedWidthSource) throws(RegisterError) {
        self.blocks = blocks
        columns = source.layout.map(\.name)
        layout = FixedWidthLayout(source)
        try readBeginning(skipping: source.skippedLineCount, file: source.name)
    }

    mutating func select(_ columns: Set<Int>) {
        layout.isSelected = self.columns.indices.map(columns.contains)
    }

    mutating func nextBatch() throws(RegisterError) -> (any RecordBatch)? {
        while !isAtEnd {
            if let end = waiting.lastIndex(of: UInt8(ascii: "\n")) { return take(end + 1, .recordEnd) }
            if waiting.count > RecordLimit.recordByteCount {
                isAtEnd = true
                return take(waiting.count, .recordTooLong)
            }
            do throws(RegisterError) { try readBlock() } catch {
                isAtEnd = true
                return take(waiting.count, .failure(error))
            }
            if isAtEnd, !waiting.isEmpty { return take(waiting.count, .fileEnd) }
        }
        return nil
    }

    private mutating func take(_ count: Int, _ ending: TextEnding) -> FixedWidthBatch {
        let rest = Array(waiting[count...])
        waiting.removeSubrange(count...)
        defer { (waiting, skippedLineCount) = (rest, 0) }
        return FixedWidthBatch(layout: layout, bytes: waiting, ending: ending, skippedLineCount: skippedLineCount)
    }

    private mutating func readBlock() throws(RegisterError) {
        let count = try blocks.read(into: &block)
        waiting += block[..<count]
        isAtEnd = count == 0
    }

    /// Passes over a byte order mark and the lines that hold no rows.
    private mutating func readBeginning(skipping count: Int, file: String) throws(RegisterError) {
        while waiting.count < 3, !isAtEnd { try readBlock() }
        if waiting.isEmpty { throw RegisterError(.emptyFile, file: file) }
        if waiting.starts(with: [0xEF, 0xBB, 0xBF]) { waiting.removeFirst(3) }
        while skippedLineCount < count {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                waiting.removeFirst(end + 1)
                skippedLineCount += 1
            } else if isAtEnd {
                throw RegisterError(.fixedWidth(.tooFewLines(skipped: count)), file: file)
            } else {
                // Of a line without an end nothing is needed.
                waiting.removeAll(keepingCapacity: true)
                try readBlock()
            }
        }
        // What is left is read as rows, though nothing follows it.
        if !waiting.isEmpty { isAtEnd = false }
    }
}
