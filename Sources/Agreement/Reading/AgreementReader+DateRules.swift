internal import StrictYAML

/// What a match field says of its dates.
extension AgreementReader {
    /// - Parameter kind: nil if it has a mistake of its own.
    /// - Returns: nil if there is a mistake.
    func readDateRules(_ field: MappingReader, _ kind: MatchFieldKind?) -> DateFieldRules? {
        let said = DateFieldRules.names.filter(field.has)
        guard !said.isEmpty else { return DateFieldRules() }
        for name in said {
            if let kind, kind != .date {
                field.fail(name, "Only a field of kind date has it. Remove this line.")
            } else if let profile = saidNormalisation, !profile.hasDateRules {
                field.fail(name, "\(profile.rawValue) does not know it. Remove it, or write normalisation: sidos-3.")
            }
        }
        let firstYear = field.integer(
            "first_year", DateFieldRules.firstYears, standard: DateFieldRules.firstYears.lowerBound)
        guard let days = readDefaultDays(field), let firstYear else { return nil }
        return DateFieldRules(firstYear: firstYear.value, defaultDays: days)
    }

    private func readDefaultDays(_ field: MappingReader) -> [DayOfYear]? {
        guard field.has("default_days") else { return [] }
        let what = "days that stand for an unknown one, each in quotes as \"MM-DD\", such as \"01-01\""
        guard let items = field.list("default_days", least: 1, limit: DateFieldRules.defaultDayLimit, what) else {
            return nil
        }
        var days: [DayOfYear] = []
        for item in items {
            guard let text = field.scalar(item.value, item.path, what) else { continue }
            guard let day = DayOfYear(text.value) else {
                mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) is not a day of any year. Write month and day as \"01-31\".")
                continue
            }
            if days.contains(day) {
                mistakes.add(text.place, text.path, "\(day) is in this list twice. Keep one.")
            } else {
                days.append(day)
            }
        }
        return days.count == items.count ? days : nil
    }

    /// The profile that the agreement names, before anything is said of it; nil if it names none that there is.
    private var saidNormalisation: NormalisationVersion? {
        guard case .scalar(let text, _, _)? = root.optional("normalisation") else { return nil }
        return NormalisationVersion(rawValue: text)
    }
}
