import Foundation
import PSIProtocol
import Testing

@testable import Dataset

/// Stata is not at hand: what it would read is checked as text.
@Suite("Stata")
struct StataScriptTests {
    private let lines: [String]
    private let directory: Scratch

    init() throws {
        directory = try Scratch()
        try AwkwardStudy.write(in: directory)
        lines = try directory.text("dataset/load.do").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    @Test("every line is a command of the few that are used, and nothing begins a macro or a comment")
    func grammar() throws {
        let name = "[A-Za-z_][A-Za-z0-9_]{0,31}"
        let text = #""[^"`$'\\]*""#
        let part = #"(?:"[^"`$'\\/*]*"|char\(\d+\))"#
        let expression = "\(part)(?: \\+ \(part))*"
        let forms = [
            #"\* [^`$"'\\/]*"#, "version 16", "clear all", "set more off", "compress", "capture drop _sidos_\\*",
            "import delimited using \"[a-z0-9_]+\\.csv\", clear delimiters\\(\",\"\\) varnames\\(nonames\\) rowrange\\(2\\) "
                + "stringcols\\(_all\\) bindquote\\(strict\\) maxquotedrows\\(unlimited\\) encoding\\(\"UTF-8\"\\)",
            "assert _N == \\d+", "assert missing\\(\(name)\\) == missing\\(_sidos_\\d+\\)", "rename v\\d+ _sidos_\\d+",
            "rename _sidos_\\d+ \(name)", "generate (?:long|double) \(name) = real\\(_sidos_\\d+\\)",
            "generate double \(name) = daily\\(_sidos_\\d+, \"YMD\"\\)", "format \(name) %tdCCYY-NN-DD",
            "capture label define sidos_flag 0 \"no\" 1 \"yes\"",
            "generate byte \(name) = cond\\(_sidos_\\d+ == \"true\", 1, cond\\(_sidos_\\d+ == \"false\", 0, \\.\\)\\)",
            "label values \(name) \(name)", "label variable \(name) \(text)", "label data \(text)",
            "label define \(name) -?\\d+ \(text)(?:, add)?",
            "mata: st_vlmodify\\(\"\(name)\", -?\\d+, \(expression)\\)",
            "mata: st_varlabel\\(\"\(name)\", \(expression)\\)",
            "mata: stata\\(\"label data \" \\+ char\\(96\\) \\+ char\\(34\\) \\+ \(expression) \\+ char\\(34\\) \\+ char\\(39\\), 0, 1\\)",
            "notes (?:\(name)|_dta): [^`$\"'\\\\/]*", "clonevar _sidos_text = _sidos_\\d+",
            "replace _sidos_text = \(expression) if _sidos_\\d+ == \(expression)",
            "encode _sidos_text, generate\\(\(name)\\) label\\(\(name)\\)", "drop _sidos_text",
            "order \(name)(?: \(name))*", "save \"[a-z0-9_]+\\.dta\", replace",
        ]
        let pattern = try Regex("^(?:\(forms.joined(separator: "|")))$")
        for line in lines where !line.isEmpty {
            #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
            #expect(!line.contains { "`$'\\".contains($0) }, "\(line)")
        }
        #expect(lines.count > 60)
        // A label's name is defined before it is given to a variable, and each variable is made once a table.
        var defined: Set<Substring> = ["sidos_flag"]
        for line in lines {
            let words = line.split(separator: " ")
            if line.hasPrefix("label define") { defined.insert(words[2]) }
            if line.hasPrefix("mata: st_vlmodify"), let set = line.split(separator: "\"").dropFirst().first {
                defined.insert(set)
            }
            if line.hasPrefix("label values") { #expect(defined.contains(words[3]), "\(line)") }
        }
    }

    @Test("the register's part is as it should be")
    func snapshot() throws {
        let start = try SampleStudy.required(lines.firstIndex(of: "* Table visits"))
        let end = try SampleStudy.required(lines[start...].firstIndex(of: "save \"visits.dta\", replace"))
        #expect(lines[start...end].joined(separator: "\n") == Self.visits)
    }

    @Test("names fit, are not reserved, and differ")
    func names() {
        let long = String(repeating: "x", count: 40)
        #expect(
            StataName.variables(["a", "if", "str12", "_n", "2x", "é b", long, long + "y", "A", "strl", "in_use"]) == [
                "a", "v_if", "v_str12", "v__n", "_2x", "__b", String(repeating: "x", count: 32),
                String(repeating: "x", count: 30) + "_2", "A", "v_strl", "in_use",
            ])
        #expect(StataName.variables([""]) == ["_"])
        for (code, isNumber) in [
            ("1", true), ("0", true), ("-3", true), ("01", false), ("+1", false), ("", false), ("1.0", false),
            ("-0", false),
            ("2147483620", true), ("2147483621", false), ("-2147483647", true), ("-2147483648", false),
            ("9999999999", false),
        ] { #expect(StataName.isNumber(code) == isNumber, "\(code)") }
    }

    @Test("texts become expressions that no macro or comment is in")
    func expressions() {
        #expect(StataScript.expression("a") == "\"a\"")
        #expect(StataScript.expression("") == "\"\"")
        #expect(
            StataScript.expression("`x' $y\\\"\n//")
                == #"char(96) + "x" + char(39) + " " + char(36) + "y" + char(92) + char(34) + char(32) + char(47) + char(47)"#
        )
    }

    private static let visits = #"""
        SNAPSHOT
        """#
}
