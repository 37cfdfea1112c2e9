public import Values

/// What a node makes of a register's column before anything of it leaves.
///
/// A column's declared type is that of what is made, so everybody but the register's owner knows only the derived
/// column.
public enum ColumnDerivation: Sendable, Equatable {
    /// A date to its year, quarter or month. As an integer (years only), as a code such as `2009-Q3` or `2009-07`, or
    /// as the first day: the column's type says which.
    case coarsen(DatePeriod)
    /// A code to another by a table.
    case map(CodeMapping)
    /// A number to the band that it is in.
    case bands(NumberBands)
    /// A number to the nearest multiple of this, halves away from zero. 1…1,000,000,000.
    case round(to: Int)

    /// What the register's own column is read as, given the column's declared type.
    public func sourceType(of declared: ColumnType) -> ColumnType {
        switch self {
        case .coarsen: .date
        case .map: .code
        case .bands: .decimal
        case .round: declared
        }
    }
}

/// Periods that a date can be made of, the finest first.
public enum DatePeriod: String, Sendable, CaseIterable, Comparable {
    case month, quarter, year

    /// Whether `left` tells more than `right`.
    public static func < (left: DatePeriod, right: DatePeriod) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .month: 0
        case .quarter: 1
        case .year: 2
        }
    }
}

/// A table of codes: what the register has, and what is released for it.
public struct CodeMapping: Sendable, Equatable {
    /// What becomes of a code that the table lacks.
    public enum Otherwise: Sendable, Equatable {
        /// The register is not used.
        case refused
        /// The value is missing.
        case missing
        case code(String)
    }

    /// By the register's code.
    public var codes: [String: String]
    public var otherwise: Otherwise

    public init(codes: [String: String], otherwise: Otherwise = .refused) {
        self.codes = codes
        self.otherwise = otherwise
    }
}

/// Limits in ascending order, and what numbers between them are called.
public struct NumberBands: Sendable, Equatable {
    /// At least one, strictly ascending. A band begins with its lower limit and ends before its upper one.
    public var limits: [ExactDecimal]
    /// One more than there are limits, all different.
    public var labels: [String]

    /// - Parameter labels: nil for the standard ones, such as `under 0`, `0 to under 10000`, `10000 or more`.
    public init(limits: [ExactDecimal], labels: [String]? = nil) {
        self.limits = limits
        self.labels = labels ?? Self.standardLabels(limits)
    }

    public static func standardLabels(_ limits: [ExactDecimal]) -> [String] {
        guard let first = limits.first, let last = limits.last else { return [] }
        let inner = zip(limits, limits.dropFirst()).map { "\($0.digits) to under \($1.digits)" }
        return ["under \(first.digits)"] + inner + ["\(last.digits) or more"]
    }

    /// The label of the band that the number is in.
    public func label(of number: ExactDecimal) -> String {
        // Labels are one more than limits wherever an agreement was read.
        let index = limits.firstIndex { number.precedes($0) } ?? limits.count
        return labels.indices.contains(index) ? labels[index] : ""
    }
}

extension ColumnDerivation {
    /// The released value that a value of `sourceType` becomes; nil stands for a code that the table lacks.
    ///
    /// - Parameter declared: the column's type.
    /// - Throws: `DerivationOverflow` for a number that cannot be rounded within its type.
    public func derived(from value: FieldValue, as declared: ColumnType) throws(DerivationOverflow) -> FieldValue? {
        switch (self, value) {
        case (_, .null): return .null
        case (.coarsen(let period), .date(let date)): return period.value(of: date, as: declared)
        case (.map(let mapping), .code(let code)):
            if let new = mapping.codes[code] { return .code(new) }
            switch mapping.otherwise {
            case .refused: return nil
            case .missing: return .null
            case .code(let new): return .code(new)
            }
        case (.bands(let bands), .decimal(let number)): return .code(bands.label(of: number))
        case (.round(let step), .integer(let number)):
            guard let rounded = Self.rounded(number, to: Int64(step)) else { throw DerivationOverflow() }
            return .integer(rounded)
        case (.round(let step), .decimal(let number)):
            guard let rounded = number.rounded(to: step) else { throw DerivationOverflow() }
            return .decimal(rounded)
        default: throw DerivationOverflow()
        }
    }

    private static func rounded(_ number: Int64, to step: Int64) -> Int64? {
        let rest = number % step
        let base = number - rest
        guard rest.magnitude * 2 >= step.magnitude else { return base }
        let (sum, overflow) = base.addingReportingOverflow(number < 0 ? -step : step)
        return overflow ? nil : sum
    }
}

/// A number does not fit its type when it is rounded.
public struct DerivationOverflow: Error, Equatable {}

extension DatePeriod {
    func value(of date: CalendarDate, as type: ColumnType) -> FieldValue {
        let quarter = (date.month - 1) / 3 + 1
        switch (self, type) {
        case (.year, .integer): return .integer(Int64(date.year))
        case (_, .date):
            let month = self == .year ? 1 : self == .quarter ? 3 * quarter - 2 : date.month
            return CalendarDate(year: date.year, month: month, day: 1).map(FieldValue.date) ?? .null
        case (.year, _): return .code(String(date.description.prefix(4)))
        case (.quarter, _): return .code("\(date.description.prefix(4))-Q\(quarter)")
        case (.month, _): return .code(String(date.description.prefix(7)))
        }
    }
}
