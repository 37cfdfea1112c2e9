internal import Agreement
internal import Values

/// What the agreement's rules make of one dataset: who is left out, and how every value is shown. Made from a finished
/// store before anything is written.
///
/// People are left out until nobody is: whoever goes may have been one of the few with a value, so that rare values, and
/// then everything that hangs on them, are counted anew among those who stay.
///
/// Memory: some 40 bytes a person and 4 more for every quasi-identifier and sensitive column, and their distinct values.
struct ReleasePlan {
    /// Cells of quasi-identifiers and sensitive columns that are kept in memory, at most.
    static let cellLimit = 1 << 28

    private let layout: DatasetLayout
    private let rules: DisclosureRules
    private let shifter: DateShifter?
    private let people: [Pseudonym]
    /// By person, the cohorts that the dataset shows.
    let masks: [UInt64]
    private(set) var isLeftOut: [Bool]
    private(set) var columns: [QuasiColumn] = []
    private(set) var sensitive: [SensitiveColumn] = []
    /// By quasi-identifier and person.
    private var levels: [[UInt8]] = []
    /// By person, what tells people apart whatever is made coarser: cohorts, in which registers they have rows, and how
    /// many where the agreement counts them.
    private var fixed: [UInt64] = []
    private(set) var classes: [EquivalenceClass] = []
    /// Values that become another, by column.
    private(set) var rare: [ColumnReference: Set<String>] = [:]

    init(_ store: WorkingStore) throws(DatasetError) {
        let layout = store.layout
        self.layout = layout
        rules = store.agreement.disclosure
        var people: [Pseudonym] = []
        var masks: [UInt64] = []
        let isGoalSet = rules.smallestClass != nil
        let hasTables = !rules.tables.isEmpty
        if isGoalSet || hasTables || !rules.rareValues.isEmpty {
            try store.forEachPerson { person, mask, _ in
                people.append(person)
                // Cohorts that nothing is released for are not in the dataset.
                masks.append(mask & layout.releasedMask)
            }
        }
        self.people = people
        self.masks = masks
        isLeftOut = Array(repeating: false, count: people.count)
        shifter = try rules.dateShift.map { shift throws(DatasetError) in
            DateShifter(key: try store.shiftKey(), days: shift.days)
        }
        let columnCount = isGoalSet ? rules.quasiIdentifiers.count + rules.sensitive.count : 0
        guard people.count * max(1, columnCount) <= Self.cellLimit else { throw .disclosureTooLarge }
        if isGoalSet { fixed = try Self.fixedKeys(store, rules, people: people, masks: masks) }
        var rarer: [ColumnReference: Set<String>] = [:]
        while true {
            rare = try rareValues(store, known: rarer)
            guard let smallestClass = rules.smallestClass else { return }
            (columns, sensitive) = try Self.read(store, rules, rare: rare, people: people)
            levels = columns.map { _ in Array(repeating: 0, count: people.count) }
            let before = leftOutCount
            try recode(smallestClass)
            let more = rarerValues()
            if rules.rareValues.isEmpty || leftOutCount == before && more.isEmpty { return }
            rarer.merge(more) { $0.union($1) }
        }
    }

    // MARK: Applying it

    /// Where a person is in the plan; nil where the plan needs nobody by name.
    func index(of person: Pseudonym) -> Int? {
        guard !people.isEmpty else { return nil }
        var low = 0
        var high = people.count
        while low < high {
            let middle = (low + high) / 2
            if people[middle] < person { low = middle + 1 } else { high = middle }
        }
        return low < people.count && people[low] == person ? low : nil
    }

    /// Whether nothing is shown of a person.
    func leavesOut(_ person: Pseudonym) -> Bool { index(of: person).map { isLeftOut[$0] } ?? false }

    /// A person's rows of a register as they are shown, in the order they came.
    func rows(_ rows: [[FieldValue]], of person: Pseudonym, registerAt register: Int) -> [[FieldValue]] {
        let declaration = layout.registers[register]
        let index = index(of: person)
        let offset = shifter?.offset(of: person) ?? 0
        let shown = declaration.columns.enumerated().map { column, declared -> (FieldValue) -> FieldValue in
            let reference = ColumnReference(declaration.id, declared.name)
            let prepare = Self.preparation(reference, rules, rare)
            if rules.shifts(reference, type: declared.type) {
                return { value in
                    guard case .date(let date) = prepare(value) else { return .null }
                    if rules.dateShift?.isNoDay(date) == true { return .date(date) }
                    return .date(DateShifter.move(date, by: offset))
                }
            }
            guard let index, let quasi = columns.firstIndex(where: { $0.reference == reference }) else {
                return prepare
            }
            let level = Int(levels[quasi][index])
            let generaliser = columns[quasi].generaliser
            return { generaliser.value(prepare($0), level: level) }
        }
        return rows.map { row in zip(row, shown).map { $1($0) } }
    }

    /// A value after cuts and the grouping of rare values, which are the same for everybody: a label in the report's counts.
    func prepared(_ value: FieldValue, registerAt register: Int, columnAt column: Int) -> FieldValue {
        let declaration = layout.registers[register]
        return Self.preparation(ColumnReference(declaration.id, declaration.columns[column].name), rules, rare)(value)
    }

    /// Cuts and rare values: what happens to a value whoever has it.
    private static func preparation(
        _ reference: ColumnReference, _ rules: DisclosureRules, _ rare: [ColumnReference: Set<String>]
    ) -> (FieldValue) -> FieldValue {
        let cut = rules.cuts.first { $0.column == reference }
        let replacement = rules.rareValues.first { $0.column == reference }?.replacement
        let rareValues = rare[reference] ?? []
        return { value in
            if let bottom = cut?.bottom, value != .null, ValueOrder.isBefore(value, bottom) { return bottom }
            if let top = cut?.top, value != .null, ValueOrder.isBefore(top, value) { return top }
            if let replacement, rareValues.contains(value.plainText) {
                if case .text = value { return .text(replacement) }
                if case .code = value { return .code(replacement) }
            }
            return value
        }
    }

    // MARK: Making it

    /// Per column, the values that fewer people have than the rule says. Where those who have one are too few
    /// themselves, the next rarest value joins them.
    ///
    /// - Parameter known: values that are rare for another reason.
    private func rareValues(
        _ store: WorkingStore, known: [ColumnReference: Set<String>]
    ) throws(DatasetError) -> [ColumnReference: Set<String>] {
        var found: [ColumnReference: Set<String>] = [:]
        for rule in rules.rareValues {
            guard let (register, column) = Self.place(of: rule.column, store.layout) else { continue }
            var counts: [String: Int] = [:]
            try store.forEachPerson(inRegisterAt: register) { person, _, rows in
                guard !leavesOut(person) else { return }
                for text in Set(rows.filter { $0[column] != .null }.map { $0[column].plainText }) {
                    counts[text, default: 0] += 1
                }
            }
            // What is called so already is one of them.
            let ordered = counts.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            let others = ordered.filter { $0.key != rule.replacement }
            let isRare = { (key: String, people: Int) in
                people < rule.people || known[rule.column]?.contains(key) == true
            }
            var rare = Set(others.filter { isRare($0.key, $0.value) }.map(\.key))
            var common = others.filter { !isRare($0.key, $0.value) }.map(\.key)[...]
            while !rare.isEmpty {
                let together = rare.union([rule.replacement])
                var people = 0
                try store.forEachPerson(inRegisterAt: register) { person, _, rows in
                    guard !leavesOut(person) else { return }
                    if rows.contains(where: { $0[column] != .null && together.contains($0[column].plainText) }) {
                        people += 1
                    }
                }
                guard people < rule.people, let next = common.popFirst() else { break }
                rare.insert(next)
            }
            found[rule.column] = rare
        }
        return found
    }

    private static func place(of reference: ColumnReference, _ layout: DatasetLayout) -> (register: Int, column: Int)? {
        guard let register = layout.registers.firstIndex(where: { $0.id == reference.register }),
            let column = layout.registers[register].columns.firstIndex(where: { $0.name == reference.column })
        else { return nil }
        return (register, column)
    }

    /// By person, a number that is the same for those who differ in nothing that stays as it is.
    private static func fixedKeys(
        _ store: WorkingStore, _ rules: DisclosureRules, people: [Pseudonym], masks: [UInt64]
    ) throws(DatasetError) -> [UInt64] {
        var keys = masks
        for (index, register) in store.layout.registers.enumerated() {
            let isCounted = rules.countedRows.contains(register.id)
            var rowCounts = Array(repeating: 0, count: people.count)
            var person = 0
            try store.forEachCount(inRegisterAt: index) { pseudonym, count in
                while person < people.count, people[person] < pseudonym { person += 1 }
                guard person < people.count, people[person] == pseudonym else { return }
                rowCounts[person] = isCounted ? count : min(1, count)
            }
            var known: [[UInt64]: UInt64] = [:]
            for person in keys.indices {
                let key = [keys[person], UInt64(rowCounts[person])]
                let next = known[key] ?? UInt64(known.count)
                known[key] = next
                keys[person] = next
            }
        }
        return keys
    }

    /// Values that are shown as they came to fewer people than a rule says, since others' were made coarser.
    private func rarerValues() -> [ColumnReference: Set<String>] {
        var found: [ColumnReference: Set<String>] = [:]
        for rule in rules.rareValues {
            guard let place = columns.firstIndex(where: { $0.reference == rule.column }) else { continue }
            let shown = masks.indices.filter { !isLeftOut[$0] && levels[place][$0] == 0 }
            let counts = columns[place].values(ofPeople: shown)
            var others = counts.filter { $0.key != rule.replacement }
            let few = others.filter { $0.value < rule.people }
            if few.isEmpty, let together = counts[rule.replacement], together < rule.people {
                // Those that are shown as one value are too few themselves: the next rarest joins them.
                let next = others.min { ($0.value, $0.key) < ($1.value, $1.key) }
                others = next.map { [$0.key: $0.value] } ?? [:]
            } else {
                others = few
            }
            if !others.isEmpty { found[rule.column] = Set(others.keys) }
        }
        return found
    }

    private static func read(
        _ store: WorkingStore, _ rules: DisclosureRules, rare: [ColumnReference: Set<String>], people: [Pseudonym]
    ) throws(DatasetError) -> ([QuasiColumn], [SensitiveColumn]) {
        var columns = rules.quasiIdentifiers.map { quasi in
            let type = place(of: quasi.column, store.layout).map {
                store.layout.registers[$0.register].released[$0.column].type
            }
            return QuasiColumn(
                reference: quasi.column, generaliser: Generaliser(steps: quasi.steps, releasedType: type ?? .code),
                personCount: people.count)
        }
        var sensitive = rules.sensitive.map { SensitiveColumn(reference: $0, personCount: people.count) }
        for (register, declared) in store.layout.registers.enumerated() {
            let own = { (reference: ColumnReference) in
                reference.register == declared.id ? place(of: reference, store.layout)?.column : nil
            }
            let quasiPlaces = rules.quasiIdentifiers.map { own($0.column) }
            let sensitivePlaces = rules.sensitive.map(own)
            guard (quasiPlaces + sensitivePlaces).contains(where: { $0 != nil }) else { continue }
            let prepare = declared.columns.map { preparation(ColumnReference(declared.id, $0.name), rules, rare) }
            var person = 0
            try store.forEachPerson(inRegisterAt: register) { pseudonym, _, rows in
                while person < people.count, people[person] < pseudonym { person += 1 }
                guard person < people.count, people[person] == pseudonym else { return }
                for (index, column) in quasiPlaces.enumerated() {
                    guard let column else { continue }
                    columns[index].add(rows.map { prepare[column]($0[column]) }, person: person)
                }
                for (index, column) in sensitivePlaces.enumerated() {
                    guard let column else { continue }
                    sensitive[index].add(rows.map { prepare[column]($0[column]) }, person: person)
                }
            }
        }
        for index in columns.indices { columns[index].finish() }
        return (columns, sensitive)
    }

    private mutating func recode(_ smallestClass: Int) throws(DatasetError) {
        let recoding = LocalRecoding(
            columns: columns, sensitive: sensitive, smallestClass: smallestClass, diversity: rules.diversity)
        let (reached, failed) = recoding.classes(ofPeople: fixed) { isLeftOut[$0] }
        for person in failed.flatMap(\.members) { isLeftOut[Int(person)] = true }
        try checkLeftOut()
        for reachedClass in reached {
            for member in reachedClass.members {
                for (index, level) in reachedClass.levels.enumerated() { levels[index][Int(member)] = UInt8(level) }
            }
        }
        classes = reached
    }

    private func checkLeftOut() throws(DatasetError) {
        guard isLeftOut.contains(true) else { return }
        for cohort in layout.cohorts {
            let members = masks.indices.filter { masks[$0] >> UInt64(cohort.bit) & 1 == 1 }
            let leftOut = members.count { isLeftOut[$0] }
            guard leftOut * 100 <= members.count * rules.leaveOutPercent else {
                throw .disclosureUnreachable(cohort: cohort.id, percent: rules.leaveOutPercent)
            }
        }
    }

    /// How much of the dataset's people is left.
    var keptCount: Int { isLeftOut.count { !$0 } }

    /// What the census must find; nil where no k is asked for.
    var classNumbers: (count: Int, smallest: Int)? {
        rules.smallestClass.map { _ in (classes.count, classes.map(\.members.count).min() ?? 0) }
    }

    /// Sizes of the classes that people would be in as they came, or are in as they are shown.
    func classSizes(isRecoded: Bool) -> [Int] {
        if isRecoded { return classes.map(\.members.count) }
        var sizes: [[Int64]: Int] = [:]
        for person in masks.indices {
            let key = [Int64(bitPattern: fixed[person])] + columns.map { Int64($0.sets[person]) }
            sizes[key, default: 0] += 1
        }
        return Array(sizes.values)
    }

    /// People kept at each level of a quasi-identifier, those without rows in its register apart, and their mean loss.
    func generalisation(at index: Int) -> (people: [Int], meanLoss: Double) {
        let column = columns[index]
        var people = Array(repeating: 0, count: column.generaliser.top + 1)
        var loss = 0.0
        for person in masks.indices where !isLeftOut[person] && column.sets[person] != QuasiColumn.absent {
            let level = Int(levels[index][person])
            people[level] += 1
            loss += column.loss(of: person, level: level)
        }
        let count = people.reduce(0, +)
        return (people, count == 0 ? 0 : loss / Double(count))
    }
}

extension ReleasePlan {
    /// Counts what is written. Exact.
    func tally(of store: WorkingStore) throws(DatasetError) -> Tally {
        var tally = try store.tally()
        guard isLeftOut.contains(true) else { return tally }
        for (index, mask) in masks.enumerated() where isLeftOut[index] {
            tally.people -= 1
            for cohort in layout.cohorts where mask >> UInt64(cohort.bit) & 1 == 1 {
                tally.cohorts[cohort.id, default: 0] -= 1
            }
        }
        for (index, register) in layout.registers.enumerated() {
            try store.forEachPerson(inRegisterAt: index) { person, _, rows in
                guard leavesOut(person) else { return }
                tally.registers[register.id]?.people -= 1
                tally.registers[register.id]?.rows -= rows.count
            }
        }
        return tally
    }

    /// How many rows of a register are shown other than they came, by column.
    struct ChangedRows {
        /// By column of the layout.
        var cut: [Int]
        var grouped: [Int]
        /// Values that are missing now and were not.
        var suppressed: [Int]
    }

    func changedRows(in store: WorkingStore, registerAt index: Int) throws(DatasetError) -> ChangedRows {
        let register = layout.registers[index]
        let zeros = Array(repeating: 0, count: register.columns.count)
        var changed = ChangedRows(cut: zeros, grouped: zeros, suppressed: zeros)
        let cuts = register.columns.map { column in
            rules.cuts.first { $0.column == ColumnReference(register.id, column.name) }
        }
        let rareValues = register.columns.map { rare[ColumnReference(register.id, $0.name)] ?? [] }
        let columns = register.columns
        try store.forEachPerson(inRegisterAt: index) { person, _, rows in
            guard !leavesOut(person) else { return }
            let shown = self.rows(rows, of: person, registerAt: index)
            for (row, shownRow) in zip(rows, shown) {
                for column in columns.indices where row[column] != .null {
                    if shownRow[column] == .null { changed.suppressed[column] += 1 }
                    if let bottom = cuts[column]?.bottom, ValueOrder.isBefore(row[column], bottom) {
                        changed.cut[column] += 1
                    }
                    if let top = cuts[column]?.top, ValueOrder.isBefore(top, row[column]) { changed.cut[column] += 1 }
                    if !rareValues[column].isEmpty, rareValues[column].contains(row[column].plainText) {
                        changed.grouped[column] += 1
                    }
                }
            }
        }
        return changed
    }

    /// A declared table, of what the dataset shows.
    func table(_ table: DisclosedTable, of store: WorkingStore, gate: DisclosureGate) throws(DatasetError)
        -> PeopleTable
    {
        guard let bit = layout.cohorts.first(where: { $0.id == table.cohort })?.bit else {
            throw .unusableName(table.cohort, reason: .undeclared)
        }
        let members = masks.indices.filter { masks[$0] >> UInt64(bit) & 1 == 1 && !isLeftOut[$0] }
        let rows = try shown(table.rows, of: store)
        let columns = try table.columns.map { reference throws(DatasetError) in try shown(reference, of: store) }
        // Where everybody with rows in the register is of the cohort, the rest of the cohort has none.
        let inCohort = Set(members)
        let withRows = rows.indices.filter { !isLeftOut[$0] && rows[$0] != PeopleTable.noRows }
        return try PeopleTable(
            table, of: members.map { (rows[$0], columns?[$0] ?? "") },
            isNoRowsKnown: withRows.allSatisfy(inCohort.contains), gate: gate)
    }

    /// By person, what the dataset shows in a column: one value, or that there are several or none.
    private func shown(_ reference: ColumnReference, of store: WorkingStore) throws(DatasetError) -> [String] {
        var texts = Array(repeating: PeopleTable.noRows, count: people.count)
        guard let (register, column) = Self.place(of: reference, layout) else { return texts }
        try store.forEachPerson(inRegisterAt: register) { person, _, rows in
            guard let index = index(of: person), !rows.isEmpty else { return }
            let values = Set(self.rows(rows, of: person, registerAt: register).map { $0[column].plainText })
            texts[index] = values.count > 1 ? "several values" : values.first == "" ? "missing" : values.first ?? ""
        }
        return texts
    }

    /// Declared tables, in the agreement's order.
    func tables(of store: WorkingStore, gate: DisclosureGate) throws(DatasetError) -> [PeopleTable] {
        try checkTablesApart()
        var tables: [PeopleTable] = []
        for table in rules.tables { tables.append(try self.table(table, of: store, gate: gate)) }
        return tables
    }

    /// Each table hides its small numbers by itself, so no two may count the same people by the same column: one could be
    /// subtracted from the other.
    private func checkTablesApart() throws(DatasetError) {
        for (index, table) in rules.tables.enumerated() {
            for other in rules.tables[..<index] where other.sharesColumn(with: table) {
                let bits = [other, table].compactMap { table in layout.cohorts.first { $0.id == table.cohort }?.bit }
                let both = bits.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
                if masks.indices.contains(where: { masks[$0] & both == both && !isLeftOut[$0] }) {
                    throw .tablesOverlap(table.title, other.title)
                }
            }
        }
    }

    var leftOutCount: Int { isLeftOut.count { $0 } }
}
