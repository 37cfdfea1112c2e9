internal import Agreement

extension AgreementFields {
    mutating func addMatching(_ agreement: Agreement) {
        add(
            "identity_scheme", "henkilötunnusten laji", "typ av personbeteckningar", "kind of identity codes",
            agreement.identityScheme.rawValue)
        add(
            "normalisation", "kenttien yhtenäistäminen", "normalisering av fält", "rules for match fields",
            agreement.normalisation?.rawValue)
        for field in agreement.matchFields {
            within("yhdistämiskenttä", "kopplingsfält", "match field", field.name) {
                $0.add("kind", "laji", "typ", "kind", field.kind.rawValue)
                if field.kind == .date, agreement.normalisation?.hasDateRules == true { $0.add(field.dates) }
            }
        }
        order(
            "yhdistämiskenttien järjestys", "kopplingsfältens ordning", "order of match fields",
            agreement.matchFields.map(\.name))
        for key in agreement.matchKeys {
            within("yhdistämisavain", "kopplingsnyckel", "match key", key.name) {
                let content =
                    switch key.content {
                    case .identityCode: "identity_code"
                    case .formerCode: "former_code"
                    case .recipe(let recipe): recipe.text
                    }
                $0.add("recipe", "mistä tehdään", "görs av", "made of", content)
                $0.add("values", "arvoja enintään", "värden högst", "values at most", key.valueCount)
                $0.add(
                    "replaced_since", "korvattu aikaisintaan", "ersatt tidigast", "replaced on or after",
                    key.replacedSince?.description)
            }
        }
        order(
            "yhdistämisavainten järjestys", "kopplingsnycklarnas ordning", "order of match keys",
            agreement.matchKeys.map(\.name))
        if let tolerant = agreement.tolerantMatching {
            within("muistuttavat tietueet", "liknande poster", "records that resemble each other") { $0.add(tolerant) }
        }
    }

    private mutating func add(_ dates: DateFieldRules) {
        add("first_year", "ensimmäinen vuosi", "första år", "first year", dates.firstYear)
        add(
            "default_days", "tuntemattoman päivän merkinnät", "dagar som betyder okänd dag",
            "days that stand for an unknown one", dates.defaultDays.map(\.description))
    }

    private mutating func add(_ tolerant: TolerantMatching) {
        add("tokens", "vertailumerkkejä", "jämförelsemärken", "tokens", tolerant.tokenCount)
        add("agree", "yhteisiä vähintään", "gemensamma minst", "shared at least", tolerant.agreeCount)
        add("bits", "paino vähintään bitteinä", "vikt minst i bitar", "weight at least in bits", tolerant.bits)
        add("margin", "ero seuraavaan bitteinä", "avstånd till nästa i bitar", "lead in bits", tolerant.margin)
        add(
            "most_frequent", "merkin henkilöitä enintään", "personer per märke högst", "people of a token at most",
            tolerant.mostFrequent)
        for group in tolerant.groups {
            within("piirreryhmä", "egenskapsgrupp", "group of features", group.name) {
                $0.add(
                    "features", "piirteet", "egenskaper", "features",
                    group.features.map { "\($0.weight) \($0.form.rawValue)(\($0.field))" })
            }
        }
        order("piirreryhmien järjestys", "egenskapsgruppernas ordning", "order of groups", tolerant.groups.map(\.name))
        let names = tolerant.patterns.map { pattern in
            "["
                + pattern.map { tolerant.groups.indices.contains($0) ? tolerant.groups[$0].name : "\($0)" }
                .joined(separator: ", ") + "]"
        }
        add("patterns", "merkkien kaavat", "märkenas mönster", "patterns of tokens", names)
    }

    mutating func add(_ counts: CountMechanism) {
        guard case .noise(let noise) = counts else {
            add("counts.mechanism", "kohina", "brus", "noise", "rounding")
            return
        }
        add("counts.mechanism", "kohina", "brus", "noise", noise.kind.rawValue)
        add("counts.epsilon", "epsilon", "epsilon", "epsilon", noise.epsilon.description)
        add("counts.delta", "delta", "delta", "delta", noise.deltaPower.map(Agreement.powerOfTen))
        add(
            "counts.total_epsilon", "epsilon yhteensä", "epsilon sammanlagt", "epsilon in all",
            noise.totalEpsilon.description)
    }
}
