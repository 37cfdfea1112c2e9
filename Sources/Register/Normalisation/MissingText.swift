/// Texts that say that there is none (N-20).
enum MissingText {
    /// Whether words of a spelling stand for no value. They are secret.
    static func isMissing(_ words: [[UInt8]]) -> Bool {
        guard let first = words.first else { return true }
        if words.allSatisfy({ $0.allSatisfy { $0 == UInt8(ascii: "x") } }) { return true }
        guard words.count <= longest.wordCount, first.count <= longest.byteCount else { return false }
        return texts.contains(Array(words.joined(separator: CollectionOfOne(UInt8(ascii: "_")))))
    }

    static let list = """
        tuntematon ei_tiedossa ei_tietoa ei_tiedeta puuttuu nimeton nimi_puuttuu okand okant saknas uppgift_saknas
        ej_kand unknown not_known unnamed no_name missing none null n_a nn n_n nomen_nescio fnu lnu fnu_lnu anonymous
        anonyymi anonym tundmatu teadmata unbekannt inconnu neizvestno neizvestnyi neizvestnaya nevidomo
        """

    private static let texts = Set(Letters.list(list))

    private static let longest: (wordCount: Int, byteCount: Int) = (
        texts.map { $0.count { $0 == UInt8(ascii: "_") } + 1 }.max() ?? 0, texts.map(\.count).max() ?? 0
    )
}
