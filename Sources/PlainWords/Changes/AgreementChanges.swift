public import Agreement

/// What differs between two agreements, for those who have signed one and are asked to sign the other.
///
/// Sentences of the summary come first, as far as they differ; then every field that differs, with what stands in the
/// two files, whether or not the summary tells of it. Agreements without a difference mean the same, byte for byte of
/// every text.
public struct AgreementChanges: Sendable {
    public typealias Item = AgreementSummary.Item

    public struct Section: Sendable, Equatable {
        public var id: AgreementSummary.Section.ID
        public var heading: String
        /// What no longer holds.
        public var before: [Item]
        /// What holds now.
        public var after: [Item]
    }

    public let language: PlainLanguage
    /// Those that differ; none where the agreements mean the same.
    public let sections: [Section]

    public init(from: Agreement, to: Agreement, language: PlainLanguage = .english) {
        self.language = language
        let (old, new) = (AgreementSummary(from, language: language), AgreementSummary(to, language: language))
        var sections = AgreementSummary.Section.ID.allCases.map { id in
            let items = { (summary: AgreementSummary) in
                summary.sections.first { $0.id == id }?.items.map(\.alone) ?? []
            }
            return Section(id, Self.difference(items(old), items(new)), language)
        }
        sections.append(Section(.fields, Self.fields(from, to, language), language))
        self.sections = sections.filter { !$0.before.isEmpty || !$0.after.isEmpty }
    }

    /// As lines, of at most 100 characters except where a single word is longer.
    public var text: String {
        guard !sections.isEmpty else {
            return language.of(
                "Sopimukset tarkoittavat samaa.\n", "Avtalen betyder detsamma.\n", "The agreements mean the same.\n")
        }
        return sections.map { section in
            let parts = [
                (language.of("Ei enää:", "Inte längre:", "No longer:"), section.before),
                (language.of("Nyt:", "Nu:", "Now:"), section.after),
            ].filter { !$0.1.isEmpty }
            let lines = parts.flatMap { head, items in ["  " + head] + items.flatMap { $0.lines(further: 1) } }
            return ([section.heading.uppercased()] + lines).map { $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }

    // MARK: Comparing

    private static func fields(
        _ from: Agreement, _ to: Agreement, _ language: PlainLanguage
    ) -> (before: [Item], after: [Item]) {
        let (old, new) = (AgreementFields(from, language), AgreementFields(to, language))
        var (before, after) = difference(old.items, new.items)
        for order in old.orders {
            guard let other = new.orders.first(where: { $0.place == order.place }) else { continue }
            let kept = order.ids.filter(other.ids.contains)
            guard kept != other.ids.filter(order.ids.contains) else { continue }
            before.append(order.item)
            after.append(other.item)
        }
        if before.isEmpty, after.isEmpty, from != to {
            let text = language.of(
                "Jokin muu eroaa, mutta tällä ohjelmalla ei ole sille sanoja. Vertaa tiedostoja.",
                "Något annat skiljer sig som programmet saknar ord för. Jämför filerna.",
                "Something else differs for which this program has no words. Compare the files.")
            after.append(Item(1, point: text))
        }
        return (before, after)
    }

    /// What each has that the other does not have, as often, in order. Compared byte by byte, as codes are: some texts
    /// look the same and are not.
    private static func difference(_ old: [Item], _ new: [Item]) -> (before: [Item], after: [Item]) {
        func without(_ items: [Item], _ others: [Item]) -> [Item] {
            var counts: [[UInt8]: Int] = [:]
            for item in others { counts[item.bytes, default: 0] += 1 }
            return items.filter { item in
                guard let count = counts[item.bytes], count > 0 else { return true }
                counts[item.bytes] = count - 1
                return false
            }
        }
        return (without(old, new), without(new, old))
    }
}

extension AgreementChanges.Section {
    fileprivate init(
        _ id: AgreementSummary.Section.ID, _ items: (before: [AgreementChanges.Item], after: [AgreementChanges.Item]),
        _ language: PlainLanguage
    ) {
        self.init(id: id, heading: id.heading(language), before: items.before, after: items.after)
        // Marks what a reader could not tell apart.
        let (old, new) = (Set(before.map(\.look)), Set(after.map(\.look)))
        let note = language.of(
            " (näyttää samalta, mutta merkit ovat eri)", " (ser likadant ut, men tecknen är andra)",
            " (looks the same, but the characters differ)")
        for index in before.indices where new.contains(before[index].look) { before[index].text += note }
        for index in after.indices where old.contains(after[index].look) { after[index].text += note }
    }
}

extension AgreementSummary.Item {
    /// As it stands without the items before it.
    fileprivate var alone: AgreementSummary.Item {
        .init(level: 1, isPoint: true, term: term ?? register, text: text)
    }

    fileprivate var bytes: [UInt8] { Array((term ?? "").utf8) + [0] + Array(text.utf8) }

    /// What a reader sees of it: spaces are one, and characters of one look are equal.
    fileprivate var look: String {
        ((term ?? "") + " " + text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
