public import Agreement
public import Values

/// How people of one register are recognised under an agreement: by which codes, fields and keys.
public struct MatchPlan: Sendable {
    public let scheme: any IdentityScheme
    /// The agreement's, in its order.
    public let keys: [MatchKey]
    /// The fields that this register has, in the agreement's order.
    public let fields: [MatchField]
    public let tolerantMatching: TolerantMatching?
    public let quality: QualityColumns
    /// How people are kept out who are never to be released.
    public var withholding: Withholding
    /// What identities of official codes begin with, where pseudonyms last; nil elsewhere. [P-81]
    let lastingPrefix: [UInt8]?
    let profile: NormalisationProfile

    /// - Parameter today: the day as of which codes are judged: that of the round's opening, in UTC.
    public init(agreement: Agreement, register: RegisterDeclaration, today: CalendarDate?) {
        scheme = agreement.identityScheme.scheme(today: today)
        keys = agreement.matchKeys
        let own = Set(register.matchFields)
        fields = agreement.matchFields.filter { own.contains($0.name) }
        tolerantMatching = agreement.tolerantMatching
        quality = register.quality
        withholding = agreement.withholding(of: register.id)
        lastingPrefix =
            agreement.pseudonyms.isLasting
            ? CodeIdentity.officialPrefix(label: agreement.identityScheme.rawValue) : nil
        profile = NormalisationProfile(agreement.normalisation ?? .sidos1)
    }

    /// How people are recognised whom a column of the register names: by the same keys, without any field.
    func related(to register: RegisterDeclaration) -> MatchPlan {
        MatchPlan(self, of: register)
    }

    private init(_ plan: MatchPlan, of register: RegisterDeclaration) {
        scheme = plan.scheme
        keys = plan.keys
        fields = []
        tolerantMatching = plan.tolerantMatching
        quality = register.quality
        // No cohort can name them: nobody is put into one by being left out.
        withholding = .leftOut
        lastingPrefix = plan.lastingPrefix
        profile = plan.profile
    }

    private init(scheme: any IdentityScheme) {
        self.scheme = scheme
        keys = [.identityCode]
        fields = []
        tolerantMatching = nil
        quality = QualityColumns()
        withholding = .leftOut
        lastingPrefix = nil
        profile = .sidos1
    }

    /// By the identity code alone.
    public static func identityCode(_ scheme: any IdentityScheme) -> MatchPlan {
        MatchPlan(scheme: scheme)
    }

    /// The day from which on a code has to have been replaced to be told as a former one; nil for any.
    var formerCodesSince: CalendarDate? { keys.lazy.compactMap(\.replacedSince).first }

    /// Whether somebody without a code can be recognised.
    var worksWithoutCode: Bool {
        tolerantMatching != nil || keys.contains { if case .recipe = $0.content { true } else { false } }
    }
}
