internal import Agreement

/// Where the columns that are needed of a register are in its source.
struct RegisterColumns {
    /// Of identity codes, and of the owner's own names for people, if the source has them.
    let identity: Int?
    let localPerson: Int?
    /// Of the plan's fields, in order.
    let fields: [Int]
    /// The declared columns, in order.
    var released: [DerivedColumn]
    let conditions: [FoundCondition]
    let mark: Int?

    /// What can be wrong before the source is opened.
    static func check(
        _ source: RegisterSource, against declaration: RegisterDeclaration, _ plan: MatchPlan
    ) throws(RegisterError.Kind) {
        let declared = Set(declaration.columns.map(\.sourceName) + declaration.tested.map(\.column))
        let unknown = source.columnNames.keys.filter { !declared.contains($0) }.sorted()
        if !unknown.isEmpty { throw .unknownMapping(unknown) }
        let unmapped = plan.fields.map(\.name).filter { source.matchColumns[$0] == nil }
        if !unmapped.isEmpty { throw .unmappedFields(unmapped) }
        guard source.identityColumn != nil || plan.worksWithoutCode else { throw .noIdentityColumn }
    }

    /// Finds the columns, and tells the reader which they are.
    ///
    /// - Throws: among others `missingColumns`, with all of them at once.
    init(
        of source: RegisterSource, _ declaration: RegisterDeclaration, _ plan: MatchPlan,
        in reader: inout any SourceReader
    ) throws(RegisterError) {
        let names = try ColumnNames(reader, file: source.name)
        func mapped(_ name: String) -> String { source.columnNames[name] ?? name }
        let releasedNames = declaration.columns.map { mapped($0.sourceName) }
        let testedNames = declaration.tested.map { mapped($0.column) }
        let fieldNames = plan.fields.compactMap { source.matchColumns[$0.name] }
        let identifying = [source.identityColumn, source.personColumn].compactMap { $0 }
        for name in identifying where releasedNames.contains(name) {
            throw RegisterError(.identityColumnReleased, file: source.name, column: name)
        }
        let markName = source.neverReleaseColumn?.name
        let wanted = identifying + fieldNames + releasedNames + testedNames + [markName].compactMap { $0 }
        let indices = try names.indices(of: wanted, reader: &reader)
        identity = source.identityColumn.flatMap { indices[$0] }
        localPerson = source.personColumn.flatMap { indices[$0] }
        fields = fieldNames.compactMap { indices[$0] }
        released = zip(declaration.columns, releasedNames).compactMap { column, name in
            indices[name].map {
                DerivedColumn(
                    index: $0, name: name, declaration: column, hasDecimalComma: source.table.hasDecimalComma)
            }
        }
        conditions = zip(declaration.tested, testedNames).compactMap { condition, name in
            indices[name].map { FoundCondition(condition, index: $0, name: name) }
        }
        mark = markName.flatMap { indices[$0] }
        reader.select(
            Set(
                released.map(\.index) + conditions.map(\.index) + fields
                    + [identity, localPerson, mark].compactMap { $0 }))
    }
}

extension RegisterDeclaration {
    /// What rows are selected by.
    fileprivate var tested: [RowCondition] { rows?.conditions ?? [] }
}
