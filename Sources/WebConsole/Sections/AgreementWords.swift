public import Agreement
internal import PlainWords
public import Values

/// An agreement on a page, in the reader's language.
public enum AgreementWords {
    public static func blocks(_ agreement: Agreement, _ id: AgreementID, _ say: Say) -> [ConsoleBlock] {
        let sections = AgreementSummary(agreement, language: say.language).sections
        return sections.flatMap { [.heading($0.heading), outline($0.items)] }
            + [.paragraph(ConsoleText(say("Sopimus ", "Avtal ", "Agreement ") + "\(id)"))]
    }

    /// What differs between two agreements.
    static func changes(from former: Agreement, to agreement: Agreement, _ say: Say) -> [ConsoleBlock] {
        let sections = AgreementChanges(from: former, to: agreement, language: say.language).sections
        guard !sections.isEmpty else {
            return [
                .paragraph(
                    ConsoleText(
                        say(
                            "Sopimukset tarkoittavat samaa.", "Avtalen betyder detsamma.",
                            "The agreements mean the same.")))
            ]
        }
        return sections.flatMap { section -> [ConsoleBlock] in
            let parts = [
                (say("Ei enää:", "Inte längre:", "No longer:"), section.before),
                (say("Nyt:", "Nu:", "Now:"), section.after),
            ]
            return [.heading(section.heading)]
                + parts.filter { !$0.1.isEmpty }.flatMap { [.paragraph(ConsoleText($0)), outline($1)] }
        }
    }

    private static func outline(_ items: [AgreementSummary.Item]) -> ConsoleBlock {
        .outline(items.map { ConsoleLine(level: $0.level, term: $0.term, text: $0.text) })
    }
}
