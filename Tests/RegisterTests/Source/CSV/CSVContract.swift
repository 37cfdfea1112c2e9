import Foundation

@testable import Register

extension SourceContract {
    static let csv = csv("csv", TextFile(path: "")) { Array($0.utf8) }

    static let csvGzip = csv("csv, gzip", TextFile(path: "", compression: .gzip)) {
        try Packing.packed(Array($0.utf8), .gzip)
    }

    static let csvZstd = csv("csv, zstd", TextFile(path: "", compression: .zstd)) {
        try Packing.packed(Array($0.utf8), .zstd)
    }

    static let csvWindows: SourceContract = {
        var contract = csv("csv, windows-1252", TextFile(path: "", encoding: .windows1252)) { text in
            text.unicodeScalars.map { $0 == "€" ? 0x80 : UInt8(truncatingIfNeeded: $0.value) }
        }
        contract.holds = { $0.unicodeScalars.allSatisfy { $0.value < 0x80 || 0xA0...0xFF ~= $0.value || $0 == "€" } }
        contract.invalidTextKind = .textFile(.undefinedByte(.windows1252))
        contract.invalidText = { try invalid([0x90], TextFile(path: "", encoding: .windows1252)) { Array($0.utf8) } }
        return contract
    }()

    static let csvUTF16: SourceContract = {
        var contract = csv("csv, utf-16", TextFile(path: "", encoding: .utf16), utf16)
        contract.invalidTextKind = .textFile(.unpairedSurrogate)
        contract.invalidText = { try invalid([0, 0xDC], TextFile(path: "", encoding: .utf16), utf16) }
        return contract
    }()

    /// Little-endian, with a byte order mark before the header.
    private static func utf16(_ text: String) -> [UInt8] {
        let units = (text.contains("tunnus") || text.hasPrefix("a,b") ? [0xFEFF] : []) + Array(text.utf16)
        return units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// Two rows, of which the second has such bytes in its second column.
    private static func invalid(
        _ bytes: [UInt8], _ file: TextFile, _ write: (String) throws -> [UInt8]
    ) throws -> SourceUnderTest {
        let folder = try TemporaryFolder()
        var file = file
        file.path = try folder.write(write("a,b\n1,x\n2,") + bytes + write("\n"))
        return SourceUnderTest(location: CSVSource(file: file), folder: folder)
    }

    /// - Parameters:
    ///   - file: how it is read, without its path.
    ///   - write: turns text into the file's bytes.
    private static func csv(
        _ description: String, _ file: TextFile, _ write: @escaping @Sendable (String) throws -> [UInt8]
    ) -> SourceContract {
        SourceContract(
            description: description, hasMoments: false,
            table: { columns, rows in
                let folder = try TemporaryFolder()
                let path = try folder.write(try write(([columns] + rows).map { line($0) }.joined()))
                var file = file
                file.path = path
                return SourceUnderTest(
                    location: CSVSource(file: file), folder: folder,
                    change: {
                        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                        try handle.seekToEnd()
                        try handle.write(contentsOf: Data(write("more,more\n")))
                        try handle.close()
                    },
                    isFree: { try OpenFiles.paths().allSatisfy { $0 != path } })
            },
            invalidText: {
                let folder = try TemporaryFolder()
                var file = file
                let bytes = Array("a,b\n1,x\n2,".utf8) + [0xFF, 0x0A]
                file.path = try folder.write(
                    file.compression == .detect ? bytes : Packing.packed(bytes, file.compression))
                return SourceUnderTest(location: CSVSource(file: file), folder: folder)
            },
            forms: description != "csv"
                ? []
                : [
                    Form(description: "commas") { rows, folder in
                        CSVSource(path: try folder.write(([names] + rows).map { line($0, end: "\r\n") }.joined()))
                    },
                    Form(description: "semicolons") { rows, folder in try withSemicolons(rows, folder, .utf8, "csv") },
                    Form(description: "semicolons, UTF-16") { rows, folder in
                        try withSemicolons(rows, folder, .utf16, "csv")
                    },
                    Form(description: "semicolons, gzip") { rows, folder in
                        try withSemicolons(rows, folder, .utf8, "csv.gz")
                    },
                    Form(description: "semicolons, zstd, UTF-16") { rows, folder in
                        try withSemicolons(rows, folder, .utf16, "csv.zst")
                    },
                ])
    }

    private static func withSemicolons(
        _ rows: [[String?]], _ folder: TemporaryFolder, _ encoding: TextEncoding, _ ending: String
    ) throws -> CSVSource {
        let written = rows.map { row in
            row.enumerated().map { $0 == 2 ? $1?.replacing(".", with: ",") : $1 }
        }
        let text = ([names] + written).map { line($0, separator: ";", end: "\r\n") }.joined()
        let bytes = encoding == .utf16 ? utf16(text) : Array(text.utf8)
        let name = "register." + ending
        let compression = FileCompression.detect.resolved(path: name)
        let path = try folder.write(compression == .none ? bytes : Packing.packed(bytes, compression), to: name)
        return CSVSource(file: TextFile(path: path, encoding: encoding), decimalComma: true)
    }

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
