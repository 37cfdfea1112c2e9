/// What the research environment does to a dataset before a researcher sees it, beyond withholding small cohorts.
///
/// Everything here is public to the participants. The rules are carried out in this order: cuts, rare values, shifted
/// dates, then k-anonymity and l-diversity over what these left.
public struct DisclosureRules: Sendable, Equatable {
    /// By kind, and of one kind in the agreement's order. At most one is an anonymity, and at most one a date shift.
    public let all: [DisclosureRule]

    public init(_ rules: [DisclosureRule] = []) {
        all = DisclosureRule.Kind.allCases.flatMap { kind in rules.filter { $0.kind == kind } }
    }

    public var isEmpty: Bool { all.isEmpty }

    /// One that asks for nothing where there is none.
    public var anonymity: Anonymity {
        for case .anonymity(let anonymity) in all { return anonymity }
        return Anonymity()
    }

    public var cuts: [ColumnCut] {
        all.compactMap { if case .cut(let cut) = $0 { cut } else { nil } }
    }

    public var rareValues: [RareValues] {
        all.compactMap { if case .rareValues(let rare) = $0 { rare } else { nil } }
    }

    public var dateShift: DateShift? {
        for case .dateShift(let shift) in all { return shift }
        return nil
    }

    public var tables: [DisclosedTable] {
        all.compactMap { if case .table(let table) = $0 { table } else { nil } }
    }
}
