public import Values

/// Finnish personal identity codes.
///
/// An official code identifies a person across all registers. A temporary one (individual number 900–999) is issued by
/// an authority for itself, and two authorities may give one code to two people, so it identifies a person within the
/// registers of one owner only. [P-22]
public struct FinnishIdentityScheme: IdentityScheme {
    public static let id = "fi-hetu"

    /// When given, codes with a later birth date are refused.
    public var today: CalendarDate?

    public init(today: CalendarDate? = nil) { self.today = today }

    public func read(_ text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> IdentityReading {
        let text = try CodeText(text)
        let issuer = try PersonalIdentityCode.judged(text.bytes, today: today).issuer
        return IdentityReading(
            Self.identity(of: text.bytes, from: issuer, owner: owner), isRepaired: text.isRepaired)
    }

    /// `fi-hetu` 0x1F code, or `fi-hetu-temporary` 0x1F owner 0x1F code.
    public static func identity(of code: PersonalIdentityCode, owner: ParticipantID) -> CodeIdentity {
        identity(of: code.bytes[...], from: code.issuer, owner: owner)
    }

    private static func identity(
        of code: ArraySlice<UInt8>, from issuer: PersonalIdentityCode.Issuer, owner: ParticipantID
    ) -> CodeIdentity {
        switch issuer {
        case .population: CodeIdentity(label: id, owner: nil, code: code)
        case .temporary: CodeIdentity(label: "fi-hetu-temporary", owner: owner, code: code)
        }
    }
}
