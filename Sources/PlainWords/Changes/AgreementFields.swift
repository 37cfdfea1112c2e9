internal import Agreement

/// Every field of an agreement that can differ from another's: where it is, in words and by its name in the file, and
/// what stands there.
///
/// Values are those of the file, whatever the language. Two agreements that mean the same have the same fields, and
/// others do not.
struct AgreementFields {
    /// A list whose order has a meaning.
    struct Order {
        let place: String
        let ids: [String]

        var item: AgreementSummary.Item {
            .init(level: 1, isPoint: true, term: place, text: ids.joined(separator: ", "))
        }
    }

    private(set) var items: [AgreementSummary.Item] = []
    private(set) var orders: [Order] = []
    let language: PlainLanguage
    private var path: [String] = []

    init(_ agreement: Agreement, _ language: PlainLanguage) {
        self.language = language
        add(agreement)
    }

    /// `Participant omnia, signing key (signing_key)`.
    private func place(_ words: String) -> String {
        let text = (path + [words]).joined(separator: ", ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    /// Everything that `body` adds is at this place.
    mutating func within(
        _ finnish: String, _ swedish: String, _ english: String, _ id: String? = nil, _ body: (inout Self) -> Void
    ) {
        path.append(language.of(finnish, swedish, english) + (id.map { " \($0)" } ?? ""))
        body(&self)
        path.removeLast()
    }

    /// - Parameters:
    ///   - name: as the file calls it.
    ///   - value: nil where the file has nothing of the kind.
    mutating func add(_ name: String, _ finnish: String, _ swedish: String, _ english: String, _ value: String?) {
        guard let value else { return }
        let words = "\(language.of(finnish, swedish, english)) (\(name))"
        items.append(.init(level: 1, isPoint: true, term: place(words), text: value))
    }

    mutating func add(_ name: String, _ finnish: String, _ swedish: String, _ english: String, _ value: Int?) {
        add(name, finnish, swedish, english, value.map(String.init))
    }

    /// Nothing where it is false.
    mutating func add(_ name: String, _ finnish: String, _ swedish: String, _ english: String, _ flag: Bool) {
        add(name, finnish, swedish, english, flag ? language.of("kyllä", "ja", "yes") : nil)
    }

    /// A list whose entries are single words or quoted.
    mutating func add(_ name: String, _ finnish: String, _ swedish: String, _ english: String, _ list: [String]) {
        add(name, finnish, swedish, english, list.isEmpty ? "[]" : list.joined(separator: ", "))
    }

    /// That ids stand in this order; which ones there are is said by other fields.
    mutating func order(_ finnish: String, _ swedish: String, _ english: String, _ ids: [String]) {
        orders.append(Order(place: place(language.of(finnish, swedish, english)), ids: ids))
    }
}

extension AgreementFields {
    private mutating func add(_ agreement: Agreement) {
        add(agreement.study)
        add(
            "amends", "sopimus, jonka tilalle tämä tulee", "avtalet som detta ersätter",
            "the agreement whose place it takes", agreement.amends?.description)
        add(
            "valid.from", "ensimmäinen voimassaolopäivä", "första giltighetsdag", "first day",
            agreement.validFrom.description)
        add(
            "valid.until", "viimeinen voimassaolopäivä", "sista giltighetsdag", "last day",
            agreement.validUntil.description)
        addLimits(agreement)
        add(agreement.counts)
        addMatching(agreement)
        order("osapuolten järjestys", "parternas ordning", "order of participants", agreement.participants.map(\.id))
        for participant in agreement.participants { add(participant) }
        order(
            "rekisterien järjestys", "registrens ordning", "order of registers", agreement.declaredRegisters.map(\.id))
        for register in agreement.declaredRegisters { add(register) }
        order("kohorttien järjestys", "kohorternas ordning", "order of cohorts", agreement.cohorts.map(\.id))
        for cohort in agreement.cohorts { add(cohort) }
        within("ennen kuin tutkija näkee mitään", "innan en forskare ser något", "before a researcher sees anything") {
            $0.add(agreement.disclosure)
        }
        if let notice = agreement.notice { within("tiedote", "meddelandet", "notice") { $0.add(notice) } }
    }

    private mutating func add(_ study: Study) {
        add("study.id", "tutkimuksen tunnus", "studiens beteckning", "study's id", study.id)
        add("study.title", "tutkimuksen nimi", "studiens namn", "study's title", study.title)
        add("study.purpose", "tarkoitus", "syfte", "purpose", study.purpose)
        add("study.legal_basis", "oikeusperuste", "rättslig grund", "legal basis", study.legalBasis)
        add("study.permit", "lupa", "tillstånd", "permit", study.permit)
    }

    private mutating func addLimits(_ agreement: Agreement) {
        add("suite", "menetelmä", "metod", "method of matching", agreement.suite.rawValue)
        add("rounds_allowed", "kierroksia enintään", "omgångar högst", "rounds at most", agreement.roundsAllowed)
        add(
            "calendar", "päivät, joina kierros avataan", "dagar då en omgång öppnas", "days on which a round is opened",
            agreement.calendar.map(\.description))
        add("release", "luovutus", "utlämnande", "release", agreement.release.rawValue)
        add(
            "vault_access", "säilytettyjen lohkojen lukeminen", "läsning av lagrade block", "reading of stored cells",
            agreement.vaultAccess.rawValue)
        add("verification", "todistaminen", "bevisning", "verification", agreement.verification.rawValue)
        if agreement.verification == .full {
            add(
                "checkers", "tarkistajia vaihetta kohti", "kontrollanter per steg", "checkers of each step",
                agreement.checkers.map(String.init) ?? "all")
        }
        add(
            "pseudonyms", "pseudonyymien kesto", "pseudonymernas varaktighet", "pseudonyms of",
            agreement.pseudonyms.name)
        if agreement.pseudonyms.isLasting {
            add(
                "pseudonym_holders", "tutkimusavainten haltijat", "innehavare av studienycklar",
                "holders of study keys", agreement.pseudonyms.holders)
            add(
                "pseudonym_generation", "pseudonyymien sukupolvi", "pseudonymernas generation",
                "generation of pseudonyms", agreement.pseudonymGeneration)
            for change in agreement.pseudonymSuccessors {
                add(
                    "pseudonym_successors.\(change.leaver)", "osapuolen \(change.leaver) tutkimusavaimen saa",
                    "studienyckeln från \(change.leaver) övertas av", "the study key of \(change.leaver) passes to",
                    change.successor)
            }
        }
        add(
            "padding", "henkilömäärän peittäminen", "döljande av antalet personer", "padding",
            agreement.padding.rawValue)
        add("cell_bytes", "lohkon koko tavuina", "blockets storlek i byte", "bytes of a cell", agreement.cellByteCount)
        add("parts", "luetteloiden osia", "listornas delar", "parts of lists", agreement.parts)
        add("smallest_cell", "pienin ryhmä", "minsta grupp", "smallest group", agreement.smallestCell)
        add(
            "count_rounding", "lukumäärien pyöristys", "avrundning av antal", "rounding of counts",
            agreement.countRounding)
        add(
            "deadline_minutes", "kierroksen enimmäiskesto minuutteina", "omgångens längsta tid i minuter",
            "minutes of a round at most", agreement.deadlineMinutes)
        add(
            "retention_days", "sinetöidyn aineiston säilytyspäiviä", "bevaringsdagar för förseglat material",
            "days that sealed material is kept", agreement.retentionDays)
        add(
            "two_parties_acknowledged", "allekirjoittajat tietävät, että osapuolia on kaksi",
            "undertecknarna vet att parterna är två", "signers know that there are two parties",
            agreement.twoPartiesAcknowledged)
    }

    private mutating func add(_ participant: Participant) {
        within("osapuoli", "part", "participant", participant.id) {
            $0.add("name", "nimi", "namn", "name", participant.name)
            $0.add("role", "tehtävä", "roll", "role", participant.role.rawValue)
            $0.add(
                "signing_key", "allekirjoitusavain", "underskriftsnyckel", "signing key",
                ParticipantKey.signing.text(participant.signingKey))
            $0.add(
                "hpke_key", "salausavain", "krypteringsnyckel", "encryption key",
                ParticipantKey.hpke.text(participant.hpkeKey))
            $0.add(
                "tls_pin", "TLS-avaimen tiiviste", "TLS-nyckelns kondensat", "digest of the TLS key",
                ParticipantKey.tlsPin.text(participant.tlsPin))
            switch participant.keyChange {
            case nil: break
            case .rotated:
                $0.add(
                    "rotated", "aiemman avaimen allekirjoitus", "den tidigare nyckelns underskrift",
                    "signature by the former key", participant.keyChange?.signatureText)
            case .lost:
                $0.add(
                    "key_lost", "aiempi avain on kadonnut", "den tidigare nyckeln har förlorats",
                    "the former key was lost", true)
            }
        }
    }

    private mutating func add(_ cohort: CohortDeclaration) {
        within("kohortti", "kohort", "cohort", cohort.id) {
            $0.add("title", "nimi", "namn", "title", cohort.title)
            $0.add("expression", "määritelmä", "definition", "definition", cohort.expression.description)
            $0.add("max_people", "henkilöitä enintään", "personer högst", "people at most", cohort.maxPeople)
        }
    }
}
