import Foundation

@testable import SystemHarness

/// The worked example of README.md: the files and commands it prints, and the tables that should come of them.
///
/// A line that begins with a file's name in backquotes is the caption of the code block or table that follows. A block
/// whose caption says "in part" fills in the fields it names of a file that a command makes. A block marked `sh` holds
/// commands, of the three programs only.
struct ReadmeExample {
    enum Step: Equatable {
        case file(String, content: String)
        case part(of: String, content: String)
        case command([String], inBackground: Bool)
    }

    private(set) var steps: [Step] = []
    /// By file, header and rows.
    var tables: [String: [[String]]] = [:]

    init(_ readme: String) throws {
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let first = lines.firstIndex(of: "## An example") else { throw HarnessError("README has no example") }
        let end = lines[(first + 1)...].firstIndex { $0.hasPrefix("## ") } ?? lines.endIndex
        var caption = ""
        var index = first + 1
        while index < end {
            let line = lines[index]
            if line.hasPrefix("```") {
                guard let close = lines[(index + 1)..<end].firstIndex(of: "```") else {
                    throw HarnessError("README, line \(index + 1): the block has no end")
                }
                try add(Array(lines[(index + 1)..<close]), language: line.dropFirst(3), caption)
                index = close
            } else if line.hasPrefix("|") {
                let rows = lines[index..<end].prefix { $0.hasPrefix("|") }.map(Self.cells)
                guard rows.count > 2, tables[try Self.file(caption)] == nil else {
                    throw HarnessError("README, line \(index + 1): no table of its own")
                }
                tables[try Self.file(caption)] = [rows[0]] + rows[2...]
                index += rows.count - 1
            }
            if !line.isEmpty { caption = line }
            index += 1
        }
    }

    /// The first column of a printed register.
    func codes(_ register: String) -> Set<String> {
        for case .file(register, let content) in steps {
            return Set(
                content.split(separator: "\n").dropFirst().compactMap {
                    $0.split { ",;".contains($0) }.first.map(String.init)
                })
        }
        return []
    }

    private mutating func add(_ block: [String], language: Substring, _ caption: String) throws {
        guard language == "sh" else {
            let content = block.map { $0 + "\n" }.joined()
            let file = try Self.file(caption)
            steps.append(
                caption.contains("in part") ? .part(of: file, content: content) : .file(file, content: content))
            return
        }
        for line in block.joined(separator: "\n").replacing("\\\n", with: " ").split(separator: "\n") {
            var words = try Self.words(line)
            let inBackground = words.last == "&"
            if inBackground { words.removeLast() }
            steps.append(.command(words, inBackground: inBackground))
        }
    }

    /// The file that a caption names.
    private static func file(_ caption: String) throws -> String {
        let parts = caption.split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].isEmpty else {
            throw HarnessError("README: a block or table stands after \"\(caption)\", which begins with no file's name")
        }
        return String(parts[1])
    }

    /// Words of a command; what a shell would do more than quote is refused.
    private static func words(_ line: Substring) throws -> [String] {
        guard !line.contains(where: { "$;|<>'`*#~(){}\\".contains($0) }) else {
            throw HarnessError("README: a command needs more of a shell than this test has: \(line)")
        }
        return line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
            index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
        }
    }

    private static func cells(_ line: String) -> [String] {
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// `text` with the top-level fields of `part` in place of its own.
    static func fillIn(_ text: String, with part: String) throws -> String {
        func fields(_ text: String) -> [(name: Substring, lines: [Substring])] {
            text.split(separator: "\n", omittingEmptySubsequences: false).reduce(into: [("", [])]) { fields, line in
                if line.first?.isLetter == true, let colon = line.firstIndex(of: ":") {
                    fields.append((line[..<colon], [line]))
                } else {
                    fields[fields.count - 1].1.append(line)
                }
            }
        }
        var filled = fields(text)
        for field in fields(part) where !field.name.isEmpty {
            guard let index = filled.firstIndex(where: { $0.name == field.name }) else {
                throw HarnessError("README fills in \(field.name), which the file does not have:\n\(text)")
            }
            filled[index].lines = field.lines
        }
        return filled.flatMap(\.lines).joined(separator: "\n")
    }
}

extension ReadmeExample {
    /// In what a dataset's tables differ from the printed ones. Pseudonyms are new in every round: they may be others,
    /// but the same in all tables. Rows are in order of them, and a person's rows in their own order.
    func differences(from dataset: [String: [[String]]]) -> [String] {
        var found: [String] = []
        if Set(tables.keys) != Set(dataset.keys) {
            found.append("README prints \(tables.keys.sorted()), the dataset has \(dataset.keys.sorted())")
        }
        for (name, printed) in tables where printed.first != dataset[name]?.first {
            found.append("\(name): README prints the columns \(printed[0]), the dataset has \(dataset[name]?[0] ?? [])")
        }
        for (whose, tables) in [("README", tables), ("the dataset", dataset)] {
            for (name, table) in tables where !Self.isInOrder(table) {
                found.append("\(whose): rows of \(name) are not in order of persons")
            }
        }
        let (printed, real) = (Self.people(tables), Self.people(dataset))
        if printed != real { found.append("README prints the people\n\(printed)\nthe dataset has\n\(real)") }
        return found
    }

    private static func isInOrder(_ table: [[String]]) -> Bool {
        zip(table.dropFirst(), table.dropFirst(2)).allSatisfy { ($0.first ?? "") <= ($1.first ?? "") }
    }

    /// What the tables say of each person, without the pseudonym but for its length.
    private static func people(_ tables: [String: [[String]]]) -> [String] {
        var people: [String: String] = [:]
        for (name, table) in tables.sorted(by: { $0.key < $1.key }) {
            for row in table.dropFirst() {
                let person = row.first ?? ""
                people[person, default: "\(person.count) characters"] += "\n  \(name): \(row.dropFirst())"
            }
        }
        return people.values.sorted()
    }
}
