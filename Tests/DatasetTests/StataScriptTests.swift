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
            #"\* [^`$"'\\/]*"#, "version 16", "clear", "clear all", "set more off", "compress",
            "capture drop _sidos_\\*",
            "import delimited using \"[a-z0-9_]+\\.csv\", clear delimiters\\(\",\"\\) varnames\\(nonames\\) "
                + "rowrange\\(2\\) stringcols\\(_all\\) bindquote\\(strict\\) maxquotedrows\\(unlimited\\) "
                + "encoding\\(\"UTF-8\"\\)",
            "assert _N == \\d+", "quietly count if missing\\(\(name)\\) & !missing\\(_sidos_\\d+\\)",
            "if r\\(N\\) > 0 display as error \"\(name): \" r\\(N\\) \" dates before the year 100 are missing\"",
            "assert missing\\(\(name)\\) == missing\\(_sidos_\\d+\\)", "rename v\\d+ _sidos_\\d+",
            "rename _sidos_\\d+ \(name)", "generate (?:long|double) \(name) = real\\(_sidos_\\d+\\)",
            "generate double \(name) = daily\\(_sidos_\\d+, \"YMD\"\\)", "format \(name) %tdCCYY-NN-DD",
            "capture label define sidos_flag 0 \"no\" 1 \"yes\"",
            "generate byte \(name) = cond\\(_sidos_\\d+ == \"true\", 1, cond\\(_sidos_\\d+ == \"false\", 0, \\.\\)\\)",
            "label values \(name) \(name)", "label variable \(name) \(text)", "label data \(text)",
            "label define \(name) -?\\d+ \(text)(?:, add)?",
            "mata: st_vlmodify\\(\"\(name)\", -?\\d+, \(expression)\\)",
            "mata: st_varlabel\\(\"\(name)\", \(expression)\\)",
            "mata: stata\\(\"label data \" \\+ char\\(34\\) \\+ \(expression) \\+ char\\(34\\), 0, 1\\)",
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
                == #"char(96) + "x" + char(39) + " " + char(36) + "y" + char(92) + char(34)"#
                + " + char(32) + char(47) + char(47)"
        )
    }

    private static let visits = #"""
        * Table visits
        clear
        import delimited using "visits.csv", clear delimiters(",") varnames(nonames) rowrange(2) stringcols(_all) \#
        bindquote(strict) maxquotedrows(unlimited) encoding("UTF-8")
        assert _N == 6
        rename v1 _sidos_1
        rename v2 _sidos_2
        rename v3 _sidos_3
        rename v4 _sidos_4
        rename v5 _sidos_5
        rename v6 _sidos_6
        rename v7 _sidos_7
        rename v8 _sidos_8
        rename v9 _sidos_9
        rename v10 _sidos_10
        rename v11 _sidos_11
        rename v12 _sidos_12
        rename v13 _sidos_13
        rename v14 _sidos_14
        rename _sidos_1 person
        label variable person "Pseudonym of the person in this study"
        clonevar _sidos_text = _sidos_2
        label define sidos_l2 1 "identity_code"
        label define sidos_l2 2 "names", add
        label define sidos_l2 3 "tolerant", add
        encode _sidos_text, generate(link_key) label(sidos_l2)
        drop _sidos_text
        label variable link_key "The way in which the record was first joined to another"
        clonevar _sidos_text = _sidos_3
        replace _sidos_text = "01: Employed " + char(34) + "at" + char(34) + " " + char(96) + "x" + char(39) + " " + \#
        char(36) + "y" if _sidos_3 == "01"
        replace _sidos_text = "1: Unemployed " + char(92) + " " + char(47) + char(47) + " " + char(47) + char(42) + " \#
        <b>" if _sidos_3 == "1"
        replace _sidos_text = "A b: Ääkköset € " + char(39) + "q" + char(39) + " #{z}" if _sidos_3 == "A b"
        mata: st_vlmodify("sidos_l3", 1, "01: Employed " + char(34) + "at" + char(34) + " " + char(96) + "x" + \#
        char(39) + " " + char(36) + "y")
        mata: st_vlmodify("sidos_l3", 2, "1: Unemployed " + char(92) + " " + char(47) + char(47) + " " + char(47) + \#
        char(42) + " <b>")
        mata: st_vlmodify("sidos_l3", 3, "A b: Ääkköset € " + char(39) + "q" + char(39) + " #{z}")
        encode _sidos_text, generate(code) label(sidos_l3)
        drop _sidos_text
        mata: st_varlabel("code", "Code " + char(92))
        rename _sidos_4 plain
        mata: st_varlabel("plain", "Postcode " + char(34) + "x" + char(34))
        generate double level = real(_sidos_5)
        label define sidos_l5 1 "Low"
        label define sidos_l5 -2 "High", add
        label define sidos_l5 100000 "Top", add
        label values level sidos_l5
        assert missing(level) == missing(_sidos_5)
        label variable level "Level"
        * integers of more digits than a double holds: left as text
        rename _sidos_6 big
        mata: st_varlabel("big", "Big " + char(39) + "quoted" + char(39))
        generate double wide = real(_sidos_7)
        assert missing(wide) == missing(_sidos_7)
        label variable wide "Wide"
        generate double amount = real(_sidos_8)
        assert missing(amount) == missing(_sidos_8)
        label variable amount "Euros"
        generate double precise = real(_sidos_9)
        assert missing(precise) == missing(_sidos_9)
        label variable precise "Precise"
        generate double day = daily(_sidos_10, "YMD")
        format day %tdCCYY-NN-DD
        quietly count if missing(day) & !missing(_sidos_10)
        if r(N) > 0 display as error "day: " r(N) " dates before the year 100 are missing"
        label variable day "Day"
        generate double modern = daily(_sidos_11, "YMD")
        format modern %tdCCYY-NN-DD
        quietly count if missing(modern) & !missing(_sidos_11)
        if r(N) > 0 display as error "modern: " r(N) " dates before the year 100 are missing"
        label variable modern "Modern"
        capture label define sidos_flag 0 "no" 1 "yes"
        generate byte v_if = cond(_sidos_12 == "true", 1, cond(_sidos_12 == "false", 0, .))
        label values v_if sidos_flag
        label variable v_if "Whether"
        rename _sidos_13 a_very_long_name_that_stata_cann
        label variable a_very_long_name_that_stata_cann "Long title Long title Long title Long title Long title Long \#
        title Long title Lo…"
        notes a_very_long_name_that_stata_cann: Long title Long title Long title Long title Long title Long title \#
        Long title Long title Long title  end   macro
        generate long a_very_long_name_that_stata_ca_2 = real(_sidos_14)
        label define sidos_l14 1 "One"
        label define sidos_l14 20 "Twenty", add
        label values a_very_long_name_that_stata_ca_2 sidos_l14
        label variable a_very_long_name_that_stata_ca_2 "Digits"
        capture drop _sidos_*
        order person link_key code plain level big wide amount precise day modern v_if \#
        a_very_long_name_that_stata_cann a_very_long_name_that_stata_ca_2
        mata: stata("label data " + char(34) + "Cases " + char(39) + "<i>" + char(39) + " & " + char(39) + "co" + \#
        char(39) + " " + char(36) + "z" + char(34), 0, 1)
        notes v_if: in the dataset: if
        notes a_very_long_name_that_stata_cann: in the dataset: \#
        a_very_long_name_that_stata_cannot_hold_because_it_is_too_long
        notes a_very_long_name_that_stata_ca_2: in the dataset: \#
        a_very_long_name_that_stata_cannot_hold_because_it_is_too_long2
        compress
        save "visits.dta", replace
        """#
}
