import StrictYAML

@testable import Register

/// A file of separated values in memory that comes in blocks of the given size, so that a batch can be as small as a
/// record.
struct MemoryTable: TableSource {
    static var field: String { "memory" }

    var bytes: [UInt8]
    var blockByteCount: Int
    var nullText: String?

    init(_ text: String, blockByteCount: Int) {
        bytes = Array(text.utf8)
        self.blockByteCount = blockByteCount
    }

    init(_ mapping: StrictMapping) { self.init("", blockByteCount: 1) }

    var name: String { "m.csv" }

    func makeReader() throws(RegisterError) -> any SourceReader {
        try CSVReader(
            blocks: MemoryBlocks(bytes: bytes, blockByteCount: blockByteCount), file: name, delimiter: .comma,
            nullText: nullText)
    }
}
