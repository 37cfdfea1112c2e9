import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// Estonian codes: the published example, test persons of the Estonian certification centre, examples of validators,
/// and alterations of them. [P-22]
@Suite struct EstonianIdentitySchemeTests {
    private let today = CalendarDate(year: 2026, month: 3, day: 15)

    /// The code after its label, or the reason.
    private func read(_ text: String, today: CalendarDate?) -> String {
        do throws(RefusalReason) {
            let reading = try EstonianIdentityScheme(today: today).read(Array(text.utf8)[...], owner: "tootukassa")
            let parts = reading.identity.bytes.split(separator: 0x1F).map { String(decoding: $0, as: UTF8.self) }
            #expect(parts.count == 2 && parts.first == "ee-isikukood" && reading.code.codeClass == .official)
            return parts.last ?? ""
        } catch {
            return error.rawValue
        }
    }

    @Test func publishedCodesAreRead() {
        for code in [
            "37605030299", "60001019906", "38001085718", "51001091072", "40404049996", "30303039914", "49403136515",
            "39109260242", "34501234215", "49001012333", "14212128025",
            // Checked with the second weights.
            "50001029996", "60012240290", "49002124277",
        ] {
            #expect(read(code, today: today) == code)
        }
        #expect(read(" 3760503 0299\u{A0}", today: today) == "37605030299")
        #expect(read("３７６０５０３０２９９", today: nil) == "37605030299")
    }

    @Test func whatIsNoCodeIsRefused() {
        let cases: [(String, RefusalReason)] = [
            ("", .missing), ("3760503029", .malformed), ("376050302990", .malformed), ("07605030299", .malformed),
            ("97605030299", .malformed), ("99109260248", .malformed), ("3760503-0299", .malformed),
            ("376050302-99", .malformed), ("3760503029A", .malformed), ("37613030293", .impossibleDate),
            ("49403336516", .impossibleDate), ("37600030299", .impossibleDate), ("37602300299", .impossibleDate),
            ("38002240211", .wrongCheckCharacter), ("71001091070", .wrongCheckCharacter),
        ]
        for (text, expected) in cases { #expect(read(text, today: today) == expected.rawValue, "\(text)") }
        for digit in "012345678" { #expect(read("3760503029\(digit)", today: today) == "wrong_check_character") }
        #expect(read("60001019906", today: CalendarDate(year: 1999, month: 12, day: 31)) == "future_birth_date")
    }

    /// The digit by the published rule, step by step.
    private func checkDigit(_ digits: [Int]) -> (digit: Int, step: Int) {
        let first = zip(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]).reduce(0) { $0 + $1.0 * $1.1 } % 11
        if first < 10 { return (first, 1) }
        let second = zip(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]).reduce(0) { $0 + $1.0 * $1.1 } % 11
        return second < 10 ? (second, 2) : (0, 3)
    }

    @Test func theCheckDigitHasThreeSteps() {
        // Births of the years to come, so that nobody has such a code.
        var steps: Set<Int> = []
        for serial in 0...999 {
            let text = "8990101" + String(String(1000 + serial).dropFirst())
            let (digit, step) = checkDigit(text.compactMap(\.wholeNumberValue))
            steps.insert(step)
            for check in 0...9 {
                let expected = check == digit ? "\(text)\(check)" : "wrong_check_character"
                #expect(read("\(text)\(check)", today: nil) == expected)
            }
        }
        #expect(steps == [1, 2, 3])
    }

    @Test func theFirstDigitIsTheCenturyAndIsKept() {
        // 29 February: 1800 and 1900 had none, 2000 had, 2100 has none.
        for first in 1...8 {
            let text = "\(first)000229001"
            let (digit, _) = checkDigit(text.compactMap(\.wholeNumberValue))
            let expected = first == 5 || first == 6 ? "\(text)\(digit)" : "impossible_date"
            #expect(read("\(text)\(digit)", today: nil) == expected)
        }
    }

    @Test func schemesAreFoundByName() throws {
        let codes = ["fi-hetu": "131052-308T", "se-personnummer": "811218-9876", "ee-isikukood": "37605030299"]
        for (id, code) in codes {
            for other in IdentitySchemeID.allCases {
                let scheme = other.scheme(today: today)
                let identity = try? scheme.identity(of: Array(code.utf8)[...], owner: "kela")
                #expect((identity != nil) == (id == other.rawValue))
                if let identity { #expect(identity.bytes.starts(with: Array("\(id)\u{1F}".utf8))) }
            }
        }
    }
}
