internal import StrictYAML
internal import Values

/// Reads `notice`: the texts of the notice to the people concerned. [A-75] to [A-79]
extension AgreementReader {
    private static let noticeFields = [
        "study_title", "purpose", "legal_basis", "transfers", "period", "controller", "data_protection_officer",
        "objection", "dataset_until", "participants", "registers", "cohorts",
    ]

    /// Nil where there is no notice, and after a mistake.
    ///
    /// - Parameters: nil for lists with mistakes of their own; what the notice says of them is then not looked at.
    func readNotice(
        release: ReleaseMode?, _ participants: [Participant]?, _ registers: [RegisterDeclaration]?,
        _ cohorts: [CohortDeclaration]?
    ) -> NoticeDeclaration? {
        guard let value = root.optional("notice"),
            let notice = MappingReader(value, path: "notice", known: Self.noticeFields, mistakes)
        else { return nil }
        let title = translated(notice, "study_title", "the study's title", limit: 200)
        let purpose = translated(notice, "purpose", "what the data is needed for", limit: 4000, paragraphs: true)
        let basis = translated(
            notice, "legal_basis", "on which legal basis personal data is processed", limit: 1000, paragraphs: true)
        let transfers = translated(
            notice, "transfers", "whether data leaves the European Economic Area", limit: 1000, paragraphs: true)
        let period = readPeriod(notice)
        let controller = readContact(notice, "controller")
        let officer = readContact(notice, "data_protection_officer")
        let objection = translated(notice, "objection", "the address of a page on how to object", limit: 400)
        let isLink = checkLinks(objection, notice)
        let dataset = readDatasetUntil(notice, release)
        let names = readEach(notice, "participants", participants?.map(\.id)) { fields, id in
            translated(fields, id, "the participant's name", limit: 200)
        }
        let sources = readEach(notice, "registers", registers?.map(\.id)) { readRegister($0, $1) }
        let groups = readEach(notice, "cohorts", cohorts?.map(\.id)) { fields, id in
            translated(fields, id, "who these people are", limit: 400)
        }
        guard let title, let purpose, let basis, let transfers, let period, let controller, let officer, let objection,
            isLink, let dataset, let names, let sources, let groups
        else { return nil }
        return NoticeDeclaration(
            studyTitle: title, purpose: purpose, legalBasis: basis, transfers: transfers, from: period.from,
            until: period.until, controller: controller, dataProtectionOfficer: officer, objection: objection,
            datasetUntil: dataset, participants: names, registers: sources, cohorts: groups)
    }

    /// A mapping of `fi`, `sv` and `en`, all three.
    private func translated(
        _ fields: MappingReader, _ key: String, _ what: String, limit: Int, paragraphs: Bool = false
    ) -> Translated? {
        let languages = PlainLanguage.allCases
        guard let value = fields.required(key, "\(what) in Finnish, Swedish and English, as {fi: …, sv: …, en: …}"),
            let texts = MappingReader(
                value, path: fields.path(of: key), known: languages.map(\.rawValue), mistakes)
        else { return nil }
        let read = languages.map {
            texts.text($0.rawValue, "\(what) in \($0.name)", limit: limit, paragraphs: paragraphs)?.value
        }
        guard let finnish = read[0], let swedish = read[1], let english = read[2] else { return nil }
        return Translated(finnish: finnish, swedish: swedish, english: english)
    }

    private func readPeriod(_ notice: MappingReader) -> (from: CalendarDate, until: CalendarDate)? {
        let what = "the first and the last day that the data is about, as {from: 2009-01-01, until: 2024-12-31}"
        guard let value = notice.required("period", what),
            let fields = MappingReader(value, path: notice.path(of: "period"), known: ["from", "until"], mistakes)
        else { return nil }
        guard let from = fields.date("from"), let until = fields.date("until") else { return nil }
        guard from.value <= until.value else {
            fields.fail("until", "The last day is before the first, \(from.value). Write a later day.")
            return nil
        }
        return (from.value, until.value)
    }

    private func readContact(_ notice: MappingReader, _ key: String) -> NoticeDeclaration.Contact? {
        let known = ["name", "email", "phone", "address"]
        guard let value = notice.required(key, "name, email, and if there are any, phone and address"),
            let fields = MappingReader(value, path: notice.path(of: key), known: known, mistakes)
        else { return nil }
        let name = translated(fields, "name", "the name", limit: 200)
        let email = fields.text("email", "an e-mail address", limit: 200)
        let phone = fields.has("phone") ? fields.text("phone", "a telephone number", limit: 60) : nil
        let address = fields.has("address") ? fields.text("address", "a postal address", limit: 200) : nil
        if let email, email.value.split(separator: "@", omittingEmptySubsequences: false).count != 2 {
            fields.fail("email", "\(MappingReader.shown(email.value)) is no e-mail address.")
            return nil
        }
        guard let name, let email else { return nil }
        return NoticeDeclaration.Contact(
            name: name, email: email.value, phone: phone?.value, address: address?.value)
    }

    private func checkLinks(_ links: Translated?, _ notice: MappingReader) -> Bool {
        guard let links else { return false }
        for link in [links.finnish, links.swedish, links.english]
        where !link.hasPrefix("https://") || link.utf8.count < 10
            || !link.utf8.allSatisfy({ (33...126).contains($0) && !"\"'<>\\`".utf8.contains($0) })
        {
            notice.fail("objection", "\(MappingReader.shown(link)) is no address of a page. Begin it with https://.")
            return false
        }
        return true
    }

    /// Nil after a mistake; nil inside where there is no dataset.
    private func readDatasetUntil(_ notice: MappingReader, _ release: ReleaseMode?) -> CalendarDate?? {
        guard let release else { return nil }
        if release == .rows { return notice.date("dataset_until").map { $0.value } }
        guard notice.has("dataset_until") else { return .some(nil) }
        notice.fail("dataset_until", "With 'release: none' there is no dataset. Remove this line.")
        return nil
    }

    private func readRegister(_ fields: MappingReader, _ id: RegisterID) -> NoticeDeclaration.Register? {
        guard let value = fields.required(id, "title and data of this register"),
            let register = MappingReader(value, path: fields.path(of: id), known: ["title", "data"], mistakes)
        else { return nil }
        let title = translated(register, "title", "what the register holds", limit: 200)
        let data = translated(register, "data", "which data of a person is used", limit: 2000, paragraphs: true)
        guard let title, let data else { return nil }
        return NoticeDeclaration.Register(title: title, data: data)
    }

    /// One value for each id and no other.
    private func readEach<Value>(
        _ notice: MappingReader, _ key: String, _ ids: [String]?, _ read: (MappingReader, String) -> Value?
    ) -> [String: Value]? {
        guard let ids, let value = notice.required(key, "a text for each of the agreement's \(key)"),
            let fields = MappingReader(value, path: notice.path(of: key), known: ids, mistakes)
        else { return nil }
        var found: [String: Value] = [:]
        for id in ids { found[id] = read(fields, id) }
        return found.count == ids.count ? found : nil
    }
}
