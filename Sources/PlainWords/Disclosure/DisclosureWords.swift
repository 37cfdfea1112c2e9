internal import Agreement

/// What people are told of a disclosure rule.
struct DisclosureWords {
    /// For those who sign: sentences of `AgreementSummary`.
    let summary: [String]
    /// What those who sign should know besides; nil: nothing.
    let caution: String?
    /// For the people concerned: what `Notice` says; nil: nothing.
    let notice: Translated?
}

extension Agreement {
    /// By rule of `disclosure`.
    var disclosureWords: [DisclosureWords] { disclosure.all.map { $0.words(in: self) } }
}

extension DisclosureRule {
    fileprivate func words(in agreement: Agreement) -> DisclosureWords {
        switch self {
        case .anonymity(let anonymity): anonymity.words
        case .cut(let cut): cut.words
        case .rareValues(let rare): rare.words
        case .dateShift(let shift): shift.words(in: agreement)
        case .table(let table): table.words
        }
    }
}

extension ColumnCut {
    fileprivate var words: DisclosureWords {
        let limits = [bottom.map { "below \($0.plainText)" }, top.map { "above \($0.plainText)" }].compactMap { $0 }
        return DisclosureWords(
            summary: ["Values of \(column) \(limits.joined(separator: " or ")) are shown as that limit."],
            caution: nil, notice: nil)
    }
}

extension RareValues {
    fileprivate var words: DisclosureWords {
        DisclosureWords(
            summary: ["Values of \(column) that fewer than \(people) people have are shown as \(replacement)."],
            caution: nil, notice: nil)
    }
}

extension DisclosedTable {
    fileprivate var words: DisclosureWords {
        let by = columns.map { "\(rows) and \($0)" } ?? "\(rows)"
        return DisclosureWords(
            summary: ["The report has a table of the people of \(cohort) by \(by): \(title)."],
            caution: nil, notice: nil)
    }
}
