/// Texts that say that there is none (N-20).
enum MissingText {
    /// Whether words of a spelling stand for no value. They are secret.
    static func isMissing(_ words: [[UInt8]]) -> Bool {
        guard let first = words.first else { return true }
        if words.allSatisfy({ $0.allSatisfy { $0 == UInt8(ascii: "x") } }) { return true }
        guard words.count <= longest.wordCount, first.count <= longest.byteCount else { return false }
        return texts.contains(Array(words.joined(separator: CollectionOfOne(UInt8(ascii: "_")))))
    }

    /// Whether they are what programs write for no value (N-70): R, pandas, spreadsheets, databases.
    static func isProgramWord(_ words: [[UInt8]]) -> Bool {
        words.count <= 3 && programTexts.contains(Array(words.joined(separator: CollectionOfOne(UInt8(ascii: "_")))))
    }

    /// `\N`, which MySQL and PostgreSQL write for null; its spelling is that of an initial.
    static func isBackslashN(_ text: ArraySlice<UInt8>) -> Bool {
        WhiteSpace.trimmed(text).elementsEqual("\\N".utf8)
    }

    /// The word of a program that the text is, as the list has it; nil for any other text.
    static func programWord(_ text: ArraySlice<UInt8>) -> String? {
        guard text.count <= 32, let words = Spelling.words(text) else { return nil }
        if isBackslashN(text) { return "\\N" }
        guard isProgramWord(words) else { return nil }
        return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "_")
    }

    /// Whether the text stands for no value, in words or by a program's.
    static func isAnyWord(_ text: ArraySlice<UInt8>) -> Bool {
        guard let words = Spelling.words(text) else { return false }
        return isMissing(words) || isProgramWord(words) || isBackslashN(text)
    }

    static let programList = """
        na nan nat nil nul undefined void not_available not_applicable no_data no_value missing_value sysmis n_d
        """

    private static let programTexts = Set(Letters.list(programList))

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
