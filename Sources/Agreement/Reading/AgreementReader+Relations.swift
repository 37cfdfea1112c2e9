internal import StrictYAML
internal import Values

/// Columns that name other people.
extension AgreementReader {
    static let relationFields = ["scheme", "related_outside", "max_people", "max_cells_per_person"]

    /// What becomes of relations to people who are not in the dataset.
    private enum RelatedOutside: String, CaseIterable { case count, pseudonym }

    /// What is agreed of a relation; of a column that is none, nothing. Nil after a mistake.
    func readRelation(_ column: MappingReader, _ type: ColumnType?, isNullable: Bool?) -> PersonRelation? {
        guard type == .person else {
            guard type != nil else { return PersonRelation() }
            let others = Self.relationFields.filter(column.has)
            for key in others {
                column.fail(key, "This field is for columns of type person, which name other people. Remove it.")
            }
            return others.isEmpty ? PersonRelation() : nil
        }
        let derivations = ColumnDerivation.Kind.allCases.filter { column.has($0.rawValue) }
        for kind in derivations {
            column.fail(
                kind.rawValue,
                "A column of type person is not made of anything else: its node reads codes in it. Remove this field.")
        }
        let outside: Located<RelatedOutside>? = column.choice("related_outside", standard: RelatedOutside.count)
        if outside?.value == .pseudonym {
            column.fail(
                "related_outside",
                "People whom no cohort has get no pseudonym: nothing of them is ever opened. Write count, or a cohort "
                    + "that they belong to, for which the register is released.")
        }
        let mistakeCount = mistakes.mistakes.count
        checkScheme(column)
        let hasScheme = mistakes.mistakes.count == mistakeCount
        var relation = PersonRelation(isRequired: isNullable == false)
        if column.has("max_people") {
            relation.maxPeople = column.integer("max_people", AgreementLimits.people)?.value
        }
        if column.has("max_cells_per_person") {
            relation.maxCellsPerPerson =
                column.integer("max_cells_per_person", AgreementLimits.cellsPerPerson)?.value
        }
        let isRead =
            (relation.maxPeople != nil) == column.has("max_people")
            && (relation.maxCellsPerPerson != nil) == column.has("max_cells_per_person")
        return isRead && hasScheme && derivations.isEmpty && outside?.value == .count ? relation : nil
    }

    /// A scheme that is named in a column is that of the agreement: people are matched by its codes.
    private func checkScheme(_ column: MappingReader) {
        guard column.has("scheme") else { return }
        let scheme: Located<IdentitySchemeID>? = column.choice("scheme")
        var agreed: IdentitySchemeID? = .finland
        // A mistake in it is reported where the agreement's own is read.
        if case .scalar(let text, _, _)? = root.optional("identity_scheme") {
            agreed = IdentitySchemeID(rawValue: text)
        }
        guard let scheme, let agreed, scheme.value != agreed else { return }
        column.fail(
            "scheme",
            "The agreement's identity_scheme is \(agreed.rawValue), by which people are matched. "
                + "Write that, or leave this field out.")
    }

    /// Names of registers of named people are short enough for the board, and all registers few enough.
    func checkNamed(_ registers: [RegisterDeclaration]) {
        let all = Agreement.withNamed(registers)
        for named in all where !named.isDeclared && named.id.utf8.count > AgreementLimits.listNameLength {
            root.fail(
                "registers",
                "The names of the register and its column in \(named.namedIn?.description ?? named.id) have more than "
                    + "\(AgreementLimits.listNameLength - 1) characters together, too many for a column of type "
                    + "person. Write a shorter one.")
        }
        if registers.count <= AgreementLimits.registers, all.count > AgreementLimits.registers {
            root.fail(
                "registers",
                "There are \(registers.count) registers, and \(all.count - registers.count) columns of type person, "
                    + "each of which counts as one too. Together there can be \(AgreementLimits.registers).")
        }
    }

    /// Relations are found by identity codes.
    func checkRelations(of agreement: Agreement) {
        guard agreement.registers.contains(where: { !$0.isDeclared }) else { return }
        if !agreement.matchKeys.contains(where: { $0.content == .identityCode }) {
            root.fail(
                "match_keys",
                "A column of type person names people by their codes, and people are not matched by them. Add "
                    + "identity_code, or leave the column out.")
        }
    }
}

extension AgreementLimits {
    /// Bytes of a list's name: that of a register, or of it and its column with a sign between them. [P-50]
    static let listNameLength = 64
}
