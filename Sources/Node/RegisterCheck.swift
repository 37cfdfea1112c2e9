internal import Agreement
internal import Daemon
internal import Exchange
internal import PSIProtocol
internal import Register
internal import Values

/// What one register would declare.
struct RegisterCheck {
    let declaration: RegisterDeclaration
    let plan: MatchPlan
    let source: RegisterSource
    let cellByteCount: Int
    /// How many of the agreement's registers have tokens.
    var tokenRegisterCount = 0
    /// Why people who are never to be released could not be kept out under the agreement.
    var obstacle: RegisterError?

    /// How many people are looked at together.
    private static let batchCount = 1_024

    /// What the agreement leaves out of the register and makes of its columns, and who is never released.
    private func minimisation(_ survey: RegisterSurvey, to out: Console) {
        if declaration.rows != nil {
            out.line(
                "  rows: \(survey.rowsLeftOut) are left out by the agreement; "
                    + "\(survey.peopleWithoutRows) people are in the register without any that is kept")
        }
        for counts in survey.derivations {
            var line = "  column \(counts.column): \(counts.made) values made, \(counts.missing) missing"
            if counts.unmatched > 0 { line += ", \(counts.unmatched) that the map lacks" }
            let values = counts.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            out.line(line + (values.isEmpty ? "" : "; " + values.joined(separator: ", ")))
        }
        if source.screensPeople {
            out.line(
                "  never released: \(survey.peopleWithheld) of the register's people; the lists have "
                    + "\(survey.codesListed), of whom \(survey.codesListedOfNobody) are not in it. No other number "
                    + "counts them")
        }
    }

    /// - Returns: what would stop a round, a word for each thing.
    @discardableResult
    func report(to out: Console, spool: any Spool, workers: Workers) async throws -> [ReadinessWord] {
        var problems: [ReadinessWord] = []
        if let obstacle {
            out.line("register \(declaration.id): \(obstacle.description)")
            problems.append(.register)
        }
        var pass = try await RegisterPass(
            declaration: declaration, plan: plan, source: source, spool: spool, workers: workers,
            countsProgramWords: true)
        let survey = pass.survey
        out.line(
            "register \(declaration.id): \(survey.people) people, \(survey.rowsKept) rows of \(survey.rowsRead) read")
        minimisation(survey, to: out)
        report(survey, to: out)
        for objection in pass.objections {
            out.line("  \(objection.description)")
            problems.append(objection is RegisterOverCap ? .cap : .register)
        }
        if source.identityColumn == nil, plan.keys.contains(where: { $0.content == .identityCode }) {
            out.line("  config.yaml names no column of identity codes (identity): nobody is found by their code")
        }
        if source.history == nil, plan.keys.contains(where: { $0.content == .formerCode }) {
            out.line("  config.yaml names no history: nobody is found by a former code of this register")
        }
        if let history = source.history, history.replacedColumn == nil,
            let since = plan.keys.lazy.compactMap(\.replacedSince).first
        {
            out.line(
                "  the agreement takes former codes that were replaced on \(since) or later, and config.yaml does not "
                    + "say which column of the history has that day (replaced): nobody is found by a former code of "
                    + "this register")
        }
        problems += try await reportPeople(&pass, to: out, spool: spool, workers: workers)
        for related in pass.related { problems += try report(related, to: out) }
        return problems
    }

    /// Whom a column names.
    ///
    /// - Returns: what would stop a round, a word for each thing.
    private func report(_ related: RelatedPeople, to out: Console) throws -> [ReadinessWord] {
        var related = related
        let (survey, declaration) = (related.survey, related.declaration)
        out.line(
            "  column \(related.column): \(survey.rowsKept) rows name \(survey.people) people; "
                + "\(related.themselves) rows name their own person")
        for reason in RefusalReason.allCases {
            if let count = survey.refused[reason], count > 0 {
                out.line("    \(count) codes are not used, so they name nobody: \(reason.rawValue)")
            }
        }
        if !survey.codeShapes.words.isEmpty { out.line("    codes that are not usable: \(survey.codeShapes.words)") }
        if source.screensPeople {
            out.line(
                "    never released: \(survey.peopleWithheld) of those named; rows that name them lead nowhere, and "
                    + "are not counted above")
        }
        var sizes = Sizes()
        while true {
            let people = try related.next(Self.batchCount, byteCount: 256 << 10).records()
            if people.isEmpty { break }
            for person in people { try sizes.add(person, declaration, cellByteCount: cellByteCount) }
        }
        out.line(
            "    at most \(survey.mostRowsOfPerson) rows name one person, in \(sizes.most) cells "
                + "(\(declaration.maxCellsPerPerson) allowed)")
        guard sizes.tooLarge > 0 else { return [] }
        out.line(
            "    links to \(sizes.tooLarge) people need more cells than allowed: look for a placeholder among the "
                + "codes, or agree on a higher max_cells_per_person of the column")
        return [.cap]
    }

    /// What is known only when the people are handed out: how complete keys are, and how large the largest are.
    ///
    /// - Returns: what would stop a round, a word for each thing.
    private func reportPeople(
        _ pass: inout RegisterPass, to out: Console, spool: any Spool, workers: Workers
    ) async throws -> [ReadinessWord] {
        var census = KeyCensus(keys: plan.keys, spool: spool)
        var tokens = plan.tolerantMatching.map { TokenCensus(settings: $0) }
        let tokenMaker = tokens
        var sizes = Sizes()
        let (hasher, declaration, cellByteCount) = (census.hasher, declaration, cellByteCount)
        try await Pipeline(workers: workers).run { () async throws -> PeoplePiece? in
            let people = try await pass.next(Self.batchCount)
            return people.isEmpty ? nil : people
        } compute: { piece in
            let people = try piece.records().filter { !$0.isWithheld }
            var sizes = Sizes()
            for person in people { try sizes.add(person, declaration, cellByteCount: cellByteCount) }
            return (
                hasher.hashes(of: people.lazy.map(\.identities)), tokenMaker?.places(of: people.lazy.map(\.features)),
                sizes
            )
        } take: { hashes, places, some in
            try census.add(hashes)
            if let places { tokens?.add(places) }
            sizes.add(some)
        }
        let survey = pass.survey
        for (key, counts) in zip(plan.keys, try census.counts()) {
            out.line(
                "  key \(key.name): \(counts.present) people have it "
                    + "(\(Self.percent(counts.present, of: survey.people))), \(counts.shared) share it with somebody "
                    + "of this register")
        }
        if plan.tolerantMatching != nil {
            out.line(
                "  tokens: \(sizes.withFeatures) people have what they are made of "
                    + "(\(Self.percent(sizes.withFeatures, of: survey.people)))"
            )
        }
        if let tokens { report(tokens.pairEstimate, to: out) }
        guard !declaration.columns.isEmpty else { return [] }
        out.line(
            "  at most \(survey.mostRowsOfPerson) rows and \(sizes.most) cells a person "
                + "(\(declaration.maxCellsPerPerson) allowed)"
        )
        if sizes.tooLarge == 0 { return [] }
        out.line(
            "  \(sizes.tooLarge) people need more cells than allowed: agree on a higher max_cells_per_person or "
                + "cell_bytes"
        )
        return [.cap]
    }

    /// How far tokens bring matching to its limit. [A-99]
    private func report(_ pairEstimate: Int, to out: Console) {
        let limit = TolerantMatching.pairLimit
        out.line("  tokens: about \(pairEstimate) pairs of people would share one with a register like this")
        let pairCount = tokenRegisterCount * (tokenRegisterCount - 1) / 2
        guard pairCount > 0, pairEstimate > limit / pairCount else { return }
        out.line(
            "    with \(tokenRegisterCount) registers like this it would be more than \(limit) pairs, and matching "
                + "ends the round without a result: agree on longer patterns, fewer tokens, a lower most_frequent or "
                + "fewer people before a round is opened")
    }

    /// What is found of people one by one.
    private struct Sizes: Sendable {
        /// Cells that one person needs.
        var most = 0
        /// People who need more cells than allowed.
        var tooLarge = 0
        var withFeatures = 0

        mutating func add(_ person: PersonRecord, _ declaration: RegisterDeclaration, cellByteCount: Int) throws {
            if person.features.contains(where: { !$0.isEmpty }) { withFeatures += 1 }
            guard !declaration.columns.isEmpty else { return }
            let cells = try CellSealer.cellCount(ofRows: person.rows, cellByteCount: cellByteCount)
            most = max(most, cells)
            if cells > declaration.maxCellsPerPerson { tooLarge += 1 }
        }

        mutating func add(_ other: Sizes) {
            most = max(most, other.most)
            tooLarge += other.tooLarge
            withFeatures += other.withFeatures
        }
    }

    private func report(_ survey: RegisterSurvey, to out: Console) {
        for reason in RefusalReason.allCases {
            if let count = survey.refused[reason], count > 0 { out.line("  refused \(count) rows: \(reason.rawValue)") }
        }
        let codes = survey.codes
        out.line(
            "  codes by row: \(codes.official) official, \(codes.temporary) temporary, \(codes.missing) missing, "
                + "\(codes.invalid) invalid; \(codes.repaired) were read in spite of look-alike characters")
        if !survey.codeShapes.words.isEmpty { out.line("  codes that are not usable: \(survey.codeShapes.words)") }
        for (field, words) in survey.programWords.sorted(by: { $0.key < $1.key }) {
            let rows = words.values.reduce(0, +)
            guard rows > 1, rows * 1_000 >= survey.rowsRead else { continue }
            let list = words.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) (\($0.value))" }
            out.line(
                "  match field \(field): \(rows) rows have a word that programs write for a missing value, and that "
                    + "counts as a value here: \(list.joined(separator: ", ")). Make them empty, or agree on "
                    + "normalisation: sidos-2"
            )
        }
        if survey.peopleWithoutCode > 0 { out.line("  \(survey.peopleWithoutCode) people have no usable code") }
        if survey.severalCodes > 0 {
            out.line(
                "  \(survey.severalCodes) people have rows with different codes: none of them is used; correct the "
                    + "register"
            )
        }
        if source.history != nil {
            let history = survey.history
            out.line(
                "  history: \(history.pairsRead) pairs, \(survey.peopleWithFormerCodes) people with former codes, "
                    + "\(history.conflicts) codes with several successors, \(history.cycles) circles, "
                    + "\(history.refused.values.reduce(0, +)) rows refused")
            if history.untold > 0 {
                out.line(
                    "    \(history.untold) former codes were replaced too early, or on no day that can be read: nobody "
                        + "is found by them")
            }
            if history.reissued > 0 {
                out.line(
                    "    \(history.reissued) codes were given to somebody after they had been replaced: they were "
                        + "issued again, and are nobody's former codes here")
            }
        }
        for (title, breakdown) in [("year", survey.yearBreakdown), ("group", survey.groupBreakdown)] {
            for part in breakdown {
                out.line(
                    "  \(title) \(part.value.isEmpty ? "(none)" : part.value): \(part.codes.official) official, "
                        + "\(part.codes.temporary) temporary, \(part.codes.missing) missing, \(part.codes.invalid) "
                        + "invalid"
                )
            }
        }
    }

    private static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "of nobody" : "\((part * 1_000 / whole + 5) / 10) %"
    }
}

extension RegisterDeclaration {
    /// A register without released columns, for reading identity codes only.
    static func bare(_ id: RegisterID, owner: ParticipantID) -> RegisterDeclaration {
        RegisterDeclaration(
            id: id, title: id, owner: owner, releasedFor: [], maxPeople: AgreementLimits.people.upperBound,
            maxCellsPerPerson: 1, columns: [])
    }
}
