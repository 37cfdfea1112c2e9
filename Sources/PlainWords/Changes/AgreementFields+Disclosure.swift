internal import Agreement
internal import StrictYAML

extension AgreementFields {
    mutating func add(_ rules: DisclosureRules) {
        for rule in rules.all {
            switch rule {
            case .anonymity(let anonymity): add(anonymity)
            case .cut(let cut):
                within("rajattu sarake", "begränsad kolumn", "cut column", cut.column.description) {
                    $0.add("bottom", "alaraja", "nedre gräns", "bottom", cut.bottom?.plainText)
                    $0.add("top", "yläraja", "övre gräns", "top", cut.top?.plainText)
                }
            case .rareValues(let rare):
                within("harvinaiset arvot", "ovanliga värden", "rare values of", rare.column.description) {
                    $0.add("people", "henkilöitä alle", "personer under", "people below", rare.people)
                    $0.add("as", "näytetään muodossa", "visas som", "shown as", rare.replacement)
                }
            case .dateShift(let shift):
                within("siirretyt päivämäärät", "flyttade datum", "moved dates") {
                    $0.add("days", "päiviä enintään", "dagar högst", "days at most", shift.days)
                    $0.add("except", "paitsi", "utom", "except", shift.except.map(\.description))
                    $0.add(
                        "no_days", "muuta tarkoittavat päivät", "dagar som står för annat",
                        "days that stand for something else", shift.noDays.map(\.description))
                }
            case .table(let table):
                within("taulukko", "tabell", "table", YAMLText.quoted(table.title)) {
                    $0.add("cohort", "kohortti", "kohort", "cohort", table.cohort)
                    $0.add("rows", "rivit", "rader", "lines", table.rows.description)
                    $0.add("columns", "sarakkeet", "kolumner", "columns", table.columns?.description)
                }
            }
        }
        order(
            "rajattujen sarakkeiden järjestys", "de begränsade kolumnernas ordning", "order of cut columns",
            rules.cuts.map(\.column.description))
        order(
            "harvinaisten arvojen järjestys", "de ovanliga värdenas ordning", "order of rare values",
            rules.rareValues.map(\.column.description))
        order(
            "taulukoiden järjestys", "tabellernas ordning", "order of tables",
            rules.tables.map { YAMLText.quoted($0.title) })
    }

    private mutating func add(_ anonymity: Anonymity) {
        add(
            "k", "saman yhdistelmän henkilöitä vähintään", "personer per kombination minst",
            "people of a combination at least", anonymity.smallestClass)
        add("l", "eri arvoja vähintään", "olika värden minst", "diversity", anonymity.diversity?.count)
        add("diversity", "erilaisuuden laji", "typ av olikhet", "kind of diversity", anonymity.diversity?.kind.rawValue)
        add(
            "leave_out", "pois jätettäviä prosentteina enintään", "utelämnade i procent högst",
            "percent left out at most", anonymity.leaveOutPercent)
        add("population", "väestö", "befolkning", "population", anonymity.population)
        add(
            "count_rows", "rekisterit, joiden rivien määrä lasketaan", "register vars rader räknas",
            "registers whose rows are counted", anonymity.countedRows)
        add(
            "sensitive", "arkaluonteiset sarakkeet", "känsliga kolumner", "sensitive columns",
            anonymity.sensitive.map(\.description))
        for quasi in anonymity.quasiIdentifiers {
            within("tunnistava sarake", "identifierande kolumn", "identifying column", quasi.column.description) {
                $0.add(quasi.steps)
            }
        }
        order(
            "tunnistavien sarakkeiden järjestys", "de identifierande kolumnernas ordning",
            "order of identifying columns",
            anonymity.quasiIdentifiers.map(\.column.description))
    }

    /// Of every column something is said, even if it is not made coarser.
    private mutating func add(_ steps: [GeneralisationStep]) {
        let words = steps.map { step in
            switch step {
            case .band(let width): "bands \(width)"
            case .date(let step): "dates \(step.rawValue)"
            case .prefix(let count): "prefixes \(count)"
            case .groups: "groups"
            }
        }
        add("quasi_identifiers", "karkeistuksen vaiheet", "steg av förgrovning", "steps", words)
        for (index, step) in steps.enumerated() {
            guard case .groups(let groups) = step else { continue }
            for (value, group) in groups.sorted(by: { $0.key < $1.key }) {
                within("arvo", "värdet", "value", YAMLText.quoted(value)) {
                    $0.add(
                        "groups", "ryhmä vaiheessa \(index + 1)", "grupp i steg \(index + 1)",
                        "group in step \(index + 1)", YAMLText.quoted(group))
                }
            }
        }
    }
}
