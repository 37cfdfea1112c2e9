import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// The vectors that `Tests/Interop/check_normalisation.py` recomputes from the document.
@Suite("Normalisation vectors")
struct NormalisationVectorTests {
    struct Expected: Decodable, Equatable {
        var words: [String]?
        var phonetic: [String]?
        var digits: String?
        var parts: [Int?]?
        var `default`: Bool?
        var date: String?
        var year: String?
        var day: String?
        var yearMonth: String?
        var yearDay: String?
        var monthDay: String?
        var unorderedDay: String?

        enum CodingKeys: String, CodingKey {
            case words, phonetic, digits, parts, `default`, date, year, day
            case yearMonth = "year_month"
            case yearDay = "year_day"
            case monthDay = "month_day"
            case unorderedDay = "unordered_day"
        }
    }

    struct Case: Decodable {
        let clause: String
        let kind: String
        /// `sidos-1` unless it is given.
        let profile: String?
        /// Either the text or, if it isn't UTF-8, its bytes.
        let input: String?
        let hex: String?
        /// What the agreement says of a field of dates, if it says anything.
        let firstYear: Int?
        let defaultDays: [String]?
        let expected: Expected?

        enum CodingKeys: String, CodingKey {
            case clause, kind, profile, input, hex, expected
            case firstYear = "first_year"
            case defaultDays = "default_days"
        }

        var dates: DateFieldRules {
            DateFieldRules(
                firstYear: firstYear ?? DateFieldRules().firstYear,
                defaultDays: (defaultDays ?? []).compactMap(DayOfYear.init))
        }

        var bytes: [UInt8] {
            if let input { return Array(input.utf8) }
            let digits = Array((hex ?? "").utf8)
            return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
            }
        }
    }

    struct Vectors: Decodable {
        let profile: String
        let cases: [Case]
    }

    static func vectors() throws -> Vectors {
        let folder = try #require(Bundle.module.url(forResource: "Vectors", withExtension: nil))
        let data = try Data(contentsOf: folder.appendingPathComponent("normalisation.json"))
        return try JSONDecoder().decode(Vectors.self, from: data)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func result(
        _ bytes: [UInt8], kind name: String, _ version: String?, _ dates: DateFieldRules
    ) throws -> Expected? {
        if name == "spelling" { return Spelling.words(bytes[...]).map { Expected(words: $0.map(text)) } }
        let kind = try #require(MatchFieldKind(rawValue: name))
        let profile = NormalisationProfile(try #require(NormalisationVersion(rawValue: version ?? "sidos-1")))
        guard let field = profile.normalise(bytes[...], as: kind, dates: dates) else { return nil }
        if let date = field.date {
            #expect(field.words.isEmpty)
            func form(_ form: DateForm) -> String? { date.digits(form).map(text) }
            return Expected(
                parts: [date.year, date.month, date.day], default: date.isDefaultDay, date: form(.date),
                year: form(.year), day: form(.day), yearMonth: form(.yearMonth), yearDay: form(.yearDay),
                monthDay: form(.monthDay), unorderedDay: form(.unorderedDay))
        }
        var result = Expected(words: field.words.map(text))
        switch kind {
        case .givenNames, .familyName: result.phonetic = field.words.map { text(profile.phonetic($0, as: kind)) }
        case .code: result.digits = field.words.first.flatMap(profile.digits).map(text)
        case .date, .text: break
        }
        return result
    }

    // N-02…N-84
    @Test("Every vector gives what the document says")
    func agree() throws {
        let vectors = try Self.vectors()
        #expect(vectors.profile == NormalisationProfile.sidos1.name)
        #expect(vectors.cases.count >= 300)
        for vector in vectors.cases {
            let result = try result(vector.bytes, kind: vector.kind, vector.profile, vector.dates)
            #expect(result == vector.expected, "\(vector.clause) \(vector.kind) \(vector.input ?? vector.hex ?? "")")
        }
    }

    @Test("Every clause has a vector")
    func clauses() throws {
        let document = try NormalisationDocumentTests.document()
        let clauses = Set(document.matches(of: /\*\*\[(N-[0-9]+)\]/).map { String($0.1) })
        // N-01 says what words mean, N-72 and N-85 what recipes make of them.
        #expect(try Set(Self.vectors().cases.map(\.clause)) == clauses.subtracting(["N-01", "N-72", "N-85"]))
    }

    // N-02
    @Test("A slice is read from where it starts")
    func slices() {
        let bytes = Array("xx,Åkerlund 1.2.1980,xx".utf8)
        let profile = NormalisationProfile.sidos1
        #expect(profile.normalise(bytes[3..<12], as: .familyName)?.words == [Array("akerlund".utf8)])
        #expect(profile.normalise(bytes[13..<21], as: .date)?.date?.digits(.date) == Array("19800201".utf8))
    }

    @Test("Reflection shows nothing of a person")
    func reflection() throws {
        let profile = NormalisationProfile.sidos1
        let date = try #require(profile.normalise(Array("2.3.1980".utf8)[...], as: .date))
        let name = try #require(profile.normalise(Array("Virtanen".utf8)[...], as: .familyName))
        var shown = ""
        dump(date, to: &shown)
        dump(date.date, to: &shown)
        dump(name, to: &shown)
        shown += "\(date) \(name) \(String(reflecting: date)) \(String(describing: date.date))"
        for secret in ["1980", "118", "virtanen"] { #expect(!shown.contains(secret)) }
    }
}
