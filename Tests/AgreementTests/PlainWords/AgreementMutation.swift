import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// One field of a sample agreement, changed.
struct AgreementMutation: Sendable {
    let name: String
    /// Name of an `AgreementVariety`.
    let sample: String
    let change: @Sendable (inout Agreement) throws -> Void

    init(_ name: String, _ sample: String = "sample", _ change: @escaping @Sendable (inout Agreement) throws -> Void) {
        self.name = name
        self.sample = sample
        self.change = change
    }

    func agreement() throws -> Agreement {
        try #require(AgreementVariety.all.first { $0.name == sample }, "no sample \(sample)").parsed()
    }

    func changed(_ agreement: Agreement) throws -> Agreement {
        var agreement = agreement
        try change(&agreement)
        return agreement
    }

    func pair() throws -> (Agreement, Agreement) {
        let from = try agreement()
        return (from, try changed(from))
    }

    static let all: [AgreementMutation] =
        agreements + participants + registers + columns + cohorts + matching + counts + disclosure + notice

    private static let agreements: [AgreementMutation] = [
        .init("study id") { $0.study.id += "x" },
        .init("study title") { $0.study.title += "x" },
        .init("purpose") { $0.study.purpose += "x" },
        .init("legal basis") { $0.study.legalBasis += "x" },
        .init("permit") { $0.study.permit += "x" },
        .init("amends") { $0.amends = AgreementID(ofFile: [1]) },
        .init("amends another", "amendment") { $0.amends = AgreementID(ofFile: [1]) },
        .init("amends nothing", "amendment") { $0.amends = nil },
        .init("first day") { $0.validFrom = day("2026-01-02") },
        .init("last day") { $0.validUntil = day("2028-01-02") },
        .init("suite") { $0.suite = .p256 },
        .init("rounds") { $0.roundsAllowed += 1 },
        .init("calendar") { $0.calendar = [day("2026-03-01")] },
        .init("day of the calendar", "calendar") { $0.calendar[1] = day("2026-09-02") },
        .init("release") { $0.release = .none },
        .init("vault access") { $0.vaultAccess = .selected },
        .init("verification") { $0.verification = .full },
        .init("checkers", "verified") { $0.checkers = nil },
        .init("other checkers", "verified") { $0.checkers = 2 },
        .init("lasting pseudonyms") { $0.pseudonyms = .study(holders: ["omnia", "espoo"]) },
        .init("pseudonyms of a round", "lasting") { $0.pseudonyms = .round },
        .init("holders", "lasting") { $0.pseudonyms = .study(holders: ["omnia", "espoo"]) },
        .init("generation", "generation") { $0.pseudonymGeneration = 3 },
        .init("successor", "successors") { $0.pseudonymSuccessors[0].successor = "mixer-one" },
        .init("leaver", "successors") { $0.pseudonymSuccessors[0].leaver = "away" },
        .init("successor gone", "successors") { $0.pseudonymSuccessors = [] },
        .init("padding") { $0.padding = .none },
        .init("cell size") { $0.cellByteCount += 16 },
        .init("parts") { $0.parts = 2 },
        .init("smallest cell") { $0.smallestCell += 1 },
        .init("rounding") { $0.countRounding += 1 },
        .init("deadline") { $0.deadlineMinutes += 1 },
        .init("retention") { $0.retentionDays += 1 },
        .init("two parties") { $0.twoPartiesAcknowledged = true },
        .init("notice gone", "notice") { $0.notice = nil },
    ]

    private static let participants: [AgreementMutation] = [
        .init("participant id") { $0.participants[2].id += "x" },
        .init("participant name") { $0.participants[2].name += "x" },
        .init("role") { $0.participants[2].role = .authority },
        .init("signing key") { $0.participants[2].signingKey[31] ^= 1 },
        .init("HPKE key") { $0.participants[2].hpkeKey[1215] ^= 1 },
        .init("TLS pin") { $0.participants[2].tlsPin[31] ^= 1 },
        .init("rotated keys", "amendment") { $0.participants[2].keyChange = .rotated([1]) },
        .init("lost key", "amendment") { $0.participants[2].keyChange = .lost },
        .init("other signature of keys", "rotated") { $0.participants[2].keyChange = .rotated([1]) },
        .init("lost and not signed", "rotated") { $0.participants[2].keyChange = .lost },
        .init("keys that nobody signed", "rotated") { $0.participants[2].keyChange = nil },
        .init("ring order") { $0.participants.swapAt(0, 2) },
        .init("participant gone") { $0.participants.remove(at: 2) },
        .init("participant twice") { $0.participants.append($0.participants[2]) },
    ]

    private static let registers: [AgreementMutation] = [
        .init("register id") { $0.registers[1].id += "x" },
        .init("register title") { $0.registers[0].title += "x" },
        .init("owner") { $0.registers[0].owner = "espoo" },
        .init("released for") { $0.registers[0].releasedFor.append("others") },
        .init("order of released for", "two parties") { $0.registers[0].releasedFor.reverse() },
        .init("most people") { $0.registers[0].maxPeople += 1 },
        .init("least people") { $0.registers[0].minPeople += 1 },
        .init("increments", "lasting") { $0.registers[0].increments = .append(period: nil) },
        .init("no increments", "increments") { $0.registers[0].increments = .replace },
        .init("no period", "increments") { $0.registers[0].increments = .append(period: nil) },
        .init("other period", "increments") { $0.registers[0].increments = .append(period: "x") },
        .init("usable codes") { $0.registers[0].usableCodesPercent += 1 },
        .init("cells") { $0.registers[0].maxCellsPerPerson += 1 },
        .init("match fields", "matching") { $0.registers[1].matchFields.removeLast() },
        .init("quality year", "matching") { $0.registers[0].quality.year = nil },
        .init("other year", "matching") { $0.registers[0].quality.year = "x" },
        .init("quality group", "matching") { $0.registers[0].quality.group = nil },
        .init("other group", "matching") { $0.registers[0].quality.group = "x" },
        .init("register order") { $0.registers.reverse() },
        .init("register gone") { $0.registers.removeLast() },
        .init("rows gone", "derivations") { $0.registers[0].rows = nil },
        .init("people without rows", "derivations") { $0.registers[0].rows?.people = .leaveOut },
        .init("condition gone", "derivations") { $0.registers[0].rows?.conditions.removeLast() },
        .init("condition order", "derivations") { $0.registers[0].rows?.conditions.swapAt(0, 1) },
        .init("condition column", "derivations") { $0.registers[0].rows?.conditions[0].column += "x" },
        .init("condition dates", "derivations") {
            $0.registers[0].rows?.conditions[0].test = .dates(from: day("2009-01-02"), until: day("2024-12-31"))
        },
        .init("condition open dates", "derivations") {
            $0.registers[0].rows?.conditions[0].test = .dates(from: day("2009-01-01"), until: nil)
        },
        .init("condition numbers", "derivations") {
            $0.registers[0].rows?.conditions[1].test = .integers(from: 2009, until: 2010)
        },
        .init("condition codes", "derivations") { $0.registers[0].rows?.conditions[2].test = .codes(["A"]) },
        .init("condition other codes", "derivations") { $0.registers[0].rows?.conditions[3].test = .codes(["X"]) },
        .init("condition flag", "derivations") { $0.registers[0].rows?.conditions[4].test = .boolean(false) },
        .init("condition missing", "derivations") { $0.registers[0].rows?.conditions[0].keepsMissing = true },
        // In words it is one of 13 codes in both.
        .init("one of many codes", "other derivations") {
            guard case .codes(var codes)? = $0.registers[0].rows?.conditions[4].test else { return }
            codes.remove("M")
            codes.insert("Z")
            $0.registers[0].rows?.conditions[4].test = .codes(codes)
        },
    ]

    private static let columns: [AgreementMutation] = [
        .init("column name") { $0.registers[0].columns[0].name += "x" },
        .init("type") { $0.registers[0].columns[1].type = .text },
        .init("nullable") { $0.registers[0].columns[1].nullable.toggle() },
        .init("column title") { $0.registers[0].columns[1].title += "x" },
        .init("no codes") { $0.registers[0].columns[1].numbersAreNoCodes.toggle() },
        .init("column order") { $0.registers[0].columns.reverse() },
        .init("column gone") { $0.registers[0].columns.removeLast() },
        .init("source") { $0.registers[0].columns[1].source = "palvelu" },
        .init("other source", "derivations") { $0.registers[0].columns[0].source = "x" },
        .init("relation", "relations") { $0.registers[0].columns[2].type = .text },
        .init("relation gone", "relations") { $0.registers[0].columns.remove(at: 2) },
        .init("relation required", "relations") { $0.registers[0].columns[2].relation?.isRequired = true },
        .init("relation not required", "relations") { $0.registers[0].columns[3].relation?.isRequired = false },
        .init("named people", "relations") { $0.registers[0].columns[2].relation?.maxPeople = nil },
        .init("more named people", "relations") { $0.registers[0].columns[2].relation?.maxPeople = 2_001 },
        .init("cells of named people", "relations") { $0.registers[0].columns[2].relation?.maxCellsPerPerson = 3 },
        .init("label", "other derivations") { $0.registers[0].columns[6].values[1].label += "x" },
        .init("labelled value", "other derivations") { $0.registers[0].columns[6].values[1].value = "3" },
        .init("order of labels", "other derivations") { $0.registers[0].columns[6].values.reverse() },
        .init("label gone", "other derivations") { $0.registers[0].columns[6].values.removeLast() },
        .init("derivation gone", "derivations") { $0.registers[0].columns[0].derivation = nil },
        .init("period", "derivations") { $0.registers[0].columns[0].derivation = .coarsen(.quarter) },
        .init("step", "derivations") { $0.registers[0].columns[7].derivation = .round(to: 10) },
        .init("mapped code", "derivations") { mapping(&$0, 2) { $0.codes["02"] = "B" } },
        .init("added code", "derivations") { mapping(&$0, 2) { $0.codes["03"] = "B" } },
        .init("otherwise refused", "derivations") { mapping(&$0, 2) { $0.otherwise = .refused } },
        .init("otherwise a code", "derivations") { mapping(&$0, 2) { $0.otherwise = .code("A") } },
        .init("otherwise another code", "derivations") { mapping(&$0, 3) { $0.otherwise = .code("d") } },
        .init("limits", "derivations") {
            guard case .bands(var bands) = $0.registers[0].columns[6].derivation else { return }
            bands.limits[0] = ExactDecimal("501")!
            $0.registers[0].columns[6].derivation = .bands(bands)
        },
        .init("labels of bands", "derivations") {
            guard case .bands(var bands) = $0.registers[0].columns[6].derivation else { return }
            bands.labels[0] = "x"
            $0.registers[0].columns[6].derivation = .bands(bands)
        },
    ]

    private static let cohorts: [AgreementMutation] = [
        .init("cohort id") { $0.cohorts[1].id += "x" },
        .init("cohort title") { $0.cohorts[1].title += "x" },
        .init("cohort people") { $0.cohorts[1].maxPeople += 1 },
        .init("expression") { $0.cohorts[1].expression = .register("residents") },
        .init("sample size", "verified") { $0.cohorts[0].expression = .sample(.register("omnia_clients"), count: 7) },
        .init("cohort order") { $0.cohorts.reverse() },
        .init("cohort gone") { $0.cohorts.removeLast() },
    ]

    private static let matching: [AgreementMutation] = [
        .init("scheme", "matching") { $0.identityScheme = .estonia },
        .init("scheme of codes only") { $0.identityScheme = .estonia },
        .init("normalisation", "matching") { $0.normalisation = .sidos2 },
        .init("field name", "matching") { $0.matchFields[0].name += "x" },
        .init("field kind", "matching") { $0.matchFields[0].kind = .text },
        .init("first year", "date rules") { $0.matchFields[2].dates.firstYear = 1800 },
        .init("default days", "date rules") { $0.matchFields[2].dates.defaultDays.removeLast() },
        .init("a default day", "date rules") {
            $0.matchFields[2].dates.defaultDays[0] = DayOfYear(month: 11, day: 30)!
        },
        .init("no default days", "date rules") { $0.matchFields[2].dates.defaultDays = [] },
        .init("field order", "matching") { $0.matchFields.swapAt(0, 1) },
        .init("field gone", "matching") { $0.matchFields.removeLast() },
        .init("key name", "matching") { $0.matchKeys[2].name += "x" },
        .init("no limit of former codes", "matching") { $0.matchKeys[1].replacedSince = nil },
        .init("limit of former codes", "matching") { $0.matchKeys[1].replacedSince = CalendarDate(iso: "2010-03-02") },
        .init("values", "matching") { $0.matchKeys[1].valueCount = 3 },
        .init("recipe", "matching") { $0.matchKeys[2].content = .recipe(MatchRecipe([.field("birth")])) },
        .init("prefix", "matching") {
            $0.matchKeys[2].content = .recipe(
                MatchRecipe([
                    .call(.phonetic, [.field("family")], count: nil),
                    .call(.prefix, [.call(.first, [.field("given")], count: nil)], count: 4), .field("birth"),
                ]))
        },
        .init("key content", "matching") { $0.matchKeys[1].content = .identityCode },
        .init("key order", "matching") { $0.matchKeys.swapAt(1, 2) },
        .init("key gone", "matching") { $0.matchKeys.removeLast() },
        .init("tolerant off", "matching") { $0.tolerantMatching = nil },
        .init("tokens", "matching") { $0.tolerantMatching?.tokenCount += 1 },
        .init("agree", "matching") { $0.tolerantMatching?.agreeCount += 1 },
        .init("bits", "matching") { $0.tolerantMatching?.bits += 1 },
        .init("margin", "matching") { $0.tolerantMatching?.margin += 1 },
        .init("frequent", "matching") { $0.tolerantMatching?.mostFrequent += 1 },
        .init("group name", "matching") { $0.tolerantMatching?.groups[0].name += "x" },
        .init("group order", "matching") { $0.tolerantMatching?.groups.reverse() },
        .init("feature gone", "matching") { $0.tolerantMatching?.groups[0].features.removeLast() },
        .init("feature field", "matching") { $0.tolerantMatching?.groups[0].features[0].field = "family" },
        .init("feature form", "matching") { $0.tolerantMatching?.groups[0].features[0].form = .trigrams },
        .init("feature weight", "matching") { $0.tolerantMatching?.groups[0].features[0].weight += 1 },
        .init("patterns", "matching") { $0.tolerantMatching?.patterns[0] = [0, 1] },
        .init("pattern order", "matching") { $0.tolerantMatching?.patterns.reverse() },
    ]

    private static let counts: [AgreementMutation] = [
        .init("no noise", "laplace") { $0.counts = .rounding },
        .init("kind of noise", "gaussian") { noise(&$0) { $0.kind = .discreteLaplace } },
        .init("epsilon", "gaussian") { noise(&$0) { $0.epsilon = Billionths(400_000_000) } },
        .init("delta", "gaussian") { noise(&$0) { $0.deltaPower = 7 } },
        .init("total", "gaussian") { noise(&$0) { $0.totalEpsilon = Billionths(9_000_000_000) } },
    ]

    private static let disclosure: [AgreementMutation] = [
        .init("no rules", "disclosure") { $0.disclosure = DisclosureRules() },
        .init("k", "disclosure") { anonymity(&$0) { $0.smallestClass = 6 } },
        .init("l", "disclosure") { anonymity(&$0) { $0.diversity?.count = 3 } },
        .init("diversity", "disclosure") { anonymity(&$0) { $0.diversity?.kind = .distinct } },
        .init("diversity gone", "disclosure") { anonymity(&$0) { $0.diversity = nil } },
        .init("leave out", "disclosure") { anonymity(&$0) { $0.leaveOutPercent += 1 } },
        .init("population", "disclosure") { anonymity(&$0) { $0.population = 40_001 } },
        .init("population gone", "disclosure") { anonymity(&$0) { $0.population = nil } },
        .init("counted rows", "disclosure") { anonymity(&$0) { $0.countedRows = ["omnia_clients"] } },
        .init("sensitive", "disclosure") { anonymity(&$0) { $0.sensitive = [ColumnReference("omnia_clients", "x")] } },
        .init("quasi-identifier gone", "disclosure") { anonymity(&$0) { $0.quasiIdentifiers.removeLast() } },
        .init("quasi-identifier order", "disclosure") { anonymity(&$0) { $0.quasiIdentifiers.reverse() } },
        .init("quasi-identifier column", "disclosure") {
            anonymity(&$0) { $0.quasiIdentifiers[0].column.column = "x" }
        },
        .init("bands", "disclosure") { anonymity(&$0) { $0.quasiIdentifiers[1].steps[0] = .band(width: 10) } },
        .init("dates", "disclosure") { anonymity(&$0) { $0.quasiIdentifiers[0].steps[0] = .date(.quarter) } },
        .init("prefixes", "disclosure") { anonymity(&$0) { $0.quasiIdentifiers[3].steps[0] = .prefix(4) } },
        // In words it is `groups` in both.
        .init("groups", "disclosure") {
            anonymity(&$0) { $0.quasiIdentifiers[2].steps[1] = .groups(["nordic": "europe", "baltic": "other"]) }
        },
        .init("steps gone", "disclosure") { anonymity(&$0) { $0.quasiIdentifiers[1].steps = [] } },
        .init("bottom", "disclosure") { rule(&$0, .cut(cut { $0.bottom = .integer(1) })) },
        .init("bottom gone", "disclosure") { rule(&$0, .cut(cut { $0.bottom = nil })) },
        .init("top", "disclosure") { rule(&$0, .cut(cut { $0.top = .integer(1) })) },
        .init("cut column", "disclosure") { rule(&$0, .cut(cut { $0.column.column = "x" })) },
        .init("rare column", "disclosure") { rule(&$0, .rareValues(rare { $0.column.column = "x" })) },
        .init("rare people", "disclosure") { rule(&$0, .rareValues(rare { $0.people += 1 })) },
        .init("rare replacement", "disclosure") { rule(&$0, .rareValues(rare { $0.replacement += "x" })) },
        .init("days", "disclosure") { rule(&$0, .dateShift(shift { $0.days += 1 })) },
        .init("except", "disclosure") { rule(&$0, .dateShift(shift { $0.except = [] })) },
        .init("no days", "disclosure") { rule(&$0, .dateShift(shift { $0.noDays = [day("1970-01-01")] })) },
        .init("table title", "disclosure") { rule(&$0, .table(table { $0.title += "x" })) },
        .init("table cohort", "disclosure") { rule(&$0, .table(table { $0.cohort = "others" })) },
        .init("table lines", "disclosure") { rule(&$0, .table(table { $0.rows.column = "x" })) },
        .init("table columns", "disclosure") { rule(&$0, .table(table { $0.columns?.column = "x" })) },
        .init("table columns gone", "disclosure") { rule(&$0, .table(table { $0.columns = nil })) },
        .init("rule gone", "disclosure") { $0.disclosure = DisclosureRules($0.disclosure.all.dropLast()) },
        .init("rule more", "disclosure") {
            $0.disclosure = DisclosureRules(
                $0.disclosure.all + [.cut(ColumnCut(ColumnReference("r", "c"), top: .integer(1)))])
        },
    ]

    private static let notice: [AgreementMutation] = [
        .init("notice title", "notice") { $0.notice?.studyTitle.finnish += "x" },
        .init("notice title in Swedish", "notice") { $0.notice?.studyTitle.swedish += "x" },
        .init("notice title in English", "notice") { $0.notice?.studyTitle.english += "x" },
        .init("notice purpose", "notice") { $0.notice?.purpose.finnish += "x" },
        .init("notice basis", "notice") { $0.notice?.legalBasis.finnish += "x" },
        .init("transfers", "notice") { $0.notice?.transfers.finnish += "x" },
        .init("first day of data", "notice") { $0.notice?.from = day("2009-01-02") },
        .init("last day of data", "notice") { $0.notice?.until = day("2025-01-02") },
        .init("controller", "notice") { $0.notice?.controller.name.finnish += "x" },
        .init("email", "notice") { $0.notice?.controller.email += "x" },
        .init("phone", "notice") { $0.notice?.controller.phone = nil },
        .init("address", "notice") { $0.notice?.controller.address = "x" },
        .init("officer", "notice") { $0.notice?.dataProtectionOfficer.email += "x" },
        .init("objection", "notice") { $0.notice?.objection.english += "x" },
        .init("dataset until", "notice") { $0.notice?.datasetUntil = nil },
        .init("notice participant", "notice") { $0.notice?.participants["hub"]?.finnish += "x" },
        .init("notice participant gone", "notice") { $0.notice?.participants["hub"] = nil },
        .init("notice register", "notice") { $0.notice?.registers["residents"]?.title.finnish += "x" },
        .init("notice data", "notice") { $0.notice?.registers["residents"]?.data.finnish += "x" },
        .init("notice cohort", "notice") { $0.notice?.cohorts["others"]?.finnish += "x" },
    ]

    // MARK: Changing what lies deep

    private static func day(_ text: String) -> CalendarDate { CalendarDate(iso: text)! }

    private static func mapping(_ agreement: inout Agreement, _ column: Int, _ body: (inout CodeMapping) -> Void) {
        guard case .map(var mapping) = agreement.registers[0].columns[column].derivation else { return }
        body(&mapping)
        agreement.registers[0].columns[column].derivation = .map(mapping)
    }

    private static func noise(_ agreement: inout Agreement, _ body: (inout CountNoise) -> Void) {
        guard case .noise(var noise) = agreement.counts else { return }
        body(&noise)
        agreement.counts = .noise(noise)
    }

    private static func anonymity(_ agreement: inout Agreement, _ body: (inout Anonymity) -> Void) {
        var anonymity = agreement.disclosure.anonymity
        body(&anonymity)
        rule(&agreement, .anonymity(anonymity))
    }

    /// In the place of the rule of its kind.
    private static func rule(_ agreement: inout Agreement, _ rule: DisclosureRule) {
        agreement.disclosure = DisclosureRules(agreement.disclosure.all.filter { $0.kind != rule.kind } + [rule])
    }

    private static func cut(_ body: (inout ColumnCut) -> Void) -> ColumnCut {
        var cut = ColumnCut(
            ColumnReference("omnia_clients", "income"), bottom: ExactDecimal("0").map(FieldValue.decimal),
            top: ExactDecimal("99999.50").map(FieldValue.decimal))
        body(&cut)
        return cut
    }

    private static func rare(_ body: (inout RareValues) -> Void) -> RareValues {
        var rare = RareValues(ColumnReference("omnia_clients", "language"), people: 20, replacement: "other")
        body(&rare)
        return rare
    }

    private static func shift(_ body: (inout DateShift) -> Void) -> DateShift {
        var shift = DateShift(days: 30, except: [ColumnReference("omnia_clients", "start_date")])
        body(&shift)
        return shift
    }

    private static func table(_ body: (inout DisclosedTable) -> Void) -> DisclosedTable {
        var table = DisclosedTable(
            title: "Services by country", cohort: "clients", rows: ColumnReference("omnia_clients", "service"),
            columns: ColumnReference("omnia_clients", "country"))
        body(&table)
        return table
    }
}
