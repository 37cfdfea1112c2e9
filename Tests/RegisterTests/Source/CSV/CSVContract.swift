import Foundation

@testable import Register

extension SourceContract {
    static let csv = SourceContract(
        description: "csv", hasMoments: false,
        table: { columns, rows in
            let folder = try TemporaryFolder()
            let path = try folder.write(([columns] + rows).map { line($0) }.joined())
            return SourceUnderTest(
                location: CSVSource(path: path), folder: folder,
                change: {
                    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                    try handle.seekToEnd()
                    try handle.write(contentsOf: Data("more,more\n".utf8))
                    try handle.close()
                },
                isFree: { try OpenFiles.paths().allSatisfy { $0 != path } })
        },
        invalidText: {
            let folder = try TemporaryFolder()
            let path = try folder.write(Array("a,b\n1,x\n2,".utf8) + [0xFF, 0x0A])
            return SourceUnderTest(location: CSVSource(path: path), folder: folder)
        },
        forms: [
            Form(description: "commas") { rows, folder in
                CSVSource(path: try folder.write(([names] + rows).map { line($0, end: "\r\n") }.joined()))
            },
            Form(description: "semicolons") { rows, folder in
                let written = rows.map { row in
                    row.enumerated().map { $0 == 2 ? $1?.replacing(".", with: ",") : $1 }
                }
                let text = ([names] + written).map { line($0, separator: ";", end: "\r\n") }.joined()
                return CSVSource(path: try folder.write(text), decimalComma: true)
            },
        ])

    private static let names = ["tunnus", "alku", "eur", "kpl", "voimassa", "kunta", "selite"]

    /// Every value in quotation marks; null is nothing between the separators.
    private static func line(_ values: [String?], separator: String = ",", end: String = "\n") -> String {
        values.map { $0.map(quoted) ?? "" }.joined(separator: separator) + end
    }

    private static func quoted(_ text: String) -> String {
        // Long texts of the tests have none, and are not taken apart.
        guard text.utf8.contains(UInt8(ascii: "\"")) else { return "\"" + text + "\"" }
        // By scalars: a line break and a quotation mark can be one character to Swift.
        return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}

/// Files that this process has open.
enum OpenFiles {
    static func paths() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
        }
    }
}
