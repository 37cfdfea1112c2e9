public import Agreement

/// An agreement in plain words, for those who decide whether to sign it, in one language.
///
/// Titles, names, purposes and identifiers are the agreement's own words, whatever their language.
public struct AgreementSummary: Sendable {
    /// Characters of a line of `text` at most, except where a single word is longer.
    public static let width = 100

    let agreement: Agreement
    public let language: PlainLanguage

    public init(_ agreement: Agreement, language: PlainLanguage = .english) {
        self.agreement = agreement
        self.language = language
    }

    public struct Section: Sendable, Equatable {
        /// The same in every language and version.
        public enum ID: String, Sendable, CaseIterable {
            case study, participants, registers, cohorts, matching, limits, disclosure, knowledge, cautions
            /// The agreement's fields one by one; in `AgreementChanges` only.
            case fields
        }

        public var id: ID
        public var heading: String
        public var items: [Item]
    }

    public struct Item: Sendable, Equatable {
        /// 1; more for what belongs to the item of a lower level before it.
        public var level: Int
        /// Whether it is one of a list's points; a paragraph otherwise.
        public var isPoint: Bool
        /// What stands out before the text, such as `Purpose`.
        public var term: String?
        public var text: String
        /// Id of the register that an item of a higher level belongs to.
        var register: String?

        init(_ level: Int, point text: String, register: String? = nil) {
            self.init(level: level, isPoint: true, term: nil, text: text, register: register)
        }

        init(_ level: Int, paragraph text: String, term: String? = nil, register: String? = nil) {
            self.init(level: level, isPoint: false, term: term, text: text, register: register)
        }

        init(level: Int, isPoint: Bool, term: String?, text: String, register: String? = nil) {
            self.level = level
            self.isPoint = isPoint
            self.term = term
            self.text = text
            self.register = register
        }
    }

    /// Those that have something to say.
    public var sections: [Section] {
        [
            section(.study, study), section(.participants, participants), section(.registers, registers),
            section(.cohorts, cohorts), section(.matching, matching), section(.limits, limits),
            section(.disclosure, disclosure), section(.knowledge, knowledge),
            section(.cautions, agreement.cautions(in: language).map { Item(1, point: $0) }),
        ].filter { !$0.items.isEmpty }
    }

    private func section(_ id: Section.ID, _ items: [Item]) -> Section {
        Section(id: id, heading: id.heading(language), items: items)
    }

    /// Lines of at most 100 characters, except where a single word is longer.
    public var text: String {
        sections.map { section in
            ([section.heading.uppercased()] + section.items.flatMap { $0.lines() }).map { $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }

    func say(_ finnish: String, _ swedish: String, _ english: String) -> String {
        language.of(finnish, swedish, english)
    }
}

extension AgreementSummary.Section.ID {
    func heading(_ language: PlainLanguage) -> String {
        switch self {
        case .study: language.of("Tutkimus", "Studien", "Study")
        case .participants: language.of("Osapuolet", "Parter", "Who takes part")
        case .registers: language.of("Rekisterit", "Register", "Registers")
        case .cohorts: language.of("Kohortit", "Kohorter", "Cohorts")
        case .matching:
            language.of("Miten henkilöt yhdistetään", "Hur personer kopplas samman", "How people are matched")
        case .limits: language.of("Rajat", "Gränser", "Limits")
        case .disclosure:
            language.of(
                "Ennen kuin tutkija näkee mitään", "Innan en forskare ser något", "Before a researcher sees anything")
        case .knowledge:
            language.of("Mitä kukin osapuoli saa tietää", "Vad varje part får veta", "What each party learns")
        case .cautions: language.of("Ennen kuin allekirjoitat", "Innan du undertecknar", "Before you sign")
        case .fields: language.of("Kentät, jotka eroavat", "Fält som skiljer sig", "The fields that differ")
        }
    }
}

extension AgreementSummary.Item {
    /// The item wrapped to the width, further lines indented under its text. Breaks at no space that holds.
    ///
    /// - Parameter further: levels by which it is indented more.
    func lines(further: Int = 0) -> [String] {
        let indent = String(repeating: "  ", count: level + further)
        let hanging = indent + (isPoint ? "  " : "")
        var lines: [String] = []
        var line = indent + (isPoint ? "- " : "") + (term.map { "\($0): " } ?? "")
        var isFresh = true
        for word in text.split(whereSeparator: { $0.isWhitespace && $0 != "\u{A0}" }) {
            if !isFresh, line.count + 1 + word.count > AgreementSummary.width {
                lines.append(line)
                line = hanging
                isFresh = true
            }
            line += isFresh ? String(word) : " " + word
            isFresh = false
        }
        return lines + [line]
    }
}
