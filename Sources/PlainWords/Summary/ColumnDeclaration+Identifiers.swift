internal import Agreement

extension Agreement {
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
    /// Whether the column, or what it is made of, is called like a direct identifier. What names people is never
    /// released as it is.
    var looksLikeDirectIdentifier: Bool {
        type != .person && [name, sourceName].contains(where: Agreement.looksLikeDirectIdentifier)
    }
}
