public import Agreement
public import Values

/// What the people whose data is used are told, made from the agreement: information under Articles 13 and 14 of the
/// General Data Protection Regulation, in one language.
///
/// Sentences about protection are made from the fields that the programs obey, never from texts of the agreement, so
/// that people are told what the machines enforce.
public struct Notice: Sendable {
    /// Whether the agreement that it tells of is in force.
    public enum Standing: Sendable, Equatable {
        case signed
        case draft
    }

    /// An item of a list; `term` stands out before the text.
    struct Item: Sendable, Equatable {
        var term: String?
        var text: String

        init(_ text: String) { self.text = text }
        init(term: String, _ text: String) {
            self.term = term
            self.text = text
        }
    }

    enum Block: Sendable, Equatable {
        case paragraph(String)
        case list([Item])
    }

    struct Section: Sendable, Equatable {
        var heading: String
        var blocks: [Block]
    }

    let agreement: Agreement
    let declaration: NoticeDeclaration
    public let id: AgreementID
    public let language: PlainLanguage
    public let standing: Standing

    /// Nil if the agreement has no texts for a notice.
    public init?(_ agreement: Agreement, id: AgreementID, language: PlainLanguage, standing: Standing) {
        guard let declaration = agreement.notice else { return nil }
        self.agreement = agreement
        self.declaration = declaration
        self.id = id
        self.language = language
        self.standing = standing
    }

    var title: String { declaration.studyTitle(language) }

    /// What kind of paper it is, above the title.
    var kind: String {
        say(
            "Tiedote henkilöille, joiden tietoja käytetään tutkimuksessa",
            "Meddelande till personer vars uppgifter används i en studie",
            "Notice to the people whose data is used in a study")
    }

    /// What stands before everything else in a draft.
    var draftWarning: String? {
        guard standing == .draft else { return nil }
        return say(
            "Luonnos. Kaikki osapuolet eivät ole vielä allekirjoittaneet sopimusta, jota tämä tiedote koskee. Älä jaa "
                + "tätä.",
            "Utkast. Alla parter har ännu inte undertecknat avtalet som detta meddelande gäller. Dela inte ut detta.",
            "Draft. Not all parties have signed the agreement that this notice is about. Do not hand it out.")
    }

    var sections: [Section] {
        [
            summary, study, people, data, grounds, parties, protection, storage, rights, contacts, origin,
        ]
    }

    func say(_ finnish: String, _ swedish: String, _ english: String) -> String {
        language.of(finnish, swedish, english)
    }

    /// A participant's name in the language.
    func name(_ participant: Participant?) -> String {
        participant.map { declaration.participants[$0.id]?(language) ?? $0.name } ?? "–"
    }

    func title(_ register: RegisterDeclaration) -> String {
        declaration.registers[register.id]?.title(language) ?? register.title
    }

    func paragraphs(_ text: String) -> [Block] {
        text.split(separator: "\n").map { .paragraph(String($0)) }
    }
}
