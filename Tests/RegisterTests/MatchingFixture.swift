import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// The fields that the tests' agreements have.
let matchFields: [MatchField] = [
    MatchField(name: "given", kind: .givenNames), MatchField(name: "family", kind: .familyName),
    MatchField(name: "birth", kind: .date), MatchField(name: "phone", kind: .code),
    MatchField(name: "street", kind: .text),
]

func recipe(_ text: String) throws -> MatchRecipe { try MatchRecipe.parse(text, fields: matchFields) }

func recipeKey(_ name: String, _ text: String, values: Int = 1) throws -> MatchKey {
    MatchKey(name, content: .recipe(try recipe(text)), valueCount: values)
}

/// An agreement with the given keys, without registers.
func agreement(
    _ keys: [MatchKey], tolerant: TolerantMatching? = nil, scheme: IdentitySchemeID = .finland,
    release: ReleaseMode = .none
) throws -> Agreement {
    let day = try #require(CalendarDate(year: 2025, month: 1, day: 1))
    return Agreement(
        study: Study(id: "s", title: "S", purpose: "p", legalBasis: "l", permit: "p"), validFrom: day, validUntil: day,
        suite: .ristretto255, roundsAllowed: 1, release: release, vaultAccess: .whole, verification: .full,
        padding: .padme, cellByteCount: 1024, smallestCell: 5, countRounding: 5, deadlineMinutes: 60, retentionDays: 1,
        identityScheme: scheme, normalisation: .sidos1, matchFields: matchFields, matchKeys: keys,
        tolerantMatching: tolerant, participants: [], registers: [], cohorts: [], twoPartiesAcknowledged: false)
}

/// How an agreement with the given keys recognises the people of a register that has the fields `own`.
func plan(
    own: [String], keys: [MatchKey], tolerant: TolerantMatching? = nil, quality: QualityColumns = QualityColumns(),
    scheme: IdentitySchemeID = .finland
) throws -> MatchPlan {
    let agreement = try agreement(keys, tolerant: tolerant, scheme: scheme)
    var declaration = register([])
    declaration.matchFields = own
    declaration.quality = quality
    return MatchPlan(agreement: agreement, register: declaration, today: agreement.validFrom)
}

/// A field as a register's text gives it; nil if it is missing.
func field(_ text: String?, _ kind: MatchFieldKind) -> NormalisedField? {
    text.flatMap { NormalisedField.read($0, kind) }
}

extension NormalisedField {
    static func read(_ text: String, _ kind: MatchFieldKind) -> NormalisedField? {
        NormalisationProfile.sidos1.normalise(Array(text.utf8)[...], as: kind)
    }
}

/// Fields in the order of `matchFields`.
func fields(
    given: String? = nil, family: String? = nil, birth: String? = nil, phone: String? = nil, street: String? = nil
) -> [NormalisedField?] {
    zip([given, family, birth, phone, street], matchFields).map { field($0, $1.kind) }
}

/// One example of an official code, under each of the signs by which it is another person's.
enum ExampleCode {
    static let signs = Array("-YXWVU+ABCDEF")
    /// Without those who are not yet born in 2025.
    static let bornSigns = signs.prefix(7)

    static func official(_ number: Int) -> String { "131052\(signs[number % signs.count])308T" }

    static func identity(_ code: String) -> PersonIdentity { Self.code(code).person }

    static func code(_ code: String) -> CodeIdentity {
        CodeIdentity(PersonIdentity(bytes: Array("fi-hetu\u{1F}\(code)".utf8)), .official)
    }

    static func temporary(_ code: String, owner: String = "kela") -> PersonIdentity {
        PersonIdentity(bytes: Array("fi-hetu-temporary\u{1F}\(owner)\u{1F}\(code)".utf8))
    }
}

/// A person, readable in a test's failure and in no order.
struct SeenPerson: Hashable, CustomStringConvertible {
    var identity: String?
    var former: [String] = []
    var fields: [String] = []
    /// In order.
    var rows: [String]

    init(identity: String?, former: [String] = [], fields: [String] = [], rows: [String]) {
        self.identity = identity
        self.former = former
        self.fields = fields
        self.rows = rows.sorted()
    }

    init(_ person: ReadPerson) {
        func text(_ identity: PersonIdentity) -> String { String(decoding: identity.bytes, as: UTF8.self) }
        identity = person.identity.map(text)
        former = person.former.map(text)
        fields = person.fields.map { SeenPerson.text($0) }
        rows = person.rows.map { $0.map { "\($0)" }.joined(separator: ",") }.sorted()
    }

    static func text(_ field: NormalisedField?) -> String {
        guard let field else { return "-" }
        guard let date = field.date else {
            return field.words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        }
        return [date.year, date.month, date.day].map { $0.map(String.init) ?? "?" }.joined(separator: ".")
    }

    var description: String { "\(identity ?? "none") \(former) \(fields) \(rows)" }
}
