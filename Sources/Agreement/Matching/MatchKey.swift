public import Values

/// One way of recognising a person: what is hashed to the group for them. [P-21]
public struct MatchKey: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// The national personal identity code, as the register's owner knows it to be today.
        case identityCode
        /// Codes that the person had before, from the owner's identity history; they are compared with the codes of
        /// others.
        case formerCode
        /// Made of normalised fields.
        case recipe(MatchRecipe)
    }

    public var name: String
    public var content: Content
    /// Values that a person may have under this key, 1…4: each is an element of the item. Two people agree if any of
    /// their values do.
    public var valueCount: Int
    /// Only codes that were replaced on this day or later count as former ones; nil for all.
    public var replacedSince: CalendarDate?

    public init(
        _ name: String, content: Content = .identityCode, valueCount: Int = 1, replacedSince: CalendarDate? = nil
    ) {
        self.name = name
        self.content = content
        self.valueCount = valueCount
        self.replacedSince = replacedSince
    }

    /// The national personal identity code.
    public static let identityCode = MatchKey("identity_code")
    public static let formerCodeName = "former_code"
    /// What a link by tokens is called beside the keys' names.
    public static let tolerantName = "tolerant"

    /// What binds elements and tags to the key: codes of all times are of one kind, so that they meet.
    public var kind: String { content == .formerCode ? Self.identityCode.name : name }
}

/// A field of a person that match keys and tokens are made of, normalised by the agreement's profile.
public struct MatchField: Sendable, Hashable {
    public var name: String
    public var kind: MatchFieldKind
    /// How its dates are read, for a field of the kind `date`.
    public var dates: DateFieldRules

    public init(name: String, kind: MatchFieldKind, dates: DateFieldRules = DateFieldRules()) {
        self.name = name
        self.kind = kind
        self.dates = dates
    }
}

/// How a field's text is normalised. [N-01]
public enum MatchFieldKind: String, Sendable, CaseIterable {
    case givenNames = "given_names"
    case familyName = "family_name"
    case date
    /// A postcode, a telephone number and the like.
    case code
    /// An address and other words.
    case text
}

/// Which rules turn texts into the values that are compared. Every version stays as it is for ever.
public enum NormalisationVersion: String, Sendable, CaseIterable {
    case sidos1 = "sidos-1"
    /// Knows the words that programs write for a missing value, and times after any day.
    case sidos2 = "sidos-2"
    /// Knows old years, titles, short and foreign forms of names, and days of which a part stands for an unknown one.
    case sidos3 = "sidos-3"

    /// Whether a field of dates can say which years and days it has.
    public var hasDateRules: Bool { self == .sidos3 }
}

/// Whose identity codes a study's registers hold.
public enum IdentitySchemeID: String, Sendable, CaseIterable {
    case finland = "fi-hetu"
    case sweden = "se-personnummer"
    case estonia = "ee-isikukood"
}

extension Agreement {
    /// What each element of an item stands for, in the items' order: the keys' values, then the tokens; before them,
    /// where the first key is not the identity code, an element that is always random, so that no two items begin
    /// alike. [P-30]
    public var positions: [MatchPosition] {
        let record = hasRecordElement ? [MatchPosition(link: nil, kind: "record.0")] : []
        let keys = matchKeys.enumerated().flatMap { index, key in
            (0..<key.valueCount).map { _ in MatchPosition(link: index, kind: key.kind) }
        }
        let tokens = (0..<(tolerantMatching?.tokenCount ?? 0)).map {
            MatchPosition(link: matchKeys.count, kind: "\(MatchKey.tolerantName).\($0)")
        }
        return record + keys + tokens
    }

    /// Elements of an item that match keys make.
    public var keyElementCount: Int { matchKeys.reduce(0) { $0 + $1.valueCount } }

    /// Elements of an item in all.
    public var elementCount: Int { positions.count }

    /// Whether items begin with an element of their own. Two people of a register can share a value made of fields, but
    /// not an identity code, by which owners gather people; and who has no code has a random element for it.
    public var hasRecordElement: Bool { matchKeys.first?.content != .identityCode }

    /// The registers whose people have tokens: those with a field that these are made of.
    public var registersWithTokens: [RegisterDeclaration] {
        let fields = Set(tolerantMatching?.features.map(\.field) ?? [])
        return registers.filter { !fields.isDisjoint(with: $0.matchFields) }
    }

    /// Whether a person can be recognised in more than one way, so that it must be said by which.
    public var linksInSeveralWays: Bool { linkNames.count > 1 }

    /// What a link can be called: the keys in order, then `tolerant`.
    public var linkNames: [String] { matchKeys.map(\.name) + (tolerantMatching == nil ? [] : [MatchKey.tolerantName]) }
}

/// What an element of an item stands for.
public struct MatchPosition: Sendable, Equatable {
    /// Index among the agreement's `linkNames`; nil for what links nobody.
    public let link: Int?
    /// Bound into the hashed message and into the tag; positions of one kind can meet.
    public let kind: String
}
