import PSIProtocol
import Testing

@testable import Register
@testable import Values

/// What of a register is an identity, and whose. [P-22]
@Suite struct PersonalIdentityCodeTests {
    private var today: CalendarDate? {
        CalendarDate(
            year: IdentityCodeCases.today.year, month: IdentityCodeCases.today.month, day: IdentityCodeCases.today.day)
    }

    private func outcome(_ text: String, today: CalendarDate? = nil) -> IdentityCodeCases.Expectation {
        do throws(RefusalReason) {
            let code = try PersonalIdentityCode(text, today: today)
            return code.issuer == .population ? .population : .temporary
        } catch {
            return .refused(error)
        }
    }

    @Test func everyPublishedCaseIsJudgedAsPublished() throws {
        #expect(IdentityCodeCases.all.count == 97)
        let today = try #require(today)
        for (code, expected) in IdentityCodeCases.all {
            #expect(outcome(code, today: today) == expected, "\(code)")
        }
    }

    @Test func everyPublishedCaseIsJudgedStrictlyAsItStands() throws {
        let today = try #require(today)
        for (text, expected) in IdentityCodeCases.all {
            var exact = IdentityCodeCases.Expectation.refused(.missing)
            do throws(RefusalReason) {
                let code = try PersonalIdentityCode(exact: Array(text.utf8)[...], today: today)
                #expect(code.bytes == Array(text.utf8))
                exact = code.issuer == .population ? .population : .temporary
            } catch {
                exact = .refused(error)
            }
            #expect(exact == (IdentityCodeCases.forgiven.contains(text) ? .refused(.malformed) : expected), "\(text)")
        }
        #expect(IdentityCodeCases.forgiven.isSubset(of: IdentityCodeCases.all.map(\.code)))
        for text in ["131052-308t", "131052-308T ", "\t131052-308T", "131052\u{2013}308T", " "] {
            #expect(throws: RefusalReason.malformed) { try PersonalIdentityCode(exact: Array(text.utf8)[...]) }
        }
    }

    @Test func futureDatesAreRefusedOnlyRelativeToADay() throws {
        #expect(outcome("131052A308T") == .population)
        #expect(outcome("131052A308T", today: today) == .refused(.futureBirthDate))
        #expect(
            outcome("131052A308T", today: CalendarDate(year: 2052, month: 10, day: 12)) == .refused(.futureBirthDate))
        #expect(outcome("131052A308T", today: CalendarDate(year: 2052, month: 10, day: 13)) == .population)
    }

    @Test func everyCenturySignHasItsCenturyAndIsKept() throws {
        let centuries: [(signs: String, year: Int)] = [("+", 1852), ("-YXWVU", 1952), ("ABCDEF", 2052)]
        var codes: Set<PersonalIdentityCode> = []
        for (signs, year) in centuries {
            for sign in signs {
                let code = try PersonalIdentityCode("131052\(sign)308T")
                #expect(code.birthDate == CalendarDate(year: year, month: 10, day: 13))
                #expect(String(decoding: code.bytes, as: UTF8.self) == "131052\(sign)308T")
                codes.insert(code)
            }
        }
        #expect(codes.count == 13)
        for byte in UInt8(0)...0x7F where !"+-YXWVUABCDEFyxwvuabcdef".utf8.contains(byte) {
            let text = Array("131052".utf8) + [byte] + Array("308T".utf8)
            #expect(throws: RefusalReason.malformed) { try PersonalIdentityCode(text[...]) }
        }
    }

    @Test func numbersAreOfficialTemporaryOrReserved() throws {
        let alphabet = Array("0123456789ABCDEFHJKLMNPRSTUVWXY")
        for number in 0...999 {
            let padded = String(String(1000 + number).dropFirst())
            let check = alphabet[(10_190_000 + number) % 31]
            let expected: IdentityCodeCases.Expectation =
                number < 2 ? .refused(.reservedNumber) : number < 900 ? .population : .temporary
            #expect(outcome("010190-\(padded)\(check)") == expected)
            // Any other check character is wrong.
            for other in alphabet where other != check && number >= 2 {
                #expect(outcome("010190-\(padded)\(other)") == .refused(.wrongCheckCharacter))
            }
        }
    }

    @Test func whiteSpaceCaseAndLookAlikesAreForgiven() throws {
        let expected = Array("131052-308T".utf8)
        for text in [
            "131052-308t", "\t131052-308T\r\n", "\u{3000}131052-308T\u{85}", "131052 - 308T", "131052\u{2013}308T",
            "\u{FEFF}131052\u{2212}308T", "131052\u{AD}-308T\u{200B}", "１３１０５２－３０８ｔ", "131052\u{A0}-\u{A0}308T",
        ] {
            #expect(try PersonalIdentityCode(text).bytes == expected, "\(text)")
        }
        #expect(try PersonalIdentityCode("131052\u{FF0B}308T").bytes == Array("131052+308T".utf8))
        for text in ["", " ", "\u{3000}", "\u{FEFF}", " \u{200B} "] { #expect(outcome(text) == .refused(.missing)) }
        // Long s would be S in upper case; a space is no sign; a Cyrillic letter is not its Latin twin.
        for text in ["131052-308\u{17F}", "131052 308T", "131052-308\u{422}", "131052\u{301}-308T"] {
            #expect(outcome(text) == .refused(.malformed), "\(text)")
        }
    }

    @Test func aSignIsNeverReadAsAnother() throws {
        // Twins that differ in the sign only, written in every way that is forgiven.
        let signs: [(written: [String], read: String)] = [
            (["-", "\u{2010}", "\u{2015}", "\u{2043}", "\u{2212}", "\u{FE58}", "\u{FE63}", "\u{FF0D}", " - "], "-"),
            (["Y", "y", "Ｙ", "ｙ"], "Y"), (["+", "\u{FF0B}"], "+"), (["A", "a", "Ａ"], "A"),
        ]
        for (written, read) in signs {
            for sign in written {
                #expect(try PersonalIdentityCode("131052\(sign)308T").bytes == Array("131052\(read)308T".utf8))
            }
        }
    }

    @Test func theSchemeReportsClassAndRepair() throws {
        func reading(_ text: String) throws -> IdentityReading {
            try FinnishIdentityScheme().read(Array(text.utf8)[...], owner: "kela")
        }
        #expect(try reading("131052-308T").code.codeClass == .official)
        #expect(try reading("010594Y9032").code.codeClass == .temporary)
        #expect(try !reading(" 131052-308t ").isRepaired)
        #expect(try reading("131052\u{2013}308T").isRepaired)
        #expect(try reading("131052 -308T").isRepaired)
        #expect(try reading("131052\u{2013}308t").identity == reading("131052-308T").identity)
        #expect(!"\(try reading("131052-308T"))".contains("49"))
    }

    @Test func nothingThatIsPrintedShowsACode() throws {
        let code = try PersonalIdentityCode("131052-308T")
        let identity = FinnishIdentityScheme.identity(of: code, owner: "kela")
        let read = ReadRow(
            code: .success(IdentityReading(identity, isRepaired: false)),
            localPerson: code.bytes, fields: [NormalisedField(words: [code.bytes])], values: [.text("131052-308T")],
            quality: QualityValues(group: "131052-308T"))
        let row = RegisterRow.row(read)
        let person = PersonRows(
            identity: identity.person, former: [PersonIdentity(bytes: code.bytes)],
            fields: [NormalisedField(words: [code.bytes])],
            rows: code.bytes, rowCount: 1)
        let field = SourceField.characters(code.bytes[...])
        for shown in [
            "\(code)", String(reflecting: code), "\(identity)", String(reflecting: identity), "\(identity.person)",
            String(reflecting: identity.person), "\([identity.person])", "\(row)",
            String(reflecting: row), "\(read)", String(reflecting: read), "\(read.fields)", "\(person)", "\(field)",
            String(reflecting: field),
        ] {
            #expect(!shown.contains("308T"))
            #expect(!shown.contains("49"), "no byte of it either: \(shown)")
        }
        var dumped = ""
        dump(code, to: &dumped)
        dump(identity, to: &dumped)
        dump([identity.person], to: &dumped)
        dump(person, to: &dumped)
        dump(row, to: &dumped)
        dump(read, to: &dumped)
        dump(read.fields, to: &dumped)
        #expect(!dumped.contains("308T") && !dumped.contains("49"))
    }

    @Test func whatIsHashedSeparatesOwnersForTemporaryCodesOnly() throws {
        let scheme = FinnishIdentityScheme()
        func bytes(_ code: String, _ owner: String) throws -> [UInt8] {
            try scheme.identity(of: Array(code.utf8)[...], owner: owner).bytes
        }
        #expect(try bytes(" 131052-308t", "kela") == Array("fi-hetu\u{1F}131052-308T".utf8))
        #expect(try bytes("131052-308T", "kela") == bytes("131052-308T", "vero"))
        #expect(try bytes("131052-308T", "kela") != bytes("131052X308T", "kela"))
        #expect(try bytes("010594Y9032", "kela") == Array("fi-hetu-temporary\u{1F}kela\u{1F}010594Y9032".utf8))
        #expect(try bytes("010594Y9032", "kela") != bytes("010594Y9032", "vero"))
    }

}
