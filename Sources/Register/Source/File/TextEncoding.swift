/// How a file's characters are written as bytes.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// ISO/IEC 8859-1: bytes 80 to 9F mean nothing in it.
    case latin1 = "iso-8859-1"
    case latin9 = "iso-8859-15"
    case windows1252 = "windows-1252"
    /// A byte order mark tells the order of bytes.
    case utf16 = "utf-16"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
}

extension TextEncoding {
    /// Of an encoding of one byte a character, the code point of each byte; 0 for a byte that means nothing, and for
    /// NUL. Nil for the others.
    ///
    /// Source: ISO/IEC 8859-1 and 8859-15; Microsoft's `bestfit1252` without its best fits, as the Unicode Consortium
    /// publishes it (CP1252.TXT).
    var codePoints: [UInt16]? {
        var points = (0..<256).map { UInt16($0) }
        switch self {
        case .utf8, .utf16, .utf16LittleEndian, .utf16BigEndian: return nil
        case .latin1: points.replaceSubrange(0x80...0x9F, with: repeatElement(0, count: 32))
        case .latin9:
            points.replaceSubrange(0x80...0x9F, with: repeatElement(0, count: 32))
            let others: [(Int, UInt16)] = [
                (0xA4, 0x20AC), (0xA6, 0x0160), (0xA8, 0x0161), (0xB4, 0x017D), (0xB8, 0x017E), (0xBC, 0x0152),
                (0xBD, 0x0153), (0xBE, 0x0178),
            ]
            for (byte, point) in others { points[byte] = point }
        case .windows1252: points.replaceSubrange(0x80...0x9F, with: Self.windows1252Middle)
        }
        return points
    }

    private static let windows1252Middle: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]
}
