public import PSIProtocol

/// Finnish personal identity codes.
///
/// An official code identifies a person across all registers. A temporary one (individual number 900–999) is issued by
/// an authority for itself, and two authorities may give one code to two people, so it identifies a person within the
/// registers of one owner only.
public struct FinnishIdentityScheme: IdentityScheme {
    /// When given, codes with a later birth date are refused.
    public var today: CalendarDate?

    public init(today: CalendarDate? = nil) { self.today = today }

    public func identity(of text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> PersonIdentity {
        Self.identity(of: try PersonalIdentityCode(text, today: today), owner: owner)
    }

    /// `fi-hetu` 0x1F code, or `fi-hetu-temporary` 0x1F owner 0x1F code.
    public static func identity(of code: PersonalIdentityCode, owner: ParticipantID) -> PersonIdentity {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        switch code.issuer {
        case .population:
            bytes.append(contentsOf: "fi-hetu".utf8)
        case .temporary:
            bytes.append(contentsOf: "fi-hetu-temporary".utf8)
            bytes.append(PersonIdentity.separator)
            bytes.append(contentsOf: owner.utf8)
        }
        bytes.append(PersonIdentity.separator)
        bytes.append(contentsOf: code.bytes)
        return PersonIdentity(bytes: bytes)
    }

    /// Looks for eleven characters that form a code, with no ASCII letter or digit right before or after them.
    public func containsCode(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= 11 else { return false }
        // The sign stands seventh; four characters follow it.
        for position in (text.startIndex + 6)..<(text.endIndex - 4) {
            // Most text ends here: a sign with a digit on either side is rare.
            guard Digits.isDigit(text[position - 1]), Digits.isDigit(text[position + 1]),
                PersonalIdentityCode.century(of: PersonalIdentityCode.upperCased(text[position])) != nil
            else { continue }
            let (start, end) = (position - 6, position + 5)
            if start > text.startIndex, Self.isWordByte(text[start - 1]) { continue }
            if end < text.endIndex, Self.isWordByte(text[end]) { continue }
            if PersonalIdentityCode.looksLikeCode(text[start..<end]) { return true }
        }
        return false
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        Digits.isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(PersonalIdentityCode.upperCased(byte))
    }
}
