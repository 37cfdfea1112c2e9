/// A file's beginning: its byte order mark, what separates its fields, and where its header is.
struct CSVBeginning<Blocks: ByteBlocks> {
    /// From the header on.
    let cutter: CSVCutter<Blocks>
    /// `detect` where none was found: then one column is read.
    let delimiter: CSVDelimiter
    /// Lines before the header.
    let skippedLineCount: Int

    private static var blockByteCount: Int { 1 << 16 }

    init(_ blocks: Blocks, file: String, delimiter: CSVDelimiter) throws(RegisterError) {
        var blocks = blocks
        var prefix: [UInt8] = []
        var scan = CSVDelimiterScan()
        var block = [UInt8](repeating: 0, count: Self.blockByteCount)
        // A header beyond the limit is left to the parser, which says what is wrong with it.
        while !scan.isAtEnd, prefix.count <= RecordLimit.recordByteCount {
            let count = try blocks.read(into: &block)
            if count == 0 { break }
            prefix += block[..<count]
            scan.read(block[..<count])
        }
        var start = prefix.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var skippedLineCount = 0
        if let mark = CSVSeparatorLine(prefix[start...]) {
            guard let named = mark.delimiter, delimiter == .detect || delimiter == named else {
                throw RegisterError(.csv(.separatorLineDiffers), file: file, line: 1)
            }
            self.delimiter = named
            start = mark.end
            skippedLineCount = 1
        } else if delimiter == .detect {
            if scan.found.count > 1 { throw RegisterError(.csv(.ambiguousDelimiter), file: file, line: 1) }
            self.delimiter = scan.found.first ?? .detect
        } else {
            self.delimiter = delimiter
        }
        self.skippedLineCount = skippedLineCount
        cutter = CSVCutter(blocks: blocks, beginning: prefix[start...])
    }
}
