internal import Agreement
internal import PSIProtocol
internal import Values

/// The report's section on how well people could be recognised, all counts as the agreement lets them be told.
struct LinkageQuality: Encodable {
    struct Register: Encodable {
        let id: RegisterID
        /// What the owner said; nil if it said nothing.
        let source: Source?
        /// Records of the whole register that each link joined to others; nil where the coordinator said nothing.
        let joined: [NamedCount]?
        /// Nil when no rows of the register are released.
        let released: MatchRates?
    }

    /// What an owner said of its register.
    struct Source: Encodable {
        /// Rows by what their identity code is.
        let codes: CodeLine
        let years: [CodeLine]
        let groups: [CodeLine]
        let keys: [Key]
        let history: History
    }

    struct CodeLine: Encodable {
        /// A year or a group; nil for all rows.
        let value: String?
        let official: ReportCount
        let temporary: ReportCount
        let missing: ReportCount
        let invalid: ReportCount
        /// Among the official and temporary ones.
        let repaired: ReportCount
    }

    struct Key: Encodable {
        let name: String
        /// People with a value under the key.
        let present: ReportCount
        /// People among them who share it with somebody of the same register.
        let shared: ReportCount
    }

    struct History: Encodable {
        /// Former codes known.
        let codes: ReportCount
        /// People found under a former code or with one.
        let people: ReportCount
        /// Former codes with several successors.
        let conflicts: ReportCount
        /// Codes that are each other's successors in a circle.
        let cycles: ReportCount
    }

    let registers: [Register]
    /// Groups of records that a link would have joined although two are of one register; nil where the coordinator said
    /// nothing.
    let conflicts: [NamedCount]?
    /// Former codes that belong to several people.
    let historyConflicts: ReportCount?

    /// Nil where there is nothing to tell: the round's report says nothing of quality, and people are recognised in one
    /// way only.
    init?(store: WorkingStore, quality: RoundQuality?, gate: DisclosureGate, plan: ReleasePlan) throws(DatasetError) {
        let layout = store.layout
        guard quality != nil || layout.hasLinkColumn else { return nil }
        if let quality { try gate.check(quality) }
        let counter = MatchCounter(store: store, plan: plan)
        var matches: [RegisterMatches] = []
        for index in layout.registers.indices { matches.append(try counter.count(registerAt: index)) }
        let rates = MatchRates.published(matches, layout: layout, gate: gate)
        let agreement = store.agreement
        let named = { (counts: [Int]) in
            zip(agreement.linkNames, counts).map { NamedCount(name: $0, people: gate.received($1)) }
        }
        registers = agreement.registers.enumerated().map { index, register in
            let released = layout.registers.firstIndex { $0.declaredIndex == index }
            return Register(
                id: register.id,
                source: quality?.surveys[register.id].map { Source($0, agreement: agreement, gate: gate) },
                joined: quality?.linkage.map { named($0.linked[index]) }, released: released.map { rates[$0] })
        }
        conflicts = quality?.linkage.map { named($0.conflicts) }
        historyConflicts = quality?.linkage.map { gate.received($0.historyConflicts) }
    }
}

extension LinkageQuality.Source {
    fileprivate init(_ survey: SourceSurvey, agreement: Agreement, gate: DisclosureGate) {
        // All, then years, then groups; five cells a line.
        let lines = [(nil, survey.codes)] + (survey.years + survey.groups).map { (Optional($0.value), $0.codes) }
        // Withheld by the owner, who alone knows the exact numbers, with all that ties them to each other.
        let cells = lines.flatMap { _, codes in
            [codes.official, codes.temporary, codes.missing, codes.invalid, codes.repaired].map(gate.received)
        }
        let years = 1..<(1 + survey.years.count)
        let shown = lines.indices.map { line in
            LinkageQuality.CodeLine(
                value: lines[line].0.map { $0.isEmpty ? MatchCounter.none : $0 }, official: cells[line * 5],
                temporary: cells[line * 5 + 1], missing: cells[line * 5 + 2], invalid: cells[line * 5 + 3],
                repaired: cells[line * 5 + 4])
        }
        codes = shown[0]
        self.years = Array(shown[years])
        groups = Array(shown[years.upperBound...])
        keys = zip(agreement.matchKeys, survey.keys).map {
            LinkageQuality.Key(name: $0.name, present: gate.received($1.present), shared: gate.received($1.shared))
        }
        history = LinkageQuality.History(
            codes: gate.received(survey.history.codes), people: gate.received(survey.history.people),
            conflicts: gate.received(survey.history.conflicts), cycles: gate.received(survey.history.cycles))
    }
}
