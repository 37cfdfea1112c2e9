internal import Agreement

/// Within which limits rounds run, and what is done to the dataset.
extension AgreementSummary {
    var limits: [Item] {
        ([release, pseudonyms, newPseudonyms, successors, smallest, rounding].compactMap { $0 }
            + agreement.noiseSentences(in: language)
            + [padding, parts, deadline, calendar, method].compactMap { $0 }).map { Item(1, point: $0) }
    }

    private var release: String {
        agreement.release == .rows
            ? say(
                "Kohorttien henkilöiden rivit luovutetaan tutkimusympäristölle pseudonymisoituina.",
                "Raderna om kohorternas personer lämnas ut till forskningsmiljön pseudonymiserade.",
                "Rows of the cohorts' people are released to the research environment, under pseudonyms.")
            : say(
                "Rivejä ei luovuteta: tuloksena on, montako yhteistä henkilöä rekistereissä on.",
                "Inga rader lämnas ut: resultatet är hur många personer registren har gemensamt.",
                "No rows are released: the result is how many people the registers have in common.")
    }

    private var pseudonyms: String? {
        guard agreement.pseudonyms.isLasting else { return nil }
        let holders = language.list(agreement.pseudonyms.holders)
        return say(
            "Henkilöllä, jolla on virallinen henkilötunnus, on sama pseudonyymi tutkimuksen kaikissa kierroksissa. "
                + "Pseudonyymit riippuvat tutkimusavaimista, joita säilyttävät \(holders).",
            "En person med officiell personbeteckning har samma pseudonym i alla omgångar av studien. Pseudonymerna "
                + "följer av studienycklar som förvaras av \(holders).",
            "A person with an official identity code has the same pseudonym in all rounds of the study. Pseudonyms "
                + "follow from study keys, which are kept by \(holders).")
    }

    private var newPseudonyms: String? {
        guard agreement.pseudonyms.isLasting, agreement.pseudonymGeneration > 1 else { return nil }
        let generation = language.number(agreement.pseudonymGeneration)
        return say(
            "Pseudonyymit ovat sukupolvea \(generation): aiempien sukupolvien aineistoja ei voi yhdistää niiden "
                + "avulla.",
            "Pseudonymerna är av generation \(generation): med dem kan inga material av tidigare generationer kopplas "
                + "samman.",
            "The pseudonyms are of generation \(generation): no dataset of an earlier generation can be joined by them."
        )
    }

    private var successors: String? {
        guard !agreement.pseudonymSuccessors.isEmpty else { return nil }
        let changes = agreement.pseudonymSuccessors.map { change in
            say(
                "\(change.leaver) luovuttaa tutkimusavaimensa osapuolelle \(change.successor)",
                "\(change.leaver) överlämnar sin studienyckel till \(change.successor)",
                "\(change.leaver) hands its study key over to \(change.successor)")
        }
        return changes.joined(separator: "; ") + "."
    }

    private var smallest: String {
        guard agreement.smallestCell > 1 else {
            return say(
                "Pienintä ryhmäkokoa ei ole: yhden henkilön kohortti ja lukumäärä ovat sallittuja.",
                "Det finns ingen minsta gruppstorlek: en kohort eller ett antal på en person är tillåtet.",
                "There is no smallest group: a cohort or count of one person is allowed.")
        }
        let least = language.number(agreement.smallestCell)
        return say(
            "Alle \(least) henkilön kohorttia ei luovuteta, eikä pienempää lukumäärää julkaista.",
            "En kohort på färre än \(least) personer lämnas inte ut, och ett mindre antal publiceras inte.",
            "A cohort of fewer than \(least) people is not released, and a smaller count is not published.")
    }

    private var rounding: String? {
        guard agreement.countRounding > 1 else { return nil }
        let step = language.number(agreement.countRounding)
        return say(
            "Julkaistavat lukumäärät pyöristetään lähimpään luvun \(step) monikertaan.",
            "Antal som publiceras avrundas till närmaste multipel av \(step).",
            "Published counts are rounded to the nearest \(step).")
    }

    private var padding: String {
        agreement.padding == .padme
            ? say(
                "Rekisterin henkilömäärä pyöristetään ylöspäin keksityillä tunnisteilla: enintään 12 % enemmän, eikä "
                    + "koskaan alle 32.",
                "Antalet personer i ett register avrundas uppåt med påhittade beteckningar: högst 12 % fler, och "
                    + "aldrig färre än 32.",
                "The number of people in a register is rounded up with dummies: at most 12 % more, and never fewer "
                    + "than 32.")
            : say(
                "Rekisterin tarkkaa henkilömäärää ei salata osapuolilta.",
                "Det exakta antalet personer i ett register döljs inte för parterna.",
                "The exact number of people in a register is not hidden from the participants.")
    }

    private var calendar: String? {
        guard !agreement.calendar.isEmpty else { return nil }
        let days = language.list(agreement.calendar.map(language.shortDay))
        return say(
            "Koordinaattori avaa itse kierroksen näinä päivinä, jos kaikki ovat valmiita: \(days). "
                + "Sen hoitaja voi avata kierroksia muinakin päivinä.",
            "Koordinatorn öppnar själv en omgång dessa dagar, om alla är redo: \(days). "
                + "Dess skötare kan öppna omgångar även andra dagar.",
            "The coordinator opens a round by itself on these days, if everybody is ready: \(days). Its operator may "
                + "open rounds on other days too.")
    }

    private var parts: String? {
        guard agreement.parts > 1 else { return nil }
        let count = language.number(agreement.parts)
        return say(
            "Jokainen luettelo lähetetään \(count) osassa, jotta useampi kone voi käsitellä sitä.",
            "Varje lista skickas i \(count) delar, så att flera maskiner kan arbeta med den.",
            "Every list is sent in \(count) parts, so that several machines can work on it.")
    }

    private var deadline: String {
        let (minutes, days) = (agreement.deadlineMinutes, agreement.retentionDays)
        let (minuteCount, dayCount) = (language.number(minutes), language.number(days))
        return say(
            "Kierros, joka ei valmistu \(minuteCount) minuutissa, keskeytetään. Sinetöity aineisto säilytetään sen "
                + "jälkeen \(dayCount) \(days == 1 ? "päivän" : "päivää").",
            "En omgång som inte är klar inom \(minuteCount) \(minutes == 1 ? "minut" : "minuter") avbryts. Förseglat "
                + "material bevaras efter den i \(dayCount) \(days == 1 ? "dag" : "dagar").",
            "A round that is not finished in \(minuteCount) minutes is given up. Sealed material is kept for "
                + "\(dayCount) days after it.")
    }

    private var method: String {
        let (keys, suite) = (language.list(agreement.linkNames), agreement.suite.rawValue)
        let matched = say(
            "Henkilöt yhdistetään näin: \(keys); menetelmä on \(suite).",
            "Personer kopplas samman med \(keys); metoden är \(suite).", "People are matched by \(keys), with \(suite)."
        )
        let proved =
            agreement.verification == .full
            ? say(
                "Viranomaisten ja sekoittajien työ todistetaan ja tarkistetaan, ja sekoittajat tarkistavat, mitä "
                    + "koordinaattori löytää: joka toimii toisin, nimetään, eikä mitään luovuteta.",
                "Myndigheternas och blandarnas arbete bevisas och kontrolleras, och blandarna kontrollerar vad "
                    + "koordinatorn finner: den som gör något annat namnges, och ingenting lämnas ut.",
                "The work of the authorities and mixers is proved and checked, and the mixers check what the "
                    + "coordinator finds: whoever does otherwise is named, and nothing is released.")
            : say(
                "Viranomaisten ja sekoittajien työtä ei todisteta: jokainen luottaa siihen, että muut noudattavat "
                    + "protokollaa.",
                "Myndigheternas och blandarnas arbete bevisas inte: var och en litar på att de andra följer "
                    + "protokollet.",
                "The work of the authorities and mixers is not proved: each trusts the others to follow the protocol.")
        return matched + " " + proved
    }

    /// Nothing where the agreement has no rules.
    var disclosure: [Item] {
        agreement.disclosureWords(in: language).flatMap(\.summary).map { Item(1, point: $0) }
    }
}
