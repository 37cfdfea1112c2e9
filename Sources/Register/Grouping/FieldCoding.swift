internal import Agreement

/// Normalised match fields as bytes; equal fields have equal bytes. Secret; they never leave the node.
enum FieldCoding {
    /// A field that is missing has no bytes.
    static func encode(_ fields: [NormalisedField?]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields { append(field, to: &bytes) }
        return bytes
    }

    private static func append(_ field: NormalisedField?, to bytes: inout [UInt8]) {
        guard let field else { return SpoolBytes.append(0, byteCount: 2, to: &bytes) }
        if let date = field.date {
            SpoolBytes.append(6, byteCount: 2, to: &bytes)
            for number in [date.year, date.month, date.day] {
                SpoolBytes.append(number ?? 0, byteCount: 2, to: &bytes)
            }
            return
        }
        let byteCount = field.words.reduce(max(0, field.words.count - 1)) { $0 + $1.count }
        SpoolBytes.append(byteCount, byteCount: 2, to: &bytes)
        for (index, word) in field.words.enumerated() {
            if index > 0 { bytes.append(RecipeEvaluator.wordSeparator) }
            bytes.append(contentsOf: word)
        }
    }

    /// The bytes of each field; nil when they are no `count` fields.
    static func split(_ bytes: [UInt8], count: Int) -> [[UInt8]]? {
        bytes.withUnsafeBytes { bytes in
            var cursor = SpoolCursor(bytes)
            var fields: [[UInt8]] = []
            fields.reserveCapacity(count)
            for _ in 0..<count {
                guard let field = cursor.bytes(lengthByteCount: 2) else { return nil }
                fields.append(Array(field))
            }
            return cursor.position == bytes.count ? fields : nil
        }
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
