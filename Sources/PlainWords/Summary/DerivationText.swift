public import Agreement

extension ColumnDeclaration {
    /// How the column is made of the register's, as a sentence without an end; nil for one that is as the register has
    /// it.
    public var derivationText: String? {
        let other = source == name ? nil : source
        let from = other.map { " of \($0)" } ?? ""
        guard let derivation else { return other.map { "the register's column \($0)" } }
        switch derivation {
        case .coarsen(let period):
            let form =
                switch (period, type) {
                case (_, .date): "as the first day of it"
                case (.year, _): "as a number"
                case (.quarter, _): "as a code such as 2009-Q3"
                case (.month, _): "as a code such as 2009-07"
                }
            return "the \(period.rawValue)\(from) only, \(form)"
        case .map(let mapping):
            let codes = Set(mapping.codes.values).count
            let head =
                "one of \(codes) \(codes == 1 ? "code" : "codes") made\(from) by a table of "
                + "\(mapping.codes.count) \(mapping.codes.count == 1 ? "code" : "codes")"
            switch mapping.otherwise {
            case .refused: return head
            case .missing: return head + "; others become missing"
            case .code(let code): return head + "; others become \(code)"
            }
        case .bands(let bands):
            return "the band\(from) only, one of: " + bands.labels.joined(separator: "; ")
        case .round(let step):
            return (other.map { "\($0) " } ?? "")
                + "rounded to the nearest multiple of \(AgreementSummary.number(step))"
        }
    }
}

extension RowSelection {
    /// Which rows are kept, and what becomes of people without any, in sentences.
    public var sentences: [String] {
        let kept = conditions.map(\.text).joined(separator: ", and ")
        switch people {
        case .keep:
            return [
                "Only rows are used in which \(kept).",
                "Somebody without such a row is in the register all the same, and belongs to its cohorts without rows.",
            ]
        case .leaveOut:
            return [
                "Only rows are used in which \(kept).",
                "Somebody without such a row is not in the register: a cohort that excludes the register's people may "
                    + "have them.",
            ]
        }
    }
}

extension RowCondition {
    /// `start is from 2009-01-01 to 2024-12-31`.
    public var text: String {
        func range(_ from: String?, _ until: String?) -> String {
            switch (from, until) {
            case (let from?, let until?): "from \(from) to \(until)"
            case (let from?, nil): "\(from) or later"
            case (nil, let until?): "\(until) or earlier"
            case (nil, nil): "anything"
            }
        }
        let said =
            switch test {
            case .dates(let from, let until): "is " + range(from?.description, until?.description)
            case .integers(let from, let until): "is " + range(from.map(String.init), until.map(String.init))
            case .codes(let codes): "is " + Self.list(codes)
            case .codesBut(let codes): "is not " + Self.list(codes)
            case .boolean(let flag): "is \(flag)"
            }
        return "\(column) \(said)" + (keepsMissing ? " or missing" : "")
    }

    private static func list(_ codes: Set<String>) -> String {
        let sorted = codes.sorted()
        guard sorted.count <= 12 else { return "one of \(sorted.count) codes, among them \(sorted[0])" }
        return sorted.joined(separator: " or ")
    }
}

extension Agreement {
    /// What owners do to rows and columns before anything leaves, as sentences that begin with what they are about.
    public var minimisation: [String] {
        registers.flatMap { register in
            let rows = register.rows.map { ["\(register.id): " + $0.sentences.joined(separator: " ")] } ?? []
            return rows
                + register.columns.compactMap { column in
                    column.derivationText.map { "\(register.id).\(column.name): \($0)." }
                }
        }
    }
}
