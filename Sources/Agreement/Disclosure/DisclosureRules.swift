public import Values

/// What the research environment does to a dataset before a researcher sees it, beyond withholding small cohorts.
///
/// Everything here is public to the participants. The rules are carried out in this order: cuts, rare values, shifted
/// dates, then k-anonymity and l-diversity over what these left. [A-55]
public struct DisclosureRules: Sendable, Equatable {
    public static let smallestClasses = 2...1000
    public static let diversities = 2...100
    public static let leaveOutShares = 0...50
    public static let populations = 1...1_000_000_000
    public static let columnLimit = 32
    public static let cutLimit = 256
    public static let rarities = 2...10_000
    public static let shifts = 1...3650
    public static let tableLimit = 64

    /// People who share a combination of quasi-identifiers, at least: k. Nil: none is asked for.
    public var smallestClass: Int?
    /// How the values of `sensitive` must differ within such a group; nil: no matter how.
    public var diversity: Diversity?
    /// Percent of a cohort's people who may be left out where nothing else reaches the goal.
    public var leaveOutPercent: Int
    /// People of the population that the cohorts come from, for estimates of risk; nil: not known.
    public var population: Int?
    public var quasiIdentifiers: [QuasiIdentifier]
    /// Registers of which not only whether somebody has rows but how many belongs to what k people must share.
    public var countedRows: [RegisterID] = []
    public var sensitive: [ColumnReference]
    public var cuts: [ColumnCut]
    public var rareValues: [RareValues]
    public var dateShift: DateShift?
    /// Tables of people that the report shows.
    public var tables: [DisclosedTable]

    public init(
        smallestClass: Int? = nil, diversity: Diversity? = nil, leaveOutPercent: Int = 0, population: Int? = nil,
        quasiIdentifiers: [QuasiIdentifier] = [], sensitive: [ColumnReference] = [], cuts: [ColumnCut] = [],
        rareValues: [RareValues] = [], dateShift: DateShift? = nil, tables: [DisclosedTable] = []
    ) {
        self.smallestClass = smallestClass
        self.diversity = diversity
        self.leaveOutPercent = leaveOutPercent
        self.population = population
        self.quasiIdentifiers = quasiIdentifiers
        self.sensitive = sensitive
        self.cuts = cuts
        self.rareValues = rareValues
        self.dateShift = dateShift
        self.tables = tables
    }
}

/// A released column of a register: `residents.birth_year`.
public struct ColumnReference: Sendable, Hashable, CustomStringConvertible {
    public var register: RegisterID
    public var column: String

    public init(_ register: RegisterID, _ column: String) {
        self.register = register
        self.column = column
    }

    public var description: String { "\(register).\(column)" }
}

/// How the sensitive values of people who share a combination of quasi-identifiers must differ.
public struct Diversity: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// At least l different values, and none that everybody has (Machanavajjhala et al. 2007, distinct l-diversity).
        case distinct
        /// No value that more than one in l of them has (Wong et al. 2006, (1/l)-deassociation).
        case frequency
    }

    public var kind: Kind
    /// l, 2…100.
    public var count: Int

    public init(kind: Kind = .distinct, count: Int) {
        self.kind = kind
        self.count = count
    }
}

/// A column by which somebody who knows a person could find that person, and the steps in which it may be made coarser.
public struct QuasiIdentifier: Sendable, Equatable {
    public var column: ColumnReference
    public var steps: [GeneralisationStep]

    public init(_ column: ColumnReference, steps: [GeneralisationStep] = []) {
        self.column = column
        self.steps = steps
    }
}

/// One step from finer to coarser values. The last one, a missing value, is always there and is not written.
public enum GeneralisationStep: Sendable, Equatable {
    /// Numbers: `35 to 39`, of a width that is a multiple of the step's before.
    case band(width: Int64)
    case date(DateStep)
    /// Codes and texts: the first characters.
    case prefix(Int)
    /// Codes and texts: a group's name for each value of the step before; others stay.
    case groups([String: String])
}

/// Parts of the calendar, each inside the next.
public enum DateStep: String, Sendable, CaseIterable {
    case month, quarter, year
    case fiveYears = "five_years"
    case tenYears = "ten_years"
}

/// Values beyond a limit become the limit.
public struct ColumnCut: Sendable, Equatable {
    public var column: ColumnReference
    /// Values below become it; of the column's type.
    public var bottom: FieldValue?
    /// Values above become it; of the column's type.
    public var top: FieldValue?

    public init(_ column: ColumnReference, bottom: FieldValue? = nil, top: FieldValue? = nil) {
        self.column = column
        self.bottom = bottom
        self.top = top
    }
}

/// Values that few people have become one value.
public struct RareValues: Sendable, Equatable {
    public var column: ColumnReference
    /// Values of fewer people are rare.
    public var people: Int
    /// What they become.
    public var replacement: String

    public init(_ column: ColumnReference, people: Int, replacement: String) {
        self.column = column
        self.people = people
        self.replacement = replacement
    }
}

/// Each person's dates are moved by one secret number of days, so that the time between them stays.
public struct DateShift: Sendable, Equatable {
    /// At most so many days, in either direction.
    public var days: Int
    /// Columns of dates that stay where they are.
    public var except: [ColumnReference]
    /// Days that stand for something else in these registers, besides those that do everywhere.
    public var noDays: [CalendarDate]

    public init(days: Int, except: [ColumnReference] = [], noDays: [CalendarDate] = []) {
        self.days = days
        self.except = except
        self.noDays = noDays
    }

    public static let noDayLimit = 64
    /// Years outside of which nothing happened that a register tells of.
    public static let years = 1850...2150

    /// Whether the date is no day but a word for one that is not known or never comes: whoever knows that, and sees it
    /// moved, knows by how much all of the person's dates were moved. Such a date stays as it is. [A-63]
    public func isNoDay(_ date: CalendarDate) -> Bool {
        !Self.years.contains(date.year) || Self.knownNoDays.contains(date) || noDays.contains(date)
    }

    /// First and last days of calendars, clocks and programs that are nobody's: a day such as 1970-01-01 can be a true one,
    /// and is named by the agreement where it is not.
    static let knownNoDays: Set<CalendarDate> = Set(
        [
            (1850, 1, 1), (1858, 11, 17), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1901, 1, 1), (2037, 12, 31),
            (2038, 1, 19), (2049, 12, 31), (2050, 12, 31), (2079, 6, 6), (2099, 1, 1), (2099, 12, 31), (2100, 1, 1),
            (2100, 12, 31), (2111, 11, 11), (2150, 12, 31),
        ].compactMap { CalendarDate(year: $0.0, month: $0.1, day: $0.2) })
}

/// A table of a cohort's people by one or two columns of a register.
public struct DisclosedTable: Sendable, Equatable {
    public var title: String
    public var cohort: CohortID
    public var rows: ColumnReference
    public var columns: ColumnReference?

    public init(title: String, cohort: CohortID, rows: ColumnReference, columns: ColumnReference? = nil) {
        self.title = title
        self.cohort = cohort
        self.rows = rows
        self.columns = columns
    }

    /// Whether both count people by the same column.
    public func sharesColumn(with other: DisclosedTable) -> Bool {
        !Set([rows, columns].compactMap(\.self)).isDisjoint(with: [other.rows, other.columns].compactMap(\.self))
    }
}

extension DisclosureRules {
    /// Whether a date column is moved.
    public func shifts(_ reference: ColumnReference, type: ColumnType) -> Bool {
        guard type == .date, let dateShift else { return false }
        return !dateShift.except.contains(reference)
    }

    /// What the dataset's column is once these rules were carried out: coarser values are codes, and any value of a
    /// quasi-identifier may be missing.
    public func released(_ column: ColumnDeclaration, of register: RegisterID) -> ColumnDeclaration {
        let reference = ColumnReference(register, column.name)
        var released = column
        if !column.values.isEmpty, let rare = rareValues.first(where: { $0.column == reference }),
            !column.values.contains(where: { $0.value == rare.replacement })
        {
            released.values.append(ValueLabel(rare.replacement, rare.replacement))
        }
        guard smallestClass != nil, let quasi = quasiIdentifiers.first(where: { $0.column == reference }) else {
            return released
        }
        released.nullable = true
        if !quasi.steps.isEmpty, column.type != .text { released.type = .code }
        // A group's name says what it is; of bands, dates and prefixes nobody can list all values.
        for step in quasi.steps where !released.values.isEmpty {
            guard case .groups(let groupOf) = step else {
                released.values = []
                break
            }
            for name in Set(groupOf.values).sorted() where !released.values.contains(where: { $0.value == name }) {
                released.values.append(ValueLabel(name, name))
            }
        }
        return released
    }

    /// What these rules do to a column, in sentences for the codebook; empty if nothing.
    public func notes(on reference: ColumnReference, type: ColumnType) -> [String] {
        var notes: [String] = []
        for cut in cuts where cut.column == reference {
            if let bottom = cut.bottom {
                notes.append("Values below \(bottom.plainText) are shown as \(bottom.plainText).")
            }
            if let top = cut.top { notes.append("Values above \(top.plainText) are shown as \(top.plainText).") }
        }
        for rare in rareValues where rare.column == reference {
            notes.append("Values that fewer than \(rare.people) people have are shown as \(rare.replacement).")
        }
        if let dateShift, shifts(reference, type: type) {
            notes.append(
                "Each person's dates are moved by one secret number of days, at most \(dateShift.days) either way; "
                    + "the time between them stays. Days that stand for something else, such as 1900-01-01 and 9999-12-31, "
                    + "are left as they are.")
        }
        if let smallestClass, let quasi = quasiIdentifiers.first(where: { $0.column == reference }) {
            let steps = quasi.steps.map(\.words) + ["missing"]
            notes.append(
                "A quasi-identifier: where fewer than \(smallestClass) people would share it, it is made coarser: "
                    + "\(steps.joined(separator: ", then ")).")
        }
        return notes
    }
}

extension DisclosureRules {
    /// The rules in plain words, for those who sign.
    public var sentences: [String] {
        var sentences: [String] = []
        if let smallestClass {
            let columns = quasiIdentifiers.map { quasi in
                let steps = quasi.steps.map(\.words) + ["missing"]
                return "\(quasi.column) (\(steps.joined(separator: ", then ")))"
            }
            let counts =
                countedRows.isEmpty ? "" : ", of how many rows in \(countedRows.joined(separator: ", "))"
            sentences.append(
                "At least \(smallestClass) people share every combination of cohorts, of registers in which they have rows\(counts), "
                    + "and of these columns, which are made coarser for those who would be alone: "
                    + "\(columns.joined(separator: "; ")).")
        }
        if let diversity {
            let columns = sensitive.map(\.description).joined(separator: ", ")
            sentences.append(
                diversity.kind == .distinct
                    ? "People who share such a combination have at least \(diversity.count) different values of \(columns), "
                        + "and none that all of them have."
                    : "Of people who share such a combination, at most one in \(diversity.count) has the same value of "
                        + "\(columns).")
        }
        if smallestClass != nil {
            sentences.append(
                leaveOutPercent == 0
                    ? "Nobody is left out of the dataset to reach that; if nothing else does, no dataset is written."
                    : "Where nothing else reaches that, people are left out, at most \(leaveOutPercent) % of a cohort; if "
                        + "that is not enough, no dataset is written.")
        }
        for cut in cuts {
            let limits = [cut.bottom.map { "below \($0.plainText)" }, cut.top.map { "above \($0.plainText)" }]
                .compactMap { $0 }
            sentences.append("Values of \(cut.column) \(limits.joined(separator: " or ")) are shown as that limit.")
        }
        for rare in rareValues {
            sentences.append(
                "Values of \(rare.column) that fewer than \(rare.people) people have are shown as \(rare.replacement).")
        }
        if let dateShift {
            let except = dateShift.except.map(\.description).joined(separator: ", ")
            sentences.append(
                "All dates of a person\(except.isEmpty ? "" : ", except \(except),") are moved by one secret number of days, "
                    + "at most \(dateShift.days) either way. Days that stand for something else are left as they are: those "
                    + "of programs and calendars, such as 1900-01-01 and 9999-12-31"
                    + (dateShift.noDays.isEmpty
                        ? "." : ", and \(dateShift.noDays.map(\.description).joined(separator: ", "))."))
        }
        for table in tables {
            sentences.append(
                "The report has a table of the people of \(table.cohort) by \(table.rows)"
                    + "\(table.columns.map { " and \($0)" } ?? ""): \(table.title).")
        }
        return sentences
    }
}

extension GeneralisationStep {
    /// `bands of 5`, `months`, `the first 3 characters`, `groups`.
    public var words: String {
        switch self {
        case .band(let width): "bands of \(width)"
        case .date(.month): "months"
        case .date(.quarter): "quarters"
        case .date(.year): "years"
        case .date(.fiveYears): "five years"
        case .date(.tenYears): "ten years"
        case .prefix(1): "the first character"
        case .prefix(let count): "the first \(count) characters"
        case .groups: "groups"
        }
    }
}
