public import Agreement

extension Agreement {
    /// What is allowed but should be known before signing, in English; see `cautions(in:)`.
    public var cautions: [String] { cautions(in: .english) }

    /// What is allowed but should be known before signing; sentences, the weightiest first.
    public func cautions(in language: PlainLanguage) -> [String] {
        keyCautions(language) + partyCautions(language) + matchingCautions(language) + countCautions(language)
            + noiseCautions(in: language) + releaseCautions(language)
            + disclosureWords(in: language).compactMap(\.caution) + ruleCautions(language)
    }

    private func keyCautions(_ language: PlainLanguage) -> [String] {
        participants.filter { $0.keyChange == .lost }.map { participant in
            let (name, id) = (participant.name, participant.id)
            return language.of(
                "Osapuolen \(name) (\(id)) aiempi avain on kadonnut: mikään muu kuin allekirjoittajien oma tieto ei "
                    + "kerro, että uudet avaimet ovat sen. Kysy siltä muuta kautta kuin mistä sopimus tuli, ja vertaa "
                    + "sen korttia.",
                "Den tidigare nyckeln för \(name) (\(id)) har förlorats: bara undertecknarna själva kan veta att de "
                    + "nya nycklarna är dess. Fråga den på annat sätt än det som avtalet kom, och jämför dess kort.",
                "The former key of \(name) (\(id)) was lost: nothing but the signers' own knowledge says that the new "
                    + "keys are its own. Ask it in another way than the one by which the agreement came, and compare "
                    + "its card.")
        }
    }

    private func partyCautions(_ language: PlainLanguage) -> [String] {
        var cautions: [String] = []
        if ring.count == 2 {
            cautions.append(
                language.of(
                    "Mukana on vain kaksi viranomaista tai sekoittajaa: niiden välissä ei ole kolmatta osapuolta, "
                        + "joten kummankin on luotettava siihen, ettei toinen toimi yhdessä koordinaattorin kanssa.",
                    "Bara två myndigheter eller blandare deltar: det finns ingen tredje part mellan dem, så båda måste "
                        + "lita på att den andra inte samarbetar med koordinatorn.",
                    "Only two authorities or mixers take part: no third party stands between them, so each must trust "
                        + "that the other does not work together with the coordinator."))
        }
        if verification == .full, mixers.count == 1 {
            cautions.append(
                language.of(
                    "Vain yksi sekoittaja tarkistaa koordinaattorin: yhdessä ne voisivat valita tai laskea väärin, ja "
                        + "sekoittaja saa tietää, montako yhteistä henkilöä rekistereissä on. Toinen sekoittaja tekee "
                        + "sen vaikeammaksi.",
                    "En blandare ensam kontrollerar koordinatorn: tillsammans kunde de välja eller räkna fel, och "
                        + "blandaren får veta hur många personer registren har gemensamt. En andra blandare gör det "
                        + "svårare.",
                    "One mixer alone checks the coordinator: together the two could select or count falsely, and the "
                        + "mixer learns how many people registers have in common. A second mixer makes it harder."))
        }
        if release == .rows, vaultAccess == .selected {
            cautions.append(
                language.of(
                    "vault_access on selected: koordinaattori näkee, mitkä säilytetyt lohkot haetaan, ja voisi "
                        + "rekisterinpitäjän kanssa selvittää, kenen tiedot luovutettiin.",
                    "vault_access är selected: koordinatorn ser vilka lagrade block som hämtas, och kunde tillsammans "
                        + "med den personuppgiftsansvarige ta reda på vems uppgifter som lämnats ut.",
                    "vault_access is selected: the coordinator sees which stored cells are fetched, and together with "
                        + "the register's owner could tell who was released."))
        }
        return cautions
    }

    private func countCautions(_ language: PlainLanguage) -> [String] {
        var cautions: [String] = []
        if smallestCell == 1 {
            cautions.append(
                language.of(
                    "smallest_cell on 1: yhden henkilön kohortit luovutetaan ja yhden henkilön lukumäärät julkaistaan.",
                    "smallest_cell är 1: kohorter på en enda person lämnas ut och antal på en person publiceras.",
                    "smallest_cell is 1: cohorts of a single person are released and counts of one are published."))
        }
        if release == .none, padding == .padme {
            cautions.append(
                language.of(
                    "padding on padme ja vain lukumäärät julkaistaan: keksityt tunnisteet lasketaan henkilöiksi, jotka "
                        + "ovat vain yhdessä rekisterissä, joten nämä lukumäärät ovat ylärajoja.",
                    "padding är padme och endast antal publiceras: påhittade beteckningar räknas som personer som "
                        + "finns i bara ett register, så de antalen är övre gränser.",
                    "padding is padme and only counts are released: dummies count as people who are in one register "
                        + "only, so those counts are upper bounds."))
        }
        if release == .none, registers.count > 7 {
            cautions.append(
                language.of(
                    "Lukumäärät kysytään \(registers.count) rekisteristä: jos henkilöitä on useammassa kuin muutamassa "
                        + "sadassa rekisterien yhdistelmässä, tulos on liian pitkä julkaistavaksi ja kierros "
                        + "keskeytetään.",
                    "Antal frågas ur \(registers.count) register: om personer förekommer i fler än några hundra "
                        + "kombinationer av dem blir resultatet för långt att publicera och omgången avbryts.",
                    "Counts are asked of \(registers.count) registers: if people occur in more than a few hundred "
                        + "combinations of them, the result is too long to publish and the round is aborted."))
        }
        return cautions
    }

    private func releaseCautions(_ language: PlainLanguage) -> [String] {
        var cautions: [String] = []
        if padding == .none {
            cautions.append(
                language.of(
                    "padding on none: jokainen osapuoli näkee kunkin rekisterin tarkan henkilömäärän.",
                    "padding är none: varje part ser det exakta antalet personer i varje register.",
                    "padding is none: every participant sees the exact number of people in each register."))
        }
        if pseudonyms.isLasting,
            !participants.contains(where: { $0.role == .mixer && pseudonyms.holders.contains($0.id) })
        {
            cautions.append(
                language.of(
                    "Yksikään sekoittaja ei ole pseudonym_holders-luettelossa: tutkimusavaimet ovat vain "
                        + "viranomaisilla, joilla on myös henkilötunnukset. Lisää sekoittaja haltijaksi, jos voit.",
                    "Ingen blandare finns bland pseudonym_holders: studienycklarna finns bara hos myndigheter, som "
                        + "också har personbeteckningarna. Gör en blandare till innehavare om du kan.",
                    "No mixer is among pseudonym_holders: only authorities have study keys, and they have the identity "
                        + "codes, too. Make a mixer a holder if you can."))
        }
        let unused = cohorts.filter { cohort in
            release == .rows && !registers.contains { $0.releasedFor.contains(cohort.id) }
                && !cohorts.contains { $0.expression.names.contains(cohort.id) }
        }
        cautions += unused.map { cohort in
            language.of(
                "Yhtäkään rekisteriä ei luovuteta kohortista \(cohort.id): sen henkilöillä ei ole rivejä aineistossa.",
                "Inget register lämnas ut för kohorten \(cohort.id): dess personer har inga rader i materialet.",
                "No register is released for the cohort \(cohort.id): its people have no rows in the dataset.")
        }
        let columns = declaredRegisters.flatMap { register in register.columns.map { (register.id, $0) } }
        cautions += columns.filter(\.1.looksLikeDirectIdentifier).map { register, column in
            language.of(
                "Sarakkeella \(register).\(column.name) on suoran tunnisteen nimi. Tutkimusaineistossa ei pitäisi olla "
                    + "ihmisten nimiä, osoitteita eikä tunnuksia.",
                "Kolumnen \(register).\(column.name) heter som en direkt identifierare. Ett forskningsmaterial bör "
                    + "inte innehålla personers namn, adresser eller beteckningar.",
                "The column \(register).\(column.name) has the name of a direct identifier. "
                    + "A dataset for research should hold no names, addresses or codes of people.")
        }
        cautions += columns.filter(\.1.numbersAreNoCodes).map { register, column in
            language.of(
                "Sarakkeen \(register).\(column.name) numerot luovutetaan, vaikka ne voivat näyttää henkilötunnuksilta "
                    + "(not_identity_codes). Varmista, että ne ovat jotakin muuta.",
                "Siffrorna i \(register).\(column.name) lämnas ut, fastän de kan se ut som personbeteckningar "
                    + "(not_identity_codes). Försäkra dig om att de är något annat.",
                "Numbers in \(register).\(column.name) are released though they may look like identity codes "
                    + "(not_identity_codes). Be sure that they are something else.")
        }
        return cautions
    }

    private func ruleCautions(_ language: PlainLanguage) -> [String] {
        var cautions: [String] = []
        if matchFields.contains(where: { $0.kind != .date }), normalisation == .sidos1 {
            cautions.append(
                language.of(
                    "normalisation on sidos-1, joka pitää ohjelmien merkintöjä kuten NA ja nan niminä: henkilöt, "
                        + "joilla ei ole mitään muuta yhteistä, yhdistetään. Kirjoita sidos-2.",
                    "normalisation är sidos-1, som tar ord som program skriver, såsom NA och nan, för namn: personer "
                        + "som inte har något annat gemensamt kopplas samman. Skriv sidos-2.",
                    "normalisation is sidos-1, which takes NA, nan and other words of programs for names: people who "
                        + "have nothing else in common are linked. Write sidos-2."))
        }
        if release == .rows, disclosure.anonymity.smallestClass == nil {
            cautions.append(
                language.of(
                    "Säännöissä ei vaadita k:ta: tutkija, joka tietää henkilöstä tarpeeksi, voisi löytää hänet "
                        + "aineistosta. Harkitse osaa disclosure.",
                    "Reglerna kräver inget k: en forskare som vet tillräckligt om en person kunde hitta personen i "
                        + "materialet. Överväg avsnittet disclosure.",
                    "No disclosure rules ask for k: a researcher who knows enough of a person could find the person in "
                        + "the dataset. Consider the section disclosure."))
        }
        return cautions + relationCautions(language)
    }

    /// Families are found by their form, whatever is made coarser.
    private func relationCautions(_ language: PlainLanguage) -> [String] {
        guard disclosure.anonymity.smallestClass != nil else { return [] }
        let quasi = disclosure.anonymity.quasiIdentifiers.map(\.column)
        return registers.compactMap(\.namedIn).filter { !quasi.contains($0) }.map { column in
            language.of(
                "Sarake \(column) nimeää toisia henkilöitä, eikä k koske sitä: joka tuntee perheen, voi löytää sen "
                    + "siitä, ketkä liittyvät toisiinsa. Nimeä sarake quasi_identifiers-luettelossa, jos se on vaara; "
                    + "silloin lähes kaikki suhteet poistetaan.",
                "Kolumnen \(column) nämner andra personer och omfattas inte av k: den som känner en familj kan hitta "
                    + "den genom vilka som hör ihop. Nämn kolumnen bland quasi_identifiers om det är en risk; då tas "
                    + "nästan alla relationer bort.",
                "The column \(column) names other people, and k is not about it: whoever knows a family may find it by "
                    + "who belongs together. Name the column among quasi_identifiers if that is a danger; nearly all "
                    + "relations are then removed.")
        }
    }
}
