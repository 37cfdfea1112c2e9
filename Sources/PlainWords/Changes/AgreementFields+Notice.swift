internal import Agreement

extension AgreementFields {
    mutating func add(_ notice: NoticeDeclaration) {
        add("study_title", "tutkimuksen nimi", "studiens namn", "study's title", notice.studyTitle)
        add("purpose", "tarkoitus", "syfte", "purpose", notice.purpose)
        add("legal_basis", "oikeusperuste", "rättslig grund", "legal basis", notice.legalBasis)
        add("transfers", "siirrot", "överföringar", "transfers", notice.transfers)
        add(
            "period.from", "tietojen ensimmäinen päivä", "uppgifternas första dag", "first day of the data",
            notice.from.description)
        add(
            "period.until", "tietojen viimeinen päivä", "uppgifternas sista dag", "last day of the data",
            notice.until.description)
        within("rekisterinpitäjä", "personuppgiftsansvarig", "controller") { $0.add(notice.controller) }
        within("tietosuojavastaava", "dataskyddsombud", "data protection officer") {
            $0.add(notice.dataProtectionOfficer)
        }
        add("objection", "vastustamisen ohje", "anvisning om invändning", "how to object", notice.objection)
        add(
            "dataset_until", "aineiston viimeinen säilytyspäivä", "materialets sista bevaringsdag",
            "last day of the dataset", notice.datasetUntil?.description)
        for (id, name) in notice.participants.sorted(by: { $0.key < $1.key }) {
            within("osapuoli", "part", "participant", id) { $0.add("participants", "nimi", "namn", "name", name) }
        }
        for (id, register) in notice.registers.sorted(by: { $0.key < $1.key }) {
            within("rekisteri", "register", "register", id) {
                $0.add("title", "nimi", "namn", "title", register.title)
                $0.add("data", "tiedot", "uppgifter", "data", register.data)
            }
        }
        for (id, name) in notice.cohorts.sorted(by: { $0.key < $1.key }) {
            within("kohortti", "kohort", "cohort", id) { $0.add("cohorts", "nimi", "namn", "name", name) }
        }
    }

    private mutating func add(_ contact: NoticeDeclaration.Contact) {
        add("name", "nimi", "namn", "name", contact.name)
        add("email", "sähköposti", "e-post", "e-mail", contact.email)
        add("phone", "puhelin", "telefon", "telephone", contact.phone)
        add("address", "osoite", "adress", "address", contact.address)
    }

    private mutating func add(
        _ name: String, _ finnish: String, _ swedish: String, _ english: String, _ text: Translated
    ) {
        for one in PlainLanguage.allCases {
            within(finnish, swedish, english) {
                switch one {
                case .finnish: $0.add("\(name).fi", "suomeksi", "på finska", "in Finnish", text(one))
                case .swedish: $0.add("\(name).sv", "ruotsiksi", "på svenska", "in Swedish", text(one))
                case .english: $0.add("\(name).en", "englanniksi", "på engelska", "in English", text(one))
                }
            }
        }
    }
}
