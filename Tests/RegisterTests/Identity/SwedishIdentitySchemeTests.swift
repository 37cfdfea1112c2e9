import PSIProtocol
import Testing

@testable import Register
@testable import Values

/// Swedish numbers: published examples and test numbers of the Swedish Tax Agency, the examples of Wikipedia and of the
/// personnummer packages, and alterations of them. [P-22]
@Suite struct SwedishIdentitySchemeTests {
    private let today = CalendarDate(year: 2026, month: 3, day: 15)

    /// The code after its label, or the reason.
    private func read(_ text: String, today: CalendarDate?) -> String {
        do throws(RefusalReason) {
            let reading = try SwedishIdentityScheme(today: today).read(Array(text.utf8)[...], owner: "csn")
            let parts = reading.identity.bytes.split(separator: 0x1F).map { String(decoding: $0, as: UTF8.self) }
            switch reading.code.codeClass {
            case .official: #expect(parts.count == 2 && parts.first == "se-personnummer")
            case .temporary:
                #expect(parts.count == 3 && parts.first == "se-personnummer-temporary" && parts[1] == "csn")
            }
            return parts.last ?? ""
        } catch {
            return error.rawValue
        }
    }

    @Test func publishedNumbersAreRead() {
        let cases: [(String, String)] = [
            ("811218-9876", "198112189876"), ("8112189876", "198112189876"), ("198112189876", "198112189876"),
            ("19811218-9876", "198112189876"), ("811218+9876", "188112189876"), ("640823-3234", "196408233234"),
            ("196408233234", "196408233234"), ("900101-0017", "199001010017"), ("19130401+2931", "191304012931"),
            ("130401+2931", "191304012931"), ("130401-2931", "201304012931"), ("510818-9167", "195108189167"),
            ("640327-3813", "196403273813"), ("121212-1212", "201212121212"), ("900118+9811", "189001189811"),
            ("890201-3286", "198902013286"), ("189001019802", "189001019802"), ("900101+9802", "189001019802"),
            ("200002292399", "200002292399"), ("000229-2399", "200002292399"), ("190001019801", "190001019801"),
            ("000101+9801", "190001019801"), ("202402292383", "202402292383"), ("201701012393", "201701012393"),
            // Coordination numbers: 60 added to the day.
            ("701063-2391", "197010632391"), ("197010632391", "197010632391"), ("640883-3231", "196408833231"),
            ("191401682396", "191401682396"), ("202601612381", "202601612381"),
            // Of people whose day or month of birth is not known.
            ("189000882390", "189000882390"), ("189005602405", "189005602405"), ("189000602418", "189000602418"),
            ("900088-2390", "199000882390"),
            // As sources have them.
            (" 811218\u{2013}9876 ", "198112189876"), ("19811218 9876", "198112189876"),
            ("８１１２１８－９８７６", "198112189876"), ("811218\u{FF0B}9876", "188112189876"),
        ]
        for (text, expected) in cases { #expect(read(text, today: today) == expected, "\(text)") }
    }

    @Test func whatIsNoNumberIsRefused() {
        let cases: [(String, RefusalReason)] = [
            ("", .missing), (" ", .missing), ("811218-987", .malformed), ("811218-98765", .malformed),
            ("811218/9876", .malformed), ("11811218-9876", .malformed), ("21811218-9876", .malformed),
            ("1811218-9876", .malformed), ("-8112189876", .malformed), ("811218--9876", .malformed),
            ("811218-A876", .malformed), ("811218-9T76", .malformed), ("811218-987T", .malformed),
            ("000101-E221", .malformed), ("000101-I220", .malformed), ("000101-P220", .malformed),
            ("811318-9876", .impossibleDate), ("811232-9876", .impossibleDate), ("810018-9876", .impossibleDate),
            ("811260-9876", .wrongCheckCharacter), ("811292-9876", .impossibleDate), ("811200-9876", .impossibleDate),
            ("20090229-0006", .impossibleDate), ("19000229-0005", .impossibleDate), ("000229+2399", .impossibleDate),
            ("811218-0001", .reservedNumber), ("640893-3231", .impossibleDate), ("900161-0017", .wrongCheckCharacter),
            ("990919+3776", .wrongCheckCharacter), ("800906-K148", .wrongCheckCharacter),
            ("202604012383", .wrongCheckCharacter), ("202601612381 x", .malformed),
        ]
        for (text, expected) in cases { #expect(read(text, today: today) == expected.rawValue, "\(text)") }
        for digit in "012345789" { #expect(read("811218-987\(digit)", today: today) == "wrong_check_character") }
    }

    @Test func theCenturyOfTenDigitsFollowsFromTheDay() {
        func day(_ year: Int, _ month: Int, _ day: Int) -> CalendarDate? {
            CalendarDate(year: year, month: month, day: day)
        }
        // The 100th birthday of who was born on 18.12.1981, in both signs.
        let cases: [(CalendarDate?, minus: String, plus: String)] = [
            (day(1981, 12, 17), "18", "18"), (day(1981, 12, 18), "19", "18"), (day(2080, 12, 31), "19", "18"),
            (day(2081, 1, 1), "19", "19"), (day(2081, 12, 17), "19", "19"), (day(2081, 12, 18), "20", "19"),
        ]
        for (today, minus, plus) in cases {
            #expect(read("811218-9876", today: today) == minus + "8112189876")
            #expect(read("8112189876", today: today) == minus + "8112189876")
            #expect(read("811218+9876", today: today) == plus + "8112189876")
        }
        // A coordination number by its day, not by day + 60.
        #expect(read("701063-2391", today: day(2070, 10, 2)) == "197010632391")
        #expect(read("701063-2391", today: day(2070, 10, 3)) == "207010632391")
        // Without a day only twelve digits say the century.
        #expect(read("811218-9876", today: nil) == "malformed")
        #expect(read("19811218-9876", today: nil) == "198112189876")
        #expect(read("198112189876", today: day(1981, 12, 17)) == "future_birth_date")
        // A day of the first years traps nothing.
        #expect(read("811218+9876", today: day(1, 1, 1)) == "impossible_date")
    }

    @Test func interimNumbersBelongToTheirOwner() throws {
        #expect(read("000101-T220", today: today) == "20000101T220")
        #expect(read("000101-r220", today: today) == "20000101R220")
        #expect(read("20000101T220", today: nil) == "20000101T220")
        for letter in "TRSUWXKLJMN" { #expect(read("000101-\(letter)220", today: today) == "20000101\(letter)220") }
        let scheme = SwedishIdentityScheme(today: today)
        func bytes(_ text: String, _ owner: String) throws -> [UInt8] {
            try scheme.identity(of: Array(text.utf8)[...], owner: owner).bytes
        }
        #expect(try bytes("000101-T220", "csn") == Array("se-personnummer-temporary\u{1F}csn\u{1F}20000101T220".utf8))
        #expect(try bytes("000101-T220", "csn") != bytes("000101-T220", "uhr"))
        #expect(try bytes("811218-9876", "csn") == bytes("198112189876", "uhr"))
        #expect(try bytes("811218-9876", "csn") == Array("se-personnummer\u{1F}198112189876".utf8))
    }

    @Test func theCheckDigitIsLuhns() {
        // Days to come, so that nobody has such a number.
        for number in stride(from: 1, through: 999, by: 7) {
            let digits = "900101" + String(String(1000 + number).dropFirst())
            var sum = 0
            for (index, digit) in digits.enumerated() {
                let product = (digit.wholeNumberValue ?? 0) * (index % 2 == 0 ? 2 : 1)
                sum += product / 10 + product % 10
            }
            for check in 0...9 {
                let expected = (sum + check) % 10 == 0 ? "20\(digits)\(check)" : "wrong_check_character"
                #expect(read("20\(digits)\(check)", today: nil) == expected)
            }
        }
    }

}
