internal import CODBC

/// Texts that go through ODBC: UTF-16, and UTF-8 for drivers without functions for that.
struct ODBCText {
    let isNarrow: Bool

    private static let nameUnitCount = 1_024

    /// Hands over the text's units and their count.
    func with<Result>(
        _ text: String, wide: (UnsafeMutablePointer<SQLWCHAR>, Int) -> Result,
        narrow: (UnsafeMutablePointer<SQLCHAR>, Int) -> Result
    ) -> Result {
        if isNarrow {
            var bytes = Array(text.utf8) + [0]
            return narrow(&bytes, bytes.count - 1)
        }
        var units = Array(text.utf16) + [0]
        return wide(&units, units.count - 1)
    }

    /// The text that a function writes into a buffer of so many units; nil if it fails, or the buffer is full: the name
    /// may be longer.
    func name(
        wide: (UnsafeMutablePointer<SQLWCHAR>, Int, inout SQLSMALLINT) -> SQLRETURN,
        narrow: (UnsafeMutablePointer<SQLCHAR>, Int, inout SQLSMALLINT) -> SQLRETURN
    ) -> String? {
        var length: SQLSMALLINT = 0
        let count = Self.nameUnitCount
        if isNarrow {
            var bytes = [SQLCHAR](repeating: 0, count: count)
            let code = narrow(&bytes, count, &length)
            let name = bytes.prefix { $0 != 0 }
            guard ODBCHandle.isSuccess(code), name.count < count - 1 else { return nil }
            return String(validating: name, as: UTF8.self)
        }
        var units = [SQLWCHAR](repeating: 0, count: count)
        let code = wide(&units, count, &length)
        let name = units.prefix { $0 != 0 }
        guard ODBCHandle.isSuccess(code), name.count < count - 1 else { return nil }
        return String(validating: name, as: UTF16.self)
    }
}

extension ODBCText {
    /// Appends UTF-16 in the machine's order of bytes as UTF-8.
    ///
    /// - Returns: whether it is valid: no surrogate without its other half, and no half unit.
    static func decode(utf16 bytes: [UInt8], into text: inout [UInt8]) -> Bool {
        guard bytes.count.isMultiple(of: 2) else { return false }
        return bytes.withUnsafeBytes { bytes in
            let units = bytes.bindMemory(to: UInt16.self)
            if units.allSatisfy({ $0 < 0x80 }) {
                text.append(contentsOf: units.lazy.map { UInt8(truncatingIfNeeded: $0) })
                return true
            }
            guard let decoded = String(validating: units, as: UTF16.self) else { return false }
            text.append(contentsOf: decoded.utf8)
            return true
        }
    }

    /// Appends bytes that are written as two hexadecimal digits each.
    ///
    /// - Returns: whether they are.
    static func decode(hexadecimal digits: ArraySlice<UInt8>, into bytes: inout [UInt8]) -> Bool {
        guard digits.count.isMultiple(of: 2) else { return false }
        bytes.reserveCapacity(bytes.count + digits.count / 2)
        var high: UInt8?
        for digit in digits {
            guard let value = value(ofDigit: digit) else { return false }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return true
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
