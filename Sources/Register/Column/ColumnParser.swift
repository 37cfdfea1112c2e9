internal import Agreement
internal import Values

/// Turns a source's fields into values of one column's type, strictly.
struct ColumnParser {
    let declaration: ColumnDeclaration
    /// Whether decimal numbers in characters are written with a comma.
    let hasDecimalComma: Bool

    static let codeByteCount = 64
    static let textByteCount = 64 << 10

    /// The value; throws what is wrong with it, without the value.
    func value(of field: SourceField) throws(RegisterError.Kind) -> FieldValue {
        switch (declaration.type, field) {
        case (_, .null):
            guard declaration.nullable else { throw .nullNotAllowed(expected: declaration.type) }
            return .null
        case (_, .binary):
            throw .binaryValue

        case (.integer, .characters(let text)):
            return .integer(try required(Self.integer(WhiteSpace.trimmed(text))))
        case (.integer, .integer(let value)):
            return .integer(value)

        case (.decimal, .characters(let text)):
            return .decimal(try required(Self.decimal(WhiteSpace.trimmed(text), hasComma: hasDecimalComma)))
        case (.decimal, .text(let text)):
            return .decimal(try required(Self.decimal(WhiteSpace.trimmed(text), hasComma: false)))
        case (.decimal, .integer(let value)):
            return .decimal(try required(ExactDecimal(String(value))))
        case (.decimal, .real(let value)):
            return .decimal(try required(RealNumber.decimal(value)))

        case (.date, .characters(let text)), (.date, .text(let text)):
            return .date(try required(DateText.date(WhiteSpace.trimmed(text))))
        case (.date, .integer(let number)):
            return .date(try required(DateText.date(Array(String(number).utf8)[...])))

        case (.boolean, .characters(let text)), (.boolean, .text(let text)):
            return .boolean(try required(BooleanText.value(WhiteSpace.trimmed(text))))
        case (.boolean, .integer(let value)):
            guard value == 0 || value == 1 else { throw .wrongType(expected: .boolean) }
            return .boolean(value == 1)

        case (.code, .characters(let text)), (.code, .text(let text)):
            let code = WhiteSpace.trimmed(text)
            guard !code.isEmpty else { throw .wrongType(expected: .code) }
            return .code(try checked(code, byteLimit: Self.codeByteCount))

        case (.text, .characters(let text)), (.text, .text(let text)):
            return .text(try checked(text, byteLimit: Self.textByteCount))

        // What a column of people holds is read as a code, by `RowJudge`.
        case (.integer, _), (.decimal, _), (.date, _), (.boolean, _), (.code, _), (.text, _), (.person, _):
            throw .wrongType(expected: declaration.type)
        }
    }

    private func required<Value>(_ value: Value?) throws(RegisterError.Kind) -> Value {
        guard let value else { throw .wrongType(expected: declaration.type) }
        return value
    }

    private func checked(_ text: ArraySlice<UInt8>, byteLimit: Int) throws(RegisterError.Kind) -> String {
        guard text.count <= byteLimit else {
            throw .valueTooLong(expected: declaration.type, byteLimit: byteLimit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Digits with an optional sign, within 64 bits.
    static func integer(_ text: ArraySlice<UInt8>) -> Int64? {
        var digits = text
        let sign = text.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        // Counted downwards, since the least number has no positive counterpart.
        var value: Int64 = 0
        for byte in digits {
            guard Digits.isDigit(byte) else { return nil }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (difference, tooSmall) = product.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            if tooLarge || tooSmall { return nil }
            value = difference
        }
        if sign == UInt8(ascii: "-") { return value }
        return value == .min ? nil : -value
    }

    /// Digits with an optional sign and the given decimal sign; the other sign is refused.
    static func decimal(_ text: ArraySlice<UInt8>, hasComma: Bool) -> ExactDecimal? {
        guard text.count <= 64 else { return nil }
        if !hasComma { return ExactDecimal(String(decoding: text, as: UTF8.self)) }
        if text.contains(UInt8(ascii: ".")) { return nil }
        let pointed = text.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 }
        return ExactDecimal(String(decoding: pointed, as: UTF8.self))
    }
}
