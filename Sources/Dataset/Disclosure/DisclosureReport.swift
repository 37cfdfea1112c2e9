internal import PSIProtocol

/// What disclosure control did to a dataset, and how well people are hidden in it, for `report.json` and `report.md`.
///
/// Everything here is shown to researchers: counts of people and rows are rounded and withheld as the agreement says.
struct DisclosureReport: Encodable, Equatable {
    /// How likely people are to be found again, before or after disclosure control.
    struct Risk: Encodable, Equatable {
        /// k; nil where it is below the k asked for, and would tell that somebody is alone.
        let smallestClass: ReportCount
        let classes: ReportCount
        /// People whom no other resembles.
        let unique: ReportCount
        /// People who share their combination with fewer than k.
        let below: ReportCount
        /// Percent.
        let highestProsecutorRisk: Double
        let meanProsecutorRisk: Double
        let highestJournalistRisk: Double?
        let meanJournalistRisk: Double?
    }

    struct Quasi: Encodable, Equatable {
        struct Level: Encodable, Equatable {
            let name: String
            let people: ReportCount
        }

        let column: String
        let levels: [Level]
        /// Mean over people of the share of the column's distinct values that theirs can't be told from, in percent.
        let informationLoss: Double
        /// Rows whose value is missing now and was not.
        let suppressedCells: ReportCount
    }

    struct Changed: Encodable, Equatable {
        let column: String
        let rule: String
        let rows: ReportCount?
    }

    let smallestClass: Int?
    let diversity: Int?
    let diversityKind: String?
    let sensitive: [String]
    let population: Int?
    let leaveOutPercent: Int
    let leftOut: ReportCount
    let before: Risk?
    let after: Risk?
    let quasiIdentifiers: [Quasi]
    let changed: [Changed]
    let tables: [PeopleTable]

    /// Nil where the agreement has no rules.
    init?(_ plan: ReleasePlan, of store: WorkingStore, gate: DisclosureGate) throws(DatasetError) {
        let rules = store.agreement.disclosure
        guard rules != DisclosureRules() else { return nil }
        smallestClass = rules.smallestClass
        diversity = rules.diversity?.count
        diversityKind = rules.diversity?.kind.rawValue
        sensitive = rules.sensitive.map(\.description)
        population = rules.population
        leaveOutPercent = rules.leaveOutPercent
        leftOut = gate.disclose(plan.leftOutCount)
        if let goal = rules.smallestClass {
            before = Self.risk(plan.classSizes(isRecoded: false), goal, rules.population, gate)
            after = Self.risk(plan.classSizes(isRecoded: true), goal, rules.population, gate)
        } else {
            (before, after) = (nil, nil)
        }
        var quasi: [ColumnReference: Quasi] = [:]
        var changed: [Changed] = []
        for (index, register) in store.layout.registers.enumerated() {
            guard register.notes.contains(where: { !$0.isEmpty }) else { continue }
            let rows = try plan.changedRows(in: store, registerAt: index)
            for (column, declared) in register.columns.enumerated() {
                let reference = ColumnReference(register.id, declared.name)
                let name = reference.description
                if rules.cuts.contains(where: { $0.column == reference }) {
                    changed.append(Changed(column: name, rule: "cut", rows: gate.disclose(rows.cut[column])))
                }
                if rules.rareValues.contains(where: { $0.column == reference }) {
                    changed.append(
                        Changed(column: name, rule: "rare values grouped", rows: gate.disclose(rows.grouped[column])))
                }
                if rules.shifts(reference, type: declared.type) {
                    changed.append(Changed(column: name, rule: "dates moved", rows: nil))
                }
                guard let place = plan.columns.firstIndex(where: { $0.reference == reference }) else { continue }
                let told = plan.generalisation(at: place)
                let names = ["as it is"] + plan.columns[place].generaliser.steps.map(\.words) + ["missing"]
                var cells = told.people.map(gate.disclose)
                ComplementaryWithholding.apply(to: &cells, sums: [Array(cells.indices)])
                quasi[reference] = Quasi(
                    column: name, levels: zip(names, cells).map { Quasi.Level(name: $0, people: $1) },
                    informationLoss: Self.percent(told.meanLoss),
                    suppressedCells: gate.disclose(rows.suppressed[column]))
            }
        }
        quasiIdentifiers = rules.quasiIdentifiers.compactMap { quasi[$0.column] }
        self.changed = changed
        tables = try plan.tables(of: store, gate: gate)
    }

    private static func risk(_ sizes: [Int], _ goal: Int, _ population: Int?, _ gate: DisclosureGate) -> Risk {
        let risk = ReidentificationRisk(classSizes: sizes, goal: goal, population: population)
        return Risk(
            // Of how many people nobody is one: it tells nothing of whom.
            smallestClass: ReportCount(count: risk.smallestClass, size: risk.smallestClass),
            classes: gate.disclose(risk.classCount), unique: gate.disclose(risk.unique),
            below: gate.disclose(risk.below), highestProsecutorRisk: percent(risk.highestProsecutorRisk),
            meanProsecutorRisk: percent(risk.meanProsecutorRisk),
            highestJournalistRisk: risk.highestJournalistRisk.map(percent),
            meanJournalistRisk: risk.meanJournalistRisk.map(percent))
    }

    /// Percent with two decimals.
    private static func percent(_ share: Double) -> Double { (share * 10_000).rounded() / 100 }
}
