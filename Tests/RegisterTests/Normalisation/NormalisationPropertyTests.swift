import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// Laws of the profile, over random texts and over every scalar.
@Suite("Normalisation properties")
struct NormalisationPropertyTests {
    /// Pieces that rules look at.
    private static let pieces: [[UInt8]] =
        """
        al el abd abdul rahman ull ou aa ee oo ck ch kh sch tsch ts x q ova ska kaia iov off je ye dzh m u ad ich ovich
        ovna h r er j y i xx 99 ?? dr bob cali 1753 01 1 katu tie . - ' 0 12 1980 31 ا ل الحسن ع Щ й ё β ﷺ 한 が ß å ö Ა
        """
        .split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) }
        + [[0x20], [0xC3], [0xFF], [0xCC, 0x88], [0xC2, 0xA0], [0]]

    private func check(_ bytes: [UInt8]) {
        check(bytes, .sidos1)
        check(bytes, .sidos3)
    }

    private func check(_ bytes: [UInt8], _ profile: NormalisationProfile) {
        for kind in MatchFieldKind.allCases {
            guard let field = profile.normalise(bytes[...], as: kind) else { continue }
            #expect(profile.normalise(([0x2C] + bytes + [0x2C])[1..<(bytes.count + 1)], as: kind) == field)
            #expect((field.date == nil) != field.words.isEmpty)
            for word in field.words {
                #expect(!word.isEmpty)
                #expect(!profile.phonetic(word, as: kind).isEmpty)
            }
            if let date = field.date {
                #expect(date.year != nil || date.month != nil)
                for form in DateForm.allCases { _ = date.digits(form) }
            }
        }
        guard let words = Spelling.words(bytes[...]) else {
            #expect(!UTF8Validity.isValid(bytes[...]))
            return
        }
        // N-12
        let again = Spelling.words(Array(words.joined(separator: CollectionOfOne(0x20)))[...])
        #expect(again == words)
    }

    // N-02, N-12
    @Test("Any bytes are normalised or missing, and spelling again changes nothing")
    func bytes() {
        var generator = SeededGenerator(seed: 20)
        for round in 0..<20_000 {
            let count = Int.random(in: 0...(round.isMultiple(of: 50) ? 300 : 8), using: &generator)
            if round.isMultiple(of: 2) {
                check((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            } else {
                check((0..<count).flatMap { _ in Self.pieces.randomElement(using: &generator) ?? [] })
            }
        }
    }

    // N-10…N-12
    @Test("Any scalars are normalised or missing, and spelling again changes nothing")
    func scalars() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<10_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let limit: UInt32 = Bool.random(using: &generator) ? 0x3000 : 0x11_0000
                if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) { text.append(scalar) }
            }
            check(Array(String(text).utf8))
        }
    }

    // N-11, N-12
    // Above U+FFFF Foundation on Linux composes wrongly (U+10041 as if it were U+0041), so the test ends there.
    @Test("NFC and NFD have one spelling, for every scalar and with marks")
    func canonicalForms() {
        var differing: [UInt32] = []
        for value in UInt32(0x80)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a\(scalar)\u{323}\u{302}b"
            let composed = Spelling.words(Array(text.precomposedStringWithCanonicalMapping.utf8)[...])
            let decomposed = Spelling.words(Array(text.decomposedStringWithCanonicalMapping.utf8)[...])
            if composed != decomposed { differing.append(value) }
        }
        #expect(differing.isEmpty, "\(differing.prefix(20).map { String($0, radix: 16) })")
    }

    // N-10
    @Test("The table and its search agree on every scalar")
    func search() {
        for entry in FoldTable.entries {
            for scalar in Set([entry.first, entry.last]) {
                if case .separator = FoldTable.result(scalar) { Issue.record("U+\(String(scalar, radix: 16))") }
            }
        }
        for (entry, next) in zip(FoldTable.entries, FoldTable.entries.dropFirst()) where next.first > entry.last + 1 {
            guard !(0xAC00...0xD7A3).contains(entry.last + 1) else { continue }
            if case .separator = FoldTable.result(entry.last + 1) { continue }
            Issue.record("U+\(String(entry.last + 1, radix: 16))")
        }
    }
}
