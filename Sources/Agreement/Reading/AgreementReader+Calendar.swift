internal import StrictYAML
internal import Values

extension AgreementReader {
    /// The days of `calendar`, none where the field is absent: ascending, within the agreement's days, and no more than
    /// its rounds.
    func readCalendar(_ valid: (from: CalendarDate, until: CalendarDate)?, rounds: Int?) -> [CalendarDate]? {
        let what = "days on which a round is opened, each as YYYY-MM-DD"
        guard
            let items = root.list(
                "calendar", least: root.has("calendar") ? 1 : 0, limit: AgreementLimits.rounds.upperBound, what)
        else { return nil }
        var days: [CalendarDate] = []
        var isWhole = true
        for item in items {
            guard let text = root.scalar(item.value, item.path, what) else {
                isWhole = false
                continue
            }
            func fail(_ reason: String) {
                mistakes.add(text.place, text.path, reason)
                isWhole = false
            }
            guard let day = CalendarDate(iso: text.value) else {
                fail("\(MappingReader.shown(text.value)) is not a day of the calendar. Write a day as YYYY-MM-DD.")
                continue
            }
            if let last = days.last, day <= last {
                fail("\(day) does not come after \(last). Write the days in order, each once.")
            }
            if let valid, !(valid.from...valid.until).contains(day) {
                fail(
                    "\(day) is not within valid, \(valid.from) to \(valid.until). Write a day on which a round may be "
                        + "opened.")
            }
            days.append(day)
        }
        if let rounds, items.count > rounds {
            root.fail("calendar", "There are \(items.count) days, and rounds_allowed is \(rounds). Write fewer days.")
            isWhole = false
        }
        return isWhole ? days : nil
    }
}
