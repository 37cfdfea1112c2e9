/// Text of whole records, one after the other. Secret.
struct CSVBatch: RecordBatch {
    let layout: CSVLayout
    let bytes: [UInt8]
    let ending: TextEnding
    /// Lines before the text that belong to no batch: those of the header.
    let skippedLineCount: Int

    var byteCount: Int { bytes.count }

    func split() -> SplitRecords {
        var splitter = CSVSplitter(self)
        return splitter.split(bytes)
    }
}
