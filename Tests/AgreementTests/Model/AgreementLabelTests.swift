import Testing

@testable import Agreement
@testable import PlainWords

/// Labels of values. [A-50, A-51]
struct AgreementLabelTests {
    private static let column = "- {name: service, type: code, title: Kind of service}"

    private static func yaml(_ column: String) throws -> String {
        try AgreementSample.yaml().replacing(Self.column, with: column)
    }

    private static func values(type: String = "code", _ values: String) throws -> [ValueLabel] {
        let text = try yaml("- {name: service, type: \(type), title: Kind, values: \(values)}")
        return try Agreement.parse(Array(text.utf8)).registers[0].columns[1].values
    }

    private static func mistakes(type: String = "code", _ values: String) throws -> [(path: String, reason: String)] {
        try AgreementMistakeTests.mistakes(try yaml("- {name: service, type: \(type), title: Kind, values: \(values)}"))
            .map { ($0.path, $0.reason) }
    }

    @Test("[A-50] labels are read in the file's order, whatever they hold")
    func order() throws {
        #expect(
            try Self.values(#"{"2": Työtön, 01: "say \"so\" \\ `x' $y", "A 1": 'it''s', ~: nothing}"#) == [
                ValueLabel("2", "Työtön"), ValueLabel("01", "say \"so\" \\ `x' $y"), ValueLabel("A 1", "it's"),
                ValueLabel("~", "nothing"),
            ])
        #expect(try Agreement.parse(Array(try AgreementSample.yaml().utf8)).registers[0].columns[1].values == [])
    }

    @Test("[A-51] integers are written as the dataset writes them")
    func integers() throws {
        #expect(
            try Self.values(type: "integer", #"{"-1": unknown, "0": none, "9223372036854775807": all}"#).map(\.value)
                == ["-1", "0", "9223372036854775807"])
        for key in ["01", "+1", "-0", "1.0", "x", "9223372036854775808", "\"\""] {
            let found = try Self.mistakes(type: "integer", "{\(key): one}")
            #expect(found.map(\.path) == ["registers[0].columns[1].values"], "\(key)")
            #expect(found[0].reason.contains("is no integer"), "\(key)")
        }
    }

    @Test("[A-51] other types have no labels", arguments: ["decimal", "date", "boolean", "text"])
    func types(type: String) throws {
        let found = try Self.mistakes(type: type, #"{"1": one}"#)
        #expect(found.map(\.path) == ["registers[0].columns[1].values"])
        #expect(found[0].reason.contains("Only a column of type code or integer"))
    }

    @Test("[A-50] what cannot be a list of labels is said")
    func mistakes() throws {
        let values = "registers[0].columns[1].values"
        for (text, path, words) in [
            ("{}", values, "Write 1 to 1000 values"), ("[a, b]", values, "such as \"1\": Employed"),
            ("Employed", values, "such as \"1\": Employed"), (#"{"": one}"#, values, "does not fit"),
            (#"{" 1": one}"#, values, "without spaces at its ends"),
            ("{\(String(repeating: "x", count: 65)): one}", values, "of 1 to 64 characters"),
            ("{1: \"\"}", values + ".1", "This field is empty"), ("{1: [a]}", values + ".1", "not a list"),
            ("{1: \(String(repeating: "x", count: 201))}", values + ".1", "longer than 200"),
            ("{1: one, 2: one}", values + ".2", "has this label too"),
            ("{\((0...1_000).map { "\($0): l\($0)" }.joined(separator: ", "))}", values, "Write 1 to 1000 values"),
        ] {
            let found = try Self.mistakes(text)
            #expect(found.map(\.path) == [path], "\(text.prefix(40))")
            #expect(found.first?.reason.contains(words) == true, "\(text.prefix(40)): \(found.first?.reason ?? "")")
        }
    }

    @Test("a draft and the summary show them")
    func shown() throws {
        let text = try Self.yaml(
            #"- {name: service, type: code, title: Kind, values: {"01": "Course: a, b", "2": Advice}}"#)
        let agreement = try Agreement.parse(Array(text.utf8))
        #expect(agreement.registers[0].columns[1].valuesInWords == "01 = Course: a, b, 2 = Advice")
        #expect(AgreementSummary(agreement).text.contains("Kind (01 = Course: a, b, 2 = Advice)"))
        var draft = try AgreementDraftTests.draft()
        draft.registers = AgreementDraftTests.registers
        draft.registers[0].columns.append(
            ColumnDeclaration(
                name: "service", type: .code, nullable: false, title: "Kind",
                values: [ValueLabel("01", "Course: a, {b} # \"c\""), ValueLabel("a: b", "Advice")]))
        draft.cohorts = [AgreementDraftTests.cohort]
        #expect(try Agreement.parse(Array(draft.yaml.utf8)).registers == draft.registers)
    }
}
