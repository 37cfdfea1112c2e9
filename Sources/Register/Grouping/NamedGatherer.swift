internal import PSIProtocol

/// Gives all rows of somebody whom the owner names the code that is in any of them.
struct NamedGatherer: Sendable {
    private let plan: MatchPlan
    private let neverRelease: NeverRelease?
    private let people: PersonSort

    /// Rows are given on in pieces of about this size.
    private static let pieceByteCount = 1 << 18

    init(_ plan: MatchPlan, neverRelease: NeverRelease?, people: PersonSort) {
        self.plan = plan
        self.neverRelease = neverRelease
        self.people = people
    }

    /// Gives a part's rows to the sort by person.
    ///
    /// - Throws: `SpoolDamage`, `RegisterError.Kind`, and what the sort throws.
    func gather(_ part: SortPart, _ survey: inout SurveyPart) throws {
        var dealer = people.makeDealer()
        var person: NamedPerson?
        try part.rows { record in
            guard let row = RowView(record) else { throw SpoolDamage() }
            if let named = person, !named.keyBytes.elementsEqual(row.key) {
                try add(named, &dealer, &survey)
                person = nil
            }
            if person == nil {
                guard let key = PersonKey(row.key) else { throw SpoolDamage() }
                person = NamedPerson(key, bytes: Array(row.key))
            }
            try person?.add(GatheredRow(row))
        }
        if let person { try add(person, &dealer, &survey) }
        try people.add(dealer.deal())
    }

    private func add(_ person: NamedPerson, _ dealer: inout RowDealer, _ survey: inout SurveyPart) throws {
        // Whoever is named so is never released if anything in any of the rows says it.
        let isWithheld = person.rows.contains { $0.fate == .withheld || isNeverReleased($0.identity) }
        let codes = person.codes
        if codes.count > 1, !isWithheld { survey.severalCodes += 1 }
        for row in person.rows {
            var gathered = row
            gathered.code = nil
            if isWithheld { gathered.fate = .withheld }
            if let code = codes.first, codes.count == 1 {
                try dealer.add(.code(code.person)) { gathered.append(to: &$0) }
            } else if plan.worksWithoutCode {
                try dealer.add(person.key) { gathered.append(to: &$0) }
            } else if gathered.fate == .kept {
                // Nothing becomes of the row; it counts if it is one that the agreement asks for.
                var reason = RefusalReason.severalCodes
                if codes.isEmpty, case .failure(let own)? = row.code { reason = own }
                survey.refuse(reason)
                if let tally = gathered.tally { survey.count(tally) }
            }
        }
        if dealer.byteCount >= Self.pieceByteCount { try people.add(dealer.deal()) }
    }

    private func isNeverReleased(_ identity: PersonIdentity?) -> Bool {
        guard let identity, let neverRelease else { return false }
        return neverRelease.contains(identity)
    }
}
