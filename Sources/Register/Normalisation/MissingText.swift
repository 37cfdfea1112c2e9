internal import Agreement

/// Texts that say that there is none (N-20, N-70, N-80).
enum MissingText {
    /// Whether a text stands for no value under a profile.
    ///
    /// - Parameter words: its spelling. Both are secret.
    static func isMissing(_ words: [[UInt8]], _ text: ArraySlice<UInt8>, in version: NormalisationVersion) -> Bool {
        if isMissing(words) { return true }
        switch version {
        case .sidos1: return false
        case .sidos2: return isProgramWord(words) || isBackslashN(text)
        case .sidos3:
            return isProgramWord(words) || isBackslashN(text) || isIn(furtherTexts, words) || isSpreadsheetError(text)
        }
    }

    /// Whether words of a spelling stand for no value. They are secret.
    static func isMissing(_ words: [[UInt8]]) -> Bool {
        guard let first = words.first else { return true }
        if words.allSatisfy({ $0.allSatisfy { $0 == UInt8(ascii: "x") } }) { return true }
        guard words.count <= longest.wordCount, first.count <= longest.byteCount else { return false }
        return texts.contains(Array(words.joined(separator: CollectionOfOne(UInt8(ascii: "_")))))
    }

    /// Whether they are what programs write for no value (N-70): R, pandas, spreadsheets, databases.
    static func isProgramWord(_ words: [[UInt8]]) -> Bool {
        isIn(programTexts, words)
    }

    private static func isIn(_ texts: Set<[UInt8]>, _ words: [[UInt8]]) -> Bool {
        words.count <= 3 && texts.contains(Array(words.joined(separator: CollectionOfOne(UInt8(ascii: "_")))))
    }

    /// Whether it is what a spreadsheet writes where a formula failed (N-80).
    static func isSpreadsheetError(_ text: ArraySlice<UInt8>) -> Bool {
        let trimmed = WhiteSpace.trimmed(text)
        guard trimmed.first == UInt8(ascii: "#"), trimmed.count <= 16 else { return false }
        return errors.contains(trimmed.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 })
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

    static let programList = """
        na nan nat nil nul undefined void not_available not_applicable no_data no_value missing_value sysmis n_d
        """

    private static let programTexts = Set(Letters.list(programList))

    static let furtherList = """
        1_qnan 1_ind not_recorded not_stated not_specified not_provided not_given not_reported no_information
        unspecified ei_ole ei_nimea ei_ilmoitettu ei_saatavilla ei_merkitty tieto_puuttuu ej_angivet ej_angiven
        ej_uppgivet finns_ej finns_inte uppgift_finns_ej inget_namn net_dannykh net_svedenii ne_ukazano ne_ukazan
        ne_ukazana ne_izvestno otsutstvuet bez_imeni ghir_maruf ghir_mtufr ghir_mhdd la_iujd mjhul lama_yaqaan
        lama_garanayo
        """

    private static let furtherTexts = Set(Letters.list(furtherList))

    static let errorList = """
        #value! #ref! #div/0! #name? #num! #null! #n/a #spill! #calc! #getting_data
        """

    private static let errors = Set(Letters.list(errorList))

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
