public import Agreement

extension ColumnDeclaration {
    /// How the column is made of the register's, in English; see `derivationText(in:)`.
    public var derivationText: String? { derivationText(in: .english) }

    /// How the column is made of the register's, as a sentence without an end; nil for one that is as the register has
    /// it.
    public func derivationText(in language: PlainLanguage) -> String? {
        let other = source == name ? nil : source
        guard let derivation else {
            return other.map {
                language.of("rekisterin sarake \($0)", "registrets kolumn \($0)", "the register's column \($0)")
            }
        }
        /// Where it is not made of the register's column of the same name.
        let from =
            other.map { language.of(" sarakkeesta \($0)", " av kolumnen \($0)", " of \($0)") } ?? ""
        switch derivation {
        case .coarsen(let period):
            let (what, form) = (period.words(language), form(of: period, language))
            return language.of(
                "vain \(what)\(from), \(form)", "endast \(what)\(from), \(form)", "\(what)\(from) only, \(form)")
        case .map(let mapping): return mapping.words(from: from, language)
        case .bands(let bands):
            let labels = bands.labels.joined(separator: "; ")
            return language.of(
                "vain luokka\(from), jokin näistä: \(labels)", "endast klassen\(from), en av dessa: \(labels)",
                "the band\(from) only, one of: \(labels)")
        case .round(let step):
            let number = language.number(step)
            let column = other.map { language.of("sarake \($0) ", "kolumnen \($0) ", "\($0) ") } ?? ""
            return column
                + language.of(
                    "pyöristettynä lähimpään luvun \(number) monikertaan",
                    "avrundad till närmaste multipel av \(number)", "rounded to the nearest multiple of \(number)")
        }
    }

    private func form(of period: DatePeriod, _ language: PlainLanguage) -> String {
        switch (period, type) {
        case (_, .date):
            language.of("sen ensimmäisenä päivänä", "angiven som dess första dag", "as the first day of it")
        case (.year, _): language.of("lukuna", "som ett tal", "as a number")
        case (.quarter, _):
            language.of("koodina kuten 2009-Q3", "som en kod såsom 2009-Q3", "as a code such as 2009-Q3")
        case (.month, _):
            language.of("koodina kuten 2009-07", "som en kod såsom 2009-07", "as a code such as 2009-07")
        }
    }
}

extension DatePeriod {
    fileprivate func words(_ language: PlainLanguage) -> String {
        switch self {
        case .month: language.of("kuukausi", "månaden", "the month")
        case .quarter: language.of("vuosineljännes", "kvartalet", "the quarter")
        case .year: language.of("vuosi", "året", "the year")
        }
    }
}

extension CodeMapping {
    fileprivate func words(from: String, _ language: PlainLanguage) -> String {
        let (old, new) = (codes.count, Set(codes.values).count)
        let head = language.of(
            "yksi \(new) koodista, jo\(new == 1 ? "ka" : "tka") tehdään\(from) taulukolla, jossa on \(old) "
                + "\(old == 1 ? "koodi" : "koodia")",
            "en av \(new) \(new == 1 ? "kod" : "koder") som görs\(from) med en tabell med \(old) "
                + "\(old == 1 ? "kod" : "koder")",
            "one of \(new) \(new == 1 ? "code" : "codes") made\(from) by a table of \(old) "
                + "\(old == 1 ? "code" : "codes")")
        switch otherwise {
        case .refused: return head
        case .missing:
            return head + language.of("; muut puuttuvat", "; andra saknas", "; others become missing")
        case .code(let code):
            return head
                + language.of("; muista tulee \(code)", "; andra blir \(code)", "; others become \(code)")
        }
    }
}

extension Agreement {
    /// What owners do to rows and columns before anything leaves, in English, as sentences that begin with what they
    /// are about.
    public var minimisation: [String] {
        registers.flatMap { register in
            let rows = register.rows.map {
                ["\(register.id): " + $0.sentences(in: .english).joined(separator: " ")]
            }
            return (rows ?? [])
                + register.columns.compactMap { column in
                    column.derivationText.map { "\(register.id).\(column.name): \($0)." }
                }
        }
    }
}
