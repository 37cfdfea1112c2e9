internal import Glibc

/// Cuts text into batches of whole records. It only looks for quotation marks and line feeds: up to the first byte that
/// is no CSV, a line feed ends a record if and only if an even number of quotation marks stands before it in the
/// record.
struct CSVCutter<Blocks: ByteBlocks> {
    private var blocks: Blocks
    private var block = [UInt8](repeating: 0, count: Self.blockByteCount)
    /// What has been read and not handed out: from the beginning of a record on.
    private var waiting: [UInt8]
    /// Of that, how much has been looked at.
    private var seenCount = 0
    /// Where the last whole record that was seen ends.
    private var recordEnd = 0
    /// Whether what was seen ends within quotation marks.
    private var isQuoted = false
    private var isAtEnd = false

    /// About as long is a batch.
    private static var blockByteCount: Int { 1 << 18 }

    /// - Parameter beginning: text that stands before what the blocks have.
    init(blocks: Blocks, beginning: ArraySlice<UInt8>) {
        self.blocks = blocks
        waiting = Array(beginning)
    }

    /// The next text: whole records, or a last one that has no end. Nil at the end.
    mutating func next() throws(RegisterError) -> (bytes: [UInt8], ending: TextEnding)? {
        while !isAtEnd {
            look()
            if recordEnd > 0 { return (take(recordEnd), .recordEnd) }
            if let rest = try more() { return rest }
        }
        return nil
    }

    /// The next record alone.
    mutating func nextRecord() throws(RegisterError) -> (bytes: [UInt8], ending: TextEnding)? {
        while !isAtEnd {
            for index in seenCount..<waiting.count {
                switch waiting[index] {
                case UInt8(ascii: "\""): isQuoted.toggle()
                case UInt8(ascii: "\n") where !isQuoted: return (take(index + 1), .recordEnd)
                default: break
                }
            }
            seenCount = waiting.count
            if let rest = try more() { return rest }
        }
        return nil
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        let rest = Array(waiting[count...])
        waiting.removeSubrange(count...)
        defer { waiting = rest }
        (seenCount, recordEnd, isQuoted) = (0, 0, false)
        return waiting
    }

    /// Reads on in a record that has no end yet.
    ///
    /// - Returns: what there is of it, if that is all there will be.
    private mutating func more() throws(RegisterError) -> (bytes: [UInt8], ending: TextEnding)? {
        var ending = TextEnding.recordTooLong
        // What is longer than a record may be cannot be split without a mistake, and that is all that is asked for.
        if waiting.count <= RecordLimit.recordByteCount {
            do throws(RegisterError) {
                let count = try blocks.read(into: &block)
                if count > 0 {
                    waiting += block[..<count]
                    return nil
                }
                ending = .fileEnd
            } catch {
                ending = .failure(error)
            }
        }
        isAtEnd = true
        // That nothing more could be read is told as part of the record that would follow.
        if case .failure = ending { return (take(waiting.count), ending) }
        return waiting.isEmpty ? nil : (take(waiting.count), ending)
    }

    /// Finds the end of the last whole record.
    private mutating func look() {
        let (start, end, wasQuoted) = (seenCount, waiting.count, isQuoted)
        (recordEnd, isQuoted) = waiting.withUnsafeBytes { text in
            var (position, recordEnd, isQuoted) = (start, 0, wasQuoted)
            while position < end, let base = text.baseAddress {
                let found = memchr(base + position, Int32(UInt8(ascii: "\"")), end - position)
                let mark = found.map { UnsafeRawPointer($0) - base } ?? end
                if !isQuoted {
                    var last = mark
                    while last > position, text[last - 1] != UInt8(ascii: "\n") { last -= 1 }
                    if last > position { recordEnd = last }
                }
                if mark < end { isQuoted.toggle() }
                position = mark + 1
            }
            return (recordEnd, isQuoted)
        }
        seenCount = end
    }
}
