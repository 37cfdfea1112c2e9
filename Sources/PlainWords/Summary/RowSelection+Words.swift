internal import Agreement

extension RowSelection {
    /// Which rows are kept, and what becomes of people without any.
    func sentences(in language: PlainLanguage) -> [String] {
        let kept = conditions.map { $0.words(in: language) }
            .joined(separator: language.of(", ja ", ", och ", ", and "))
        let used = language.of(
            "Käytetään vain rivejä, joilla \(kept).", "Endast rader används där \(kept).",
            "Only rows are used in which \(kept).")
        switch people {
        case .keep:
            return [
                used,
                language.of(
                    "Henkilö, jolla ei ole tällaista riviä, on silti rekisterissä ja kuuluu sen kohortteihin, mutta "
                        + "ilman rivejä.",
                    "Den som saknar en sådan rad finns ändå i registret och hör till dess kohorter, men utan rader.",
                    "Somebody without such a row is in the register all the same, and belongs to its cohorts without "
                        + "rows."),
            ]
        case .leaveOut:
            return [
                used,
                language.of(
                    "Henkilö, jolla ei ole tällaista riviä, ei ole rekisterissä: hän voi kuulua kohorttiin, josta "
                        + "rekisterin henkilöt on rajattu pois.",
                    "Den som saknar en sådan rad finns inte i registret: en kohort som utesluter registrets personer "
                        + "kan omfatta den personen.",
                    "Somebody without such a row is not in the register: a cohort that excludes the register's people "
                        + "may have them."),
            ]
        }
    }
}

extension RowCondition {
    /// `start is from 2009-01-01 to 2024-12-31`.
    func words(in language: PlainLanguage) -> String {
        let missing = keepsMissing ? language.of(" tai puuttuu", " eller saknas", " or missing") : ""
        return "\(column) \(testWords(language))\(missing)"
    }

    private func testWords(_ language: PlainLanguage) -> String {
        switch test {
        case .dates(let from, let until): Self.days(from.map(language.shortDay), until.map(language.shortDay), language)
        case .integers(let from, let until): Self.numbers(from.map(String.init), until.map(String.init), language)
        case .codes(let codes):
            language.of("on ", "är ", "is ") + Self.list(codes, language, or: language.of(" tai ", " eller ", " or "))
        case .codesBut(let codes):
            language.of("ei ole ", "är inte ", "is not ")
                + Self.list(codes, language, or: language.of(" eikä ", " eller ", " or "))
        case .boolean(let flag):
            flag ? language.of("on tosi", "är sant", "is true") : language.of("on epätosi", "är falskt", "is false")
        }
    }

    private static func days(_ from: String?, _ until: String?, _ language: PlainLanguage) -> String {
        switch (from, until) {
        case (let from?, let until?):
            language.of("on \(from)–\(until)", "är \(from)–\(until)", "is from \(from) to \(until)")
        case (let from?, nil):
            language.of("on \(from) tai myöhempi", "är \(from) eller senare", "is \(from) or later")
        case (nil, let until?):
            language.of("on \(until) tai aiempi", "är \(until) eller tidigare", "is \(until) or earlier")
        case (nil, nil): language.of("on mitä tahansa", "är vad som helst", "is anything")
        }
    }

    private static func numbers(_ from: String?, _ until: String?, _ language: PlainLanguage) -> String {
        switch (from, until) {
        case (let from?, let until?):
            language.of(
                "on vähintään \(from) ja enintään \(until)", "är minst \(from) och högst \(until)",
                "is from \(from) to \(until)")
        case (let from?, nil): language.of("on vähintään \(from)", "är minst \(from)", "is \(from) or later")
        case (nil, let until?): language.of("on enintään \(until)", "är högst \(until)", "is \(until) or earlier")
        case (nil, nil): language.of("on mitä tahansa", "är vad som helst", "is anything")
        }
    }

    private static func list(_ codes: Set<String>, _ language: PlainLanguage, or: String) -> String {
        let sorted = codes.sorted()
        guard sorted.count <= 12 else {
            return language.of(
                "mikään näistä \(sorted.count) koodista, muun muassa \(sorted[0])",
                "en av \(sorted.count) koder, bland dem \(sorted[0])",
                "one of \(sorted.count) codes, among them \(sorted[0])")
        }
        return sorted.joined(separator: or)
    }
}
