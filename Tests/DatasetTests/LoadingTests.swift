import Files
import Foundation
import PSIProtocol
import Testing

@testable import Dataset

/// The programs that load a dataset are run by the real R and Python; setup.sh installs both with pandas.
@Suite("Loading")
struct LoadingTests {
    private let directory: Scratch
    init() throws {
        directory = try Scratch()
        try AwkwardStudy.write(in: directory)
    }

    /// The output of a program, which must end well.
    private func run(_ program: String, _ arguments: [String], locale: String = "C.UTF-8") throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory.root)
        process.environment = [
            "PATH": "/usr/bin:/bin", "LC_ALL": locale, "HOME": directory.root, "PYTHONDONTWRITEBYTECODE": "1",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        return text
    }

    private func run(_ program: String, script: String, name: String, locale: String = "C.UTF-8") throws -> String {
        try Data(script.utf8).write(to: URL(fileURLWithPath: directory.path(name)))
        return try run(program, [directory.path(name)], locale: locale)
    }

    @Test("R reads every type with its labels, in any locale", arguments: ["C", "C.UTF-8"])
    func r(locale: String) throws {
        let warned = try run("/usr/bin/Rscript", script: Self.rScript, name: "check.R", locale: locale)
        #expect(warned.contains("checked\n"))
        let summary = try run("/usr/bin/Rscript", ["--vanilla", directory.path("dataset/load.R")])
        #expect(summary.contains("People of the dataset and their cohorts: 6 rows"))
        #expect(summary.contains("Date"))
    }

    @Test("Python reads every type with its labels", arguments: ["C", "C.UTF-8"])
    func python(locale: String) throws {
        let text = try run("/usr/bin/python3", script: Self.pythonScript, name: "check.py", locale: locale)
        #expect(text.contains("checked\n"))
        let summary = try run("/usr/bin/python3", ["-W", "ignore", directory.path("dataset/load.py")])
        #expect(summary.contains("People of the dataset and their cohorts: 6 rows"))
        #expect(summary.contains("Int64"))
    }

    @Test("made-up data is read by the same programs, which say what it is")
    func madeUp() throws {
        let example = try ExampleData(
            try AwkwardStudy.agreement(), agreementID: SampleStudy.agreementID, people: 50, seed: 1)
        _ = try example.write(
            to: directory.path("made-up"), replace: false,
            scratch: try PrivateDirectory(creating: directory.path("scratch")), toolVersion: "sidos-research 1.0.0")
        for (program, arguments) in [
            ("/usr/bin/Rscript", ["--vanilla", directory.path("made-up/load.R")]),
            ("/usr/bin/python3", ["-W", "ignore", directory.path("made-up/load.py")]),
        ] {
            let said = try run(program, arguments)
            #expect(said.contains("Made-up example data: nobody in it exists"), "\(said)")
            #expect(said.contains("People of the dataset and their cohorts: 50 rows"), "\(said)")
        }
    }

    @Test("a copy that is not whole is refused")
    func damaged() throws {
        let path = directory.path("dataset/visits.csv")
        let text = try directory.text("dataset/visits.csv")
        for (damaged, words) in [
            (String(text.prefix(text.count - 30)), "whole|within a row|unequal length|rows instead of"),
            (text.replacing("plain", with: "plane"), "other columns"),
            (text + text.split(separator: "\r\n").suffix(1).joined() + "\r\n", "7 rows instead of 6"),
        ] {
            try Data(damaged.utf8).write(to: URL(fileURLWithPath: path))
            for (program, arguments) in [
                ("/usr/bin/Rscript", ["--vanilla"]), ("/usr/bin/python3", ["-W", "ignore"]),
            ] {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: program)
                process.arguments =
                    arguments + [directory.path(program.hasSuffix("3") ? "dataset/load.py" : "dataset/load.R")]
                let output = Pipe()
                process.standardOutput = output
                process.standardError = output
                try process.run()
                let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
                process.waitUntilExit()
                #expect(process.terminationStatus == 1, "\(said)")
                #expect(words.split(separator: "|").contains { said.contains($0) }, "\(words): \(said)")
                #expect(!said.contains("Traceback"))
            }
        }
    }

    @Test("literals of R and Python hold any text")
    func literals() {
        #expect(ScriptText.r("a\"\\\n\u{0}ä😀") == #""a\"\\\u000a\ufffd\u00e4\U0001f600""#)
        #expect(ScriptText.python("\u{0}$`'{x}") == #""\u0000$`'{x}""#)
        #expect(ScriptText.comment("a\nb ä") == "a?b ?")
    }

    private static let rScript = #"""
        source("dataset/load.R")
        warnings <- character()
        data <- withCallingHandlers(load_dataset(), warning = function(w) {
          warnings <<- c(warnings, conditionMessage(w))
          invokeRestart("muffleWarning")
        })
        stopifnot(length(warnings) == 2L, grepl("big", warnings[1L]), grepl("precise", warnings[2L]))
        stopifnot(identical(names(data), c("persons", "visits", "benefits")[1:length(data)]))
        persons <- data$persons
        stopifnot(is.logical(persons$clients), nrow(persons) == 6L, attr(persons$clients, "label") == "Clients")
        stopifnot(is.factor(persons$link_key))
        stopifnot(identical(levels(persons$link_key), c("identity_code", "names", "tolerant")))
        stopifnot(identical(as.character(persons$link_key), c("identity_code", "names", "tolerant", NA, NA, NA)))
        visits <- data$visits
        plain <- function(x) { attributes(x) <- NULL; x }
        stopifnot(identical(plain(visits$person), plain(persons$person)))
        stopifnot(identical(levels(visits$code), c("01", "1", "A b", "", "007")))
        stopifnot(identical(as.character(visits$code), c("01", "1", "A b", "007", "", NA)))
        labels <- attr(visits$code, "labels")
        stopifnot(identical(plain(labels), c("01", "1", "A b")))
        stopifnot(identical(names(labels), c("Employed \"at\" `x' $y", "Unemployed \\ // /* <b>",
            "\u00c4\u00e4kk\u00f6set \u20ac 'q' #{z}")))
        stopifnot(identical(as.character(with_labels(visits$code))[1:5], c(names(labels), "007", "")))
        stopifnot(identical(as.character(visits$plain), c("00100", "02600", "1", "=1+1", "", NA)))
        stopifnot(is.integer(visits$level), identical(plain(visits$level), c(1L, -2L, 7L, 100000L, 1L, NA)))
        stopifnot(identical(as.character(with_labels(visits$level)), c("Low", "High", "7", "Top", "Low", NA)))
        stopifnot(identical(plain(visits$big)[1:4],
            c("9223372036854775807", "9007199254740993", "-9223372036854775808", NA)))
        stopifnot(is.double(visits$wide), identical(plain(visits$wide), c(3000000000, -1, 0, NA, 1, NA)))
        stopifnot(identical(plain(visits$amount), c(9.9, -0.5, 0, NA, 1, NA)))
        stopifnot(inherits(visits$day, "Date"), inherits(visits$modern, "Date"))
        stopifnot(identical(as.numeric(visits$day), c(-43771, -719162, 2932896, 92355, NA, NA)))
        stopifnot(identical(format(visits$modern), c("1900-01-01", "2024-02-29", NA, NA, NA, NA)))
        stopifnot(identical(plain(visits$`if`), c(TRUE, FALSE, NA, NA, TRUE, NA)))
        text <- visits$a_very_long_name_that_stata_cannot_hold_because_it_is_too_long
        stopifnot(identical(plain(text), c("says \"no\", \"\", twice,", "line 1\r\nline 2\nline 3", "", NA, "NA",
          "\u00c4yr\u00e4p\u00e4\u00e4 \u20ac \U0001f600 \\ ` $x ' \u001f\u007f")))
        stopifnot(startsWith(attr(text, "label"), "Long title"), endsWith(attr(text, "label"), "`end' $macro"))
        exact <- suppressWarnings(load_dataset("dataset", decimals = "text"))$visits
        stopifnot(identical(plain(exact$precise)[1:2], c("12345678901234567.89", "0.1")))
        stopifnot(plain(exact$amount)[1L] == "9.900")
        # The same in blocks as small as can be.
        blocks <- .sidos_read("dataset/visits.csv", length(.sidos_tables[[2L]]$columns), 7)
        stopifnot(identical(blocks, .sidos_read("dataset/visits.csv", length(.sidos_tables[[2L]]$columns))))
        cat("checked\n")
        """#

    static let pythonScript = #"""
        import datetime, decimal, sys, warnings
        sys.path.insert(0, "dataset")
        import load, pandas
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            data = load.load()
        told = [str(one.message) for one in caught]
        assert any("precise" in text for text in told), told
        assert not any(" amount " in text or " modern " in text for text in told), told
        persons, visits = data["persons"], data["visits"]
        missing = lambda value: value is None or value is pandas.NaT or value is pandas.NA or value != value
        listed = lambda column: [None if missing(value) else value for value in column]
        assert str(persons["clients"].dtype) == "boolean" and len(persons) == 6
        assert listed(persons["link_key"]) == ["identity_code", "names", "tolerant", None, None, None]
        assert persons.attrs["labels"]["clients"] == "Clients"
        assert str(visits["code"].dtype) == "category"
        assert list(visits["code"].cat.categories) == ["01", "1", "A b", "", "007"]
        assert listed(visits["code"]) == ["01", "1", "A b", "007", "", None]
        assert visits.attrs["value_labels"]["code"] == {
            "01": "Employed \"at\" `x' $y", "1": "Unemployed \\ // /* <b>",
            "A b": "\u00c4\u00e4kk\u00f6set \u20ac 'q' #{z}"}
        named = load.with_labels(visits)
        assert listed(named["code"])[:2] == ["Employed \"at\" `x' $y", "Unemployed \\ // /* <b>"]
        assert listed(named["level"]) == ["Low", "High", "7", "Top", "Low", None]
        assert listed(visits["plain"]) == ["00100", "02600", "1", "=1+1", "", None]
        assert str(visits["big"].dtype) == "Int64"
        assert listed(visits["big"])[:4] == [9223372036854775807, 9007199254740993, -9223372036854775808, None]
        assert listed(visits["wide"]) == [3000000000, -1, 0, None, 1, None]
        assert str(visits["amount"].dtype) == "float64" and listed(visits["amount"]) == [9.9, -0.5, 0, None, 1, None]
        assert str(visits["modern"].dtype).startswith("datetime64")
        assert [str(value)[:10] for value in visits["modern"][:2]] == ["1900-01-01", "2024-02-29"]
        days = [str(value)[:10] for value in visits["day"][:4]]
        assert days == ["1850-02-28", "0001-01-01", "9999-12-31", "2222-11-11"], days
        assert str(visits["if"].dtype) == "boolean" and listed(visits["if"]) == [True, False, None, None, True, None]
        text = visits["a_very_long_name_that_stata_cannot_hold_because_it_is_too_long"]
        assert str(text.dtype) == "string" and listed(text) == [
            "says \"no\", \"\", twice,", "line 1\r\nline 2\nline 3", "", None, "NA",
            "\u00c4yr\u00e4p\u00e4\u00e4 \u20ac \U0001f600 \\ ` $x ' \u001f\u007f"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exact = load.load(tables=["visits"], decimals="exact")["visits"]
        assert exact["precise"][0] == decimal.Decimal("12345678901234567.89") and str(exact["amount"][0]) == "9.900"
        print("checked")
        """#
}
