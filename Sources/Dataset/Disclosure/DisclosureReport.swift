internal import Agreement
internal import PlainWords
internal import Values

/// What disclosure control did to a dataset, and how well people are hidden in it, for `report.json` and `report.md`.
///
/// Everything here is shown to researchers: counts of people and rows are rounded and withheld as the agreement says.
struct DisclosureReport: Encodable, Equatable {
    /// How likely people are to be found again, before or after disclosure control.
    struct Risk: Encodable, Equatable {
        /// k: it tells of how many people nobody is one, not of whom.
        let smallestClass: ReportCount
        let classes: ReportCount
        /// People whom no other resembles.
        let unique: ReportCount
        /// People who share their combination with fewer than k.
        let below: ReportCount
        /// Percent.
        let highestProsecutorRisk: Double
        /// Of the combinations as they are told; nil where they are withheld.
        let meanProsecutorRisk: Double?
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
        /// Mean over people of the share of the column's distinct values that theirs can't be told from, in percent:
        /// no finer than counts are told, since of a column without steps it is a count.
        let informationLoss: Double
        /// Whether it is less than that, where people of a level are withheld.
        let isLossBound: Bool
        /// Rows whose value is missing now and was not.
        let suppressedCells: ReportCount
    }

    struct Changed: Encodable, Equatable {
        let column: String
        let rule: String
        let rows: ReportCount?
    }

    let smallestClass: Int?
    /// Registers of which the number of rows belongs to what k people share.
    let countedRows: [RegisterID]
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
        guard !rules.isEmpty else { return nil }
        let anonymity = rules.anonymity
        smallestClass = anonymity.smallestClass
        countedRows = anonymity.countedRows
        diversity = anonymity.diversity?.count
        diversityKind = anonymity.diversity?.kind.rawValue
        sensitive = anonymity.sensitive.map(\.description)
        population = anonymity.population
        leaveOutPercent = anonymity.leaveOutPercent
        leftOut = gate.disclose(plan.leftOutCount)
        if let goal = anonymity.smallestClass {
            before = Self.risk(plan.classSizes(isRecoded: false), goal, anonymity.population, gate)
            after = Self.risk(plan.classSizes(isRecoded: true), goal, anonymity.population, gate)
        } else {
            (before, after) = (nil, nil)
        }
        var quasi: [Int: Quasi] = [:]
        var changed: [Changed] = []
        for (index, register) in store.layout.registers.enumerated() {
            guard register.notes.contains(where: { !$0.isEmpty }) else { continue }
            let rows = try plan.changedRows(in: store, registerAt: index)
            for (column, rules) in plan.columnRules[index].enumerated() {
                let name = ColumnReference(register.id, register.columns[column].name).description
                for (rule, count) in zip(rules.values, rows.changed[column]) {
                    changed.append(Changed(column: name, rule: rule.name, rows: gate.disclose(count)))
                }
                if rules.shift != nil { changed.append(Changed(column: name, rule: DateShift.name, rows: nil)) }
                guard let place = rules.recoding?.place else { continue }
                let told = plan.generalisation(at: place)
                let names =
                    ["as it is"] + plan.columns[place].generaliser.steps.map { $0.words(in: .english) } + ["missing"]
                quasi[place] = Self.quasi(name, names, told, suppressed: rows.suppressed[column], gate)
            }
        }
        quasiIdentifiers = anonymity.quasiIdentifiers.indices.compactMap { quasi[$0] }
        self.changed = changed
        tables = try plan.tables(of: store, gate: gate)
    }

    /// - Parameters:
    ///   - names: of the levels, the finest first and missing last.
    ///   - suppressed: rows.
    private static func quasi(
        _ column: String, _ names: [String], _ told: (people: [Int], meanLoss: Double), suppressed: Int,
        _ gate: DisclosureGate
    ) -> Quasi {
        var numbers = ReportCells(gate: gate)
        let levels = told.people.map { numbers.place($0) }
        // How many people the register has in the dataset is told elsewhere.
        numbers.relate(levels, equals: [numbers.place(told.people.reduce(0, +), .known)])
        // Where everybody has one row, these are the people with a missing value less those who never had one.
        let rows = numbers.place(suppressed)
        if let missing = levels.last {
            let never = numbers.place(abs(told.people[levels.count - 1] - suppressed), .untold, isProtected: true)
            numbers.relate([rows, never], equals: [missing])
            if suppressed > told.people[levels.count - 1] { numbers.relate([missing, never], equals: [rows]) }
        }
        numbers.decide()
        let cells = levels.map(numbers.shown)
        let isWithheld = cells.contains { $0.count == nil }
        let unit = Double(gate.countUnit(isWithheld: isWithheld))
        let all = Double(told.people.reduce(0, +))
        let units = told.meanLoss * all / unit
        let lost = (isWithheld ? units.rounded(.up) : units.rounded()) * unit
        return Quasi(
            column: column, levels: zip(names, cells).map { Quasi.Level(name: $0, people: $1) },
            informationLoss: unit == 1 ? percent(told.meanLoss) : percent(min(1, all > 0 ? lost / all : 0)),
            isLossBound: isWithheld, suppressedCells: isWithheld ? ReportCount(count: nil) : numbers.shown(rows))
    }

    private static func risk(_ sizes: [Int], _ goal: Int, _ population: Int?, _ gate: DisclosureGate) -> Risk {
        let risk = ReidentificationRisk(classSizes: sizes, goal: goal, population: population)
        let classes = gate.disclose(risk.classCount)
        let people = sizes.reduce(0, +)
        var numbers = ReportCells(gate: gate)
        let (unique, below) = (numbers.place(risk.unique), numbers.place(risk.below))
        numbers.relate(unique, within: below, protectsRest: true)
        numbers.relate(below, within: numbers.place(people, .known), protectsRest: true)
        numbers.decide()
        return Risk(
            smallestClass: ReportCount(count: risk.smallestClass),
            classes: classes, unique: numbers.shown(unique), below: numbers.shown(below),
            highestProsecutorRisk: percent(risk.highestProsecutorRisk),
            meanProsecutorRisk: classes.count.map { people > 0 ? percent(Double($0) / Double(people)) : 0 },
            highestJournalistRisk: risk.highestJournalistRisk.map(percent),
            meanJournalistRisk: classes.count == nil ? nil : risk.meanJournalistRisk.map(percent))
    }

    /// Percent with two decimals.
    private static func percent(_ share: Double) -> Double { (share * 10_000).rounded() / 100 }
}
