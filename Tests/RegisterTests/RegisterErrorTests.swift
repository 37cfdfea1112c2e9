import PSIProtocol
import Testing

@testable import Register
@testable import Values

@Suite struct RegisterErrorTests {
    private static let kinds: [RegisterError.Kind] = [
        .fileNotFound, .permissionDenied, .notAFile, .readFailed(errno: 5), .fileChanged, .emptyFile, .invalidUTF8,
        .nulByte, .csv(.strayQuote), .csv(.textAfterClosingQuote), .csv(.unterminatedQuote), .csv(.strayCarriageReturn),
        .tooManyFields(expected: 1), .tooFewFields(expected: 2, found: 1), .fieldTooLong(byteLimit: 1),
        .recordTooLong(byteLimit: 1), .csv(.ambiguousDelimiter), .tooManyColumns(limit: 1), .duplicateColumns(1, 2),
        .identityCodeInHeader, .sqlite(.notADatabase), .sqlite(.locked), .sqlite(.corrupt),
        .missingTable(name: "t", suggestion: "T"), .missingTable(name: "t", suggestion: nil), .sqlite(.failed(code: 1)),
        .missingTable(name: "t", suggestion: nil, others: ["a", "b"]), .sqlite(.walNeedsFolder),
        .csv(.separatorLineDiffers), .textFile(.undefinedByte(.latin1)), .textFile(.undefinedByte(.windows1252)),
        .textFile(.unpairedSurrogate), .textFile(.endsWithinCharacter(.utf16)), .textFile(.noByteOrderMark),
        .textFile(.otherByteOrder), .textFile(.isCompressed(.gzip)), .textFile(.isNotCompressed(.gzip)),
        .textFile(.truncated(.gzip)), .textFile(.corrupt(.gzip)), .textFile(.corrupt(.zstd)),
        .textFile(.windowTooLarge), .textFile(.swells(ratioLimit: 1)), .textFile(.unpackerFailed),
        .fixedWidth(.lineTooShort(expected: 2, found: 1)), .fixedWidth(.lineTooLong(expected: 2)),
        .fixedWidth(.strayCarriageReturn), .fixedWidth(.tooFewLines(skipped: 2)),
        .tooFewUsableCodes(usable: 0, rows: 1, percent: 50, shapes: CodeShapes()),
        .tooFewUsablePairs(usable: 0, rows: 1, percent: 50),
        .tooFewReadableDates(field: "birth", readable: 0, rows: 1, percent: 50), .tooFewPeople(0, least: 1),
        .missingColumns([.init(name: "a", suggestion: nil)]), .unknownMapping(["a"]), .identityColumnReleased,
        .unmappedFields(["a"]), .unmappedFields(["a", "b"]), .noIdentityColumn, .historyColumnsAreOne,
        .tooManyFormerCodes(limit: 1),
        .binaryValue, .identityCodeInColumn, .tooManyRowsOfPerson(limit: 1), .personTooLarge(byteLimit: 1),
        .unmappedValues([.init(column: "a", count: 1), .init(column: "b", count: 2)]), .notRoundable,
        .badNeverReleaseCode(.malformed), .tooManyNeverReleased(limit: 1), .unreadableMark,
        .markWithoutCode(.malformed),
        .neverReleaseNotKept(cohort: "a"),
        .spoolFailed("full"), .spoolDamaged, .cancelled,
    ]

    @Test func everyKindSaysWhereAndWhatInSentencesOfItsOwn() {
        var seen: Set<String> = []
        let typed = ColumnType.allCases.flatMap { type -> [RegisterError.Kind] in
            [.wrongType(expected: type), .nullNotAllowed(expected: type), .valueTooLong(expected: type, byteLimit: 1)]
        }
        for kind in Self.kinds + typed {
            let text = RegisterError(kind, file: "r.csv", row: 3, line: 4, column: "eur").description
            #expect(text.hasPrefix("\"r.csv\", row 3 (line 4), column \"eur\": "), "\(text)")
            #expect(text.hasSuffix("."), "\(text)")
            #expect(seen.insert(text).inserted, "\(text)")
        }
        #expect(
            RegisterError(.emptyFile, file: "f", line: 1).description.hasPrefix("\"f\", line 1: the file is empty."))
        #expect(
            RegisterError(
                .missingColumns([.init(name: "a", suggestion: "A"), .init(name: "b", suggestion: nil)]), file: "f"
            ).description
                == "\"f\": columns are missing: \"a\" (there is \"A\"), \"b\". "
                + "Names are case-sensitive; map them in the configuration or provide them.")
    }

    @Test func namesCannotForgeALogLine() {
        #expect(ShownName.of("a\nb\u{1B}[0m\u{202E}c") == "\"a?b?[0m?c\"")
        #expect(ShownName.of(String(repeating: "x", count: 81)) == "\"\(String(repeating: "x", count: 80))…\"")
        #expect(ShownName.of("määrä €") == "\"määrä €\"")
    }

    @Test func refusalReasonsHaveStableNames() {
        #expect(
            RefusalReason.allCases.map(\.rawValue) == [
                "missing", "malformed", "impossible_date", "future_birth_date", "reserved_number",
                "wrong_check_character", "several_codes",
            ])
    }
}
