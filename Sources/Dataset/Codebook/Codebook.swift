internal import Agreement
internal import PlainWords
internal import Values

/// Every column of every table of a dataset with what it means, for the programs that load the dataset and for the
/// report.
struct Codebook {
    /// How a column's values are to be read.
    enum Kind: String {
        /// A pseudonym.
        case person
        /// Whether the person is in a cohort.
        case membership
        /// By what a record was joined to another.
        case link
        case integer, decimal, date, boolean, code, text

        init(_ type: ColumnType) {
            self =
                switch type {
                case .integer: .integer
                case .decimal: .decimal
                case .date: .date
                case .boolean: .boolean
                case .code: .code
                case .text: .text
                case .person: .person
                }
        }
    }

    struct Column {
        let name: String
        /// In words.
        let label: String
        let kind: Kind
        /// Whether every row has a value.
        let isRequired: Bool
        /// In the agreement's order; of a link all that can be, labelled by themselves.
        let values: [ValueLabel]
        /// What the column is made of, and what disclosure control does to it, in sentences.
        var notes: [String] = []
        let facts: TableFacts.Column
    }

    struct Table {
        let id: String
        let title: String
        let columns: [Column]
        let rowCount: Int

        var file: String { id + ".csv" }
    }

    let study: DatasetReport.ReportedStudy
    let agreement: String
    let round: String
    /// That all of it is made up; nil where it is true.
    let madeUp: String?
    /// `persons` and then every released register in the layout's order.
    let tables: [Table]

    static let personsTitle = "People of the dataset and their cohorts"
    static let personLabel = "Pseudonym of the person in this study"
    static let relationNote =
        "The pseudonym of another person, who has a row in persons. It is missing where nobody is named whose code can "
        + "be used, or somebody who is not in the dataset."
    static let lastingLabel = "Whether the pseudonym is the same in all rounds of this study"
    static let personLinkLabel = "The weakest way in which a record of the person was joined to another"
    static let recordLinkLabel = "The way in which the record was first joined to another"

    /// - Parameters:
    ///   - persons: of the table of people.
    ///   - registers: of every released register in the layout's order.
    init(report: DatasetReport, layout: DatasetLayout, persons: TableFacts, registers: [TableFacts]) {
        study = report.study
        agreement = report.agreement
        round = report.round
        madeUp = report.madeUp
        let person = Self.own("person", Self.personLabel, .person)
        let links = { (label: String) in
            layout.hasLinkColumn
                ? [Self.own(DatasetLayout.linkColumn, label, .link, isRequired: false, values: layout.linkNames)] : []
        }
        let cohorts = layout.cohorts.map { Self.own($0.id, $0.title, .membership) }
        let lasting =
            layout.hasLastingColumn
            ? [Self.own(DatasetLayout.lastingColumn, Self.lastingLabel, .membership)] : []
        let people = Table(
            id: "persons", title: Self.personsTitle,
            columns: [person] + cohorts + links(Self.personLinkLabel) + lasting,
            rowCount: persons.rowCount)
        tables =
            [people]
            + zip(layout.registers, registers).map { register, facts in
                let columns = register.released.indices.map { index in
                    let column = register.released[index]
                    let made = register.columns[index].derivationText.map { ["Derived: \($0)."] } ?? []
                    let people = column.type == .person ? [Self.relationNote] : []
                    return Column(
                        name: column.name, label: column.title, kind: Kind(column.type), isRequired: !column.nullable,
                        values: column.values, notes: people + made + register.notes[index], facts: facts.columns[index]
                    )
                }
                return Table(
                    id: register.id, title: register.title,
                    columns: [person] + links(Self.recordLinkLabel) + columns, rowCount: facts.rowCount)
            }
    }

    private static func own(
        _ name: String, _ label: String, _ kind: Kind, isRequired: Bool = true, values: [String] = []
    ) -> Column {
        Column(
            name: name, label: label, kind: kind, isRequired: isRequired, values: values.map { ValueLabel($0, $0) },
            facts: TableFacts.Column())
    }
}
