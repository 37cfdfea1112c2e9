internal import Agreement
internal import Values

extension ColumnDeclaration {
    /// `1 = Employed, 2 = Unemployed`, for the agreement's readers.
    var valuesInWords: String { values.map { "\($0.value) = \($0.label)" }.joined(separator: ", ") }
}

extension ColumnType {
    func words(in language: PlainLanguage) -> String {
        switch self {
        case .integer: language.of("kokonaisluku", "heltal", rawValue)
        case .decimal: language.of("desimaaliluku", "decimaltal", rawValue)
        case .date: language.of("päivämäärä", "datum", rawValue)
        case .boolean: language.of("totuusarvo", "sanningsvärde", rawValue)
        case .code: language.of("koodi", "kod", rawValue)
        case .text: language.of("teksti", "fritext", rawValue)
        case .person: language.of("toinen henkilö", "en annan person", "another person")
        }
    }
}
