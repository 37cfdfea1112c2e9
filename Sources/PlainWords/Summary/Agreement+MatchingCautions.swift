internal import Agreement

extension Agreement {
    /// What should be known of how people are recognised.
    func matchingCautions(_ language: PlainLanguage) -> [String] {
        var cautions = tolerantCautions(language)
        for key in matchKeys {
            guard case .recipe(let recipe) = key.content, recipe.fieldNames.count < 2 else { continue }
            cautions.append(
                language.of(
                    "Yhdistämisavain \(key.name) tehdään yhdestä kentästä: eri henkilöt, joilla on sama arvo, "
                        + "yhdistetään yhdeksi henkilöksi.",
                    "Kopplingsnyckeln \(key.name) görs av ett enda fält: olika personer med samma värde kopplas samman "
                        + "till en person.",
                    "The match key \(key.name) is made of a single field: different people who share its value are "
                        + "linked as one person."))
        }
        if matchKeys.contains(where: { $0.content == .formerCode && $0.replacedSince == nil }) {
            cautions.append(
                language.of(
                    "former_code ilman aikarajaa yhdistää vieraat, jos henkilötunnus on annettu uudelleen toiselle. "
                        + "Kysy tunnusten antajalta, mistä päivästä alkaen niin ei ole tehty, ja kirjoita se: "
                        + "replaced_since.",
                    "former_code utan tidsgräns kopplar samman främlingar om en personbeteckning har getts på nytt åt "
                        + "någon annan. Fråga den som ger ut beteckningarna från vilken dag det inte har gjorts och "
                        + "skriv den: replaced_since.",
                    "former_code without a limit of time links strangers if a code was issued again to somebody else. "
                        + "Ask whoever issues the codes from which day on that was not done, and write it: "
                        + "replaced_since."))
        }
        if matchKeys.first?.content != .identityCode {
            cautions.append(
                language.of(
                    "identity_code ei ole ensimmäinen yhdistämisavain: mitä aiempi avain yhdistää, pysyy yhdistettynä, "
                        + "vaikka henkilötunnukset sanovat muuta.",
                    "identity_code är inte den första kopplingsnyckeln: det som en tidigare nyckel kopplar samman "
                        + "förblir sammankopplat, fastän personbeteckningarna säger något annat.",
                    "identity_code is not the first match key: what an earlier key links stays linked, though identity "
                        + "codes say otherwise."))
        }
        return cautions
    }

    private func tolerantCautions(_ language: PlainLanguage) -> [String] {
        guard let tolerantMatching else { return [] }
        var cautions = [
            language.of(
                "tolerant_matching on käytössä: koordinaattori näkee, mitkä tietueet muistuttavat toisiaan ja "
                    + "monellako tietueella kukin vertailumerkki on, mutta ei sitä, keiden ne ovat. Yleiset nimet voi "
                    + "arvata siitä.",
                "tolerant_matching är på: koordinatorn ser vilka poster som liknar varandra och hur många poster som "
                    + "har varje jämförelsemärke, men inte vems de är. Vanliga namn kan gissas utifrån det.",
                "tolerant_matching is on: the coordinator sees which records resemble each other, and how many records "
                    + "share each token, though not whose they are. Names that are common can be guessed from that.")
        ]
        let people = registers.map(\.maxPeople).max() ?? 1
        // Among n people of one register and n of another a chance partner is found at about log2(2n) bits.
        let least = Int.bitWidth - (2 * people - 1).leadingZeroBitCount + 4
        if tolerantMatching.bits < least {
            let (bits, most) = (tolerantMatching.bits, language.number(people))
            cautions.append(
                language.of(
                    "tolerant_matching.bits on \(bits): kun rekistereissä on enintään \(most) henkilöä, alle \(least) "
                        + "bittiä yhdistää tietueita, jotka muistuttavat toisiaan sattumalta.",
                    "tolerant_matching.bits är \(bits): när registren har upp till \(most) personer kopplar färre än "
                        + "\(least) bitar samman poster som liknar varandra av en slump.",
                    "tolerant_matching.bits is \(bits): with registers of up to \(most) people, fewer than \(least) "
                        + "bits link records that resemble each other by chance."))
        }
        let counts = registersWithTokens.map(\.maxPeople)
        if tolerantMatching.mayExceedPairLimit(people: counts) {
            let limit = language.number(TolerantMatching.pairLimit)
            cautions.append(
                language.of(
                    "Jos rekisterit ovat niin suuria kuin max_people sallii, yhteisiä vertailumerkkejä voi olla yli "
                        + "\(limit) tietueparilla: silloin yhdistäminen päättyy tuloksetta vasta, kun kaikki luettelot "
                        + "ovat kiertäneet. Vertaa lukuihin, jotka check antaa kustakin rekisteristä, tai kirjoita "
                        + "vähemmän vertailumerkkejä (tokens), pidempiä kaavoja (patterns) tai pienempi most_frequent "
                        + "tai max_people.",
                    "Om registren är så stora som max_people tillåter kan fler än \(limit) par av poster ha ett "
                        + "gemensamt jämförelsemärke: då slutar kopplingen utan resultat, först när alla listor har "
                        + "gått runt. Jämför med talen som check ger för varje register, eller skriv färre "
                        + "jämförelsemärken (tokens), längre mönster (patterns) eller ett lägre most_frequent eller "
                        + "max_people.",
                    "If registers are as large as max_people allows, more than \(limit) pairs of records may share a "
                        + "token: matching then ends without a result, and only when all lists have gone round. "
                        + "Compare what check tells of each register, or write fewer tokens, longer patterns, or a "
                        + "lower most_frequent or max_people."))
        }
        return cautions
    }
}
