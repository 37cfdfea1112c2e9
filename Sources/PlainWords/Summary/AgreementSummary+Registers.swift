internal import Agreement

/// Which registers are linked, what is released of them, and for whom.
extension AgreementSummary {
    var registers: [Item] {
        agreement.declaredRegisters.flatMap { register in
            let rows: [String] = register.rows.map { [$0.sentences(in: language).joined(separator: " ")] } ?? []
            let told: [String] = rows + [release(of: register)] + increments(of: register)
            let items: [Item] = told.map { Item(2, paragraph: $0, register: register.id) }
            let columns: [Item] = register.columns.map { Item(3, point: words(of: $0), register: register.id) }
            return [Item(1, point: head(of: register))] + items + columns
        }
    }

    private func head(of register: RegisterDeclaration) -> String {
        let owner = agreement.participant(register.owner)?.name ?? register.owner
        let (most, least) = (language.people(register.maxPeople), language.number(register.minPeople))
        var text = say(
            "\(register.title) (\(register.id)), rekisterinpitäjä \(owner): enintään \(most)",
            "\(register.title) (\(register.id)), personuppgiftsansvarig \(owner): högst \(most)",
            "\(register.title) (\(register.id)), of \(owner): at most \(most)")
        if register.minPeople > 1 {
            text += say(", vähintään \(least)", ", minst \(least)", ", and at least \(least)")
        } else if register.minPeople == 0 {
            text += say(", mahdollisesti ei ketään", ", möjligen ingen", ", perhaps nobody")
        }
        if register.usableCodesPercent != RegisterDeclaration.standardUsableCodes {
            let percent = register.usableCodesPercent
            text += say(
                "; käyttökelpoinen henkilötunnus vähintään \(percent) %:lla riveistä",
                "; en användbar personbeteckning på minst \(percent) % av raderna",
                "; a usable identity code in at least \(percent) % of the rows")
        }
        return text + "."
    }

    private func release(of register: RegisterDeclaration) -> String {
        guard !register.releasedFor.isEmpty else {
            return say(
                "Rivejä ei luovuteta. Rekisteri kertoo vain, kuka kuuluu mihinkin kohorttiin.",
                "Inga rader lämnas ut. Registret visar bara vem som hör till vilken kohort.",
                "No rows are released. The register only tells who belongs to which cohort.")
        }
        let ids = language.list(register.releasedFor)
        let cohorts =
            register.releasedFor.count == 1
            ? say("kohortista \(ids)", "kohorten \(ids)", "the cohort \(ids)")
            : say("kohorteista \(ids)", "kohorterna \(ids)", "the cohorts \(ids)")
        let count = register.columns.count
        let columns =
            count == 1
            ? say("tämä sarake", "denna kolumn", "this column")
            : say("nämä \(count) saraketta", "dessa \(count) kolumner", "these \(count) columns")
        let cells = language.number(register.maxCellsPerPerson)
        return say(
            "Luovutetaan \(cohorts): \(columns). Sinetöityjä lohkoja henkilöä kohti on enintään \(cells).",
            "Lämnas ut för \(cohorts): \(columns). Antalet förseglade block per person är högst \(cells).",
            "Released for \(cohorts): \(columns), in at most \(cells) cells a person.")
    }

    /// What becomes of the register in a dataset of several rounds.
    private func increments(of register: RegisterDeclaration) -> [String] {
        guard agreement.pseudonyms.isLasting, agreement.release == .rows else { return [] }
        switch register.increments {
        case .replace:
            return [
                say(
                    "Usean kierroksen aineistossa rekisteri on sellainen kuin viimeisellä kierroksella.",
                    "I ett material av flera omgångar är registret sådant som i den sista omgången.",
                    "In a dataset of several rounds the register is as in the last round.")
            ]
        case .append(let period):
            let all = say(
                "Usean kierroksen aineistossa on rekisterin henkilöt ja rivit kaikilta kierroksilta.",
                "Ett material av flera omgångar har registrets personer och rader från alla omgångar.",
                "A dataset of several rounds has people and rows of the register from all rounds.")
            guard let period else { return [all] }
            return [
                all
                    + say(
                        " Rivit, joilla on sama \(period), ovat viimeiseltä kierrokselta, jolla niitä on.",
                        " Rader med samma \(period) är från den sista omgången som har sådana.",
                        " Rows with the same \(period) are those of the last round that has any.")
            ]
        }
    }

    private func words(of column: ColumnDeclaration) -> String {
        if let relation = column.relation { return words(of: column, relation) }
        let missing = column.nullable ? say(", voi puuttua", ", kan saknas", ", may be missing") : ""
        let values = column.values.isEmpty ? "" : " (\(column.valuesInWords))"
        let made = column.derivationText(in: language).map { "; \($0)" } ?? ""
        let numbers =
            column.numbersAreNoCodes
            ? say(
                "; sen numerot eivät ole henkilötunnuksia, vaikka ne voivat näyttää niiltä",
                "; dess siffror är inga personbeteckningar, fastän de kan se ut så",
                "; its numbers are no identity codes, though they may look so") : ""
        return
            "\(column.name) (\(column.type.words(in: language))\(missing)): \(column.title)\(values)\(made)\(numbers)"
    }

    /// Of a column that names people.
    private func words(of column: ColumnDeclaration, _ relation: PersonRelation) -> String {
        let made = column.derivationText(in: language).map { "; \($0)" } ?? ""
        var limits: [String] = []
        if let most = relation.maxPeople {
            limits.append(
                say(
                    "nimettyjä on enintään \(language.number(most))", "högst \(language.number(most)) nämns",
                    "at most \(language.people(most)) may be named"))
        }
        if let cells = relation.maxCellsPerPerson {
            limits.append(
                say(
                    "nimettyä kohti on enintään \(language.number(cells)) lohkoa",
                    "högst \(language.number(cells)) block per nämnd",
                    "at most \(language.number(cells)) cells for each"))
        }
        if relation.isRequired {
            limits.append(
                say(
                    "jokainen rivi nimeää jonkun", "varje rad nämner någon", "every row names somebody"))
        }
        let rest = limits.isEmpty ? "" : "; " + limits.joined(separator: ", ")
        return "\(column.name) (\(column.type.words(in: language))): \(column.title)\(made)\(rest)"
    }

    var cohorts: [Item] {
        agreement.cohorts.map { cohort in
            let most = language.number(cohort.maxPeople)
            let limit =
                agreement.release == .rows
                ? say(
                    "Enintään \(most) henkilön tiedot saa luovuttaa.",
                    "Uppgifter om högst \(language.people(cohort.maxPeople)) får lämnas ut.",
                    "At most \(language.people(cohort.maxPeople)) may be released.")
                : say("Julkaistaan vain lukumäärät.", "Endast antal publiceras.", "Only counts are published.")
            return Item(
                1, point: "\(cohort.title) (\(cohort.id)): \(cohort.expression.words(in: language)). \(limit)")
        }
    }
}
