import Foundation

/// What two datasets of one agreement have in common whoever is in them: names of files, headers, types, labels, what
/// loaders declare, and parts of reports. Values, counts, times and ids are left out.
public struct DatasetStructure: Equatable {
    /// By file, lines that must be equal.
    public private(set) var files: [String: [String]] = [:]

    public init(_ directory: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
            let path = directory + "/" + name
            func text() throws -> String {
                String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
            }
            files[name] =
                switch (name as NSString).pathExtension {
                case "csv": try [text().components(separatedBy: "\r\n")[0]]
                case "json": try Self.shape(JSONSerialization.jsonObject(with: Data(text().utf8)), of: name)
                case "py", "R": try Self.script(text())
                case "do": try Self.stata(text())
                case "md": try text().components(separatedBy: "\n").filter { $0.hasPrefix("#") }
                case "html": try Self.matches("<h2 id=\"[^\"]*\">[^<]*</h2>", text())
                default: []
                }
        }
    }

    /// Files whose structures differ, with the first line of each that the other lacks.
    public func differences(from other: DatasetStructure) -> [String] {
        Set(files.keys).union(other.files.keys).sorted().compactMap { name in
            guard let here = files[name], let there = other.files[name] else { return "\(name) is in one only" }
            guard here != there else { return nil }
            let missing = there.first { !here.contains($0) }
            let further = here.first { !there.contains($0) }
            return "\(name): lacks \(missing ?? "nothing"), has \(further ?? "nothing") besides"
        }
    }

    /// Everything of the schema of a data package; of a report its fields, and what the agreement says.
    private static func shape(_ json: Any, of name: String) -> [String] {
        var lines: Set<String> = []
        func walk(_ value: Any, _ path: String) {
            switch value {
            case let object as [String: Any]:
                for (key, value) in object where !told.contains(key) { walk(value, path + "/" + key) }
            case let list as [Any]:
                // Lists of the schema have their order; those of reports depend on who is there.
                for (index, value) in list.enumerated() {
                    walk(value, name == "datapackage.json" ? "\(path)/\(index)" : path + "/*")
                }
            default: lines.insert(name == "datapackage.json" ? "\(path) = \(value)" : path)
            }
        }
        walk(json, "")
        return lines.sorted()
    }

    /// Fields that depend on values, counts, times and ids, or that say whether everything is made up.
    private static let told: Set<String> = [
        "madeUp", "description", "bytes", "hash", "created", "round", "agreement", "otherValues", "emptyTexts",
        "required",
        "enum", "refused", "overlaps", "unlabelled", "rare", "released", "source", "joined", "conflicts", "disclosure",
        "historyConflicts",
    ]

    /// A loader without the number of each table's rows, and without the sentence that all is made up.
    private static func script(_ text: String) -> [String] {
        text.components(separatedBy: "\n").filter { !$0.contains("Made-up example data") && !$0.isEmpty }.map { line in
            line.replacingOccurrences(of: "rows = [0-9]+,", with: "rows,", options: .regularExpression)
                .replacingOccurrences(of: ", [0-9]+, \\[$", with: ", rows, [", options: .regularExpression)
        }
    }

    /// What Stata's loader calls tables, columns and values; how it reads a column depends on the values in it.
    private static func stata(_ text: String) -> [String] {
        text.components(separatedBy: "\n").filter { line in
            ["* Table", "import", "label variable", "label data", "order", "save", "mata: st_varlabel"]
                .contains { line.hasPrefix($0) }
        }
    }

    private static func matches(_ pattern: String, _ text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        return expression.matches(in: text, range: NSRange(text.startIndex..., in: text))
            .compactMap { Range($0.range, in: text).map { String(text[$0]) } }
    }
}
