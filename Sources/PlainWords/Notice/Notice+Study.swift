/// What the study is, whom it is about, and on which grounds.
extension Notice {
    var summary: Section {
        var items = [
            say(
                "Viranomaisten rekistereissä voi olla sinusta tietoja, joita käytetään tässä tutkimuksessa. Sinun ei "
                    + "tarvitse tehdä mitään.",
                "Myndigheternas register kan innehålla uppgifter om dig som används i denna studie. Du behöver inte "
                    + "göra någonting.",
                "The registers of authorities may hold data about you that is used in this study. You do not need to "
                    + "do anything."),
            agreement.release == .rows
                ? say(
                    "Tutkijat eivät saa nimeäsi, henkilötunnustasi eivätkä osoitettasi rekistereistä.",
                    "Forskarna får inte ditt namn, din personbeteckning eller din adress ur registren.",
                    "Researchers do not get your name, personal identity code or address from the registers.")
                : say(
                    "Tietojasi ei luovuteta tutkijoille. Rekistereistä lasketaan vain, montako ihmistä niissä on.",
                    "Dina uppgifter lämnas inte ut till forskarna. Ur registren räknas endast hur många personer de "
                        + "innehåller.",
                    "Your data is not given to researchers. Only how many people the registers hold is counted."),
            unaffected,
            say(
                "Sinulla on oikeus vastustaa tietojesi käyttöä. Ohjeet ovat kohdassa ”\(rightsHeading)”.",
                "Du har rätt att invända mot att dina uppgifter används. Anvisningar finns under ”\(rightsHeading)”.",
                "You have the right to object to the use of your data. See “\(rightsHeading)”."),
        ]
        if agreement.release == .rows, !directIdentifiers.isEmpty { items.remove(at: 1) }
        return Section(
            heading: say("Lyhyesti", "I korthet", "In short"), blocks: [.list(items.map { Item($0) })])
    }

    /// Authorities get nothing back, so no decision can rest on it.
    var unaffected: String {
        say(
            "Tutkimus ei vaikuta palveluihisi, etuuksiisi eikä lupiisi. Sen perusteella ei tehdä sinua koskevia "
                + "päätöksiä.",
            "Studien påverkar inte dina tjänster, förmåner eller tillstånd. Inga beslut om dig fattas utifrån den.",
            "The study does not affect your services, benefits or permits. No decisions about you are based on it.")
    }

    var study: Section {
        Section(
            heading: say("Mitä tutkitaan ja miksi", "Vad undersöks och varför", "What is studied and why"),
            blocks: paragraphs(declaration.purpose(language)))
    }

    var people: Section {
        let days = language.days(declaration.from, declaration.until)
        let groups = agreement.cohorts.map { cohort in
            let most = language.number(cohort.maxPeople)
            let title = declaration.cohorts[cohort.id]?(language) ?? cohort.title
            guard agreement.release == .rows else { return Item(title) }
            return Item(
                term: title,
                agreement.registers.contains { $0.releasedFor.contains(cohort.id) }
                    ? say(
                        "Aineistoon otetaan enintään \(most) henkilöä.", "Högst \(most) personer tas med i materialet.",
                        "At most \(most) people are taken into the dataset.")
                    : say(
                        "Tämän ryhmän tietoja ei luovuteta.", "Inga uppgifter om denna grupp lämnas ut.",
                        "No data of this group is released."))
        }
        return Section(
            heading: say("Keitä tutkimus koskee", "Vem studien gäller", "Whom the study is about"),
            blocks: [
                .paragraph(
                    say("Tutkimuksessa on nämä ryhmät:", "Studien har dessa grupper:", "The study has these groups:")),
                .list(groups),
                .paragraph(
                    say("Tiedot ovat ajalta \(days).", "Uppgifterna gäller tiden \(days).", "The data is from \(days).")
                ),
            ])
    }

    var data: Section {
        let items = agreement.declaredRegisters.map { register in
            let owner = name(agreement.participant(register.owner))
            let words = declaration.registers[register.id]?.data(language) ?? ""
            let release: String
            if agreement.release == .none {
                release = say(
                    "Rekisteristä ei luovuteta tietoja, vain lukumääriä.",
                    "Inga uppgifter lämnas ut ur registret, endast antal.",
                    "No data is released from the register, only counts.")
            } else if register.releasedFor.isEmpty {
                release = say(
                    "Rekisteristä ei luovuteta tietoja. Se kertoo vain, kuka kuuluu mihinkin ryhmään.",
                    "Inga uppgifter lämnas ut ur registret. Det visar bara vem som hör till vilken grupp.",
                    "No data is released from the register. It only tells who belongs to which group.")
            } else {
                let count = language.number(register.columns.count)
                release =
                    register.columns.count == 1
                    ? say(
                        "Luovutettavia tietoja on yksi.", "En uppgift lämnas ut.", "One item of data is released.")
                    : say(
                        "Luovutettavia tietoja on \(count).", "\(count) uppgifter lämnas ut.",
                        "\(count) items of data are released.")
            }
            return Item(term: title(register), "\(owner). \(words) \(release)")
        }
        return Section(
            heading: say("Mitä tietoja käytetään", "Vilka uppgifter används", "Which data is used"),
            blocks: [
                .paragraph(
                    say(
                        "Tietoja ei kysytä sinulta. Ne ovat näissä rekistereissä:",
                        "Uppgifterna samlas inte in från dig. De finns i dessa register:",
                        "You are not asked for data. It is in these registers:")),
                .list(items),
            ])
    }

    var grounds: Section {
        Section(
            heading: say(
                "Lupa ja käsittelyn oikeusperuste", "Tillstånd och rättslig grund för behandlingen",
                "Permit and legal basis"),
            blocks: paragraphs(declaration.legalBasis(language)) + [
                .list([
                    Item(term: say("Lupa", "Tillstånd", "Permit"), agreement.study.permit),
                    Item(
                        term: say("Voimassa", "Giltighetstid", "Valid"),
                        language.days(agreement.validFrom, agreement.validUntil)),
                ])
            ])
    }
}
