import Testing

@testable import Agreement
@testable import Dataset
@testable import PSIProtocol

/// What the rules make of a column: its declaration, its notes and its values.
@Suite struct ColumnRulesTests {
    private let rules: DisclosureRules
    private let register: RegisterDeclaration

    init() throws {
        rules = DisclosureRules([
            .anonymity(
                Anonymity(
                    smallestClass: 5,
                    quasiIdentifiers: DisclosureStudy.quasi + [
                        QuasiIdentifier(DisclosureStudy.diagnosis, steps: [.groups(["D1": "low", "D2": "low"])])
                    ])),
            .cut(ColumnCut(DisclosureStudy.income, bottom: try SampleStudy.decimal("0"))),
            .cut(ColumnCut(DisclosureStudy.year, bottom: .integer(1950), top: .integer(1990))),
            .rareValues(RareValues(DisclosureStudy.area, people: 12, replacement: "other")),
            .rareValues(RareValues(DisclosureStudy.diagnosis, people: 12, replacement: "other")),
            .dateShift(DateShift(days: 30, except: [DisclosureStudy.moved])),
        ])
        register = try DisclosureStudy.agreement(rules).registers[0]
    }

    private func rules(_ column: String, rare: Set<String> = []) throws -> ColumnRules {
        let declared = try SampleStudy.required(register.columns.first { $0.name == column })
        return ColumnRules(
            rules, of: declared, in: register.id, rare: [ColumnReference(register.id, column): rare])
    }

    @Test("coarser values are codes, and any of them may be missing")
    func released() throws {
        let layout = try DatasetLayout(try DisclosureStudy.agreement(rules))
        #expect(layout.registers[0].columns.map(\.type) == [.integer, .code, .date, .decimal])
        #expect(layout.registers[0].released.map(\.type) == [.code, .code, .code, .decimal])
        #expect(layout.registers[0].released.map(\.nullable) == [true, true, true, true])
        #expect(layout.registers[1].released.map(\.type) == [.date, .code])
        #expect(layout.registers[1].released.map(\.nullable) == [false, true])
        // A text stays one, and without k nothing is made coarser.
        let text = ColumnDeclaration(name: "area", type: .text, nullable: false, title: "Area")
        #expect(ColumnRules(rules, of: text, in: "residents").released(text).type == .text)
        let alone = DisclosureRules([.anonymity(Anonymity(quasiIdentifiers: DisclosureStudy.quasi))])
        #expect(ColumnRules(alone, of: text, in: "residents").released(text) == text)
        #expect(ColumnRules(alone, of: text, in: "residents").notes.isEmpty)
    }

    @Test("what values become has a label where values have labels")
    func labels() throws {
        var diagnosis = ColumnDeclaration(name: "diagnosis", type: .code, nullable: true, title: "Diagnosis")
        let rules = ColumnRules(rules, of: diagnosis, in: "care")
        #expect(rules.released(diagnosis).values.isEmpty)
        diagnosis.values = [ValueLabel("D1", "One")]
        #expect(rules.released(diagnosis).values.map(\.value) == ["D1", "other", "low"])
        // Nobody can list all prefixes.
        var area = ColumnDeclaration(name: "area", type: .code, nullable: true, title: "Area")
        area.values = [ValueLabel("02230", "Espoo")]
        #expect(ColumnRules(self.rules, of: area, in: "residents").released(area).values.isEmpty)
    }

    @Test("notes stand in the order in which rules are carried out")
    func notes() throws {
        #expect(
            try rules("birth_year").notes == [
                "Values below 1950 are shown as 1950.", "Values above 1990 are shown as 1990.",
                "A quasi-identifier: where fewer than 5 people would share it, it is made coarser: bands of 5, then "
                    + "bands of 20, then missing.",
            ])
        #expect(try rules("income").notes == ["Values below 0 are shown as 0."])
        #expect(try rules("area").notes.count == 2)
        #expect(try rules("area").notes[0] == "Values that fewer than 12 people have are shown as other.")
        #expect(try rules("moved_in").notes.count == 1)
        let visit = ColumnDeclaration(name: "visit_date", type: .date, nullable: false, title: "Day")
        let moved = ColumnRules(rules, of: visit, in: "care")
        #expect(moved.notes.count == 1 && moved.notes[0].contains("at most 30 either way"))
        #expect(moved.shift?.days == 30 && moved.released(visit) == visit)
        #expect(try rules("moved_in").shift == nil)
    }

    @Test("each value rule changes what it is about and leaves the rest, missing values too")
    func values() throws {
        let year = try rules("birth_year")
        let shown = [1949, 1950, 1990, 1991].map { year.prepared(.integer($0)) }
        #expect(shown == [.integer(1950), .integer(1950), .integer(1990), .integer(1990)])
        #expect(year.prepared(.null) == .null)
        let area = try rules("area", rare: ["022"])
        #expect(area.prepared(.code("022")) == .code("other") && area.prepared(.code("021")) == .code("021"))
        #expect(area.prepared(.text("022")) == .text("other") && area.prepared(.null) == .null)
        #expect(try rules("area").prepared(.code("022")) == .code("022"))
        #expect(year.values.map(\.name) == ["cut"] && area.values.map(\.name) == ["rare values grouped"])
        let shift = DateShift(days: 30)
        #expect(shift.shown(try SampleStudy.date("2020-02-28"), movedBy: 2) == (try SampleStudy.date("2020-03-01")))
        #expect(shift.shown(try SampleStudy.date("1900-01-01"), movedBy: 2) == (try SampleStudy.date("1900-01-01")))
        #expect(shift.shown(.null, movedBy: 2) == .null)
    }
}
