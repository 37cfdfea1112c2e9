internal import Agreement
internal import Values

/// The values that a column of made-up rows takes: such as its owner's node could send, as far as the agreement says
/// what these are.
///
/// A value list gives its values, a table or bands what they lead to, conditions on rows their range; groups and
/// prefixes of disclosure control give codes that they can make coarser. Where an agreement says nothing but the type,
/// the values are of the type and mean nothing.
struct ExampleColumn {
    /// Values kept of a column, at most.
    private static let variety = 200
    private static let plainVariety = 8

    /// Different ones, not missing; empty where the column can only be missing.
    let values: [FieldValue]
    /// Of a hundred rows, how many lack the value.
    let missingPercent: Int

    init(
        _ column: ColumnDeclaration, of register: RegisterDeclaration, in agreement: Agreement,
        numbers: inout ExampleNumbers
    ) {
        let conditions =
            (register.rows?.conditions ?? []).filter { condition in
                condition.column == column.sourceName
                    && condition.type == (column.derivation?.sourceType(of: column.type) ?? column.type)
            }
        let reference = ColumnReference(register.id, column.name)
        var makesMissing = false
        var made: [FieldValue] = []
        if !column.values.isEmpty {
            made = column.values.compactMap { Self.labelled($0, as: column.type) }
            let isAsItIs = column.derivation == nil
            let kept = made.filter { value in !isAsItIs || conditions.allSatisfy { $0.holds(of: value) } }
            if !kept.isEmpty { made = kept }
        } else {
            let pool = ExamplePool(column, register, agreement, conditions, reference)
            let sources = pool.sources(variety: Self.variety, plain: Self.plainVariety, &numbers)
            for source in sources where conditions.allSatisfy({ $0.holds(of: source) }) {
                guard let derivation = column.derivation else {
                    made.append(source)
                    continue
                }
                // What a table lacks, and what cannot be rounded, would stop the round.
                guard let value = try? derivation.derived(from: source, as: column.type) else { continue }
                if value == .null { makesMissing = true } else { made.append(value) }
            }
        }
        var seen: Set<String> = []
        values = Array(made.filter { seen.insert($0.plainText).inserted }.prefix(Self.variety))
        let mayBeMissing = column.nullable && conditions.allSatisfy(\.keepsMissing)
        missingPercent = values.isEmpty ? 100 : mayBeMissing || makesMissing && column.nullable ? 10 : 0
    }

    private static func labelled(_ label: ValueLabel, as type: ColumnType) -> FieldValue? {
        type == .integer ? Int64(label.value).map(FieldValue.integer) : .code(label.value)
    }

    /// A row's value.
    func value(_ numbers: inout ExampleNumbers) -> FieldValue {
        if numbers.happens(percent: missingPercent) { return .null }
        return values.isEmpty ? .null : values[numbers.below(values.count)]
    }
}

/// Values as a register could hold them, before its owner's node makes anything of them.
private struct ExamplePool {
    private let column: ColumnDeclaration
    private let agreement: Agreement
    private let conditions: [RowCondition]
    private let reference: ColumnReference
    private let isYear: Bool

    init(
        _ column: ColumnDeclaration, _ register: RegisterDeclaration, _ agreement: Agreement,
        _ conditions: [RowCondition], _ reference: ColumnReference
    ) {
        self.column = column
        self.agreement = agreement
        self.conditions = conditions
        self.reference = reference
        isYear = column.type == .integer && (register.quality.year == column.name || column.name.contains("year"))
    }

    func sources(variety: Int, plain: Int, _ numbers: inout ExampleNumbers) -> [FieldValue] {
        switch column.derivation {
        case .map(let mapping): return codes(of: mapping)
        case .bands(let bands): return Self.numbers(within: bands)
        case .coarsen, .round, nil: break
        }
        switch column.derivation?.sourceType(of: column.type) ?? column.type {
        case .boolean: return [.boolean(false), .boolean(true)]
        case .text: return texts(plain).map(FieldValue.text)
        case .code: return texts(plain).map(FieldValue.code)
        case .date: return (0..<variety).compactMap { _ in date(&numbers) }
        case .integer: return (0..<variety).map { _ in .integer(integer(&numbers)) }
        case .decimal:
            return (0..<variety).compactMap { _ in
                let cents = numbers.below(100)
                return ExactDecimal("\(integer(&numbers)).\(cents < 10 ? "0" : "")\(cents)").map(FieldValue.decimal)
            }
        // Filled in by `ExampleRelations`.
        case .person: return []
        }
    }

    /// Codes that a table knows, those that conditions name, and one that the table lacks: where that leads to
    /// nothing, the derivation says so.
    private func codes(of mapping: CodeMapping) -> [FieldValue] {
        (mapping.codes.keys.sorted() + allowedCodes + ["made-up-code"]).map(FieldValue.code)
    }

    /// Codes that conditions on rows name.
    private var allowedCodes: [String] {
        conditions.flatMap { condition -> [String] in
            if case .codes(let codes) = condition.test { codes.sorted() } else { [] }
        }
    }

    /// One number in each band.
    private static func numbers(within bands: NumberBands) -> [FieldValue] {
        guard let first = bands.limits.first else { return [] }
        // Below the first limit: a number of as many digits, negative, and one more.
        let below = ExactDecimal("-1" + first.digits.filter(\.isNumber)) ?? first
        return ([below] + bands.limits).map(FieldValue.decimal)
    }

    private func texts(_ plain: Int) -> [String] {
        if !allowedCodes.isEmpty { return allowedCodes }
        let steps = agreement.disclosure.anonymity.quasiIdentifiers.first { $0.column == reference }?.steps ?? []
        for step in steps {
            switch step {
            case .groups(let groups): return groups.keys.sorted()
            case .prefix(let longest):
                // Two places more than the longest prefix, so that there is something to take away.
                return (0..<(plain * 4)).map { number in
                    let digits = String(number * 37 % 1_000)
                    return digits + String(repeating: "0", count: max(0, longest + 2 - digits.count))
                }
            case .band, .date: break
            }
        }
        return (1...plain).map { column.type == .text ? "made-up text \($0)" : "made-up-\($0)" }
    }

    /// Between the bounds of conditions; without any, in the ten years before the agreement is valid.
    private func date(_ numbers: inout ExampleNumbers) -> FieldValue? {
        let span = 3_650
        var (first, last): (CalendarDate?, CalendarDate?) = (nil, nil)
        for case .dates(let from, let until) in conditions.map(\.test) {
            first = [first, from].compactMap { $0 }.max()
            last = [last, until].compactMap { $0 }.min()
        }
        let end = last ?? max(agreement.validFrom, first?.adding(days: span) ?? agreement.validFrom)
        let start = first ?? end.adding(days: -span)
        return .date(min(end, start.adding(days: numbers.below(max(1, min(span, Self.days(start, end)))))))
    }

    /// About how many days lie between two.
    private static func days(_ first: CalendarDate, _ last: CalendarDate) -> Int {
        (last.year - first.year) * 366 + (last.month - first.month) * 31 + last.day - first.day
    }

    /// Between the bounds of conditions; without any, beyond both limits of a cut, years, or 0 to 99.
    private func integer(_ numbers: inout ExampleNumbers) -> Int64 {
        var (first, last): (Int64?, Int64?) = (nil, nil)
        for case .integers(let from, let until) in conditions.map(\.test) {
            first = [first, from].compactMap { $0 }.max()
            last = [last, until].compactMap { $0 }.min()
        }
        let cut = agreement.disclosure.cuts.first { $0.column == reference }
        let usual: ClosedRange<Int64> =
            isYear ? Int64(agreement.validFrom.year - 10)...Int64(agreement.validFrom.year) : 0...99
        let low = first ?? Self.whole(cut?.bottom, plus: -5) ?? min(usual.lowerBound, last ?? usual.lowerBound)
        let high = last ?? Self.whole(cut?.top, plus: 5) ?? max(usual.upperBound, low)
        var width: Int64 = 1
        if case .round(let step) = column.derivation { width = Int64(step) }
        let (distance, overflow) = high.subtractingReportingOverflow(low)
        let most = overflow ? Int64(9_999) : max(0, distance)
        // Wide enough that a number that is rounded is not always the same.
        let (stretched, tooWide) = width.multipliedReportingOverflow(by: 100)
        let range = last == nil && cut == nil && !isYear && !tooWide ? max(most, width > 1 ? stretched : most) : most
        let offset = Int64(numbers.below(Int(min(range, 1 << 40)) + 1))
        let (sum, isBeyond) = low.addingReportingOverflow(offset)
        return isBeyond ? low : sum
    }

    private static func whole(_ limit: FieldValue?, plus more: Int64) -> Int64? {
        let number: Int64? =
            switch limit {
            case .integer(let number): number
            case .decimal(let decimal): Int64(decimal.digits.prefix { $0 != "." })
            default: nil
            }
        guard let (sum, overflow) = number?.addingReportingOverflow(more) else { return nil }
        return overflow ? nil : sum
    }
}
