import Foundation

@testable import Agreement
@testable import Dataset
@testable import Values

/// A study whose names, labels and values are hard to read back: one register, one row a person.
enum AwkwardStudy {
    static let labels = [
        ValueLabel("01", "Employed \"at\" `x' $y"), ValueLabel("1", "Unemployed \\ // /* <b>"),
        ValueLabel("A b", "Ääkköset € 'q' #{z}"),
    ]
    static let longName = "a_very_long_name_that_stata_cannot_hold_because_it_is_too_long"
    static let longTitle = String(repeating: "Long title ", count: 9) + "`end' $macro"

    static func agreement(smallestCell: Int = 1) throws -> Agreement {
        var agreement = try LinkedStudy.agreement(smallestCell: smallestCell)
        agreement.study.title = "Study \"of\" <all> & \\ $x `y' /* ä"
        agreement.registers[1].quality = QualityColumns()
        agreement.registers[1].title = "Cases \"<i>\" & `co' $z"
        agreement.registers[1].columns = [
            ColumnDeclaration(name: "code", type: .code, nullable: true, title: "Code \\", values: labels),
            ColumnDeclaration(name: "plain", type: .code, nullable: true, title: "Postcode \"x\""),
            ColumnDeclaration(
                name: "level", type: .integer, nullable: true, title: "Level",
                values: [ValueLabel("1", "Low"), ValueLabel("-2", "High"), ValueLabel("100000", "Top")]),
            ColumnDeclaration(name: "big", type: .integer, nullable: true, title: "Big 'quoted'"),
            ColumnDeclaration(name: "wide", type: .integer, nullable: true, title: "Wide"),
            ColumnDeclaration(name: "amount", type: .decimal, nullable: true, title: "Euros"),
            ColumnDeclaration(name: "precise", type: .decimal, nullable: true, title: "Precise"),
            ColumnDeclaration(name: "day", type: .date, nullable: true, title: "Day"),
            ColumnDeclaration(name: "modern", type: .date, nullable: true, title: "Modern"),
            ColumnDeclaration(name: "if", type: .boolean, nullable: true, title: "Whether"),
            ColumnDeclaration(name: longName, type: .text, nullable: true, title: longTitle),
            ColumnDeclaration(
                name: longName + "2", type: .code, nullable: true, title: "Digits",
                values: [
                    ValueLabel("1", "One"), ValueLabel("20", "Twenty"),
                ]),
        ]
        return agreement
    }

    private struct Row {
        var code: String?
        var plain: String?
        var level: Int64?
        var big: Int64?
        var wide: Int64?
        var amount: String?
        var precise: String?
        var day: String?
        var modern: String?
        var flag: Bool?
        var text: String?
        var digits: String?

        func values() throws -> [FieldValue] {
            let code = { (text: String?) in text.map(FieldValue.code) ?? .null }
            let integer = { (number: Int64?) in number.map(FieldValue.integer) ?? .null }
            return [
                code(self.code), code(plain), integer(level), integer(big), integer(wide),
                try amount.map(SampleStudy.decimal) ?? .null, try precise.map(SampleStudy.decimal) ?? .null,
                try day.map(SampleStudy.date) ?? .null, try modern.map(SampleStudy.date) ?? .null,
                flag.map(FieldValue.boolean) ?? .null, text.map(FieldValue.text) ?? .null, code(digits),
            ]
        }
    }

    private static let rows = [
        Row(
            code: "01", plain: "00100", level: 1, big: .max, wide: 3_000_000_000, amount: "9.900",
            precise: "12345678901234567.89", day: "1850-02-28", modern: "1900-01-01", flag: true,
            text: "says \"no\", \"\", twice,", digits: "1"),
        Row(
            code: "1", plain: "02600", level: -2, big: 9_007_199_254_740_993, wide: -1, amount: "-0.50", precise: "0.1",
            day: "0001-01-01", modern: "2024-02-29", flag: false, text: "line 1\r\nline 2\nline 3", digits: "20"),
        Row(
            code: "A b", plain: "1", level: 7, big: .min, wide: 0, amount: "0", precise: nil, day: "9999-12-31",
            modern: nil, flag: nil, text: "", digits: "3"),
        Row(code: "007", plain: "=1+1", level: 100_000, day: "2222-11-11"),
        Row(code: "", plain: "", level: 1, big: 0, wide: 1, amount: "1", precise: "1", flag: true, text: "NA"),
        Row(text: "Äyräpää € 😀 \\ ` $x ' \u{1F}\u{7F}"),
    ]

    /// Writes the dataset `dataset` into the directory.
    static func write(
        in directory: Scratch, agreement: Agreement? = nil, name: String = "dataset",
        report: RoundReport = LinkedStudy.report()
    ) throws {
        let store = try WorkingStore(
            path: directory.path(name + "-store/round.sqlite"), agreement: try agreement ?? self.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        defer { try? store.close() }
        for (index, row) in rows.enumerated() {
            let person = try SampleStudy.person(UInt8(index + 1))
            try store.append(person: person, cohorts: 0b110, register: "visits", link: index < 3 ? index : nil)
            try store.append(register: "visits", person: person, rows: [try row.values()])
        }
        try store.finish()
        _ = try DatasetWriter(directory: directory.path(name))
            .write(store, report: report, created: SampleStudy.created)
    }
}
