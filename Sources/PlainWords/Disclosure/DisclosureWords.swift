internal import Agreement

/// What people are told of a disclosure rule, in one language.
struct DisclosureWords {
    /// For those who sign: sentences of `AgreementSummary`.
    let summary: [String]
    /// What those who sign should know besides; nil: nothing.
    let caution: String?
    /// For the people concerned: what `Notice` says; nil: nothing.
    let notice: String?
}

extension Agreement {
    /// By rule of `disclosure`.
    func disclosureWords(in language: PlainLanguage) -> [DisclosureWords] {
        disclosure.all.map { $0.words(in: self, language) }
    }
}

extension DisclosureRule {
    fileprivate func words(in agreement: Agreement, _ language: PlainLanguage) -> DisclosureWords {
        switch self {
        case .anonymity(let anonymity): anonymity.words(language)
        case .cut(let cut): cut.words(language)
        case .rareValues(let rare): rare.words(language)
        case .dateShift(let shift): shift.words(in: agreement, language)
        case .table(let table): table.words(language)
        }
    }
}

extension ColumnCut {
    fileprivate func words(_ language: PlainLanguage) -> DisclosureWords {
        let limits = [
            bottom.map(language.value).map { language.of("alle \($0)", "under \($0)", "below \($0)") },
            top.map(language.value).map { language.of("yli \($0)", "över \($0)", "above \($0)") },
        ].compactMap { $0 }.joined(separator: language.of(" tai ", " eller ", " or "))
        let summary = language.of(
            "Sarakkeen \(column) arvot, jotka ovat \(limits), näytetään tuona rajana.",
            "Värden i \(column) som är \(limits) visas som den gränsen.",
            "Values of \(column) \(limits) are shown as that limit.")
        return DisclosureWords(summary: [summary], caution: nil, notice: nil)
    }
}

extension RareValues {
    fileprivate func words(_ language: PlainLanguage) -> DisclosureWords {
        let count = language.number(people)
        let summary = language.of(
            "Sarakkeen \(column) arvot, joita on alle \(count) henkilöllä, näytetään muodossa \(replacement).",
            "Värden i \(column) som färre än \(count) personer har visas som \(replacement).",
            "Values of \(column) that fewer than \(people) people have are shown as \(replacement).")
        return DisclosureWords(summary: [summary], caution: nil, notice: nil)
    }
}

extension DisclosedTable {
    fileprivate func words(_ language: PlainLanguage) -> DisclosureWords {
        let by = language.list([rows, columns].compactMap { $0?.description })
        let summary = language.of(
            "Raportissa on taulukko kohortin \(cohort) henkilöistä \(columns == nil ? "sarakkeen" : "sarakkeiden") "
                + "\(by) mukaan: \(title).",
            "Rapporten har en tabell över personerna i kohorten \(cohort) efter \(by): \(title).",
            "The report has a table of the people of \(cohort) by \(by): \(title).")
        return DisclosureWords(summary: [summary], caution: nil, notice: nil)
    }
}
