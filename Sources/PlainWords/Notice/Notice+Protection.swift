internal import Agreement

/// How data is protected: every sentence follows from a field that the programs obey.
extension Notice {
    var protection: Section {
        let sentences =
            [
                identityCode, otherKeys, hops, verification, release, identifiers, pseudonyms, relations, rows,
                derivations,
            ]
            + agreement.disclosureWords(in: language).map(\.notice)
            + [content, smallestCell, rounding, noise, padding, rounds]
        return Section(
            heading: say("Näin tietosi suojataan", "Så skyddas dina uppgifter", "How your data is protected"),
            blocks: [.list(sentences.compactMap { $0 }.map { Item($0) })])
    }

    private var isIdentified: Bool {
        agreement.matchKeys.contains { $0.content == .identityCode || $0.content == .formerCode }
    }

    /// The kind of identity code, for the middle of a sentence.
    private var code: String {
        switch agreement.identityScheme {
        case .finland: say("Henkilötunnuksesi", "Din personbeteckning", "Your Finnish personal identity code")
        case .sweden:
            say("Ruotsalainen henkilötunnuksesi", "Ditt svenska personnummer", "Your Swedish personal identity number")
        case .estonia:
            say("Virolainen henkilötunnuksesi", "Din estniska personkod", "Your Estonian personal identification code")
        }
    }

    private var identityCode: String? {
        guard isIdentified else { return nil }
        return say(
            "\(code) peitetään jo rekisterinpitäjän omassa järjestelmässä. Muut näkevät vain peitetyn tunnisteen.",
            "\(code) döljs redan i den personuppgiftsansvariges eget system. Andra ser bara den dolda beteckningen.",
            "\(code) is blinded already in the controller's own system. Others see only the blinded code.")
    }

    private var otherKeys: String? {
        let kinds = MatchFieldKind.allCases.filter { kind in agreement.matchFields.contains { $0.kind == kind } }
        guard !kinds.isEmpty else { return nil }
        let words = kinds.map { kind in
            switch kind {
            case .givenNames: say("etunimet", "förnamn", "given names")
            case .familyName: say("sukunimi", "efternamn", "family name")
            case .date:
                say(
                    "päivämäärä (esimerkiksi syntymäaika)", "datum (till exempel födelsetid)",
                    "a date, such as that of birth")
            case .code:
                say("koodi (esimerkiksi postinumero)", "kod (till exempel postnummer)", "a code, such as a postcode")
            case .text: say("teksti (esimerkiksi osoite)", "text (till exempel adress)", "a text, such as an address")
            }
        }.joined(separator: ", ")
        return say(
            "Yhdistämisessä käytetään myös näitä tietoja: \(words). Ne peitetään samalla tavalla.",
            "Vid kopplingen används också dessa uppgifter: \(words). De döljs på samma sätt.",
            "These are used for linking as well: \(words). They are blinded in the same way.")
    }

    private var hops: String {
        let count = language.number(agreement.ring.count)
        return say(
            "Peitettyjä tunnisteita käsittelee \(count) organisaatiota peräkkäin, jokainen omalla salaisella "
                + "avaimellaan. Mikään niistä ei yksin voi selvittää tunnisteesta, kuka olet.",
            "De dolda beteckningarna behandlas av \(count) organisationer i följd, var och en med sin egen hemliga "
                + "nyckel. Ingen av dem kan ensam ta reda på vem du är utifrån beteckningen.",
            "The blinded codes pass through \(count) organisations, each with a secret key of its own. None of them "
                + "alone can find out from a code who you are.")
    }

    private var verification: String? {
        guard agreement.verification == .full else { return nil }
        return say(
            "Jokainen organisaatio todistaa tehneensä osansa sovitulla tavalla, ja muut tarkistavat todistuksen ennen "
                + "kuin tuloksia annetaan. Jos joku toimii toisin, se huomataan.",
            "Varje organisation bevisar att den har gjort sin del som avtalat, och andra kontrollerar beviset innan "
                + "något resultat lämnas ut. Om någon gör annat märks det.",
            "Each organisation proves that it has done its part as agreed, and others check the proof before there is "
                + "any result. If one does otherwise, it is found.")
    }

    private var release: String {
        agreement.release == .rows
            ? say(
                "Tietosi sinetöidään ennen kuin ne lähtevät rekisteristä. Ne voi avata vain tutkimusympäristö: "
                    + "\(name(agreement.researchEnvironment)). Viranomaiset eivät näe tutkimusaineistoa.",
                "Dina uppgifter förseglas innan de lämnar registret. Endast forskningsmiljön kan öppna dem: "
                    + "\(name(agreement.researchEnvironment)). Myndigheterna ser inte forskningsmaterialet.",
                "Your data is sealed before it leaves the register. Only the research environment can open it: "
                    + "\(name(agreement.researchEnvironment)). Authorities do not see the research data.")
            : say(
                "Tietoja yksittäisistä ihmisistä ei luovuteta kenellekään. Tuloksena on vain lukumääriä.",
                "Uppgifter om enskilda människor lämnas inte ut till någon. Resultatet är endast antal.",
                "Data of single people is given to nobody. The result is counts only.")
    }

    /// Released columns that are called like a direct identifier.
    var directIdentifiers: [String] {
        agreement.registers.flatMap { register in
            register.columns.filter { $0.looksLikeDirectIdentifier && !Self.isProtectionFlag($0) }
                .map { "\(register.id).\($0.name)" }
        }
    }

    /// Whether a column says that a person's address is under a non-disclosure order, and is no address itself.
    private static func isProtectionFlag(_ column: ColumnDeclaration) -> Bool {
        let names: Set<String> = ["address_protection", "address_protected", "turvakielto", "osoitteen_turvakielto"]
        return (column.type == .boolean || column.type == .code) && names.contains(column.sourceName)
    }

    private var identifiers: String? {
        guard agreement.release == .rows else { return nil }
        let found = directIdentifiers
        guard found.isEmpty else {
            let words = found.joined(separator: ", ")
            return say(
                "Huomaa: luovutettavissa tiedoissa on tietoja, joista sinut voi tunnistaa suoraan: \(words).",
                "Observera: bland uppgifterna som lämnas ut finns sådana som direkt kan identifiera dig: \(words).",
                "Note: the released data includes items that may identify you directly: \(words).")
        }
        let isMarked = agreement.registers.contains { $0.columns.contains { Self.isProtectionFlag($0) } }
        return say(
            "Nimi, henkilötunnus ja osoite eivät kuulu luovutettaviin tietoihin. Tämä koskee myös ihmisiä, joilla on "
                + "turvakielto.",
            "Namn, personbeteckning och adress hör inte till uppgifterna som lämnas ut. Detta gäller också personer "
                + "med spärrmarkering.",
            "Name, personal identity code and address are not among the released data. This also goes for people under "
                + "a non-disclosure order for personal safety.")
            + (isMarked
                ? " "
                    + say(
                        "Aineistossa on kuitenkin tieto siitä, onko henkilöllä turvakielto.",
                        "Materialet innehåller dock uppgift om huruvida en person har spärrmarkering.",
                        "The data does say whether a person has such an order.") : "")
    }

    private var relations: String? {
        guard agreement.registers.contains(where: { !$0.isDeclared }) else { return nil }
        return say(
            "Aineistosta näkee, ketkä sen henkilöistä on merkitty toistensa läheisiksi, esimerkiksi puolisoiksi tai "
                + "lapsiksi. Heillä on siinä vain tunnukset. Läheinen, joka ei kuulu tutkittaviin, ei ole aineistossa.",
            "Materialet visar vilka av dess personer som har antecknats som närstående till varandra, till exempel "
                + "makar eller barn. De har bara koder i det. En närstående som inte hör till dem som undersöks finns "
                + "inte i materialet.",
            "The dataset shows which of its people are registered as related to each other, such as spouses or "
                + "children. They have only codes in it. A relative who is not among those studied is not in the "
                + "dataset.")
    }

    private var pseudonyms: String? {
        guard agreement.release == .rows else { return nil }
        guard !agreement.pseudonyms.isLasting else {
            return say(
                "Aineistossa sinulla on tunnus, josta ei voi päätellä, kuka olet. Se on sama tutkimuksen kaikissa "
                    + "yhdistämisissä, eikä sitä käytetä missään muussa tutkimuksessa.",
                "I materialet har du en kod som inte avslöjar vem du är. Den är densamma i alla kopplingar av studien, "
                    + "och används inte i någon annan studie.",
                "In the dataset you have a code that does not tell who you are. It is the same in all linkages of the "
                    + "study, and is used in no other study.")
        }
        return say(
            "Aineistossa sinulla on satunnainen tunnus. Samaa tunnusta ei käytetä missään muussa tutkimuksessa.",
            "I materialet har du en slumpmässig kod. Samma kod används inte i någon annan studie.",
            "In the dataset you have a random code. The same code is used in no other study.")
    }

    private var rows: String? {
        guard agreement.registers.contains(where: { $0.rows != nil }) else { return nil }
        return say(
            "Joistakin rekistereistä käytetään vain ne rivit, joita tutkimus tarvitsee. Muut eivät lähde rekisteristä.",
            "Ur en del register används bara de rader som studien behöver. De andra lämnar inte registret.",
            "Of some registers only the rows that the study needs are used. The others do not leave the register.")
    }

    private var isDerived: Bool {
        agreement.registers.contains { $0.columns.contains { $0.derivation != nil } }
    }

    private var derivations: String? {
        guard isDerived else { return nil }
        return say(
            "Osa tiedoista karkeistetaan tai luokitellaan jo rekisterinpitäjän omassa järjestelmässä.",
            "En del uppgifter görs grövre eller klassificeras redan i den personuppgiftsansvariges eget system.",
            "Some values are made coarser or grouped already in the controller's own system.")
    }

    private var content: String? {
        guard agreement.release == .rows else { return nil }
        guard !isDerived, agreement.disclosure.isEmpty else {
            return say(
                "Aineisto ei silti ole täysin nimetön: joku, joka tietää sinusta paljon, voisi periaatteessa tunnistaa "
                    + "harvinaiset tiedot.",
                "Materialet är ändå inte helt anonymt: den som vet mycket om dig kan i princip känna igen ovanliga "
                    + "uppgifter.",
                "The dataset is still not fully anonymous: somebody who knows much about you could in principle "
                    + "recognise rare data.")
        }
        return say(
            "Tiedot luovutetaan sellaisina kuin ne ovat rekisterissä. Aineisto ei siksi ole täysin nimetön: joku, joka "
                + "tietää sinusta paljon, voisi periaatteessa tunnistaa harvinaiset tiedot.",
            "Uppgifterna lämnas ut sådana som de är i registret. Materialet är därför inte helt anonymt: den som vet "
                + "mycket om dig kan i princip känna igen ovanliga uppgifter.",
            "Values are released as they are in the register. The dataset is therefore not fully anonymous: somebody "
                + "who knows much about you could in principle recognise rare data.")
    }

    private var smallestCell: String? {
        guard agreement.smallestCell > 1 else {
            return say(
                "Pienintä ryhmäkokoa ei ole sovittu: lukumäärä voi koskea yhtä ihmistä.",
                "Ingen minsta gruppstorlek har avtalats: ett antal kan gälla en enda person.",
                "No smallest group has been agreed: a count may be of a single person.")
        }
        let least = language.number(agreement.smallestCell)
        let counts =
            if case .noise = agreement.counts {
                say(
                    "Lukumäärää, joka on vaihtelun lisäämisen jälkeen alle \(least), ei julkaista.",
                    "Ett antal som efter slumpvariationen är mindre än \(least) publiceras inte.",
                    "A count that is below \(least) after random variation is not published.")
            } else {
                say(
                    "Alle \(least) hengen lukumäärää ei julkaista.", "Antal under \(least) personer publiceras inte.",
                    "A count of fewer than \(least) people is not published.")
            }
        guard agreement.release == .rows else { return counts }
        return say(
            "Alle \(least) hengen ryhmää ei luovuteta.", "En grupp på färre än \(least) personer lämnas inte ut.",
            "A group of fewer than \(least) people is not released.") + " " + counts
    }

    private var rounding: String? {
        guard agreement.countRounding > 1 else { return nil }
        let step = language.number(agreement.countRounding)
        return say(
            "Julkaistut lukumäärät pyöristetään. Tarkkuus: \(step).",
            "Publicerade antal avrundas. Noggrannhet: \(step).",
            "Published counts are rounded to the nearest \(step).")
    }

    private var noise: String? {
        guard case .noise(let noise) = agreement.counts else { return nil }
        let delta = noise.deltaPower.map { ", delta \(language.decimal(Agreement.powerOfTen($0)))" } ?? ""
        let one = language.decimal(noise.epsilon)
        let all = language.decimal(noise.totalEpsilon)
        return say(
            "Julkaistuihin lukumääriin lisätään satunnaista vaihtelua, jotta niistä ei voi päätellä yhden ihmisen "
                + "tietoja (epsilon \(one)\(delta); kaikissa yhdistämisissä yhteensä enintään \(all)).",
            "Publicerade antal får en slumpvariation, så att ingen kan sluta sig till en enskild persons uppgifter av "
                + "dem (epsilon \(one)\(delta); i alla kopplingar sammanlagt högst \(all)).",
            "Published counts get random variation, so that one person's data cannot be concluded from them (epsilon "
                + "\(one)\(delta); at most \(all) in all linkages together).")
    }

    private var padding: String {
        agreement.padding == .padme
            ? say(
                "Muille viranomaisille ja yhdistäjälle ei näytetä rekisterin tarkkaa henkilömäärää: siihen lisätään "
                    + "keksittyjä tunnisteita.",
                "Andra myndigheter och den som kopplar får inte se det exakta antalet personer i ett register: "
                    + "påhittade beteckningar läggs till.",
                "Other authorities and the coordinator are not shown the exact number of people in a register: "
                    + "invented codes are added.")
                + (agreement.release == .rows
                    ? " "
                        + say(
                            "Tutkimusympäristö saa tietää sen.", "Forskningsmiljön får veta det.",
                            "The research environment is told it.") : "")
            : say(
                "Osapuolet näkevät, montako henkilöä kussakin rekisterissä on.",
                "Parterna ser hur många personer varje register har.",
                "Parties see how many people each register has.")
    }

    private var rounds: String {
        let count = language.number(agreement.roundsAllowed)
        return agreement.roundsAllowed == 1
            ? say(
                "Rekisterit voidaan yhdistää vain kerran.", "Registren får kopplas samman endast en gång.",
                "The registers may be linked once only.")
            : say(
                "Rekisterit voidaan yhdistää enintään \(count) kertaa.",
                "Registren får kopplas samman högst \(count) gånger.",
                "The registers may be linked at most \(count) times.")
    }
}
