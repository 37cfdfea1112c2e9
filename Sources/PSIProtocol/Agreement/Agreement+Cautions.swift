extension Agreement {
    /// What is allowed but should be known before signing; sentences, the weightiest first.
    public var cautions: [String] {
        var cautions: [String] = []
        if ring.count == 2 {
            cautions.append(
                "Only two authorities or mixers take part: no third party stands between them, so each must trust that "
                    + "the other does not work together with the coordinator.")
        }
        if release == .rows, vaultAccess == .selected {
            cautions.append(
                "vault_access is selected: the coordinator sees which stored cells are fetched, and together with the "
                    + "register's owner could tell who was released.")
        }
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
        if smallestCell > 1, countRounding < smallestCell {
            cautions.append(
                "count_rounding is below smallest_cell: a count that is withheld can be computed from the others when "
                    + "only one is.")
        }
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
            for column in register.columns where Self.looksLikeDirectIdentifier(column.name) {
                cautions.append(
                    "The column \(register.id).\(column.name) has the name of a direct identifier. "
                        + "A dataset for research should hold no names, addresses or codes of people.")
            }
        }
        return cautions
    }

    /// Whether a column's name, or the words in it, say that it identifies a person by itself. English and Finnish.
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
