import Crypto
import Testing

@testable import PSIProtocol

/// What an owner tells the research environment of its source. [P-48]
@Suite("Source surveys")
struct SourceSurveyTests {
    static let round = RoundID(bytes: [UInt8](repeating: 3, count: 32))!
    static let survey = SourceSurvey(people: 12, rowsRead: 40, rowsKept: 37, refused: ["bad_code": 3])

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
        #expect(throws: VaultError.cellDoesNotOpen) {
            _ = try open(sealed, SymmetricKey(size: .bits256), "visits", Self.round)
        }
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try open(sealed, secret, "visit", Self.round) }
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try open(sealed, secret, "visits", other) }
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try open(sealed.dropLast(), secret, "visits", Self.round) }
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try open([], secret, "visits", Self.round) }
        var altered = sealed
        altered[100] ^= 1
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try open(altered, secret, "visits", Self.round) }
    }

    @Test("more reasons than fit are refused, not cut")
    func tooLong() {
        let reasons = Dictionary(uniqueKeysWithValues: (0..<2_000).map { ("reason_\($0)", $0) })
        #expect(throws: VaultError.sealingFailed) {
            _ = try SourceSurvey(people: 1, rowsRead: 1, rowsKept: 1, refused: reasons)
                .sealed(under: SymmetricKey(size: .bits256), register: "visits", round: Self.round)
        }
    }
}
