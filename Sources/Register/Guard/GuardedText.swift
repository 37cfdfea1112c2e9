/// Text as the guard of released text sees it: capitals and digits, spaces, signs; whatever looks like one of these is
/// it, what is not drawn is not there, and everything else is one byte that belongs to no word.
enum GuardedText {
    /// What stands for any other character.
    private static let other: UInt8 = 0x80

    /// - Parameter text: UTF-8; what is not is other characters. Secret, as the result is.
    static func folded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte < 0x80 {
                folded.append((0x09...0x0D).contains(byte) ? 0x20 : CodeText.upperCased(byte))
                index += 1
                continue
            }
            let (scalar, byteCount) = UTF8Text.scalar(text, at: index)
            index += byteCount
            if let seen = seen(scalar) { folded += seen }
        }
        return folded
    }

    static func isWordByte(_ byte: UInt8) -> Bool { Digits.isDigit(byte) || isLetter(byte) }

    static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    /// What a character beyond ASCII is seen as; nil if nothing is drawn.
    private static func seen(_ value: UInt32) -> [UInt8]? {
        switch LookAlike.meaning(of: value) {
        case .ascii(let character)?: return [CodeText.upperCased(character)]
        case .space?: return [0x20]
        case .invisible?: return nil
        case nil: break
        }
        if let letter = letters[value] { return [letter] }
        if dashes.contains(value) { return [UInt8(ascii: "-")] }
        if pluses.contains(value) { return [UInt8(ascii: "+")] }
        guard let scalar = Unicode.Scalar(value) else { return [other] }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .format, .nonspacingMark, .enclosingMark: return nil
        default: break
        }
        if properties.numericType == .decimal || properties.numericType == .digit, let number = properties.numericValue,
            (0...9).contains(number)
        {
            return [UInt8(ascii: "0") + UInt8(number)]
        }
        // Letters of mathematics and the like; the letters of European languages belong to no code.
        guard value > 0x2000 else { return [other] }
        switch FoldTable.result(value) {
        case .text(let folded): if folded.count == 1, folded[0] < 0x80 { return [CodeText.upperCased(folded[0])] }
        case .scalar(let folded): if folded < 0x80 { return [CodeText.upperCased(UInt8(folded))] }
        case .separator: break
        }
        return [other]
    }

    /// Hyphens, minus signs and dashes besides those of `LookAlike`.
    private static let dashes: Set<UInt32> = [
        0x2D7, 0x58A, 0x5BE, 0x1400, 0x1806, 0x207B, 0x208B, 0x2796, 0x2E17, 0x2E1A, 0x2E3A, 0x2E3B, 0x301C, 0x3030,
        0x30A0, 0x30FC, 0xFE31, 0xFE32, 0x10EAD,
    ]
    private static let pluses: Set<UInt32> = [0x207A, 0x208A, 0x2795, 0xFB29, 0xFE62]

    /// Greek and Cyrillic letters that are drawn like Latin ones, capital and small.
    private static let letters: [UInt32: UInt8] = {
        let pairs: [(String, String)] = [
            ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"), ("οικνυρχ", "OIKVUPX"),
            ("АВЕЅІЈКМНОРСТУХѴ", "ABESIJKMHOPCTYXV"), ("авеѕіјкмнорстух", "ABESIJKMHOPCTYX"), ("Ԁԁ", "DD"),
        ]
        var letters: [UInt32: UInt8] = [:]
        for (seen, meant) in pairs {
            for (scalar, letter) in zip(seen.unicodeScalars, meant.utf8) { letters[scalar.value] = letter }
        }
        return letters
    }()
}
