/// One of the things that the research environment does to a dataset before a researcher sees it, beyond withholding
/// small cohorts. Public to the participants.
///
/// A new kind of rule is a case here and one of `Kind`, and a type in a file of this folder that says how it is
/// written. The compiler then asks for the rest: what people are told of it (`DisclosureWords`), and what it does to
/// the columns of a dataset (`ColumnRules`).
public enum DisclosureRule: Sendable, Equatable {
    case anonymity(Anonymity)
    case cut(ColumnCut)
    case rareValues(RareValues)
    case dateShift(DateShift)
    case table(DisclosedTable)

    /// In the order in which people are told of the rules, and in which those are carried out that change values by
    /// themselves. k-anonymity and l-diversity come after these, and tables last.
    enum Kind: CaseIterable {
        case anonymity, cut, rareValues, dateShift, table

        var form: any DisclosureForm.Type {
            switch self {
            case .anonymity: Anonymity.self
            case .cut: ColumnCut.self
            case .rareValues: RareValues.self
            case .dateShift: DateShift.self
            case .table: DisclosedTable.self
            }
        }
    }

    var kind: Kind {
        switch self {
        case .anonymity: .anonymity
        case .cut: .cut
        case .rareValues: .rareValues
        case .dateShift: .dateShift
        case .table: .table
        }
    }
}

/// How the section `disclosure` says one kind of rule.
protocol DisclosureForm {
    /// Fields of the section that are about these rules.
    static var fields: [String] { get }

    /// What can be read of these fields. Of what cannot, a mistake is reported.
    static func read(_ section: DisclosureReader) -> [DisclosureRule]

    /// Reports where rules of this kind contradict each other, the agreement, or rules of the kinds before.
    static func check(_ rules: DisclosureRules, _ section: DisclosureReader)
}
