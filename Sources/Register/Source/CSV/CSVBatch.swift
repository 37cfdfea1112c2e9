/// Text of whole records, one after the other. Secret.
struct CSVBatch: RecordBatch {
    let layout: CSVLayout
    let bytes: [UInt8]
    let ending: Ending
    /// Lines before the text that belong to no batch: those of the header.
    let skippedLineCount: Int

    /// What follows the text.
    enum Ending: Sendable {
        /// Another record, or nothing.
        case recordEnd
        /// Nothing: the last record may lack its line's end.
        case fileEnd
        /// The last record's rest could not be read.
        case failure(RegisterError)
        /// More of a record that is too long already.
        case recordTooLong
    }

    var byteCount: Int { bytes.count }

    func split() -> SplitRecords {
        var splitter = CSVSplitter(self)
        return splitter.split(bytes)
    }
}
