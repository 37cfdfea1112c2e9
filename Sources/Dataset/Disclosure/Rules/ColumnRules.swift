internal import Agreement
internal import Values

/// What an agreement's disclosure rules make of one released column.
///
/// Values are shown in this order: what `values` make of them one after the other, then either moved dates or a coarser
/// value.
struct ColumnRules: Sendable {
    /// Rules that change values of the column one by one, whoever has them.
    private(set) var values: [any ValueRule] = []
    /// Nil where the column's dates stay, or it has none.
    private(set) var shift: DateShift?
    /// Nil where the column is no quasi-identifier, or no k is asked for.
    private(set) var recoding: RecodedColumn?

    /// - Parameters:
    ///   - column: as its owner sends it.
    ///   - rare: by column, the values that were found to be rare; what the codebook says does not depend on them.
    init(
        _ rules: DisclosureRules, of column: ColumnDeclaration, in register: RegisterID,
        rare: [ColumnReference: Set<String>] = [:]
    ) {
        let reference = ColumnReference(register, column.name)
        for rule in rules.all {
            switch rule {
            case .anonymity(let anonymity):
                recoding = RecodedColumn(reference, anonymity)
            case .cut(let cut):
                if cut.column == reference { values.append(cut) }
            case .rareValues(let rule):
                if rule.column == reference { values.append(RareGrouping(rule, values: rare[reference] ?? [])) }
            case .dateShift(let moved):
                if moved.moves(reference, type: column.type) { shift = moved }
            case .table:
                // Counts what the columns show in the end.
                break
            }
        }
    }

    /// In the order in which they are carried out.
    private var all: [any ColumnRule] {
        var all: [any ColumnRule] = values
        if let shift { all.append(shift) }
        if let recoding { all.append(recoding) }
        return all
    }

    /// What is done to the column, in sentences for the codebook; empty if nothing.
    var notes: [String] { all.flatMap(\.notes) }

    /// The column as researchers get it.
    func released(_ column: ColumnDeclaration) -> ColumnDeclaration {
        var released = column
        for rule in all { rule.declare(&released) }
        return released
    }

    /// A value after the rules that change it whoever has it.
    func prepared(_ value: FieldValue) -> FieldValue {
        // Nobody is shown in the place of somebody elsewhere.
        var value = value == .personElsewhere ? .null : value
        for rule in values { value = rule.shown(value) }
        return value
    }
}

extension DisclosureRule {
    /// Whether the plan must know everybody by name to carry the rule out.
    var needsPeople: Bool {
        switch self {
        case .anonymity(let anonymity): anonymity.smallestClass != nil
        case .rareValues, .table: true
        case .cut, .dateShift: false
        }
    }
}
