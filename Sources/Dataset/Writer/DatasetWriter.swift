public import Foundation
internal import Values

/// Turns a finished working store into the dataset that researchers get: a directory, mode 0700, with files of mode
/// 0600.
///
///     persons.csv               person, one column a released cohort, and link_key
///     <register>.csv            person, link_key, and the agreement's columns
///     dataset.sqlite            the same tables, typed
///     datapackage.json          how to read them (Frictionless Tabular Data Package 1)
///     load.R, .py, .do          load them into R, Python or Stata
///     report.html, .json, .md   where they come from, for people, programs and terminals
///
/// `link_key` is there only where the agreement recognises people in several ways: of a record what first joined it to
/// another, of a person the weakest of these, missing where nothing did.
///
/// The same store, report and time give the same bytes, in whatever order people and rows arrived. The directory
/// appears complete or not at all. A store of made-up people gives files that say so, and are else the same.
public struct DatasetWriter: Sendable {
    /// Moments at which a test lets writing fail.
    enum Step: Equatable, Sendable {
        case prepared, persons
        case register(RegisterID)
        case database, reports, package, setAside
    }

    private let directory: String
    private let replace: Bool
    var interruption: (@Sendable (Step) throws(DatasetError) -> Void)?

    /// - Parameters:
    ///   - directory: where the dataset shall be; its parent must exist.
    ///   - replace: whether a dataset that is there already is replaced once the new one is complete.
    public init(directory: String, replace: Bool = false) {
        self.directory = directory
        self.replace = replace
    }

    /// Writes the dataset and says how much was released.
    ///
    /// - Parameters:
    ///   - rounds: those that the store was made of, if several.
    ///   - created: what `created` in the data package and the report shall say.
    public func write(
        _ store: WorkingStore, report: RoundReport, rounds: [ReportedRound] = [], created: Date
    ) throws(DatasetError) -> Tally {
        let written = try complete(store, report: report, rounds: rounds, created: created)
        try written.install()
        return written.tally
    }

    /// Writes the dataset beside its place. Nothing is in its place until it is installed.
    public func complete(
        _ store: WorkingStore, report: RoundReport, rounds: [ReportedRound] = [], created: Date
    ) throws(DatasetError) -> CompleteDataset {
        let gate = DisclosureGate(agreement: store.agreement, layout: store.layout)
        try gate.check(try store.tally())
        let plan = try ReleasePlan(store)
        let tally = try plan.tally(of: store)
        try gate.check(tally)
        let contents = try DatasetReport(
            store: store, tally: tally, round: report, rounds: rounds, gate: gate, plan: plan, created: created)
        let output = try OutputDirectory(directory, replace: replace)
        try output.prepare()
        do {
            try reached(.prepared)
            try fill(output.partial, from: store, plan: plan, gate: gate, tally: tally, report: contents)
        } catch {
            output.discard()
            throw error
        }
        return CompleteDataset(tally: tally, output: output, interruption: interruption)
    }

    /// What disclosure control would make of a store, as the report would tell it, in Markdown; empty where the
    /// agreement has no rules. Writes nothing, and fails where `write` would for what is in the store.
    public static func assess(_ store: WorkingStore) throws(DatasetError) -> String {
        let gate = DisclosureGate(agreement: store.agreement, layout: store.layout)
        try gate.check(try store.tally())
        let plan = try ReleasePlan(store)
        try gate.check(try plan.tally(of: store))
        guard let report = try DisclosureReport(plan, of: store, gate: gate) else { return "" }
        return report.markdown.joined(separator: "\n")
    }

    private func fill(
        _ directory: String, from store: WorkingStore, plan: ReleasePlan, gate: DisclosureGate, tally: Tally,
        report: DatasetReport
    ) throws(DatasetError) {
        let layout = store.layout
        let databasePath = directory + "/dataset.sqlite"
        let database = try DatabaseFile(creating: databasePath, layout: layout, madeUp: report.madeUp)
        var personFacts = TableFacts([])
        var tables = [
            try writePersons(
                to: directory, of: store, plan: plan, database: database, facts: &personFacts)
        ]
        try reached(.persons)
        var registerFacts: [TableFacts] = []
        for index in layout.registers.indices {
            var facts = TableFacts(layout.registers[index].released)
            tables.append(
                try writeRegister(
                    at: index, to: directory, of: store, plan: plan, database: database, facts: &facts)
            )
            registerFacts.append(facts)
            try reached(.register(layout.registers[index].id))
        }
        try database.finish()
        try ReleaseCensus.check(
            databasePath, layout: layout, rules: store.agreement.disclosure, tally: tally, classes: plan.classNumbers)
        var others = [(path: "dataset.sqlite", file: try WrittenFile(syncing: databasePath))]
        try reached(.database)
        var report = report
        report.unlabelled = UnlabelledValues.all(layout, registerFacts, gate)
        report.relations = RelationCounts.all(layout, registerFacts, plan: plan, gate: gate)
        let codebook = Codebook(report: report, layout: layout, persons: personFacts, registers: registerFacts)
        for (name, bytes) in [
            ("load.R", Array(RScript.text(codebook).utf8)), ("load.py", Array(PythonScript.text(codebook).utf8)),
            ("load.do", Array(StataScript.text(codebook).utf8)),
            ("report.json", try SortedJSON.encode(report, for: directory)), ("report.md", Array(report.markdown.utf8)),
            ("report.html", Array(ReportPage(report: report, codebook: codebook).html.utf8)),
        ] {
            others.append((path: name, file: try WrittenFile.writing(bytes, to: directory + "/" + name)))
        }
        try reached(.reports)
        let package = DataPackage(
            report: report, layout: layout, tables: tables, facts: registerFacts, others: others)
        let packagePath = directory + "/datapackage.json"
        _ = try WrittenFile.writing(try SortedJSON.encode(package, for: packagePath), to: packagePath)
        try reached(.package)
    }

    private func writePersons(
        to directory: String, of store: WorkingStore, plan: ReleasePlan, database: DatabaseFile, facts: inout TableFacts
    ) throws(DatasetError) -> WrittenFile {
        var file = try OutputFile(creating: directory + "/persons.csv")
        let cohorts = store.layout.cohorts
        let links = Self.linkColumns(store.layout)
        let lasting = store.layout.hasLastingColumn ? [DatasetLayout.lastingColumn] : []
        try file.write { CSVLine.append(names: ["person"] + cohorts.map(\.id) + links + lasting, to: &$0) }
        try store.forEachPerson { person in
            guard !plan.leavesOut(person.pseudonym) else { return }
            let memberships = cohorts.map { person.cohorts >> UInt64($0.bit) & 1 == 1 }
            try file.write { line in
                line += person.pseudonym.textBytes
                for membership in memberships { CSVLine.append(.boolean(membership), to: &line) }
                for _ in links { CSVLine.append(person.link.map(FieldValue.code) ?? .null, to: &line) }
                for _ in lasting { CSVLine.append(.boolean(person.isLasting), to: &line) }
                CSVLine.end(&line)
            }
            facts.noteRow()
            try database.append(person, cohorts: memberships)
        }
        return try file.finish()
    }

    private func writeRegister(
        at index: Int, to directory: String, of store: WorkingStore, plan: ReleasePlan, database: DatabaseFile,
        facts: inout TableFacts
    ) throws(DatasetError) -> WrittenFile {
        let register = store.layout.registers[index]
        let links = Self.linkColumns(store.layout)
        var file = try OutputFile(creating: directory + "/" + register.id + ".csv")
        try file.write { CSVLine.append(names: ["person"] + links + register.columns.map(\.name), to: &$0) }
        try store.forEachPerson(inRegisterAt: index) { person, link, rows in
            guard !plan.leavesOut(person) else { return }
            for relation in store.layout.relations where relation.register == index {
                for row in rows {
                    let value = row[relation.column]
                    facts.note(
                        person: value, inColumn: relation.column, isShown: plan.inDataset(value) != .null)
                }
            }
            // Sorted by what is shown: the order must not tell what disclosure control took away.
            let rows = plan.rows(rows, of: person, registerAt: index).sorted(by: RowOrder.precedes)
            let name = person.textBytes
            for row in rows {
                try file.write { line in
                    line += name
                    for _ in links { CSVLine.append(link.map(FieldValue.code) ?? .null, to: &line) }
                    for value in row { CSVLine.append(value, to: &line) }
                    CSVLine.end(&line)
                }
                facts.note(row)
            }
            try database.append(rows, of: person, link: link, toRegisterAt: index)
        }
        return try file.finish()
    }

    /// The column that a table has for links, if any.
    private static func linkColumns(_ layout: DatasetLayout) -> [String] {
        layout.hasLinkColumn ? [DatasetLayout.linkColumn] : []
    }

    private func reached(_ step: Step) throws(DatasetError) { try interruption?(step) }
}
