internal import StrictYAML
internal import Values

/// Everything about registers and cohorts, which name each other.
extension AgreementReader {
    private static let registerFields = [
        "id", "title", "owner", "released_for", "max_people", "min_people", "usable_codes", "max_cells_per_person",
        "columns", "match_fields",
        "quality", "rows", "increments", "period",
    ]
    private static let columnFields =
        ["name", "type", "nullable", "title", "disclosure", "values", "not_identity_codes"] + derivationFields
        + relationFields
    private static let cohortFields = ["id", "title", "expression", "max_people"]

    func readRegistersAndCohorts(
        _ participants: ParticipantList, _ matchFields: [MatchField]?, _ tolerant: TolerantMatching?,
        release: ReleaseMode?
    ) -> (registers: [RegisterDeclaration]?, cohorts: [CohortDeclaration]?) {
        let registerItems = readMappings(
            "registers", limit: AgreementLimits.registers, Self.registerFields, "the registers, each with its owner")
        let cohortItems = readMappings(
            "cohorts", limit: AgreementLimits.cohorts, Self.cohortFields,
            "the groups of people, each with its expression")
        var taken: [String: YAMLPlace] = [:]
        let registerIDs = (registerItems ?? []).map { $0.flatMap { readRegisterID($0, &taken) } }
        let cohortIDs = (cohortItems ?? []).map { $0.flatMap { readID($0, &taken) } }

        // Without the list nobody knows which cohorts there are.
        let knownCohorts = cohortItems == nil ? nil : cohortIDs.compactMap { $0 }
        let registers = registerItems.map { items in
            zip(items, registerIDs).map { fields, id in
                fields.flatMap {
                    readRegister($0, id, participants, knownCohorts, matchFields, release: release)
                }
            }
        }
        let cohorts = cohortItems.map { items in
            items.enumerated().map { index, fields in
                fields.flatMap { readCohort($0, index, cohortIDs, registerIDs) }
            }
        }
        if let registerItems { checkEveryAuthorityOwns(registerItems, participants) }
        let complete = (registers: allRead(registers), cohorts: allRead(cohorts))
        if let registers = complete.registers, let cohorts = complete.cohorts {
            checkSamples(registers, cohorts)
            checkTokenCounting(Agreement.withNamed(registers), tolerant)
            checkNamed(registers)
            if release == .rows { checkRelease(registers, cohorts) }
        }
        return complete
    }

    /// Owners count tokens in memory of a fixed size, which is enough for so many people.
    private func checkTokenCounting(_ registers: [RegisterDeclaration], _ tolerant: TolerantMatching?) {
        guard let tolerant else { return }
        for register in registers {
            let crowd = register.maxPeople.multipliedReportingOverflow(by: tolerant.tokenCount)
            guard crowd.overflow || crowd.partialValue / TolerantMatching.countedPlaces > tolerant.mostFrequent / 3
            else { continue }
            root.fail(
                "tolerant_matching",
                "With max_people of \(register.id) and so many tokens, tokens of \(tolerant.mostFrequent) people "
                    + "cannot be counted well enough. Write a lower max_people, fewer tokens or a higher "
                    + "most_frequent.")
        }
        for register in registers where register.maxPeople > TolerantMatching.peopleLimit {
            root.fail(
                "tolerant_matching",
                "The register \(register.id) may have more than \(TolerantMatching.peopleLimit) people, "
                    + "too many for tolerant matching. Write a lower max_people, or leave tolerant matching out.")
        }
    }

    private func allRead<Value>(_ values: [Value?]?) -> [Value]? {
        guard let values else { return nil }
        let read = values.compactMap { $0 }
        return read.count == values.count ? read : nil
    }

    /// The list's items as mappings; an item that is none is nil.
    private func readMappings(_ key: String, limit: Int, _ known: [String], _ what: String) -> [MappingReader?]? {
        guard let items = root.list(key, limit: limit, isRequired: true, what) else { return nil }
        if items.isEmpty { root.fail(key, "This list is empty. Add at least one: \(what).") }
        return items.map { MappingReader($0.value, path: $0.path, known: known, mistakes) }
    }

    /// An id that no register or cohort has before.
    private func readID(_ fields: MappingReader, _ taken: inout [String: YAMLPlace]) -> String? {
        guard let id = fields.identifier("id", .name) else { return nil }
        if AgreementLimits.reservedIDs.contains(id.value) {
            mistakes.add(id.place, id.path, "The id \(id.value) is reserved. Choose another.")
        } else if let first = taken[id.value] {
            mistakes.add(
                id.place, id.path,
                "The register or cohort on line \(first.line) has the id \(id.value) too. Choose an id for each.")
        } else {
            taken[id.value] = id.place
        }
        return id.value
    }

    // MARK: Registers

    /// The id of a register, which names a file and a table of the dataset.
    private func readRegisterID(_ fields: MappingReader, _ taken: inout [String: YAMLPlace]) -> String? {
        guard let id = readID(fields, &taken) else { return nil }
        if AgreementLimits.isNoFileName(id) {
            fields.fail(
                "id",
                "No file or table of a dataset can have the name \(id) everywhere: SQLite or Windows keeps it for "
                    + "itself. Choose another.")
        }
        return id
    }

    /// How many people are expected at least, and in what part of the rows a usable code.
    private func readExpectation(
        _ fields: MappingReader, _ maxPeople: Int?
    ) -> (minPeople: Int, usableCodes: Int)? {
        let minPeople = fields.integer("min_people", AgreementLimits.leastPeople, standard: 1)
        let usableCodes = fields.integer(
            "usable_codes", AgreementLimits.percents, standard: RegisterDeclaration.standardUsableCodes)
        guard let minPeople, let usableCodes else { return nil }
        if let maxPeople, minPeople.value > maxPeople {
            mistakes.add(
                minPeople.place, minPeople.path,
                "The register is to have at least \(minPeople.value) people and at most \(maxPeople) (max_people). "
                    + "Write fewer here.")
        }
        return (minPeople.value, usableCodes.value)
    }

    private func readRegister(
        _ fields: MappingReader, _ id: String?, _ participants: ParticipantList, _ cohorts: [String]?,
        _ matchFields: [MatchField]?, release: ReleaseMode?
    ) -> RegisterDeclaration? {
        let title = fields.text("title", "the register's title", limit: 200)
        let owner = readOwner(fields, participants)
        let releasedFor = readReleasedFor(fields, cohorts)
        let maxPeople = fields.integer("max_people", AgreementLimits.people)
        let expectation = readExpectation(fields, maxPeople?.value)
        let maxCells = fields.integer("max_cells_per_person", AgreementLimits.cellsPerPerson, standard: 64)
        let columns = readColumns(fields)
        let ownFields = readOwnMatchFields(fields, matchFields)
        let quality = readQuality(fields, columns)
        let rows = readRows(fields)
        let increments = readIncrements(fields, columns)
        if let rows, let columns { checkRows(fields, rows, hasColumns: !columns.isEmpty) }
        if release == ReleaseMode.none {
            for key in ["released_for", "columns"] where fields.has(key) {
                fields.fail(key, "With 'release: none' no rows are released. Remove this field.")
            }
        } else if let releasedFor, let columns, releasedFor.isEmpty != columns.isEmpty {
            if columns.isEmpty {
                fields.fail(
                    "released_for",
                    "A register released for a cohort needs columns. List under 'columns' what is released.")
            } else {
                fields.fail(
                    "columns",
                    "Columns are listed, but the register is released for no cohort. "
                        + "Name the cohorts under 'released_for', or remove the columns.")
            }
        }
        guard let id, let title, let owner, let releasedFor, let maxPeople, let maxCells, let columns, let ownFields,
            let quality, let expectation, let increments, rows != nil || !fields.has("rows")
        else { return nil }
        var register = RegisterDeclaration(
            id: id, title: title.value, owner: owner, releasedFor: releasedFor, maxPeople: maxPeople.value,
            maxCellsPerPerson: maxCells.value, columns: columns, matchFields: ownFields, quality: quality,
            rows: rows)
        (register.minPeople, register.usableCodesPercent) = expectation
        register.increments = increments
        return register
    }

    private func readOwner(_ fields: MappingReader, _ participants: ParticipantList) -> String? {
        guard let owner = fields.identifier("owner", .party) else { return nil }
        guard let entry = participants.entry(owner.value) else {
            mistakes.add(
                owner.place, owner.path,
                "No participant has the id \(owner.value)\(NearName.hint(owner.value, among: participants.ids)). "
                    + "Write the id of an authority.")
            return nil
        }
        if let role = entry.role, role.value != .authority {
            mistakes.add(
                owner.place, owner.path,
                "\(owner.value) is a participant with the role \(role.value.rawValue), which owns no register. "
                    + "Write the id of an authority.")
        }
        return owner.value
    }

    private func readReleasedFor(_ fields: MappingReader, _ cohorts: [String]?) -> [CohortID]? {
        guard
            let names = fields.identifiers(
                "released_for", .name, limit: AgreementLimits.cohorts, "ids of cohorts whose people's rows are released"
            )
        else { return nil }
        if let cohorts {
            for name in names where !cohorts.contains(name.value) {
                mistakes.add(
                    name.place, name.path,
                    "No cohort has the id \(name.value)\(NearName.hint(name.value, among: cohorts)). "
                        + "Write the id of one under 'cohorts'.")
            }
        }
        return names.map(\.value)
    }

    private func readColumns(_ fields: MappingReader) -> [ColumnDeclaration]? {
        guard
            let items = fields.list(
                "columns", limit: AgreementLimits.columnsPerRegister, "the columns, each with name, type and title")
        else { return nil }
        var columns: [ColumnDeclaration] = []
        var lines: [String: Int] = [:]
        for item in items {
            guard let column = MappingReader(item.value, path: item.path, known: Self.columnFields, mistakes) else {
                continue
            }
            let name = column.identifier("name", .name)
            let type: Located<ColumnType>? = column.choice("type")
            let nullable = column.flag("nullable", standard: false)
            let title = column.text("title", "what the column tells, for the codebook", limit: 400)
            let disclosure: Located<ColumnDisclosure>? = column.choice("disclosure", standard: ColumnDisclosure.asIs)
            let values = readValues(column, type?.value)
            let made = readDerivation(column, type?.value, isNullable: nullable)
            let numbersAreNoCodes = readCodeExemption(column, type?.value)
            let relation = readRelation(column, type?.value, isNullable: nullable)
            if let name {
                if AgreementLimits.reservedColumns.contains(name.value) {
                    mistakes.add(
                        name.place, name.path,
                        "The column name \(name.value) is the dataset's own. Choose another name.")
                } else if let line = lines[name.value] {
                    mistakes.add(
                        name.place, name.path,
                        "The column on line \(line) has the name \(name.value) too. Choose a name for each.")
                } else {
                    lines[name.value] = name.place.line
                }
            }
            guard let name, let type, let nullable, let title, let disclosure, let values, let made,
                let numbersAreNoCodes, let relation
            else { continue }
            var declaration = ColumnDeclaration(
                name: name.value, type: type.value, nullable: nullable, title: title.value,
                disclosure: disclosure.value, values: values, source: made.source, derivation: made.derivation)
            declaration.numbersAreNoCodes = numbersAreNoCodes
            if type.value == .person { (declaration.relation, declaration.nullable) = (relation, true) }
            columns.append(declaration)
        }
        return columns.count == items.count ? columns : nil
    }

    /// Whether the column's numbers are said to be no identity codes.
    private func readCodeExemption(_ column: MappingReader, _ type: ColumnType?) -> Bool? {
        guard let isExempt = column.flag("not_identity_codes", standard: false) else { return nil }
        let keepsNumbers = ColumnDerivation.Kind.allCases.allSatisfy { !column.has($0.rawValue) || $0.keepsNumbers }
        guard isExempt, let type, !keepsNumbers || ![.integer, .decimal, .code, .text].contains(type) else {
            return isExempt
        }
        column.fail(
            "not_identity_codes",
            "A column of this kind releases no numbers of the register that could be codes. Remove this field.")
        return nil
    }

    private func checkEveryAuthorityOwns(_ registers: [MappingReader?], _ participants: ParticipantList) {
        let owners = registers.compactMap { fields -> String? in
            guard case .scalar(let owner, _, _)? = fields?.optional("owner") else { return nil }
            // An owner's id with a typing mistake has been reported; it is no reason to say that the authority owns
            // nothing.
            return participants.entry(owner) == nil ? NearName.of(owner, among: participants.ids) : owner
        }
        for entry in participants.entries where entry.role?.value == .authority {
            guard let id = entry.id, !owners.contains(id.value) else { continue }
            mistakes.add(
                id.place, entry.path,
                "The authority \(id.value) owns no register. Add one with 'owner: \(id.value)' under 'registers', "
                    + "or make it a mixer.")
        }
    }

    // MARK: Cohorts

    private func readCohort(
        _ fields: MappingReader, _ index: Int, _ ids: [String?], _ registers: [String?]
    ) -> CohortDeclaration? {
        let title = fields.text("title", "who these people are, in words", limit: 400)
        let expression = readExpression(fields, index, ids, registers)
        let maxPeople = fields.integer("max_people", AgreementLimits.people)
        guard let id = ids[index], let title, let expression, let maxPeople else { return nil }
        return CohortDeclaration(id: id, title: title.value, expression: expression, maxPeople: maxPeople.value)
    }

    private func readExpression(
        _ fields: MappingReader, _ index: Int, _ ids: [String?], _ registers: [String?]
    ) -> CohortExpression? {
        let what = "registers combined with union, intersect and except"
        guard let value = fields.required("expression", what),
            let text = fields.scalar(value, fields.path(of: "expression"), what)
        else { return nil }
        do throws(CohortExpressionError) {
            return try CohortExpression.parse(
                text.value, registers: registers.compactMap { $0 }, cohorts: ids[..<index].compactMap { $0 })
        } catch {
            if case .unknownName(let name, _, let position) = error, ids[index...].contains(name) {
                mistakes.add(
                    text.place, text.path,
                    "At character \(position), the cohort \(name) is not declared earlier. "
                        + "A cohort can name earlier ones only; move \(name) up.")
            } else {
                mistakes.add(text.place, text.path, error.description)
            }
            return nil
        }
    }

    /// Somebody of a cohort must be found in some register that is opened for it, or nobody could tell people from the
    /// dummies that pad a list; and nobody's rows may be opened for a cohort that they are not released for.
    func checkRelease(_ registers: [RegisterDeclaration], _ cohorts: [CohortDeclaration]) {
        guard mistakes.mistakes.isEmpty else { return }
        if registers.allSatisfy(\.releasedFor.isEmpty) {
            root.fail(
                "registers",
                "No register is released for a cohort. Write released_for under the registers whose rows the study "
                    + "needs, or 'release: none' for counts only.")
            return
        }
        // Each cohort once, in order, so the work is linear however often a cohort is named.
        var named: [CohortID: Set<RegisterID>] = [:]
        for cohort in cohorts {
            named[cohort.id] = cohort.expression.names.reduce(into: []) { $0.formUnion(named[$1] ?? [$1]) }
        }
        for cohort in cohorts where registers.contains(where: { $0.releasedFor.contains(cohort.id) }) {
            for register in registers
            where !register.releasedFor.isEmpty && !register.releasedFor.contains(cohort.id)
                && named[cohort.id]?.contains(register.id) == true
            {
                root.fail(
                    "registers",
                    "The cohort \(cohort.id) is defined by \(register.id), which is released for other cohorts only. "
                        + "Release \(register.id) for \(cohort.id) too, or for no cohort.")
            }
        }
    }

    private func checkSamples(_ registers: [RegisterDeclaration], _ cohorts: [CohortDeclaration]) {
        guard mistakes.mistakes.isEmpty else { return }
        do throws(CohortExpressionError) {
            _ = try CompiledCohorts(registers: registers.map(\.id), cohorts: cohorts)
        } catch {
            root.fail("cohorts", error.description)
        }
    }
}
