/// The line `sep=;` that spreadsheets put before the header, perhaps in quotation marks.
struct CSVSeparatorLine {
    /// Nil if it names none that can be read.
    let delimiter: CSVDelimiter?
    /// Where the next line begins.
    let end: Int

    /// - Parameter text: the file's beginning, without a byte order mark. Nil if it does not begin with such a line.
    init?(_ text: ArraySlice<UInt8>) {
        guard let lineEnd = text.prefix(16).firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = text[..<lineEnd]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        if line.count > 2, line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\"") {
            line = line.dropFirst().dropLast()
        }
        let word = line.prefix(4).map(CodeText.upperCased)
        guard word == Array("SEP=".utf8), line.count <= 5 else { return nil }
        delimiter = line.dropFirst(4).first.flatMap { byte in CSVDelimiter.written.first { $0.byte == byte } }
        end = lineEnd + 1
    }
}
