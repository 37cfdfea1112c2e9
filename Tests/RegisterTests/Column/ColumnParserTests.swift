import PSIProtocol
import Testing

@testable import Register
@testable import Values

@Suite struct ColumnParserTests {
    private func parse(
        _ type: ColumnType, _ field: SourceField, nullable: Bool = false, comma: Bool = false
    ) -> Result<FieldValue, RegisterError.Kind> {
        do throws(RegisterError.Kind) {
            let parser = ColumnParser(declaration: column("c", type, nullable: nullable), hasDecimalComma: comma)
            return .success(try parser.value(of: field))
        } catch {
            return .failure(error)
        }
    }

    private func characters(_ text: String) -> SourceField {
        .characters(Array("<\(text)>".utf8).dropFirst().dropLast())
    }
    private func text(_ text: String) -> SourceField { .text(Array(text.utf8)[...]) }
    private func wrong(_ type: ColumnType) -> Result<FieldValue, RegisterError.Kind> {
        .failure(.wrongType(expected: type))
    }

    @Test func integers() {
        for (written, value) in [
            ("0", 0), ("-0", 0), ("+7", 7), ("007", 7), (" 12\u{A0}", 12), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min),
        ] {
            #expect(parse(.integer, characters(written)) == .success(.integer(value)))
        }
        for written in [
            "", " ", "-", "+", "1 000", "1,0", "1.0", "1e3", "--1", "0x10", "٣", "9223372036854775808",
            "-9223372036854775809", "99999999999999999999999999", "1_000",
        ] {
            #expect(parse(.integer, characters(written)) == wrong(.integer), "\(written)")
        }
        #expect(parse(.integer, .integer(-5)) == .success(.integer(-5)))
        for field in [text("5"), .real(5)] { #expect(parse(.integer, field) == wrong(.integer)) }
    }

    @Test func decimals() throws {
        func decimal(_ digits: String) throws -> Result<FieldValue, RegisterError.Kind> {
            .success(.decimal(try #require(ExactDecimal(digits))))
        }
        #expect(try parse(.decimal, characters(" 12.50 ")) == decimal("12.50"))
        #expect(try parse(.decimal, characters("-0012,5"), comma: true) == decimal("-12.5"))
        #expect(try parse(.decimal, characters("7"), comma: true) == decimal("7"))
        for written in [
            "", "12,5", "1 000.00", "1e5", ".5", "5.", "1.2.3", "NaN", "inf", String(repeating: "1", count: 65),
        ] {
            #expect(parse(.decimal, characters(written)) == wrong(.decimal), "\(written)")
        }
        for written in ["12.5", "1.234,50", "1,2,3", ",5"] {
            #expect(parse(.decimal, characters(written), comma: true) == wrong(.decimal), "\(written)")
        }
        #expect(try parse(.decimal, text("12.50")) == decimal("12.50"))
        #expect(try parse(.decimal, .integer(.min)) == decimal("-9223372036854775808"))
    }

    @Test func realNumbersAreTheShortestDigitsWithoutExponent() throws {
        let cases: [(Double, String)] = [
            (0, "0"), (-0.0, "0"), (5, "5"), (-5, "-5"), (0.1, "0.1"), (1234.5, "1234.5"), (1e16, "10000000000000000"),
            (123_456_789_012_345_680, "123456789012345680"), (1e-5, "0.00001"), (-1.5e-7, "-0.00000015"),
            (0.1 + 0.2, "0.30000000000000004"), (1.5e20, "150000000000000000000"), (2.5e15, "2500000000000000"),
            (100, "100"),
        ]
        for (number, digits) in cases {
            #expect(RealNumber.decimal(number)?.digits == digits)
            #expect(Double(digits) == number)
        }
        for number in [Double.nan, .infinity, -.infinity, 1e300, .leastNonzeroMagnitude] {
            #expect(RealNumber.decimal(number) == nil)
        }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: generator.next())
            guard let decimal = RealNumber.decimal(number) else { continue }
            #expect(Double(decimal.digits) == number)
            #expect(!decimal.digits.contains("e"))
        }
        for _ in 0..<20_000 {
            let number = Double.random(in: -1e9...1e9, using: &generator)
            let decimal = try #require(RealNumber.decimal(number))
            #expect(Double(decimal.digits) == number)
        }
    }

    @Test func dates() throws {
        let day = FieldValue.date(try #require(CalendarDate(year: 2024, month: 2, day: 9)))
        for written in [
            "2024-02-09", "9.2.2024", "09.02.2024", "9.02.2024", " 2024-02-09 ", "2024-02-09T10:00",
            "2024-02-09 10:00:00",
            "2024-02-09T23:59:60.123456Z", "2024-02-09T10:00:00,5+02:00", "2024-02-09T10:00-0330",
            "2024-02-09T10:00+02", "2024-02-09T10:00:00+01:39:49",
            // Whatever a match field may have too.
            "20240209", "9.2.2024 0:00:00", "09.02.2024 00:00:00", "2024-2-9", "9/2/2024", "2024/02/09", "9-2-2024",
            "2024\u{2013}02\u{2013}09",
        ] {
            #expect(parse(.date, characters(written)) == .success(day), "\(written)")
            #expect(parse(.date, text(written)) == .success(day), "\(written)")
        }
        for written in [
            "", "2024-02-30", "2023-02-29", "30.2.2024", "9.2.24", "9.2.", "009.2.2024",
            "2024-02-09T", "2024-02-09T24:00", "2.2024", "2024", "9.2/2024", "2024020", "9.2.2024 0", "13/32/2024",
            "2024-02-09T10", "2024-02-09T10:60", "2024-02-09T10:00:61",
            "2024-02-09T10:00Zx", "2024-02-09T10:00+2", "2024-02-09x10:00", "2024-02-09T10:00:00.", "0000-01-01",
            "2024-13-01", "9. 2.2024", "+024-02-09", "2024-02-09T10:00:00+02:00:60",
        ] {
            #expect(parse(.date, characters(written)) == wrong(.date), "\(written)")
        }
        #expect(parse(.date, .integer(20_240_209)) == .success(day))
        for field in [SourceField.integer(45_331), .integer(-20_240_209), .real(1.5)] {
            #expect(parse(.date, field) == wrong(.date))
        }
    }

    @Test func booleans() {
        for written in ["true", "TRUE", "1", "k", "K", "kyllä", "KYLLÄ", "Kyllä", "yes", " Yes "] {
            #expect(parse(.boolean, characters(written)) == .success(.boolean(true)), "\(written)")
        }
        for written in ["false", "False", "0", "e", "E", "ei", "EI", "no", "NO"] {
            #expect(parse(.boolean, text(written)) == .success(.boolean(false)), "\(written)")
        }
        for written in ["", "y", "n", "t", "f", "2", "01", "kylla", "kyllää", "on", "truetruetrue"] {
            #expect(parse(.boolean, characters(written)) == wrong(.boolean), "\(written)")
        }
        #expect(parse(.boolean, .integer(1)) == .success(.boolean(true)))
        #expect(parse(.boolean, .integer(0)) == .success(.boolean(false)))
        for field in [SourceField.integer(2), .integer(-1), .real(1)] {
            #expect(parse(.boolean, field) == wrong(.boolean))
        }
    }

    @Test func codesAndTexts() {
        #expect(parse(.code, characters(" 049 ")) == .success(.code("049")))
        #expect(parse(.code, text("Ä")) == .success(.code("Ä")))
        for written in ["", " \t", "\u{A0}"] { #expect(parse(.code, characters(written)) == wrong(.code)) }
        let longest = String(repeating: "x", count: 64)
        #expect(parse(.code, characters(longest)) == .success(.code(longest)))
        #expect(parse(.code, characters(longest + "x")) == .failure(.valueTooLong(expected: .code, byteLimit: 64)))
        for field in [SourceField.integer(49), .real(49)] {
            #expect(parse(.code, field) == wrong(.code))
            #expect(parse(.text, field) == wrong(.text))
        }

        #expect(parse(.text, characters("")) == .success(.text("")))
        #expect(parse(.text, characters(" a ")) == .success(.text(" a ")))
        let most = String(repeating: "y", count: 65_536)
        #expect(parse(.text, text(most)) == .success(.text(most)))
        #expect(parse(.text, text(most + "y")) == .failure(.valueTooLong(expected: .text, byteLimit: 65_536)))
    }

    @Test func nullsAndBinaryInEveryType() {
        for type in ColumnType.allCases {
            #expect(parse(type, .null, nullable: true) == .success(.null))
            #expect(parse(type, .null) == .failure(.nullNotAllowed(expected: type)))
            #expect(parse(type, .binary, nullable: true) == .failure(.binaryValue))
        }
    }
}

/// A generator that gives the same numbers every time (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
