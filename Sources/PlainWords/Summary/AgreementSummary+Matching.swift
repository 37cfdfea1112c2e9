internal import Agreement

/// By what people are recognised as the same.
extension AgreementSummary {
    /// Nothing where the identity code is all there is: the limits say so.
    var matching: [Item] {
        guard agreement.matchKeys != [.identityCode] || agreement.tolerantMatching != nil else { return [] }
        let head =
            agreement.matchKeys.count == 1
            ? say(
                "Henkilöt yhdistetään tällä avaimella:", "Personer kopplas samman med denna nyckel:",
                "People are matched by this key:")
            : say(
                "Henkilöt yhdistetään näillä avaimilla tässä järjestyksessä; mitä yksi avain yhdistää, sitä myöhemmät "
                    + "eivät erota:",
                "Personer kopplas samman med dessa nycklar i denna ordning; det som en nyckel kopplar samman skiljer "
                    + "senare nycklar inte åt:",
                "People are matched by these keys, in this order; what a key links, later ones do not part:")
        return [Item(1, point: head)]
            + agreement.matchKeys.map { Item(2, point: "\($0.name): \(meaning(of: $0)).") }
            + ([tolerant].compactMap { $0 } + dateRules + fewerFields + [blinded]).map { Item(1, point: $0) }
    }

    private func meaning(of key: MatchKey) -> String {
        let count = key.valueCount
        switch key.content {
        case .identityCode: return code
        case .formerCode:
            return say(
                "henkilötunnukset, jotka henkilöllä on ollut aiemmin", "personbeteckningar som personen har haft förut",
                "identity codes that the person had before")
                + (count == 1 ? "" : say(", enintään \(count)", ", högst \(count)", ", up to \(count) of them"))
                + since(key)
        case .recipe(let recipe):
            let used = agreement.matchFields.filter { recipe.fieldNames.contains($0.name) }
            let fields = language.list(used)
            return say(
                "\(recipe.text), muodostettu \(used.count == 1 ? "kentästä" : "kentistä") \(fields)",
                "\(recipe.text), gjord av \(used.count == 1 ? "fältet" : "fälten") \(fields)",
                "\(recipe.text), made of \(fields)")
                + (count == 1
                    ? ""
                    : say(
                        "; henkilöllä on enintään \(count) arvoa", "; högst \(count) värden per person",
                        "; up to \(count) values of a person"))
        }
    }

    private func since(_ key: MatchKey) -> String {
        guard let day = key.replacedSince.map(language.shortDay) else { return "" }
        return say(
            "; vain ne, jotka on korvattu \(day) tai myöhemmin", "; endast de som ersatts \(day) eller senare",
            "; only those that were replaced on \(day) or later")
    }

    /// Of fields of dates, which years and days are unknown.
    private var dateRules: [String] {
        guard agreement.normalisation?.hasDateRules == true else { return [] }
        let fields = agreement.matchFields.filter { $0.kind == .date && $0.dates != DateFieldRules() }
        return fields.flatMap { field in
            var sentences: [String] = []
            let (name, year) = (field.name, field.dates.firstYear)
            if year != DateFieldRules().firstYear {
                sentences.append(
                    say(
                        "Kentässä \(name) vuodet ennen vuotta \(year) ovat tuntemattomia.",
                        "I fältet \(name) är år före \(year) okända.", "In \(name), years before \(year) are unknown."))
            }
            if !field.dates.defaultDays.isEmpty {
                let days = language.list(field.dates.defaultDays.map(\.description))
                sentences.append(
                    say(
                        "Kentässä \(name) nämä merkitsevät tuntematonta päivää: \(days).",
                        "I fältet \(name) betyder dessa en okänd dag: \(days).",
                        "In \(name), these stand for an unknown day: \(days)."))
            }
            return sentences
        }
    }

    private var code: String {
        let kind =
            switch agreement.identityScheme {
            case .finland: say("suomalainen henkilötunnus", "den finländska personbeteckningen", "Finland")
            case .sweden: say("ruotsalainen henkilötunnus", "det svenska personnumret", "Sweden")
            case .estonia: say("virolainen henkilötunnus", "den estniska personkoden", "Estonia")
            }
        return say(
            "\(kind) rekisterinpitäjän nykyisten tietojen mukaan",
            "\(kind) enligt den personuppgiftsansvariges uppgifter i dag",
            "the personal identity code of \(kind), as the register's owner knows it today")
    }

    private var tolerant: String? {
        guard let tolerant = agreement.tolerantMatching else { return nil }
        let used = agreement.matchFields.filter { field in tolerant.features.contains { $0.field == field.name } }
        let fields = language.list(used)
        let (agree, tokens, bits) = (tolerant.agreeCount, tolerant.tokenCount, tolerant.bits)
        return say(
            "Henkilöt, joita mikään avain ei yhdistä, yhdistetään, jos he muistuttavat toisiaan näissä kentissä: "
                + "\(fields). Heillä on silloin vähintään \(agree) yhteistä vertailumerkkiä, kun kentistä tehdään "
                + "\(tokens), ja yhteiset painavat vähintään \(bits) bittiä. Koordinaattori näkee, mitkä tietueet "
                + "muistuttavat toisiaan, mutta ei sitä, keiden ne ovat.",
            "Personer som ingen nyckel kopplar samman kopplas ändå om de liknar varandra i dessa fält: \(fields). De "
                + "har då minst \(agree) gemensamma jämförelsemärken när fälten ger \(tokens), och de gemensamma väger "
                + "minst \(bits) bitar. Koordinatorn ser vilka poster som liknar varandra, men inte vems de är.",
            "People that no key links are matched if they resemble each other in \(fields): if they share at least "
                + "\(agree) of \(tokens) tokens made of these, worth at least \(bits) bits. The coordinator sees which "
                + "records resemble each other, but not whose they are.")
    }

    /// Of registers that lack some of the fields.
    private var fewerFields: [String] {
        agreement.declaredRegisters.filter { $0.matchFields.count < agreement.matchFields.count }.map { register in
            let held = agreement.matchFields.filter { register.matchFields.contains($0.name) }
            let fields = language.list(held)
            return held.isEmpty
                ? say(
                    "Rekisterissä \(register.id) ei ole mitään näistä kentistä.",
                    "Registret \(register.id) har inget av dessa fält.", "\(register.id) has none of these fields.")
                : say(
                    "Rekisterissä \(register.id) on vain \(fields).", "Registret \(register.id) har bara \(fields).",
                    "\(register.id) has only \(fields).")
        }
    }

    private var blinded: String {
        say(
            "Henkilötunnukset, nimet, päivämäärät ja muut tiedot, joilla henkilöt yhdistetään, eivät koskaan lähde "
                + "rekisterinpitäjältä peittämättöminä.",
            "Personbeteckningar, namn, datum och annat som personer kopplas samman med lämnar aldrig den "
                + "personuppgiftsansvarige utan att vara dolda.",
            "Identity codes, names, dates and whatever else people are matched by never leave the authority that owns "
                + "the register unblinded.")
    }
}

extension PlainLanguage {
    /// `given (given_names) and birth (date)`.
    fileprivate func list(_ fields: [MatchField]) -> String {
        list(fields.map { "\($0.name) (\($0.kind.words(in: self)))" })
    }
}

extension MatchFieldKind {
    func words(in language: PlainLanguage) -> String {
        switch self {
        case .givenNames: language.of("etunimet", "förnamn", rawValue)
        case .familyName: language.of("sukunimi", "efternamn", rawValue)
        case .date: language.of("päivämäärä", "datum", rawValue)
        case .code: language.of("koodi", "kod", rawValue)
        case .text: language.of("teksti", "text", rawValue)
        }
    }
}
