internal import Agreement
internal import PSIProtocol
internal import Values

/// What one row of a register normalises to, for its owner's own eyes: it shows the row's content.
public struct RowExplanation {
    /// Lines for a terminal. Secret: they hold what identifies a person.
    public let lines: [String]

    /// - Parameter row: 1 for the first.
    /// - Returns: nil if the register has fewer rows.
    public init?(row: Int, of reader: RegisterReader, history: IdentityHistory?) throws(RegisterError) {
        var reader = reader
        for _ in 1..<max(1, row) { guard try reader.next() != nil else { return nil } }
        let unmatched = reader.derivationCounts.map(\.unmatched)
        guard let next = try reader.next() else { return nil }
        let gaps = Set(zip(reader.derivationCounts, unmatched).filter { $0.unmatched > $1 }.map(\.0.column))
        let plan = reader.plan
        switch next {
        case .refused(let reason, _): lines = ["not used: \(reason.rawValue), and nothing else says who it is about"]
        case .leftOut: lines = ["not used: the agreement's rows leave it out"]
        case .row(let row):
            let neverRelease = try reader.readNeverRelease(history)
            var lines = Self.lines(of: row, plan: plan, history: history)
            if let code = try? row.code.get().code, let neverRelease,
                neverRelease.contains((history?.current(of: code) ?? code).person)
            {
                lines.append("never released: the person is on a list")
            }
            switch row.fate {
            case .withheld: lines.append("never released: the row is marked")
            case .presence: lines.append("no rows of it: the agreement's rows leave it out, and keep the person")
            case .kept, .outside: break
            }
            var relations = row.relations[...]
            for (column, value) in zip(reader.declaration.columns, row.values) {
                if column.relation != nil {
                    guard let relation = relations.popFirst() else { continue }
                    lines.append(Self.line(of: relation, in: column.name, history, neverRelease))
                    continue
                }
                let gap = gaps.contains(column.name) ? " (the agreement's map lacks the row's code)" : ""
                lines.append("column \(column.name): \(Self.shown(value))\(gap)")
            }
            self.lines = lines
        }
    }

    private static func line(
        of relation: RowRelation, in column: String, _ history: IdentityHistory?, _ neverRelease: NeverRelease?
    ) -> String {
        let code: CodeIdentity
        switch relation.code {
        case .failure(.missing): return "column \(column): names nobody"
        case .failure(let reason): return "column \(column): names nobody (\(reason.rawValue))"
        case .success(let reading): code = history?.current(of: reading.code) ?? reading.code
        }
        var line = "column \(column): a link to \(shown(code.person)) (\(code.codeClass.rawValue))"
        if neverRelease?.contains(code.person) ?? false { line += ", who is never released: it leads nowhere" }
        return line
    }

    private static func lines(of row: ReadRow, plan: MatchPlan, history: IdentityHistory?) -> [String] {
        var lines: [String] = []
        var identity: PersonIdentity?
        switch row.code {
        case .success(let reading):
            let current = history?.current(of: reading.code) ?? reading.code
            var line = "code: \(shown(reading.identity)) (\(reading.code.codeClass.rawValue)"
            line += reading.isRepaired ? ", look-alikes read)" : ")"
            if current != reading.code { line += ", today \(shown(current.person))" }
            lines.append(line)
            identity = current.person
        case .failure(let reason): lines.append("code: none (\(reason.rawValue))")
        }
        if let local = row.localPerson { lines.append("person: \(shown(local))") }
        for (field, value) in zip(plan.fields, row.fields) {
            lines.append("field \(field.name): \(value.map { shown($0, field.kind, plan.profile) } ?? "missing")")
        }
        let person = PersonRows(
            identity: identity, former: identity.flatMap { history?.former(of: $0) } ?? [], fields: row.fields)
        let values = PersonValues(plan: plan)
        var position = 0
        let identities = values.identities(of: person)
        for key in plan.keys {
            let found = identities[position..<(position + key.valueCount)].compactMap { $0 }
            lines.append("key \(key.name): " + (found.isEmpty ? "none" : found.map(shown).joined(separator: "; ")))
            position += key.valueCount
        }
        if let tolerant = plan.tolerantMatching {
            for (group, features) in zip(tolerant.groups, values.features(of: person)) {
                lines.append("features \(group.name): \(features.count)")
            }
        }
        return lines
    }

    private static func shown(_ value: FieldValue) -> String {
        switch value {
        case .null: "missing"
        case .integer(let number): String(number)
        case .decimal(let number): number.digits
        case .date(let date): date.description
        case .boolean(let flag): String(flag)
        case .code(let text), .text(let text): shown(Array(text.utf8.prefix(200)))
        case .person: "a link"
        }
    }

    private static func shown(
        _ field: NormalisedField, _ kind: MatchFieldKind, _ profile: NormalisationProfile
    ) -> String {
        if let date = field.date {
            func part(_ number: Int?) -> String { number.map(String.init) ?? "?" }
            return "year \(part(date.year)), month \(part(date.month)), day \(part(date.day))"
                + (date.isDefaultDay ? " (may stand for an unknown day)" : "")
        }
        let words = field.words.map(shown).joined(separator: " ")
        guard kind == .givenNames || kind == .familyName else { return words }
        return words + ", sounds " + field.words.map { shown(profile.phonetic($0, as: kind)) }.joined(separator: " ")
    }

    private static func shown(_ identity: PersonIdentity) -> String { shown(identity.bytes) }

    /// Parts are separated by a bar; characters that do more to a terminal than to be seen are left out.
    private static func shown(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.value == UInt32(RecipeEvaluator.partSeparator) {
                text += " | "
            } else if ShownName.isFit(scalar) {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}
