import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import Values

/// Rows to bytes and back. [P-45]
@Suite("Row codec")
struct RowCodecTests {
    static func column(_ type: ColumnType, nullable: Bool = true) -> ColumnDeclaration {
        ColumnDeclaration(name: "\(type.rawValue)", type: type, nullable: nullable, title: "")
    }

    static let all = RowCodec(columns: ColumnType.allCases.map { column($0) })

    static func awkward(_ type: ColumnType) throws -> [FieldValue] {
        switch type {
        case .integer: return [0, 1, -1, .max, .min, 1 << 32].map { .integer($0) }
        case .decimal:
            return try ["0", "-0.01", "1.00", "99999999999999999999.5", String(repeating: "9", count: 64)]
                .map { .decimal(try #require(ExactDecimal($0))) }
        case .date:
            return try [(1, 1, 1), (9999, 12, 31), (2000, 2, 29), (1899, 12, 31), (2222, 11, 11)]
                .map { .date(try #require(CalendarDate(year: $0.0, month: $0.1, day: $0.2))) }
        case .boolean: return [.boolean(true), .boolean(false)]
        case .code: return ["", "A", "0", "null"].map { .code($0) }
        case .text:
            return [
                "", " ", "\u{1}", "ä\u{308}\u{1F600}", "\r\n;\",", String(repeating: "x", count: 70_000), "\u{FEFF}",
            ].map { .text($0) }
        case .person: return [0, 1, 255].map { .person([UInt8](repeating: $0, count: 16)) }
        }
    }

    @Test("every type's awkward values come back, many rows in one string")
    func roundTrip() throws {
        for type in ColumnType.allCases {
            let codec = RowCodec(columns: [Self.column(type)])
            let values = try Self.awkward(type) + [.null]
            var bytes: [UInt8] = []
            for value in values { try codec.encode([value], into: &bytes) }
            var position = 0
            for value in values { #expect(try codec.decode(bytes, at: &position) == [value]) }
            #expect(position == bytes.count)
            #expect(throws: RowCodecError.malformed) { _ = try codec.decode(bytes, at: &position) }
        }
    }

    @Test("the bytes are as documented")
    func layout() throws {
        let row: [FieldValue] = [
            .integer(-2), .decimal(try #require(ExactDecimal("-1.50"))),
            .date(try #require(CalendarDate(year: 2026, month: 11, day: 3))), .boolean(true), .code("ä"), .null,
            .person(Array(1...16)),
        ]
        #expect(ColumnType.allCases == [.integer, .decimal, .date, .boolean, .code, .text, .person])
        var bytes: [UInt8] = []
        try Self.all.encode(row, into: &bytes)
        let expected: [[UInt8]] = [
            [1, 255, 255, 255, 255, 255, 255, 255, 254], [1, 0, 0, 0, 5] + Array("-1.50".utf8), [1, 7, 234, 11, 3],
            [1, 1], [1, 0, 0, 0, 2, 0xc3, 0xa4], [0], [1] + Array(1...16),
        ]
        #expect(bytes == expected.flatMap { $0 })
    }

    @Test("values that do not fit are refused and name the column")
    func misfits() throws {
        var bytes: [UInt8] = []
        let strict = RowCodec(columns: [Self.column(.integer, nullable: false)])
        #expect(throws: RowCodecError.valueDoesNotFit(column: "integer")) { try strict.encode([.null], into: &bytes) }
        #expect(throws: RowCodecError.valueDoesNotFit(column: "integer")) {
            try strict.encode([.text("1")], into: &bytes)
        }
        #expect(throws: RowCodecError.wrongColumnCount) { try strict.encode([], into: &bytes) }
        #expect(throws: RowCodecError.wrongColumnCount) {
            try strict.encode([.integer(1), .integer(2)], into: &bytes)
        }
        // A code is not a text, though both are strings.
        let code = RowCodec(columns: [Self.column(.code)])
        #expect(throws: RowCodecError.valueDoesNotFit(column: "code")) { try code.encode([.text("A")], into: &bytes) }
        // No text has U+0000, wherever it stands.
        for text in ["\u{0}", "a\u{0}", "\u{0}b", "a\u{0}b"] {
            #expect(throws: RowCodecError.valueDoesNotFit(column: "code")) {
                try code.encode([.code(text)], into: &bytes)
            }
            #expect(throws: RowCodecError.valueDoesNotFit(column: "text")) {
                try RowCodec(columns: [Self.column(.text)]).encode([.text(text)], into: &bytes)
            }
        }
        // A link has one length.
        let person = RowCodec(columns: [Self.column(.person)])
        for link in [[], [UInt8](repeating: 1, count: 15), [UInt8](repeating: 1, count: 17)] {
            #expect(throws: RowCodecError.valueDoesNotFit(column: "person")) {
                try person.encode([.person(link)], into: &bytes)
            }
        }
        #expect(bytes.isEmpty)
    }

    static let refusedBytes: [(ColumnType, [UInt8])] = [
        (.integer, []), (.integer, [2]), (.integer, [255, 0, 0, 0, 0, 0, 0, 0, 0]), (.integer, [1, 0, 0, 0]),
        (.boolean, [1, 2]), (.boolean, [1]), (.date, [1, 7, 234, 2, 30]), (.date, [1, 0, 0, 1, 1]),
        (.date, [1, 7, 234, 0, 1]), (.date, [1, 255, 255, 1, 1]), (.date, [1, 7, 234, 13]),
        (.text, [1, 0, 0, 0, 2, 0xc3]), (.text, [1, 0, 0, 0, 2, 0xc3, 0x28]), (.text, [1, 255, 255, 255, 255, 65]),
        (.text, [1, 0, 0, 0]), (.code, [1, 0, 0, 0, 1, 0xff]),
        (.text, [1, 0, 0, 0, 1, 0]), (.code, [1, 0, 0, 0, 3, 0x61, 0, 0x62]), (.code, [1, 0, 0, 0, 2, 0x61, 0]),
        (.decimal, [1, 0, 0, 0, 2, 0x30, 0x31]), (.decimal, [1, 0, 0, 0, 2, 0x2d, 0x30]),
        (.decimal, [1, 0, 0, 0, 2, 0x2b, 0x31]), (.decimal, [1, 0, 0, 0, 0]), (.decimal, [1, 0, 0, 0, 1, 0x2e]),
        (.decimal, [1, 0, 0, 0, 3, 0x31, 0x65, 0x32]),
        (.person, [1] + Array(1...15)), (.person, [1]),
    ]

    @Test("malformed bytes are refused", arguments: refusedBytes.indices)
    func malformed(index: Int) {
        let (type, bytes) = Self.refusedBytes[index]
        var position = 0
        #expect(throws: RowCodecError.malformed) {
            _ = try RowCodec(columns: [Self.column(type)]).decode(bytes, at: &position)
        }
    }

    @Test("a null where none may be is refused")
    func forbiddenNull() {
        var position = 0
        #expect(throws: RowCodecError.malformed) {
            _ = try RowCodec(columns: [Self.column(.text, nullable: false)]).decode([0], at: &position)
        }
    }

    @Test("positions outside the bytes are refused")
    func positions() {
        for start in [-1, 2, Int.max] {
            var position = start
            #expect(throws: RowCodecError.malformed) { _ = try Self.all.decode([0, 0], at: &position) }
        }
    }

    @Test("whatever decodes encodes to the same bytes; nothing traps")
    func fuzz() throws {
        var random = SeededRandom(seed: 45)
        var valid: [UInt8] = []
        try Self.all.encode(
            [
                .integer(7), .decimal(try #require(ExactDecimal("1.5"))),
                .date(try #require(CalendarDate(year: 2020, month: 2, day: 29))), .boolean(false), .code("A1"),
                .text("ää"), .person(Array(1...16)),
            ], into: &valid)
        var accepted = 0
        for _ in 0..<4_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.insert(UInt8.random(in: 0...2, using: &random), at: at)
                default: bytes.removeLast(min(bytes.count - 1, Int.random(in: 0..<4, using: &random)))
                }
            }
            var position = 0
            guard let row = try? Self.all.decode(bytes, at: &position) else { continue }
            accepted += 1
            var again: [UInt8] = []
            try Self.all.encode(row, into: &again)
            #expect(again.elementsEqual(bytes[..<position]))
        }
        #expect(accepted > 200)
    }
}
