internal import StrictYAML
public import Values

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

    /// Whether a column's dates are moved.
    public func moves(_ column: ColumnReference, type: ColumnType) -> Bool {
        type == .date && !except.contains(column)
    }

    /// Years outside of which nothing happened that a register tells of.
    public static let years = 1850...2150

    /// Whether the date is no day but a word for one that is not known or never comes: whoever knows that, and sees it
    /// moved, knows by how much all of the person's dates were moved. Such a date stays as it is.
    public func isNoDay(_ date: CalendarDate) -> Bool {
        !Self.years.contains(date.year) || Self.knownNoDays.contains(date) || noDays.contains(date)
    }

    /// First and last days of calendars, clocks and programs that are nobody's: a day such as 1970-01-01 can be a true
    /// one, and is named by the agreement where it is not.
    static let knownNoDays: Set<CalendarDate> = Set(
        [
            (1850, 1, 1), (1858, 11, 17), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1901, 1, 1), (2037, 12, 31),
            (2038, 1, 19), (2049, 12, 31), (2050, 12, 31), (2079, 6, 6), (2099, 1, 1), (2099, 12, 31), (2100, 1, 1),
            (2100, 12, 31), (2111, 11, 11), (2150, 12, 31),
        ].compactMap { CalendarDate(year: $0.0, month: $0.1, day: $0.2) })
}

extension DateShift: DisclosureForm {
    static let shifts = 1...3650
    static let exceptionLimit = 256
    static let noDayLimit = 64
    static let fields = ["date_shift"]

    static func read(_ section: DisclosureReader) -> [DisclosureRule] {
        guard let value = section.fields.optional("date_shift"),
            let shift = MappingReader(
                value, path: section.fields.path(of: "date_shift"), known: ["days", "except", "no_days"],
                section.mistakes)
        else { return [] }
        let noDays = readNoDays(shift)
        let days = shift.integer("days", shifts)
        let except = section.references("except", in: shift, limit: exceptionLimit)
        guard let days else { return [] }
        return [.dateShift(DateShift(days: days.value, except: except, noDays: noDays))]
    }

    private static func readNoDays(_ shift: MappingReader) -> [CalendarDate] {
        let what = "days that stand for something else, each as YYYY-MM-DD"
        var days: [CalendarDate] = []
        for item in shift.list("no_days", limit: noDayLimit, what) ?? [] {
            guard let text = shift.scalar(item.value, item.path, what) else { continue }
            guard let day = CalendarDate(iso: text.value) else {
                shift.mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) is not a day of the calendar. Write a day as YYYY-MM-DD.")
                continue
            }
            if days.contains(day) {
                shift.mistakes.add(text.place, text.path, "\(day) is in this list twice. Keep one.")
            }
            days.append(day)
        }
        return days
    }

    static func check(_ rules: DisclosureRules, _ section: DisclosureReader) {
        guard let shift = rules.dateShift else { return }
        let moves = { (column: ColumnReference) in shift.moves(column, type: section.type(of: column)) }
        for quasi in rules.anonymity.quasiIdentifiers where moves(quasi.column) {
            section.fields.fail(
                "date_shift",
                "\(quasi.column) is a quasi-identifier and a date that would be moved. Name it under 'except', "
                    + "or take it out of quasi_identifiers.")
        }
        for column in rules.anonymity.sensitive where moves(column) {
            section.fields.fail(
                "date_shift",
                "\(column) is sensitive and would be moved, which only seems to make it differ. Name it under 'except'."
            )
        }
        for cut in rules.cuts where moves(cut.column) {
            section.fields.fail(
                "date_shift", "\(cut.column) is cut and would be moved. Name it under 'except', or remove the cut.")
        }
    }
}
