/// Turns bytes of an encoding into UTF-8, piece by piece. Secret.
struct TextDecoder: CustomReflectable {
    private let encoding: TextEncoding
    private let characters: [UTF8Character]
    /// Whether the first byte of two is the higher; nil until a byte order mark has told.
    private var isBigEndian: Bool?
    /// The file's beginning is looked at for the mark of the other order.
    private var isAtStart = true
    /// A first byte of two.
    private var half: UInt8?
    /// A high surrogate, whose low one must follow.
    private var high: UInt16?

    /// A character in UTF-8; `count` is 0 for a byte that means none.
    private struct UTF8Character {
        var count = 0
        var bytes: (UInt8, UInt8, UInt8) = (0, 0, 0)

        init(_ byte: Int, _ point: UInt16) {
            if point == 0 && byte != 0 { return }
            let text = Unicode.Scalar(point).map { Array(String(Character($0)).utf8) } ?? []
            count = text.count
            bytes = (text.first ?? 0, text.dropFirst().first ?? 0, text.dropFirst(2).first ?? 0)
        }
    }

    /// - Parameter encoding: any but UTF-8.
    init(_ encoding: TextEncoding) {
        self.encoding = encoding
        characters = (encoding.codePoints ?? []).enumerated().map { UTF8Character($0, $1) }
        switch encoding {
        case .utf16LittleEndian: isBigEndian = false
        case .utf16BigEndian: isBigEndian = true
        default: isBigEndian = nil
        }
    }

    /// Appends the characters to `text`, up to the first that cannot be read.
    mutating func decode(_ bytes: ArraySlice<UInt8>, into text: inout [UInt8]) throws(TextFileFailure) {
        if characters.isEmpty { try decodePairs(bytes, into: &text) } else { try decodeSingle(bytes, into: &text) }
    }

    /// That nothing is left over at the file's end.
    func end() throws(TextFileFailure) {
        if half != nil || high != nil { throw .endsWithinCharacter(encoding) }
    }

    private func decodeSingle(_ bytes: ArraySlice<UInt8>, into text: inout [UInt8]) throws(TextFileFailure) {
        var isDefined = true
        let start = text.count
        let room = start + 3 * bytes.count
        text.append(contentsOf: repeatElement(0, count: room - start))
        var end = start
        text.withUnsafeMutableBufferPointer { text in
            characters.withUnsafeBufferPointer { characters in
                for byte in bytes {
                    if byte < 0x80 {
                        text[end] = byte
                        end += 1
                        continue
                    }
                    let character = characters[Int(byte)]
                    if character.count == 0 {
                        isDefined = false
                        return
                    }
                    text[end] = character.bytes.0
                    text[end + 1] = character.bytes.1
                    if character.count == 3 { text[end + 2] = character.bytes.2 }
                    end += character.count
                }
            }
        }
        text.removeLast(room - end)
        if !isDefined { throw .undefinedByte(encoding) }
    }

    private mutating func decodePairs(
        _ bytes: ArraySlice<UInt8>, into text: inout [UInt8]
    ) throws(TextFileFailure) {
        text.reserveCapacity(text.count + 2 * bytes.count)
        for byte in bytes {
            guard let first = half else {
                half = byte
                continue
            }
            half = nil
            let unit = try unit(first, byte)
            if let unit { try append(unit, to: &text) }
        }
    }

    /// A unit of 16 bits; nil for a mark that told the order of bytes.
    private mutating func unit(_ first: UInt8, _ second: UInt8) throws(TextFileFailure) -> UInt16? {
        let big = UInt16(first) << 8 | UInt16(second)
        if isAtStart {
            isAtStart = false
            if let isBigEndian {
                if (isBigEndian ? big : big.byteSwapped) == 0xFFFE { throw .otherByteOrder }
            } else {
                guard big == 0xFEFF || big == 0xFFFE else { throw .noByteOrderMark }
                isBigEndian = big == 0xFEFF
                return nil
            }
        }
        return isBigEndian == true ? big : big.byteSwapped
    }

    private mutating func append(_ unit: UInt16, to text: inout [UInt8]) throws(TextFileFailure) {
        if unit < 0x80, high == nil {
            text.append(UInt8(truncatingIfNeeded: unit))
            return
        }
        let point: UInt32
        switch (high, unit) {
        case (let first?, 0xDC00...0xDFFF):
            point = 0x1_0000 + (UInt32(first) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
            high = nil
        case (nil, 0xD800...0xDBFF):
            high = unit
            return
        case (_?, _), (nil, 0xDC00...0xDFFF): throw .unpairedSurrogate
        default: point = UInt32(unit)
        }
        let mark: (Int) -> UInt8 = { UInt8(truncatingIfNeeded: 0x80 | point >> $0 & 0x3F) }
        switch point {
        case ..<0x80: text.append(UInt8(truncatingIfNeeded: point))
        case ..<0x800: text += [UInt8(truncatingIfNeeded: 0xC0 | point >> 6), mark(0)]
        case ..<0x1_0000: text += [UInt8(truncatingIfNeeded: 0xE0 | point >> 12), mark(6), mark(0)]
        default: text += [UInt8(truncatingIfNeeded: 0xF0 | point >> 18), mark(12), mark(6), mark(0)]
        }
    }

    /// Without children, so that no reflection prints what was read.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
