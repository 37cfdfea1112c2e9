internal import Agreement

/// How long data is kept, what people may do, and whom they can turn to.
extension Notice {
    var storage: Section {
        let days = language.number(agreement.retentionDays)
        var items = [
            say(
                "Avaimet, joilla henkilötunnukset salataan, hävitetään heti, kun yhdistäminen on päättynyt.",
                "Nycklarna som personbeteckningarna krypteras med förstörs genast när kopplingen är klar.",
                "The keys that identity codes are encrypted with are destroyed as soon as a linkage is over."),
            agreement.retentionDays == 0
                ? say(
                    "Sinetöity siirtoaineisto hävitetään heti yhdistämisen jälkeen.",
                    "Det förseglade överföringsmaterialet förstörs genast efter kopplingen.",
                    "Sealed material of the transfer is destroyed right after the linkage.")
                : agreement.retentionDays == 1
                    ? say(
                        "Sinetöity siirtoaineisto säilytetään yhden päivän yhdistämisen jälkeen ja hävitetään sitten.",
                        "Det förseglade överföringsmaterialet bevaras en dag efter kopplingen och förstörs sedan.",
                        "Sealed material of the transfer is kept for one day after the linkage and then destroyed.")
                    : say(
                        "Sinetöity siirtoaineisto säilytetään \(days) päivää yhdistämisen jälkeen ja hävitetään "
                            + "sitten.",
                        "Det förseglade överföringsmaterialet bevaras i \(days) dagar efter kopplingen och förstörs "
                            + "sedan.",
                        "Sealed material of the transfer is kept for \(days) days after the linkage and then destroyed."
                    ),
        ]
        if let until = declaration.datasetUntil {
            let day = language.day(until)
            items.append(
                say(
                    "Tutkimusaineiston viimeinen säilytyspäivä: \(day).",
                    "Forskningsmaterialets sista bevaringsdag: \(day).",
                    "The research dataset is kept until \(day) at the latest."))
        }
        return Section(
            heading: say("Kuinka kauan tietoja säilytetään", "Hur länge uppgifterna bevaras", "How long data is kept"),
            blocks: [.list(items.map { Item($0) })])
    }

    var rightsHeading: String { say("Oikeutesi", "Dina rättigheter", "Your rights") }

    var rights: Section {
        let items = [
            Item(
                term: say("Vastustamisoikeus", "Rätt att göra invändningar", "Right to object"),
                say(
                    "Voit vastustaa tietojesi käyttöä. Ohjeet:",
                    "Du kan invända mot användningen av dina uppgifter. Anvisningar:",
                    "You can object to the use of your data. How to:") + " \(declaration.objection(language))"),
            Item(
                term: say("Oikeus saada pääsy tietoihin", "Rätt att få tillgång till uppgifter", "Right of access"),
                say(
                    "Voit kysyä rekisterinpitäjältä, mitä tietoja sinusta on rekisterissä.",
                    "Du kan fråga den personuppgiftsansvarige vilka uppgifter registret har om dig.",
                    "You can ask the controller of a register which data it has about you.")),
            Item(
                term: say("Oikeus tietojen oikaisemiseen", "Rätt till rättelse", "Right to rectification"),
                say(
                    "Voit pyytää rekisterinpitäjää korjaamaan virheelliset tiedot.",
                    "Du kan be den personuppgiftsansvarige rätta felaktiga uppgifter.",
                    "You can ask the controller to correct what is wrong.")),
            Item(
                term: say(
                    "Oikeus käsittelyn rajoittamiseen", "Rätt till begränsning av behandling",
                    "Right to restriction of processing"),
                say(
                    "Voit pyytää, että tietojesi käyttöä rajoitetaan esimerkiksi siksi aikaa, kun asiaasi selvitetään.",
                    "Du kan be att användningen av dina uppgifter begränsas, till exempel medan ditt ärende utreds.",
                    "You can ask that the use of your data is restricted, for example while your matter is looked into."
                )),
            Item(
                term: say("Oikeus tehdä valitus", "Rätt att lämna in klagomål", "Right to lodge a complaint"),
                say(
                    "Voit tehdä valituksen tietosuojavaltuutetulle, jos tietojasi käsitellään mielestäsi väärin: "
                        + "https://tietosuoja.fi",
                    "Du kan lämna in klagomål till dataombudsmannen om du anser att dina uppgifter behandlas fel: "
                        + "https://tietosuoja.fi/sv",
                    "You can complain to the Data Protection Ombudsman if you think that your data is processed "
                        + "wrongly: https://tietosuoja.fi/en")),
        ]
        var blocks: [Block] = [.list(items)]
        if agreement.release == .rows {
            blocks.append(
                .paragraph(
                    say(
                        "Tutkijat eivät tiedä, mitkä aineiston tiedoista ovat sinun. Ota siksi yhteyttä "
                            + "rekisterinpitäjään.",
                        "Forskarna vet inte vilka av uppgifterna i materialet som är dina. Kontakta därför den "
                            + "personuppgiftsansvariga.",
                        "Researchers do not know which of the data is yours. So please contact the controller.")))
        }
        if agreement.forWithdrawals != nil {
            blocks.append(
                .paragraph(
                    say(
                        "Jos vastustat tietojesi käyttöä vasta myöhemmin, ne voidaan poistaa myös jo luovutetusta "
                            + "aineistosta. Tutkimusympäristö poistaa ne pseudonyymin perusteella eikä saa tietää, "
                            + "kuka olet.",
                        "Om du invänder först senare kan dina uppgifter tas bort också ur material som redan har "
                            + "lämnats "
                            + "ut. Forskningsmiljön tar bort dem utifrån pseudonymen och får inte veta vem du är.",
                        "If you object later, your data can also be removed from material that was released before. "
                            + "The research environment removes it by the pseudonym, and does not learn who you are.")))
        }
        return Section(heading: rightsHeading, blocks: blocks + [.paragraph(unaffected)])
    }

    var contacts: Section {
        Section(
            heading: say("Yhteystiedot", "Kontaktuppgifter", "Contacts"),
            blocks: [
                .list([
                    contact(
                        say(
                            "Tutkimuksen rekisterinpitäjä", "Personuppgiftsansvarig för studien",
                            "Controller of the study"),
                        declaration.controller),
                    contact(
                        say("Tietosuojavastaava", "Dataskyddsombud", "Data protection officer"),
                        declaration.dataProtectionOfficer),
                ])
            ])
    }

    private func contact(_ term: String, _ contact: NoticeDeclaration.Contact) -> Item {
        let phone = contact.phone.map { "\(say("puhelin", "telefon", "telephone")) \($0)" }
        return Item(
            term: term,
            [contact.name(language), contact.address, contact.email, phone].compactMap { $0 }.joined(separator: ", "))
    }

    var origin: Section {
        let count = language.number(agreement.participants.count)
        return Section(
            heading: say("Tästä tiedotteesta", "Om detta meddelande", "About this notice"),
            blocks: [
                .paragraph(
                    say(
                        "Tiedote on tehty sopimuksesta, jota ohjelmat noudattavat. Sopimuksella on \(count) osapuolta, "
                            + "ja jokainen niistä allekirjoittaa saman tiedoston.",
                        "Meddelandet är gjort av avtalet som programmen följer. Avtalet har \(count) parter, och var "
                            + "och en av dem undertecknar samma fil.",
                        "This notice is made from the agreement that the programs obey. The agreement has \(count) "
                            + "parties, and each of them signs the same file.")),
                .list([Item(term: say("Sopimuksen tunniste", "Avtalets beteckning", "Agreement"), "\(id)")]),
            ])
    }
}
