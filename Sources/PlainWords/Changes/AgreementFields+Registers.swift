internal import Agreement
internal import StrictYAML

extension AgreementFields {
    mutating func add(_ register: RegisterDeclaration) {
        within("rekisteri", "register", "register", register.id) {
            $0.add("title", "nimi", "namn", "title", register.title)
            $0.add("owner", "rekisterinpitäjä", "personuppgiftsansvarig", "owner", register.owner)
            $0.add(
                "released_for", "kohortit, joista luovutetaan", "kohorter som utlämnas", "released for",
                register.releasedFor)
            $0.add("max_people", "henkilöitä enintään", "personer högst", "people at most", register.maxPeople)
            $0.add("min_people", "henkilöitä vähintään", "personer minst", "people at least", register.minPeople)
            $0.add(
                "usable_codes", "käyttökelpoisia tunnuksia prosentteina", "användbara beteckningar i procent",
                "percent of usable codes", register.usableCodesPercent)
            $0.add(
                "max_cells_per_person", "lohkoja henkilöä kohti enintään", "block per person högst",
                "cells a person at most", register.maxCellsPerPerson)
            $0.add(
                "match_fields", "yhdistämiskentät", "kopplingsfält", "match fields", register.matchFields)
            $0.add(
                "quality.year", "laatu vuosittain", "kvalitet per år", "quality by year",
                register.quality.year.map(YAMLText.quoted))
            $0.add(
                "quality.group", "laatu ryhmittäin", "kvalitet per grupp", "quality by group",
                register.quality.group.map(YAMLText.quoted))
            if let rows = register.rows { $0.add(rows) }
            if case .append(let period) = register.increments {
                $0.add("increments", "rivit kertyvät", "raderna ökar", "rows add up", "append")
                $0.add("period", "jakson sarake", "periodens kolumn", "column of the period", period)
            }
            $0.order("sarakkeiden järjestys", "kolumnernas ordning", "order of columns", register.columns.map(\.name))
            for column in register.columns { $0.add(column) }
        }
    }

    private mutating func add(_ rows: RowSelection) {
        add(
            "rows.people", "henkilöt, joilla ei ole riviä", "personer utan rad", "people without a row",
            rows.people.rawValue)
        let conditions = rows.conditions.map(AgreementDraft.text)
        for condition in conditions {
            add("rows.where", "rivien ehto", "villkor för rader", "condition of rows", condition)
        }
        order("rivien ehtojen järjestys", "radvillkorens ordning", "order of conditions", conditions)
    }

    private mutating func add(_ column: ColumnDeclaration) {
        within("sarake", "kolumn", "column", column.name) {
            $0.add("title", "nimi", "namn", "title", column.title)
            $0.add("type", "tyyppi", "typ", "type", column.type.rawValue)
            $0.add(
                "nullable", "voi puuttua", "kan saknas", "may be missing",
                AgreementDraft.mayLack(column))
            $0.add(
                "disclosure", "käsittely", "behandling", "treatment",
                column.disclosure == .asIs ? nil : column.disclosure.rawValue)
            $0.add(
                "not_identity_codes", "numerot eivät ole henkilötunnuksia", "siffrorna är inga personbeteckningar",
                "numbers are no identity codes", column.numbersAreNoCodes)
            $0.add("from", "rekisterin sarake", "registrets kolumn", "register's column", column.source)
            if let derivation = column.derivation { $0.add(derivation) }
            $0.add(
                "max_people", "nimettyjä henkilöitä enintään", "nämnda personer högst", "named people at most",
                column.relation?.maxPeople)
            $0.add(
                "max_cells_per_person", "lohkoja nimettyä henkilöä kohti enintään", "block per nämnd person högst",
                "cells a named person at most", column.relation?.maxCellsPerPerson)
            for value in column.values {
                $0.within("arvo", "värdet", "value", YAMLText.quoted(value.value)) {
                    $0.add("values", "merkitys", "betydelse", "meaning", value.label)
                }
            }
            $0.order("arvojen järjestys", "värdenas ordning", "order of values", column.values.map(\.value))
        }
    }

    private mutating func add(_ derivation: ColumnDerivation) {
        switch derivation {
        case .coarsen(let period): add("coarsen", "karkeistus", "förgrovning", "made coarser to", period.rawValue)
        case .map(let mapping):
            for (code, new) in mapping.codes.sorted(by: { $0.key < $1.key }) {
                within("koodi", "koden", "code", YAMLText.quoted(code)) {
                    $0.add("map", "muunnos", "omvandling", "becomes", YAMLText.quoted(new))
                }
            }
            let otherwise: String? =
                switch mapping.otherwise {
                case .refused: nil
                case .missing: "missing"
                case .code(let code): YAMLText.quoted(code)
                }
            add("otherwise", "muut koodit", "andra koder", "other codes", otherwise)
        case .bands(let bands):
            add("bands.limits", "luokkien rajat", "klassernas gränser", "limits of bands", bands.limits.map(\.digits))
            add(
                "bands.labels", "luokkien nimet", "klassernas namn", "names of bands", bands.labels.map(YAMLText.quoted)
            )
        case .round(let step): add("round_to", "pyöristys", "avrundning", "rounded to", step)
        }
    }
}
