internal import Agreement
internal import Values

/// Judges a register's rows as the agreement declares them, and counts what it comes across. Rows can be judged in
/// parts, on several cores, whose counts are then added in the rows' order.
struct RowJudge: Sendable {
    let declaration: RegisterDeclaration
    let source: RegisterSource
    let plan: MatchPlan
    /// Whether rows whose people the agreement's `rows` leave out are handed out too, as such.
    var handsOutRowsOutside = false
    private var columns: RegisterColumns
    private var fields: MatchFieldReader
    private let quality: QualityReader
    private let releaseGuard: ReleaseGuard
    private let texts: FieldTexts
    /// What codes look like that are not used.
    private(set) var codeShapes = CodeShapes()
    /// The same of each column that names people.
    private(set) var relationShapes: [CodeShapes]
    /// Rows that the agreement's `rows` leave out, and those of nobody that say of them that they are never to be
    /// released.
    private(set) var rowsLeftOut = 0

    init(declaration: RegisterDeclaration, source: RegisterSource, plan: MatchPlan, columns: RegisterColumns) {
        self.declaration = declaration
        self.source = source
        self.plan = plan
        self.columns = columns
        relationShapes = declaration.columns.filter { $0.relation != nil }.map { _ in CodeShapes() }
        fields = MatchFieldReader(plan)
        quality = QualityReader(declaration.columns, plan.quality)
        releaseGuard = ReleaseGuard(scheme: plan.scheme, owner: declaration.owner)
        texts = FieldTexts(nullText: source.table.nullText.map { Array($0.utf8) })
    }

    // MARK: Counts so far

    /// What became of the values of derived columns.
    var derivationCounts: [DerivationCounts] {
        columns.released.filter { $0.declaration.derivation != nil }.map(\.counts)
    }

    /// Whether the agreement's maps lack codes of the register, so that the reading will end in an error.
    var hasGaps: Bool { columns.released.contains { $0.gapCount > 0 } }

    /// - Throws: `unmappedValues` if the agreement's maps lack codes of the register.
    func checkGaps() throws(RegisterError) {
        let gaps = columns.released.filter { $0.gapCount > 0 }
            .map { RegisterError.UnmappedValues(column: $0.name, count: $0.gapCount) }
        guard gaps.isEmpty else { throw RegisterError(.unmappedValues(gaps), file: source.name) }
    }

    var dateFields: [DateFieldCount] { fields.dates }
    var programWords: [String: [String: Int]] { fields.programWords }

    /// Whether it is counted which words of programs for a missing value are read as if they were none.
    var countsProgramWords: Bool {
        get { fields.countsProgramWords }
        set { fields.countsProgramWords = newValue }
    }

    /// Adds what was counted in the rows that follow.
    mutating func add(countsOf part: RowJudge) {
        for index in columns.released.indices { columns.released[index].add(part.columns.released[index].counts) }
        fields.add(countsOf: part.fields)
        codeShapes.add(part.codeShapes)
        for index in relationShapes.indices { relationShapes[index].add(part.relationShapes[index]) }
        rowsLeftOut += part.rowsLeftOut
    }

    // MARK: Rows

    mutating func judge(_ record: SourceRecord) throws(RegisterError) -> RegisterRow {
        let isMarked = try Self.isMarked(record, columns, source)
        let isKept = try Self.isKept(record, columns.conditions, texts)
        let fate: RowFate =
            isMarked ? .withheld : isKept ? .kept : declaration.rows?.people == .leaveOut ? .outside : .presence
        if !isKept { rowsLeftOut += 1 }
        if fate == .outside, !handsOutRowsOutside { return .leftOut }

        let code = readCode(of: record)
        var fields: [NormalisedField?] = []
        for (field, index) in columns.fields.enumerated() {
            fields.append(self.fields.normalised(texts.field(record, index, as: .code), as: field))
        }
        let localPerson = Self.readLocalPerson(of: record, columns)
        if case .failure(let reason) = code, localPerson == nil {
            if isMarked, reason != .missing {
                throw RegisterError(.markWithoutCode(reason), at: record.place, column: source.identityColumn)
            }
            if fields.allSatisfy({ $0 == nil }) { return rowOfNobody(record, reason, fate, isKept: isKept) }
        }
        var relations: [RowRelation] = []
        let values = isKept ? try readValues(of: record, code, &relations) : []
        return .row(
            ReadRow(
                code: code, localPerson: localPerson, fields: fields, values: values,
                quality: isKept ? quality.values { values[$0] } : QualityValues(), relations: relations, fate: fate))
    }

    /// A row that says in no way who it is about.
    private mutating func rowOfNobody(
        _ record: SourceRecord, _ reason: RefusalReason, _ fate: RowFate, isKept: Bool
    ) -> RegisterRow {
        guard fate == .kept else {
            if isKept { rowsLeftOut += 1 }
            return .leftOut
        }
        let quality = quality.values { index in
            let column = columns.released[index]
            return try? column.value(of: texts.field(record, column.index, as: column.sourceType))
        }
        return .refused(reason, quality: quality)
    }

    // What is done for each row takes what it needs and no more: a copy of the whole would have every core count
    // references to the same things.

    private static func isMarked(
        _ record: SourceRecord, _ columns: borrowing RegisterColumns, _ source: borrowing RegisterSource
    ) throws(RegisterError) -> Bool {
        guard let index = columns.mark, let column = source.neverReleaseColumn else { return false }
        do throws(RegisterError.Kind) { return try column.marks(record[index]) } catch {
            throw RegisterError(error, at: record.place, column: column.name)
        }
    }

    /// Whether all conditions hold. All are looked at, so that a value that cannot be read is always told.
    private static func isKept(
        _ record: SourceRecord, _ conditions: [FoundCondition], _ texts: FieldTexts
    ) throws(RegisterError) -> Bool {
        var isKept = true
        for condition in conditions {
            do throws(RegisterError.Kind) {
                let field = texts.field(record, condition.index, as: condition.type)
                if try !condition.holds(of: field) { isKept = false }
            } catch {
                throw RegisterError(error, at: record.place, column: condition.name)
            }
        }
        return isKept
    }

    private mutating func readCode(of record: SourceRecord) -> Result<IdentityReading, RefusalReason> {
        guard let index = columns.identity else { return .failure(.missing) }
        do throws(RefusalReason) {
            return .success(try plan.scheme.read(texts.field(record, index, as: .code), owner: declaration.owner))
        } catch {
            if error != .missing { codeShapes.add(CodeShape(record[index], error, owner: declaration.owner)) }
            return .failure(error)
        }
    }

    /// Nil if there is nothing but white space.
    private static func readLocalPerson(of record: SourceRecord, _ columns: borrowing RegisterColumns) -> [UInt8]? {
        guard let name = columns.localPerson.flatMap({ record[$0].written }).map(WhiteSpace.trimmed), !name.isEmpty
        else { return nil }
        return Array(name)
    }

    /// Whom a column names. A code that cannot be used names nobody: it is counted, and nothing of it leaves.
    ///
    /// - Parameter index: among the columns that name people.
    private mutating func readRelation(
        _ field: SourceField, _ relation: PersonRelation, column index: Int
    ) throws(RegisterError.Kind) -> RowRelation {
        do throws(RefusalReason) {
            return RowRelation(.success(try plan.scheme.read(field, owner: declaration.owner)))
        } catch {
            if error == .missing, relation.isRequired { throw .nullNotAllowed(expected: .person) }
            if error != .missing {
                relationShapes[index].add(CodeShape(field, error, owner: declaration.owner))
            }
            return RowRelation(.failure(error))
        }
    }

    private mutating func readValues(
        of record: SourceRecord, _ code: Result<IdentityReading, RefusalReason>, _ relations: inout [RowRelation]
    ) throws(RegisterError) -> [FieldValue] {
        var values: [FieldValue] = []
        values.reserveCapacity(columns.released.count)
        for index in columns.released.indices {
            let field = texts.field(record, columns.released[index].index, as: columns.released[index].sourceType)
            do throws(RegisterError.Kind) {
                if let relation = columns.released[index].declaration.relation {
                    relations.append(try readRelation(field, relation, column: relations.count))
                    values.append(relations[relations.count - 1].value)
                    continue
                }
                let value = try columns.released[index].countedValue(of: field)
                if columns.released[index].mayHoldCode,
                    releaseGuard.holdsCode(value, of: field, in: columns.released[index].declaration, code)
                {
                    throw .identityCodeInColumn
                }
                values.append(value)
            } catch {
                throw RegisterError(error, at: record.place, column: columns.released[index].name)
            }
        }
        return values
    }
}

/// Reads fields of records.
private struct FieldTexts: Sendable {
    /// What the source writes for a missing value, besides nothing.
    let nullText: [UInt8]?

    /// A record's field. What stands for a missing value is one in every type but text, in quotation marks or not.
    func field(_ record: SourceRecord, _ index: Int, as type: ColumnType) -> SourceField {
        let field = record[index]
        guard type != .text else { return field }
        switch field {
        case .characters(let text), .text(let text):
            if text.isEmpty || WhiteSpace.trimmed(text).isEmpty || nullText.map({ text.elementsEqual($0) }) == true {
                return .null
            }
            return field
        case .null, .integer, .real, .binary: return field
        }
    }
}
