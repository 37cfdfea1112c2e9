internal import Agreement

/// What each party learns, if everyone follows the protocol.
extension AgreementSummary {
    var knowledge: [Item] {
        let released =
            agreement.release == .rows ? [fetched, dataset, lasting, relations, links, quality, closed] : [counts]
        return ([nodes, coordinator, mixers] + released).compactMap { $0 }.map { Item(1, point: $0) }
    }

    /// The object of a sentence.
    private var sizes: String {
        agreement.padding == .padme
            ? say(
                "kunkin rekisterin ylöspäin pyöristetyn henkilömäärän",
                "det uppåt avrundade antalet personer i varje register", "the padded number of people in each register")
            : say(
                "kunkin rekisterin tarkan henkilömäärän", "det exakta antalet personer i varje register",
                "the exact number of people in each register")
    }

    private var nodes: String {
        say(
            "Viranomaiset ja sekoittajat saavat tietää \(sizes) ja sen, montako yhteistä henkilöä saman omistajan "
                + "kahdessa rekisterissä on. Ne eivät saa tietää, ketkä niiden henkilöistä ovat muissa rekistereissä "
                + "tai kohorteissa.",
            "Myndigheter och blandare får veta \(sizes) och hur många personer två register med samma ägare har "
                + "gemensamt. De får inte veta vilka av deras personer som finns i ett annat register eller i en "
                + "kohort.",
            "Authorities and mixers learn \(sizes), and how many people two registers of the same owner share. They do "
                + "not learn which of their people are in another register or in a cohort.")
    }

    private var coordinator: String {
        let keys =
            agreement.linksInSeveralWays
            ? say(
                ", sekä sen, mitkä kahden henkilön avaimet täsmäävät",
                ", samt vilka nycklar hos två personer som stämmer överens", ", and which keys of two people agree")
            : ""
        return say(
            "Koordinaattori saa tietää \(sizes) ja sen, montako yhteistä henkilöä kullakin rekisterien yhdistelmällä "
                + "on\(keys). Se ei saa tietää kenenkään henkilöllisyyttä eikä voi lukea yhtäkään riviä.",
            "Koordinatorn får veta \(sizes) och hur många personer varje kombination av register har gemensamt\(keys). "
                + "Den får inte veta någons identitet och kan inte läsa någon rad.",
            "The coordinator learns \(sizes) and how many people each combination of registers has in common\(keys). "
                + "It learns no identity, and no row can be read by it.")
    }

    private var mixers: String? {
        guard agreement.verification == .full else { return nil }
        return say(
            "Sekoittajat saavat lisäksi tietää saman kuin koordinaattori siitä, missä rekistereissä henkilöt ovat: ne "
                + "tekevät sen työn uudelleen.",
            "Blandarna får dessutom veta detsamma som koordinatorn om vilka register personer finns i: de gör om dess "
                + "arbete.",
            "The mixers learn besides what the coordinator learns of who is in which registers: they do its work again."
        )
    }

    private var fetched: String? {
        guard agreement.vaultAccess == .selected else { return nil }
        return say(
            "Koska vault_access on selected, koordinaattori näkee myös, mitkä säilytetyt lohkot haetaan, ja voisi "
                + "rekisterinpitäjän kanssa selvittää, keiden ne ovat.",
            "Eftersom vault_access är selected ser koordinatorn också vilka lagrade block som hämtas, och skulle "
                + "tillsammans med den personuppgiftsansvarige kunna ta reda på vems de är.",
            "As vault_access is selected, the coordinator also sees which stored cells are fetched, and together with "
                + "a register's owner could tell whose they are.")
    }

    private var dataset: String {
        say(
            "Tutkimusympäristö saa tietää kohorttien henkilöistä luetellut sarakkeet, pseudonyymein, jotka eivät sovi "
                + "mihinkään muuhun tutkimukseen, ja kunkin henkilön kohortit. Se ei voi avata kenenkään muun rivejä.",
            "Forskningsmiljön får veta de uppräknade kolumnerna om kohorternas personer, under pseudonymer som inte "
                + "passar i någon annan studie, och varje persons kohorter. Den kan inte öppna någon annans rader.",
            "The research environment learns the listed columns of the cohorts' people, under pseudonyms that fit no "
                + "other study, and for each person the cohorts. It cannot open the rows of anyone else.")
    }

    private var lasting: String? {
        guard agreement.pseudonyms.isLasting else { return nil }
        return say(
            "Vain tutkimusympäristö näkee, että kahdessa kierroksessa on sama henkilö. Kaikki tutkimusavainten "
                + "haltijat yhdessä sen kanssa voisivat laskea valitsemiensa henkilöiden pseudonyymit, kunnes "
                + "avaimet on hävitetty.",
            "Bara forskningsmiljön ser att två omgångar har samma person. Alla innehavare av studienycklar kunde "
                + "tillsammans med den räkna ut pseudonymerna för personer som de väljer, tills nycklarna är "
                + "förstörda.",
            "Only the research environment sees that two rounds have the same person. All holders of study keys "
                + "together with it could compute the pseudonyms of people that they choose, until the keys are "
                + "destroyed.")
    }

    private var relations: String? {
        let columns = agreement.registers.compactMap(\.namedIn?.description)
        guard !columns.isEmpty else { return nil }
        let names = language.list(columns)
        return say(
            "Tutkimusympäristö saa tietää, ketkä aineiston henkilöt on nimetty sarakkeissa \(names). Muista nimetyistä "
                + "se saa tietää vain, että rivi nimeää jonkun. Koordinaattori saa tietää nimettyjen henkilöiden "
                + "määrän samoin kuin rekisterin henkilöiden määrän, ja montako heistä on muissa rekistereissä.",
            "Forskningsmiljön får veta vilka av materialets personer som nämns i \(names). Om andra som nämns får den "
                + "bara veta att en rad nämner någon. Koordinatorn får veta hur många som nämns på samma sätt som hur "
                + "många ett register har, och hur många av dem som finns i andra register.",
            "The research environment learns which people of the dataset are named in \(names). Of others who are "
                + "named it learns only that a row names somebody. The coordinator learns how many people are named as "
                + "it does of a register, and how many of them are in other registers.")
    }

    private var links: String? {
        guard agreement.linksInSeveralWays else { return nil }
        let names = language.list(agreement.linkNames)
        return say(
            "Aineisto kertoo jokaisesta henkilöstä, millä näistä tietueet yhdistettiin: \(names).",
            "Materialet visar för varje person med vilken av dessa posterna kopplades samman: \(names).",
            "The dataset says of each person by which of \(names) the records were joined.")
    }

    private var quality: String {
        let reported = agreement.registers.filter { $0.quality != QualityColumns() }.map(\.id)
        let names = language.list(reported)
        let groups =
            reported.isEmpty
            ? ""
            : say(
                ", vuosittain tai ryhmittäin \(reported.count == 1 ? "rekisterissä" : "rekistereissä") \(names)",
                ", per år eller grupp i \(names)", ", by year or group in \(names)")
        return say(
            "Raportti kertoo, miten käyttökelpoisia kunkin rekisterin tunnukset ovat\(groups), myös niiden henkilöiden "
                + "osalta, jotka eivät ole aineistossa; pienet lukumäärät jätetään pois.",
            "Rapporten visar hur användbara beteckningarna i varje register är\(groups), också för personer som inte "
                + "finns i materialet; små antal utelämnas.",
            "The report says how usable the codes of each register are\(groups), also of people who are not in the "
                + "dataset; small counts are left out.")
    }

    private var closed: String {
        say(
            "Viranomaiset, sekoittajat ja koordinaattori eivät pääse aineistoon.",
            "Myndigheterna, blandarna och koordinatorn får inte tillgång till materialet.",
            "The authorities, the mixers and the coordinator get no access to the dataset.")
    }

    private var counts: String {
        say(
            "Jokainen osapuoli saa tietää lukumäärät, jotka julkaistaan.",
            "Varje part får veta de antal som publiceras.",
            "Every participant learns the counts that are published.")
    }
}
