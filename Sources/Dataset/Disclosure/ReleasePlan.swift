internal import Agreement

/// What the agreement's rules make of one dataset: who is left out, and how every value is shown. Made from a finished
/// store before anything is written.
///
/// People are left out until nobody is: whoever goes may have been one of the few with a value, so that rare values,
/// and then everything that hangs on them, are counted anew among those who stay.
///
/// Memory: some 40 bytes a person and 4 more for every quasi-identifier and sensitive column, and their distinct
/// values.
struct ReleasePlan {
    /// Cells of quasi-identifiers and sensitive columns that are kept in memory, at most.
    static let cellLimit = 1 << 28

    let layout: DatasetLayout
    let rules: DisclosureRules
    let anonymity: Anonymity
    let shifter: DateShifter?
    let people: [Pseudonym]
    /// By person, the cohorts that the dataset shows.
    let masks: [UInt64]
    private(set) var isLeftOut: [Bool]
    /// By quasi-identifier.
    private(set) var columns: [QuasiColumn] = []
    private(set) var sensitive: [SensitiveColumn] = []
    /// By quasi-identifier and person.
    private(set) var levels: [[UInt8]] = []
    /// By person, what tells people apart whatever is made coarser: cohorts, in which registers they have rows, and how
    /// many where the agreement counts them.
    private(set) var fixed: [UInt64] = []
    private(set) var classes: [EquivalenceClass] = []
    /// By register and column of the layout.
    private(set) var columnRules: [[ColumnRules]] = []

    init(_ store: WorkingStore) throws(DatasetError) {
        let layout = store.layout
        self.layout = layout
        rules = store.agreement.disclosure
        anonymity = rules.anonymity
        var people: [Pseudonym] = []
        var masks: [UInt64] = []
        if rules.all.contains(where: \.needsPeople) {
            try store.forEachPerson { selected in
                let (person, mask) = (selected.pseudonym, selected.cohorts)
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
        let isGoalSet = anonymity.smallestClass != nil
        let columnCount = isGoalSet ? anonymity.quasiIdentifiers.count + anonymity.sensitive.count : 0
        guard people.count * max(1, columnCount) <= Self.cellLimit else { throw .disclosureTooLarge }
        if isGoalSet { fixed = try fixedKeys(store) }
        var rarer: [ColumnReference: Set<String>] = [:]
        while true {
            let rare = try rareValues(store, known: rarer)
            columnRules = layout.registers.map { register in
                register.columns.map { ColumnRules(rules, of: $0, in: register.id, rare: rare) }
            }
            guard let smallestClass = anonymity.smallestClass else { return }
            (columns, sensitive) = try readColumns(store)
            levels = columns.map { _ in Array(repeating: 0, count: people.count) }
            let before = leftOutCount
            try recode(smallestClass)
            let more = rarerValues()
            if rules.rareValues.isEmpty || leftOutCount == before && more.isEmpty { return }
            rarer.merge(more) { $0.union($1) }
        }
    }

    private mutating func recode(_ smallestClass: Int) throws(DatasetError) {
        let recoding = LocalRecoding(
            columns: columns, sensitive: sensitive, smallestClass: smallestClass, diversity: anonymity.diversity)
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
            guard leftOut * 100 <= members.count * anonymity.leaveOutPercent else {
                throw .disclosureUnreachable(cohort: cohort.id, percent: anonymity.leaveOutPercent)
            }
        }
    }

    /// How many of the dataset's people are left out.
    var leftOutCount: Int { isLeftOut.count { $0 } }

    /// Where a released column is in the layout; nil where it is not.
    func place(of reference: ColumnReference) -> (register: Int, column: Int)? {
        guard let register = layout.registers.firstIndex(where: { $0.id == reference.register }),
            let column = layout.registers[register].columns.firstIndex(where: { $0.name == reference.column })
        else { return nil }
        return (register, column)
    }
}
