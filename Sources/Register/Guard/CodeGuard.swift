/// Finds what could be somebody's identity code in text that would be released.
///
/// It knows the codes of every country that Sidos has a scheme for, whatever country the study is of, in every form in
/// which they were issued, and shares nothing with the schemes that read codes. The two differ on purpose: where it is
/// in doubt whether something was ever issued, the reader refuses it and the guard stops it.
///
/// A code is found within longer text, with separators between its parts, with letters directly before or after it,
/// and with characters that only look like its own. What has a check character must have the right one, so that
/// ordinary numbers are seldom taken for codes.
enum CodeGuard {
    /// How sure it is.
    enum Finding {
        /// A sign or a letter stands where codes have one.
        case marked
        /// Digits only: other numbers of the same length can look so by chance.
        case digits
    }

    /// The longest text that is also looked at as if nothing but letters and digits stood in it.
    private static let wholeByteLimit = 64
    /// Digits that the shortest form has, without those that may be letters that look alike.
    private static let leastDigitCount = 7

    /// - Parameter text: UTF-8 of any length. Secret.
    static func finding(in text: ArraySlice<UInt8>) -> Finding? {
        guard mayHoldCode(text) else { return nil }
        let folded = GuardedText.folded(text)
        var best: Finding?
        /// Whether the letters and digits before the place, back to anything else, have a digit among them.
        var hasDigitBefore = false
        for start in folded.indices {
            let byte = folded[start]
            if !hasDigitBefore, CodeScan.mayBeDigit(byte) {
                if let found = CodeScan.code(at: start, of: folded) {
                    if found == .marked { return .marked }
                    best = .digits
                }
            }
            hasDigitBefore = GuardedText.isWordByte(byte) && (hasDigitBefore || Digits.isDigit(byte))
        }
        return best ?? whole(folded)
    }

    /// Whether the text is or holds a code. It is shown to nobody then, not even as the name of a column.
    static func holdsCode(_ text: ArraySlice<UInt8>) -> Bool { finding(in: text) != nil }

    static func holdsCode(_ text: String) -> Bool { holdsCode(Array(text.utf8)[...]) }

    /// Most text ends here.
    private static func mayHoldCode(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= leastDigitCount else { return false }
        var count = 0
        for byte in text where Digits.isDigit(byte) || byte >= 0x80 { count += 1 }
        return count >= leastDigitCount || isExponential(text)
    }

    /// The text as one value: its parts separated in any way, a number as spreadsheets write it, or one that has lost
    /// its leading zero.
    private static func whole(_ folded: [UInt8]) -> Finding? {
        guard folded.count <= wholeByteLimit else { return nil }
        let joined = folded.filter(GuardedText.isWordByte)
        if joined.count < folded.count, let found = CodeScan.wholeCode(joined) { return found }
        let number = trimmed(folded)
        if let plain = plainNumber(number), let found = CodeScan.wholeCode(plain) { return found }
        if let digits = withoutPointZero(number), digits.count == 9 {
            return CodeScan.wholeCode([UInt8(ascii: "0")] + digits)
        }
        return nil
    }

    private static func trimmed(_ text: [UInt8]) -> ArraySlice<UInt8> { WhiteSpace.trimmed(text[...]) }

    /// Digits alone, or with `.0` after them.
    private static func withoutPointZero(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let digits = text.prefix(while: Digits.isDigit)
        let rest = text.dropFirst(digits.count)
        guard rest.isEmpty || rest.count > 1 && isPoint(rest.first) && rest.dropFirst().allSatisfy({ $0 == 0x30 })
        else { return nil }
        return digits
    }

    private static func isPoint(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") }

    private static func isExponential(_ text: ArraySlice<UInt8>) -> Bool {
        text.count <= wholeByteLimit && plainNumber(text[...]) != nil
    }

    /// `1.89000882390E+11` written out; nil for anything else, and for fractions.
    private static func plainNumber(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let mark = text.firstIndex(where: { $0 == UInt8(ascii: "E") || $0 == UInt8(ascii: "e") }) else {
            return nil
        }
        var exponentText = text[(mark + 1)...]
        if exponentText.first == UInt8(ascii: "+") { exponentText = exponentText.dropFirst() }
        guard exponentText.count <= 3, let exponent = Digits.value(exponentText), exponent <= 20 else { return nil }
        let mantissa = text[..<mark]
        let point = mantissa.firstIndex(where: isPoint) ?? mark
        let fraction = mantissa[min(point + 1, mark)...]
        var digits = Array(mantissa[..<point]) + fraction
        guard !digits.isEmpty, digits.allSatisfy(Digits.isDigit), fraction.count <= exponent else { return nil }
        digits += [UInt8](repeating: UInt8(ascii: "0"), count: exponent - fraction.count)
        return digits
    }
}
