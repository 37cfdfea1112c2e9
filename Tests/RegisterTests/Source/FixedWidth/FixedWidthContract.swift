import Foundation

@testable import Register

extension SourceContract {
    /// A file of fixed width holds no line breaks, and does not tell spaces at a field's end from those that fill it.
    static let fixedWidth = SourceContract(
        description: "fixed_width", hasMoments: false,
        readAs: { text in
            let kept = String(text.unicodeScalars.reversed().drop { $0 == " " }.reversed().map(Character.init))
            return kept.isEmpty ? nil : kept
        },
        holds: { !$0.unicodeScalars.contains("\n") },
        table: { columns, rows in
            let folder = try TemporaryFolder()
            let lengths = columns.indices.map { column in
                rows.map { $0[column]?.unicodeScalars.count ?? 0 }.max().map { max($0, 1) } ?? 1
            }
            var layout: [FixedWidthColumn] = []
            for (name, length) in zip(columns, lengths) {
                layout.append(
                    FixedWidthColumn(name: name, start: (layout.last?.end ?? 0) + 1, length: length, trim: .end))
            }
            // A file without a byte would be none.
            let text = "a title\n" + rows.map { line($0, lengths) }.joined()
            let path = try folder.write(text)
            return SourceUnderTest(
                location: FixedWidthSource(file: TextFile(path: path), layout: layout, skippedLineCount: 1),
                folder: folder,
                change: {
                    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                    try handle.seekToEnd()
                    try handle.write(contentsOf: Data(line(["x"], [(layout.last?.end ?? 0)]).utf8))
                    try handle.close()
                },
                isFree: { try OpenFiles.paths().allSatisfy { $0 != path } })
        },
        invalidText: {
            let folder = try TemporaryFolder()
            let path = try folder.write(Array("1x\n2".utf8) + [0xFF, 0x0A])
            return SourceUnderTest(
                location: FixedWidthSource(
                    file: TextFile(path: path),
                    layout: [
                        FixedWidthColumn(name: "a", start: 1, length: 1),
                        FixedWidthColumn(name: "b", start: 2, length: 1),
                    ]), folder: folder)
        },
        forms: [])

    private static func line(_ values: [String?], _ lengths: [Int]) -> String {
        zip(values, lengths).map { value, length in
            let text = value ?? ""
            return text + String(repeating: " ", count: length - text.unicodeScalars.count)
        }.joined() + "\n"
    }
}
