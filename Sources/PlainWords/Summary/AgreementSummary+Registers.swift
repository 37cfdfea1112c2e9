internal import Agreement

/// Which registers are linked, what is released of them, and for whom.
extension AgreementSummary {
    var registers: [Item] {
        agreement.declaredRegisters.flatMap { register in
            let rows = register.rows.map { [$0.sentences(in: language).joined(separator: " ")] } ?? []
            return [Item(1, point: head(of: register))]
                + (rows + [release(of: register)]).map { Item(2, paragraph: $0, register: register.id) }
                + register.columns.map { Item(3, point: words(of: $0), register: register.id) }
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
