internal import Agreement

/// Who takes part, and what each of them can see.
extension Notice {
    var parties: Section {
        let controller = Item(
            term: declaration.controller.name(language),
            say(
                "Tutkimuksen rekisterinpitäjä. Vastaa siitä, että tietoja käsitellään lain mukaan.",
                "Personuppgiftsansvarig för studien. Svarar för att uppgifterna behandlas enligt lag.",
                "Controller of the study. Answers for the lawful processing of the data."))
        return Section(
            heading: say(
                "Kuka tekee mitä ja kuka näkee mitä", "Vem gör vad och vem ser vad", "Who does what and who sees what"),
            blocks: [.list([controller] + agreement.participants.map { Item(term: name($0), role(of: $0)) })]
                + paragraphs(declaration.transfers(language)))
    }

    private func role(of participant: Participant) -> String {
        switch participant.role {
        case .authority:
            let titles = agreement.registers(ownedBy: participant.id).filter(\.isDeclared).map { title($0) }.joined(
                separator: "; ")
            return say(
                "Rekisterinpitäjä, rekisterit: \(titles). Peittää henkilötunnukset omassa järjestelmässään. Ei näe "
                    + "muiden rekisterien tietoja eikä yhdistettyä aineistoa.",
                "Personuppgiftsansvarig, register: \(titles). Döljer personbeteckningarna i sitt eget system. Ser "
                    + "varken uppgifter ur andras register eller det sammanställda materialet.",
                "Controller of the registers: \(titles). Blinds the identity codes in its own system. Sees neither "
                    + "data of others' registers nor the combined dataset.")
        case .mixer:
            return say(
                "Peittää tunnisteet uudelleen ja sekoittaa niiden järjestyksen. Ei näe rekisterien tietoja.",
                "Döljer beteckningarna på nytt och blandar deras ordning. Ser inga uppgifter ur registren.",
                "Blinds the codes again and mixes their order. Sees no data of the registers.")
        case .coordinator:
            return coordinatorRole
        case .research:
            return agreement.release == .rows
                ? say(
                    "Tutkimusympäristö. Vain se voi avata valmiin aineiston.",
                    "Forskningsmiljön. Endast den kan öppna det färdiga materialet.",
                    "Research environment. It alone can open the finished dataset.")
                : say(
                    "Tutkimusympäristö. Ei saa tietoja kenestäkään, vain lukumäärät.",
                    "Forskningsmiljön. Får inga uppgifter om någon, endast antal.",
                    "Research environment. Gets no data of anybody, only counts.")
        }
    }

    private var coordinatorRole: String {
        var sentences = [
            say(
                "Yhdistää rekisterit peitettyjen tunnisteiden avulla. Näkee, montako yhteistä henkilöä rekistereissä "
                    + "on, mutta ei sitä, keitä he ovat. Ei voi avata tietoja.",
                "Kopplar samman registren med hjälp av de dolda beteckningarna. Ser hur många gemensamma personer "
                    + "registren har, men inte vilka de är. Kan inte öppna uppgifterna.",
                "Links the registers by the blinded codes. Sees how many people registers have in common, but not who "
                    + "they are. Cannot open the data.")
        ]
        if agreement.release == .rows, agreement.vaultAccess == .selected {
            sentences.append(
                say(
                    "Näkee myös, mitkä sinetöidyt tiedot haetaan, ja voisi rekisterinpitäjän kanssa selvittää, keiden "
                        + "tietoja ne ovat.",
                    "Ser också vilka förseglade uppgifter som hämtas och skulle tillsammans med den "
                        + "personuppgiftsansvarige kunna ta reda på vems de är.",
                    "Also sees which sealed data is fetched, and together with a register's controller could find out "
                        + "whose it is."
                ))
        }
        if agreement.tolerantMatching != nil {
            sentences.append(
                say(
                    "Näkee myös, mitkä tietueet muistuttavat toisiaan.", "Ser också vilka poster som liknar varandra.",
                    "Also sees which records resemble each other."))
        } else if agreement.linksInSeveralWays {
            sentences.append(
                say(
                    "Näkee myös, millä perusteilla tietueet yhdistyvät.",
                    "Ser också på vilka grunder poster kopplas samman.",
                    "Also sees by what records are linked."))
        }
        return sentences.joined(separator: " ")
    }
}
