import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What an owner tells the research environment of its source. [P-48]
@Suite("Source surveys")
struct SourceSurveyTests {
    static let round = RoundID(bytes: [UInt8](repeating: 3, count: 32))!
    static let survey = SourceSurvey(people: 12, rowsRead: 40, rowsKept: 37, refused: ["malformed": 3])

    @Test("opens for its register, round and secret only, and always has one length")
    func roundTrip() throws {
        let secret = SymmetricKey(size: .bits256)
        let sealed = try Self.survey.sealed(under: secret, register: "visits", round: Self.round)
        #expect(sealed.count == SourceSurvey.sealedByteCount)
        let empty = SourceSurvey(people: 0, rowsRead: 0, rowsKept: 0, refused: [:])
        #expect(try empty.sealed(under: secret, register: "visits", round: Self.round).count == sealed.count)
        // Not inlined: the optimiser of Swift 6.3 aborts on a temporary secret lent to an inlined function.
        @inline(never)
        func open(_ bytes: [UInt8], _ key: SymmetricKey, _ register: RegisterID, _ round: RoundID) throws
            -> SourceSurvey
        {
            try SourceSurvey(sealed: bytes, secret: SecretBytes(key), register: register, round: round)
        }
        #expect(try open(sealed, secret, "visits", Self.round) == Self.survey)
        let other = try #require(RoundID(bytes: [UInt8](repeating: 4, count: 32)))
        #expect(throws: SealedSecretError.doesNotOpen) {
            _ = try open(sealed, SymmetricKey(size: .bits256), "visits", Self.round)
        }
        #expect(throws: SealedSecretError.doesNotOpen) { _ = try open(sealed, secret, "visit", Self.round) }
        #expect(throws: SealedSecretError.doesNotOpen) { _ = try open(sealed, secret, "visits", other) }
        #expect(throws: SealedSecretError.doesNotOpen) { _ = try open(sealed.dropLast(), secret, "visits", Self.round) }
        #expect(throws: SealedSecretError.doesNotOpen) { _ = try open([], secret, "visits", Self.round) }
        var altered = sealed
        altered[100] ^= 1
        #expect(throws: SealedSecretError.doesNotOpen) { _ = try open(altered, secret, "visits", Self.round) }
    }

    @Test("what is not the one form of a survey is refused, with a key more, a key less, or written otherwise")
    func strict() throws {
        let text = String(decoding: try CanonicalJSON.encode(Self.survey), as: UTF8.self)
        let secret = SymmetricKey(size: .bits256)
        @inline(never)
        func open(_ json: String, filler: String = " ") throws -> SourceSurvey {
            let padded = Array(json.utf8) + Array(String(repeating: filler, count: 16_384 - json.utf8.count).utf8)
            let key = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: secret, salt: Self.round.bytes,
                info: Array("SIDOS-V1 survey".utf8) + [0] + Array("visits".utf8), outputByteCount: 32)
            let box = try AES.GCM.seal(padded, using: key, nonce: AES.GCM.Nonce(data: [UInt8].filled(0, 12)))
            return try SourceSurvey(
                sealed: Array(box.ciphertext) + Array(box.tag), secret: SecretBytes(secret), register: "visits",
                round: Self.round)
        }
        #expect(try open(text) == Self.survey)
        let edits = [
            (#""people":12"#, #""note":1,"people":12"#), (#""people":12"#, #""people": 12"#),
            (#""people":12"#, #""people":12.0"#), (#""people":12,"#, ""),
            (#""people":12"#, #""people":12,"people":12"#),
            (#""official":0"#, #""official":0,"others":0"#), (#""malformed":3"#, #""malformed":3,"malformed":3"#),
            (#""malformed":3"#, #""m\u0061lformed":3"#),
        ]
        for (from, to) in edits {
            let range = try #require(text.range(of: from))
            let edited = text.replacingCharacters(in: range, with: to)
            #expect(throws: SealedSecretError.malformed, "\(to)") { _ = try open(edited) }
        }
        for filler in ["\n", "\t", "\u{0}"] {
            #expect(throws: SealedSecretError.malformed) { _ = try open(text, filler: filler) }
        }
        #expect(throws: SealedSecretError.malformed) { _ = try open(" " + text) }
    }

    @Test("values of years and groups may have any characters, as they are")
    func texts() throws {
        var survey = Self.survey
        survey.groups = ["å\"b\\c/d", "\u{2028}€", ""].map { .init(value: $0, codes: .init()) }
        let secret = SymmetricKey(size: .bits256)
        let sealed = try survey.sealed(under: secret, register: "visits", round: Self.round)
        @inline(never)
        func open() throws -> SourceSurvey {
            try SourceSurvey(sealed: sealed, secret: SecretBytes(secret), register: "visits", round: Self.round)
        }
        #expect(try open() == survey)
    }

    @Test("reasons are those of the document, and any of them may be left out")
    func reasons() async throws {
        let agreement = try await BoardFixture.rows.value.study.agreement
        for reason in SourceSurvey.refusalReasons.sorted() {
            let survey = SourceSurvey(people: 3, rowsRead: 5, rowsKept: 4, refused: [reason: 1])
            #expect(survey.isPlausible(listed: 3, agreement: agreement))
        }
        for reason in ["", "bad_code", "Missing", "missing ", "a\nb", String(repeating: "x", count: 3_000)] {
            let survey = SourceSurvey(people: 3, rowsRead: 5, rowsKept: 4, refused: [reason: 1])
            #expect(!survey.isPlausible(listed: 3, agreement: agreement))
        }
    }

    @Test("what is withheld of codes is withheld of reasons, years and groups as well")
    func published() throws {
        var study = try SimulatedStudy(registers: ["a", "b"], cohorts: [], releasedFor: [:]).agreement
        study.smallestCell = 5
        study.matchKeys = [.identityCode, MatchKey("names", content: .recipe(MatchRecipe([.field("family")])))]
        var survey = SourceSurvey(people: 90, rowsRead: 300, rowsKept: 279, refused: ["missing": 3, "malformed": 18])
        func codes(_ official: Int, _ missing: Int, _ invalid: Int) -> SourceSurvey.CodeCounts {
            var codes = SourceSurvey.CodeCounts()
            (codes.official, codes.missing, codes.invalid) = (official, missing, invalid)
            return codes
        }
        survey.codes = codes(279, 3, 18)
        survey.years = [
            SourceSurvey.Breakdown(value: "2020", codes: codes(140, 3, 9)),
            SourceSurvey.Breakdown(value: "2021", codes: codes(139, 0, 9)),
        ]
        survey.keys = [88, 60].map { present in
            var key = SourceSurvey.KeyCounts()
            key.present = present
            return key
        }
        let told = survey.published(under: study)
        #expect(told.codes.missing == -1 && told.refused["missing"] == -1 && told.years[0].codes.missing == -1)
        // The rest of 300 and of 21 would tell it.
        #expect((told.codes.invalid == -1) == (told.refused["malformed"] == -1))
        #expect(told.codes.official == -1 || told.codes.invalid == -1)
        #expect(told.refused["malformed"] == -1)
        // Two have no value under the first key.
        #expect(told.keys.map(\.present) == [-1, 60])
        #expect(told.people == 90 && told.rowsRead == 300)
        study.smallestCell = 1
        #expect(survey.published(under: study) == survey)
    }

    @Test("more reasons than fit are refused, not cut")
    func tooLong() {
        let reasons = Dictionary(uniqueKeysWithValues: (0..<2_000).map { ("reason_\($0)", $0) })
        #expect(throws: SealedSecretError.tooLong) {
            _ = try SourceSurvey(people: 1, rowsRead: 1, rowsKept: 1, refused: reasons)
                .sealed(under: SymmetricKey(size: .bits256), register: "visits", round: Self.round)
        }
    }
}
