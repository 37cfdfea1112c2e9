internal import Agreement

/// Normalised match fields as bytes; equal fields have equal bytes. Secret; they never leave the node.
enum FieldCoding {
    /// A field that is missing has no bytes.
    static func encode(_ fields: [NormalisedField?]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            let encoded = field.map(encode) ?? []
            SpoolBytes.append(encoded, lengthByteCount: 2, to: &bytes)
        }
        return bytes
    }

    private static func encode(_ field: NormalisedField) -> [UInt8] {
        if let date = field.date {
            return [date.year ?? 0, date.month ?? 0, date.day ?? 0].flatMap {
                [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)]
            }
        }
        return Array(field.words.joined(separator: [RecipeEvaluator.wordSeparator]))
    }

    /// The bytes of each field; nil when they are no `count` fields.
    static func split(_ bytes: [UInt8], count: Int) -> [[UInt8]]? {
        var cursor = SpoolCursor(bytes)
        var fields: [[UInt8]] = []
        for _ in 0..<count {
            guard let field = cursor.bytes(lengthByteCount: 2) else { return nil }
            fields.append(field)
        }
        return cursor.position == bytes.count ? fields : nil
    }

    static func join(_ fields: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields { SpoolBytes.append(field, lengthByteCount: 2, to: &bytes) }
        return bytes
    }

    static func decode(_ bytes: [UInt8], as kind: MatchFieldKind) -> NormalisedField? {
        guard !bytes.isEmpty else { return nil }
        guard kind == .date else {
            return NormalisedField(
                words: bytes.split(separator: RecipeEvaluator.wordSeparator).map(Array.init))
        }
        guard bytes.count == 6 else { return nil }
        let numbers = stride(from: 0, to: 6, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        return NormalisedField(
            date: DateParts(
                year: numbers[0] == 0 ? nil : numbers[0], month: numbers[1] == 0 ? nil : numbers[1],
                day: numbers[2] == 0 ? nil : numbers[2]))
    }
}
