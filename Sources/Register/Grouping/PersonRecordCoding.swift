internal import Agreement
internal import PSIProtocol
internal import Values

/// What is known of a row's person besides the row, as bytes on their way through the sorts. Secret; never leaves the node.
struct PersonHead: Equatable {
    /// What gathers a person's rows: the identity of their code; else what stands for it within this register.
    var name: [UInt8]
    /// Whether `name` is the identity of a code.
    var hasCode: Bool
    /// Whether it is that of a code which its owner issued.
    var isTemporary: Bool
    /// Why the row's code is not used.
    var refusal: RefusalReason?
    /// Encoded match fields, see `FieldCoding`.
    var fields: [UInt8]
    /// Whether the agreement's `rows` keep the row.
    var isKept = true
    /// Whether the row says that its person is never to be released.
    var isMarked = false
    /// The row as it is to be counted once it is known that its person is not left out; empty if it was counted before.
    var tally: [UInt8] = []

    /// Of the code, if there is one.
    var identity: PersonIdentity? { hasCode ? PersonIdentity(bytes: name) : nil }

    func append(to bytes: inout [UInt8]) {
        BigEndian.append(UInt64(name.count), byteCount: 3, to: &bytes)
        bytes.append(contentsOf: name)
        bytes.append(hasCode ? (isTemporary ? 2 : 1) : 0)
        bytes.append(refusal.flatMap { RefusalReason.allCases.firstIndex(of: $0) }.map { UInt8($0 + 1) } ?? 0)
        BigEndian.append(UInt64(fields.count), byteCount: 3, to: &bytes)
        bytes.append(contentsOf: fields)
        bytes.append((isKept ? 1 : 0) | (isMarked ? 2 : 0))
        BigEndian.append(UInt64(tally.count), byteCount: 2, to: &bytes)
        bytes.append(contentsOf: tally)
    }

    init(name: [UInt8], hasCode: Bool, isTemporary: Bool = false, refusal: RefusalReason?, fields: [UInt8]) {
        self.name = name
        self.hasCode = hasCode
        self.isTemporary = isTemporary
        self.refusal = refusal
        self.fields = fields
    }

    /// Reads what `append` wrote and moves `position` behind it; nil for anything else.
    init?(_ bytes: [UInt8], at position: inout Int) {
        guard let nameCount = BigEndian.value(bytes, byteCount: 3, at: &position),
            let name = Self.take(Int(nameCount), of: bytes, at: &position),
            let marks = Self.take(2, of: bytes, at: &position), marks[0] <= 2,
            Int(marks[1]) <= RefusalReason.allCases.count,
            let fieldsCount = BigEndian.value(bytes, byteCount: 3, at: &position),
            let fields = Self.take(Int(fieldsCount), of: bytes, at: &position),
            let flags = Self.take(1, of: bytes, at: &position)?.first, flags <= 3,
            let tallyCount = BigEndian.value(bytes, byteCount: 2, at: &position),
            let tally = Self.take(Int(tallyCount), of: bytes, at: &position)
        else { return nil }
        self.name = name
        hasCode = marks[0] > 0
        isTemporary = marks[0] == 2
        refusal = marks[1] == 0 ? nil : RefusalReason.allCases[Int(marks[1]) - 1]
        self.fields = fields
        isKept = flags & 1 == 1
        isMarked = flags & 2 == 2
        self.tally = tally
    }

    private static func take(_ count: Int, of bytes: [UInt8], at position: inout Int) -> [UInt8]? {
        guard bytes.count - position >= count else { return nil }
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }
}

/// Normalised match fields as bytes; equal fields have equal bytes. Secret; they never leave the node.
enum FieldCoding {
    /// A field that is missing has no bytes.
    static func encode(_ fields: [NormalisedField?]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            let encoded = field.map(encode) ?? []
            BigEndian.append(UInt64(encoded.count), byteCount: 2, to: &bytes)
            bytes += encoded
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
        var position = 0
        var fields: [[UInt8]] = []
        for _ in 0..<count {
            guard let length = BigEndian.value(bytes, byteCount: 2, at: &position),
                bytes.count - position >= Int(length)
            else { return nil }
            fields.append(Array(bytes[position..<(position + Int(length))]))
            position += Int(length)
        }
        return position == bytes.count ? fields : nil
    }

    static func join(_ fields: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            BigEndian.append(UInt64(field.count), byteCount: 2, to: &bytes)
            bytes += field
        }
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

/// Finds of each field the value that most of a person's rows have; of equally many, the one with the least bytes.
struct FieldVote {
    private var counts: [[[UInt8]: Int]]

    init(fieldCount: Int) { counts = Array(repeating: [:], count: fieldCount) }

    /// False if the bytes are no fields.
    mutating func add(_ fields: [UInt8]) -> Bool {
        guard let split = FieldCoding.split(fields, count: counts.count) else { return false }
        for (index, field) in split.enumerated() where !field.isEmpty { counts[index][field, default: 0] += 1 }
        return true
    }

    var winners: [[UInt8]] {
        counts.map { field in
            field.min { left, right in
                left.value != right.value ? left.value > right.value : left.key.lexicographicallyPrecedes(right.key)
            }?.key ?? []
        }
    }
}
