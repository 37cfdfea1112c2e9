public import Agreement

extension GeneralisationStep {
    /// `bands of 5`, `months`, `the first 3 characters`, `groups`.
    public func words(in language: PlainLanguage) -> String {
        switch self {
        case .band(let width):
            language.of("luokat, joiden leveys on \(width)", "klasser med bredden \(width)", "bands of \(width)")
        case .date(.month): language.of("kuukaudet", "månader", "months")
        case .date(.quarter): language.of("vuosineljännekset", "kvartal", "quarters")
        case .date(.year): language.of("vuodet", "år", "years")
        case .date(.fiveYears): language.of("viisi vuotta", "fem år", "five years")
        case .date(.tenYears): language.of("kymmenen vuotta", "tio år", "ten years")
        case .prefix(1): language.of("ensimmäinen merkki", "det första tecknet", "the first character")
        case .prefix(let count):
            language.of("\(count) ensimmäistä merkkiä", "de \(count) första tecknen", "the first \(count) characters")
        case .groups: language.of("ryhmät", "grupper", "groups")
        }
    }
}
