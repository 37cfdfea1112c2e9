internal import Yams

/// Reads the part of YAML that has one meaning only: mappings, lists and text. No anchors, aliases, tags, merge keys,
/// directives or second documents, and no scalar turns into a number, a date or `false` behind the writer's back.
///
/// The YAML library nests its calls as deeply as the text nests, which it bounds at 1,000 levels: less than 2 MB of
/// stack in a debug build.
public enum YAMLDocument {
    public static let byteLimit = 1 << 20
    /// Deeper than any field of any file that is read with this.
    private static let depthLimit = 12
    /// Duplicate keys are reported together up to this many; each costs another reading, so fewer in a large file.
    private static func duplicateLimit(byteCount: Int) -> Int { max(2, min(64, (2 << 20) / max(1, byteCount))) }

    /// The tree, or nil when the text has no tree; mistakes are reported either way.
    ///
    /// - Parameter limit: bytes that the file may have, at most `byteLimit`.
    public static func read(
        _ bytes: [UInt8], limit: Int = byteLimit, _ mistakes: MistakeCollector
    ) -> YAMLValue? {
        guard let scalars = YAMLText.check(bytes, limit: limit, mistakes) else { return nil }
        var text = SubstitutableText(scalars)
        var duplicateCount = 0
        while true {
            do {
                let parser = try Parser(yaml: text.string, resolver: .basic, encoding: .utf8)
                guard let node = try parser.singleRoot() else {
                    mistakes.add(YAMLPlace(line: 1), "", "The file has no content.")
                    return nil
                }
                return try convert(node, text, depth: 0, mistakes)
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                // Yams stops at the first duplicate. Giving it another first letter for a while lets the reading go on
                // to the other mistakes; `MappingReader` sees the true names again and reports them.
                duplicateCount += 1
                guard duplicateCount <= duplicateLimit(byteCount: bytes.count), text.substitute(context.mark) else {
                    mistakes.add(
                        YAMLPlace(line: context.mark.line, column: context.mark.column), "",
                        "A field of this mapping is there twice. Keep one of them.")
                    return nil
                }
            } catch let error as TooDeep {
                mistakes.add(
                    error.place, "", "This is nested deeper than any field is. Check the brackets and the indentation.")
                return nil
            } catch {
                report(error as? YamlError, mistakes)
                return nil
            }
        }
    }

    private static func report(_ error: YamlError?, _ mistakes: MistakeCollector) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            mistakes.add(
                YAMLPlace(line: mark.line, column: mark.column), "",
                "The YAML cannot be read from here (\(problem)). Check the indentation, closing quotes and brackets, "
                    + "and put text that holds ': ' or ' #' between quotes.")
        case .composer(_, let problem, let mark, _):
            mistakes.add(
                YAMLPlace(line: mark.line, column: mark.column), "",
                "The file must be one YAML document (\(problem)). Remove what begins here.")
        default:
            mistakes.add(YAMLPlace(line: 1), "", "The file cannot be read as YAML.")
        }
    }

    private struct TooDeep: Error {
        var place: YAMLPlace
    }

    private static func convert(
        _ node: Node, _ text: SubstitutableText, depth: Int, _ mistakes: MistakeCollector
    ) throws -> YAMLValue? {
        let place = YAMLPlace(line: node.mark?.line ?? 1, column: node.mark?.column)
        guard depth < depthLimit else { throw TooDeep(place: place) }
        switch node {
        case .scalar(let scalar):
            let plain = scalar.style == .plain || scalar.style == .any
            if scalar.tag.rawValue != Tag.Name.implicit.rawValue,
                scalar.tag.rawValue != Tag.Name.str.rawValue
                    || plain
            {
                mistakes.add(place, "", "YAML tags are not used here. Remove the word that begins with '!'.")
            }
            return .scalar(text.restore(scalar.string), plain: plain, place)
        case .sequence(let sequence):
            return try .list(sequence.compactMap { try convert($0, text, depth: depth + 1, mistakes) }, place)
        case .mapping(let mapping):
            var entries: [YAMLEntry] = []
            for (key, value) in mapping {
                let keyPlace = YAMLPlace(line: key.mark?.line ?? place.line, column: key.mark?.column)
                guard case .scalar(let name) = key else {
                    mistakes.add(keyPlace, "", "A field's name must be one word, such as 'title'.")
                    continue
                }
                guard let value = try convert(value, text, depth: depth + 1, mistakes) else { continue }
                entries.append(YAMLEntry(key: text.restore(name.string), place: keyPlace, value: value))
            }
            return .mapping(entries, place)
        case .alias:
            mistakes.add(place, "", "YAML aliases are not used here. Write the value out.")
            return nil
        }
    }
}
