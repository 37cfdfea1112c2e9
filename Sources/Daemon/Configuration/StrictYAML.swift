internal import Foundation
internal import Yams

/// Reads configuration files so that nothing in them is guessed or overlooked.
///
/// One YAML document, UTF-8, 256 KiB at most; no anchors, aliases, tags or duplicate keys; every field known and of its
/// type. A number is digits without quotes, a boolean is `true` or `false`, nothing else.
public enum StrictYAML {
    public static let maxByteCount = 1 << 18

    /// Reads and decodes a file. All mistakes are thrown together after `body` has asked for what it wants; until then
    /// the accessors of `StrictMapping` give harmless stand-ins, which never leave this function.
    ///
    /// Fields that `body` never asked for are mistakes.
    public static func decode<Value>(
        file: String, _ body: (StrictMapping) -> Value
    ) throws(ConfigurationError) -> Value {
        let read: (bytes: [UInt8], mode: UInt32)
        do throws(FileError) {
            read = try PublicFile.readWithMode(file, maxByteCount: maxByteCount)
        } catch {
            let mistake = ConfigurationMistake(line: nil, path: "", reason: error.description)
            throw ConfigurationError(file: file, mistakes: [mistake], cause: error)
        }
        return try decode(read.bytes, file: file, mode: read.mode, body)
    }

    /// The same for bytes at hand; `file` is for errors and for resolving relative paths.
    public static func decode<Value>(
        _ bytes: [UInt8], file: String, _ body: (StrictMapping) -> Value
    ) throws(ConfigurationError) -> Value {
        try decode(bytes, file: file, mode: nil, body)
    }

    private static func decode<Value>(
        _ bytes: [UInt8], file: String, mode: UInt32?, _ body: (StrictMapping) -> Value
    ) throws(ConfigurationError) -> Value {
        let context = ConfigurationContext(file: file, mode: mode)
        let root: Node
        do throws(ConfigurationMistake) { root = try parse(bytes) } catch {
            throw ConfigurationError(file: file, mistakes: [error])
        }
        guard case .mapping(let fields) = root else {
            let reason = "must be a list of fields, each `name: value` on a line of its own"
            throw ConfigurationError(file: file, mistakes: [.init(line: root.mark?.line, path: "", reason: reason)])
        }
        let mapping = StrictMapping(fields, path: "", context: context)
        let value = body(mapping)
        mapping.finish()
        guard context.mistakes.isEmpty else {
            let sorted = context.mistakes.enumerated().sorted {
                ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
            }
            throw ConfigurationError(file: file, mistakes: sorted.map(\.element))
        }
        return value
    }

    private static func parse(_ bytes: [UInt8]) throws(ConfigurationMistake) -> Node {
        guard bytes.count <= maxByteCount else {
            throw .init(line: nil, path: "", reason: "is larger than \(maxByteCount) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .init(line: nil, path: "", reason: "is not UTF-8 text")
        }
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            guard let root = try parser.singleRoot() else {
                throw ConfigurationMistake(line: nil, path: "", reason: "is empty")
            }
            // Anchors are known only while the parser lives.
            return try withExtendedLifetime(parser) {
                try refuseIndirection(root)
                return root
            }
        } catch let mistake as ConfigurationMistake {
            throw mistake
        } catch let error as YamlError {
            throw mistake(error)
        } catch {
            throw .init(line: nil, path: "", reason: "is not YAML")
        }
    }

    /// An alias's node comes after its anchor's in the order of the document, so that a chain of aliases which would
    /// unfold into an enormous tree is refused at its first anchor.
    private static func refuseIndirection(_ node: Node, isKey: Bool = false) throws {
        let line = node.mark?.line
        if node.anchor != nil {
            throw ConfigurationMistake(line: line, path: "", reason: "anchors (`&`) and aliases (`*`) are not allowed")
        }
        let tag: Tag
        var isQuoted = false
        switch node {
        case .scalar(let scalar):
            tag = scalar.tag
            isQuoted = scalar.style != .plain && scalar.style != .any
        case .mapping(let mapping):
            tag = mapping.tag
            for (key, value) in mapping {
                guard case .scalar = key else {
                    throw ConfigurationMistake(line: line, path: "", reason: "a field's name must be plain text")
                }
                try refuseIndirection(key, isKey: true)
                try refuseIndirection(value)
            }
        case .sequence(let sequence):
            tag = sequence.tag
            for item in sequence { try refuseIndirection(item) }
        case .alias:
            throw ConfigurationMistake(line: line, path: "", reason: "aliases (`*`) are not allowed")
        }
        // The parser itself tags quoted text, and each key as what it looks like, to tell duplicates.
        let name = tag.rawValue
        let isParsers =
            isKey && name.hasPrefix("tag:yaml.org,2002:") || isQuoted && name == "tag:yaml.org,2002:str"
        guard name.isEmpty || isParsers else {
            throw ConfigurationMistake(line: line, path: "", reason: "tags (`!`) are not allowed")
        }
    }

    private static func mistake(_ error: YamlError) -> ConfigurationMistake {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return .init(line: mark.line, path: "", reason: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let names, let context):
            let list = names.map { "`\($0)`" }.joined(separator: ", ")
            return .init(line: context.mark.line, path: "", reason: "\(list) is given twice")
        case .reader(let problem, _, _, _):
            return .init(line: nil, path: "", reason: "is not YAML: \(problem)")
        default:
            return .init(line: nil, path: "", reason: "is not YAML")
        }
    }
}

/// What one decoding collects.
final class ConfigurationContext {
    let file: String
    /// Permission bits of the file, nil when it isn't one.
    let mode: UInt32?
    var mistakes: [ConfigurationMistake] = []

    init(file: String, mode: UInt32?) {
        self.file = file
        self.mode = mode
    }

    func report(_ line: Int?, _ path: String, _ reason: String) {
        mistakes.append(.init(line: line, path: path, reason: reason))
    }
}
