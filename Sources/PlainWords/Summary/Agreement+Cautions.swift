public import Agreement

extension Agreement {
    /// What is allowed but should be known before signing; sentences, the weightiest first.
    public var cautions: [String] {
        var cautions: [String] = []
        if ring.count == 2 {
            cautions.append(
                "Only two authorities or mixers take part: no third party stands between them, so each must trust that "
                    + "the other does not work together with the coordinator.")
        }
        if verification == .full, mixers.count == 1 {
            cautions.append(
                "One mixer alone checks the coordinator: together the two could select or count falsely, and the mixer "
                    + "learns how many people registers have in common. A second mixer makes it harder.")
        }
        if release == .rows, vaultAccess == .selected {
            cautions.append(
                "vault_access is selected: the coordinator sees which stored cells are fetched, and together with the "
                    + "register's owner could tell who was released.")
        }
        cautions += matchingCautions
        if smallestCell == 1 {
            cautions.append(
                "smallest_cell is 1: cohorts of a single person are released and counts of one are published.")
        }
        if release == .none, padding == .padme {
            cautions.append(
                "padding is padme and only counts are released: dummies count as people who are in one register only, "
                    + "so those counts are upper bounds.")
        }
        if release == .none, registers.count > 7 {
            cautions.append(
                "Counts are asked of \(registers.count) registers: if people occur in more than a few hundred "
                    + "combinations of them, the result is too long to publish and the round is aborted.")
        }
        cautions += noiseCautions
        if padding == .none {
            cautions.append("padding is none: every participant sees the exact number of people in each register.")
        }
        let unused = cohorts.filter { cohort in
            release == .rows && !registers.contains { $0.releasedFor.contains(cohort.id) }
                && !cohorts.contains { $0.expression.names.contains(cohort.id) }
        }
        for cohort in unused {
            cautions.append(
                "No register is released for the cohort \(cohort.id): its people have no rows in the dataset.")
        }
        for register in registers {
            for column in register.columns where column.looksLikeDirectIdentifier {
                cautions.append(
                    "The column \(register.id).\(column.name) has the name of a direct identifier. "
                        + "A dataset for research should hold no names, addresses or codes of people.")
            }
        }
        for register in registers {
            for column in register.columns where column.numbersAreNoCodes {
                cautions.append(
                    "Numbers in \(register.id).\(column.name) are released though they may look like identity codes "
                        + "(not_identity_codes). Be sure that they are something else.")
            }
        }
        cautions += disclosureWords.compactMap(\.caution)
        if matchFields.contains(where: { $0.kind != .date }), normalisation == .sidos1 {
            cautions.append(
                "normalisation is sidos-1, which takes NA, nan and other words of programs for names: people who have "
                    + "nothing else in common are linked. Write sidos-2.")
        }
        if release == .rows, disclosure.anonymity.smallestClass == nil {
            cautions.append(
                "No disclosure rules ask for k: a researcher who knows enough of a person could find the person in the "
                    + "dataset. Consider the section disclosure.")
        }
        return cautions
    }

    /// What should be known of how people are recognised.
    private var matchingCautions: [String] {
        var cautions: [String] = []
        if let tolerantMatching {
            cautions.append(
                "tolerant_matching is on: the coordinator sees which records resemble each other, and how many records "
                    + "share each token, though not whose they are. Names that are common can be guessed from that.")
            let people = registers.map(\.maxPeople).max() ?? 1
            // Among n people of one register and n of another a chance partner is found at about log2(2n) bits.
            let least = Int.bitWidth - (2 * people - 1).leadingZeroBitCount + 4
            if tolerantMatching.bits < least {
                cautions.append(
                    "tolerant_matching.bits is \(tolerantMatching.bits): with registers of up to "
                        + "\(AgreementSummary.number(people)) people, fewer than \(least) bits link records that "
                        + "resemble each other by chance.")
            }
        }
        for key in matchKeys {
            guard case .recipe(let recipe) = key.content, recipe.fieldNames.count < 2 else { continue }
            cautions.append(
                "The match key \(key.name) is made of a single field: different people who share its value are linked "
                    + "as one person.")
        }
        if matchKeys.first?.content != .identityCode {
            cautions.append(
                "identity_code is not the first match key: what an earlier key links stays linked, though identity "
                    + "codes say otherwise.")
        }
        return cautions
    }

    /// Whether a name of a column, or the words in it, say that it identifies a person by itself. English and Finnish.
    static func looksLikeDirectIdentifier(_ column: String) -> Bool {
        let whole: Set<String> = [
            "name", "names", "nimi", "identity_code", "personal_id", "person_id", "national_id", "first_name",
            "last_name", "family_name", "given_name", "full_name",
        ]
        let words: Set<String> = [
            "hetu", "henkilotunnus", "ssn", "firstname", "lastname", "surname", "etunimi", "etunimet", "sukunimi",
            "kutsumanimi", "address", "osoite", "katuosoite", "lahiosoite", "kotiosoite", "phone", "telephone",
            "mobile", "puhelin", "puhelinnumero", "puh", "email", "mail", "sahkoposti", "passport", "passi", "iban",
            "tilinumero",
        ]
        return whole.contains(column) || column.split(separator: "_").contains { words.contains(String($0)) }
    }
}

extension ColumnDeclaration {
    /// Whether the column, or what it is made of, is called like a direct identifier.
    var looksLikeDirectIdentifier: Bool {
        [name, sourceName].contains(where: Agreement.looksLikeDirectIdentifier)
    }
}
