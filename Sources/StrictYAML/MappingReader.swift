public import Values

/// A value and where the file has it.
public struct Located<Value> {
    public var value: Value
    public var place: YAMLPlace
    public var path: String

    public init(value: Value, place: YAMLPlace, path: String) {
        self.value = value
        self.place = place
        self.path = path
    }
}

/// Reads the fields of one mapping by name and type. Every mistake goes to the collector and reading goes on; a field
/// that cannot be read gives nil.
public struct MappingReader {
    public let path: String
    public let place: YAMLPlace
    public let mistakes: MistakeCollector
    private let fields: [String: YAMLEntry]
    private let rule: ScalarRule

    /// Nil, with a mistake reported, unless the value is a mapping. Fields not in `known` are mistakes.
    public init?(_ value: YAMLValue, path: String, known: [String], _ mistakes: MistakeCollector) {
        guard case .mapping(let entries, let place) = value else {
            mistakes.add(value.place, path, "Write fields here, one a line: \(known.joined(separator: ", ")).")
            return nil
        }
        self.init(entries, place, path: path, .text, mistakes)
        refuseUnknown(known: known)
    }

    /// A mapping whose keys the file chooses (see `entries`), or whose known fields are told later by `refuseUnknown`.
    public init?(
        freeKeys value: YAMLValue, path: String, meaning: String, rule: ScalarRule = .text, _ mistakes: MistakeCollector
    ) {
        guard case .mapping(let entries, let place) = value else {
            mistakes.add(value.place, path, "Write \(meaning) here, one a line.")
            return nil
        }
        self.init(entries, place, path: path, rule, mistakes)
    }

    private init(
        _ entries: [YAMLEntry], _ place: YAMLPlace, path: String, _ rule: ScalarRule, _ mistakes: MistakeCollector
    ) {
        self.path = path
        self.rule = rule
        self.place = place
        self.mistakes = mistakes
        var fields: [String: YAMLEntry] = [:]
        for entry in entries {
            if let first = fields[entry.key] {
                mistakes.add(
                    entry.place, Self.join(path, Self.shownKey(entry.key)),
                    "This field is there twice; the first is on line \(first.place.line). Keep one.")
            } else {
                fields[entry.key] = entry
            }
        }
        self.fields = fields
    }

    /// Reports the fields that are neither known nor in `told`, which have been reported already.
    func refuseUnknown(known: [String], told: Set<String> = []) {
        for entry in entries where !known.contains(entry.key) && !told.contains(entry.key) {
            let fieldPath = Self.join(path, Self.shownKey(entry.key))
            if entry.key == "<<" {
                mistakes.add(entry.place, fieldPath, "Merge keys are not used here. Write the fields out.")
            } else {
                let near = NearName.of(entry.key, among: known)
                mistakes.add(
                    entry.place, fieldPath,
                    near.map { "This field is unknown; did you mean \($0)?" }
                        ?? "This field is unknown. The fields here are: \(known.joined(separator: ", ")).")
            }
        }
    }

    /// The fields present, in the file's order.
    public var entries: [YAMLEntry] {
        fields.values.sorted { ($0.place.line, $0.place.column ?? 0) < ($1.place.line, $1.place.column ?? 0) }
    }

    public func has(_ key: String) -> Bool { fields[key] != nil }

    /// Where the field is named, or the mapping begins if the field is absent.
    public func place(of key: String) -> YAMLPlace { fields[key]?.place ?? place }

    public func path(of key: String) -> String { Self.join(path, key) }

    public func fail(_ key: String, _ reason: String) { mistakes.add(place(of: key), path(of: key), reason) }

    // MARK: Values

    /// The field's node; its absence is a mistake.
    public func required(_ key: String, _ what: String) -> YAMLValue? {
        if fields[key] == nil { mistakes.add(place, path(of: key), "This field is missing. Write \(what).") }
        return fields[key]?.value
    }

    public func optional(_ key: String) -> YAMLValue? { fields[key]?.value }

    /// A field that must be there and hold text of 1…`limit` characters on one line, or on several if `paragraphs`.
    public func text(_ key: String, _ what: String, limit: Int, paragraphs: Bool = false) -> Located<String>? {
        guard let scalar = scalar(key, what) else { return nil }
        var text = scalar.value
        while text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
        let scalars = text.unicodeScalars
        if scalars.allSatisfy({ $0.properties.isWhitespace }) {
            mistakes.add(scalar.place, scalar.path, "This field is empty. Write \(what).")
        } else if scalars.count > limit {
            mistakes.add(scalar.place, scalar.path, "This text is longer than \(limit) characters. Shorten it.")
        } else if !paragraphs, scalars.contains("\n") {
            mistakes.add(scalar.place, scalar.path, "This text must be on one line.")
        } else if !scalars.allSatisfy({ $0 == "\n" || YAMLText.isAllowed($0) }) {
            mistakes.add(scalar.place, scalar.path, "This text holds an invisible character. Remove it.")
        } else if scalars.first?.properties.isWhitespace == true || scalars.last?.properties.isWhitespace == true {
            mistakes.add(scalar.place, scalar.path, "This text begins or ends with a space. Remove it.")
        } else {
            return Located(value: text, place: scalar.place, path: scalar.path)
        }
        return nil
    }

    /// A scalar as it is written, of any length.
    public func scalar(_ value: YAMLValue, _ path: String, _ what: String) -> Located<String>? {
        guard case .scalar(let text, _, let place) = value else {
            mistakes.add(value.place, path, "Write \(what) here, not a list or further fields.")
            return nil
        }
        if rule == .typed, value.isNull {
            mistakes.add(place, path, "This field is empty. Write \(what).")
            return nil
        }
        return Located(value: text, place: place, path: path)
    }

    /// The scalar of a field that must be there.
    public func scalar(_ key: String, _ what: String) -> Located<String>? {
        required(key, what).flatMap { scalar($0, path(of: key), what) }
    }

    /// The scalar of a number or a flag that must be there.
    private func typed(_ key: String, _ what: String) -> Located<String>? {
        guard let value = required(key, what), let scalar = scalar(value, path(of: key), what) else { return nil }
        if rule == .typed, case .scalar(_, plain: false, _) = value {
            mistakes.add(
                scalar.place, scalar.path,
                "The quotes make a text of \(Self.shown(scalar.value)). Write \(what), without quotes.")
            return nil
        }
        return scalar
    }

    /// What `parse` makes of the text of a field that must be there.
    public func value<Value>(_ key: String, _ what: String, _ parse: (String) -> Value?) -> Value? {
        guard let scalar = scalar(key, what) else { return nil }
        if let value = parse(scalar.value) { return value }
        mistakes.add(scalar.place, scalar.path, "\(Self.shown(scalar.value)) does not fit. Write \(what).")
        return nil
    }

    /// A whole number in `range`, in decimal digits; `standard` when the field is absent, nil `standard` requires it.
    public func integer(_ key: String, _ range: ClosedRange<Int>, standard: Int? = nil) -> Located<Int>? {
        let isOne = range.lowerBound == range.upperBound
        let what = isOne ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        if !has(key), let standard { return Located(value: standard, place: place, path: path(of: key)) }
        guard let scalar = typed(key, what) else { return nil }
        let digits = Array(scalar.value.utf8)
        let isPlainNumber =
            (1...18).contains(digits.count) && digits.allSatisfy { (48...57).contains($0) }
            && (digits.count == 1 || digits[0] != 48)
        guard isPlainNumber, let number = Int(scalar.value), range.contains(number) else {
            mistakes.add(
                scalar.place, scalar.path,
                "\(Self.shown(scalar.value)) does not fit. Write \(what)\(isOne ? "" : ", digits only").")
            return nil
        }
        return Located(value: number, place: scalar.place, path: scalar.path)
    }

    /// A decimal number in `range` that must be there; `meaning` goes on after the range.
    public func decimal(_ key: String, _ range: ClosedRange<Billionths>, _ meaning: String) -> Billionths? {
        let what = "a decimal number from \(range.lowerBound) to \(range.upperBound), \(meaning)"
        guard let scalar = typed(key, what) else { return nil }
        guard let number = Billionths(decimal: scalar.value), range.contains(number) else {
            mistakes.add(
                scalar.place, scalar.path,
                "\(Self.shown(scalar.value)) is not allowed here. Write \(what), with at most nine decimals.")
            return nil
        }
        return number
    }

    /// One of the words of an enumeration; `standard` when the field is absent, nil `standard` requires it.
    public func choice<Choice>(_ key: String, standard: Choice? = nil) -> Located<Choice>?
    where Choice: RawRepresentable<String> & CaseIterable {
        let words = Choice.allCases.map(\.rawValue)
        let what = words.count == 1 ? words[0] : "one of \(words.joined(separator: ", "))"
        if !has(key), let standard { return Located(value: standard, place: place, path: path(of: key)) }
        guard let scalar = scalar(key, what) else { return nil }
        guard let choice = Choice(rawValue: scalar.value) else {
            mistakes.add(
                scalar.place, scalar.path,
                "\(Self.shown(scalar.value)) is not allowed here\(NearName.hint(scalar.value, among: words)). "
                    + "Write \(what)."
            )
            return nil
        }
        return Located(value: choice, place: scalar.place, path: scalar.path)
    }

    /// `true` or `false`, nothing else; `standard` when the field is absent.
    public func flag(_ key: String, standard: Bool) -> Bool? {
        guard has(key) else { return standard }
        guard let scalar = typed(key, "true or false") else { return nil }
        guard scalar.value == "true" || scalar.value == "false" else {
            mistakes.add(
                scalar.place, scalar.path, "\(Self.shown(scalar.value)) is not allowed here. Write true or false.")
            return nil
        }
        return scalar.value == "true"
    }

    /// A day, `YYYY-MM-DD`.
    public func date(_ key: String) -> Located<CalendarDate>? {
        let what = "a day as YYYY-MM-DD"
        guard let scalar = scalar(key, what) else { return nil }
        guard let date = CalendarDate(iso: scalar.value) else {
            mistakes.add(
                scalar.place, scalar.path,
                "\(Self.shown(scalar.value)) is not a day of the calendar. Write \(what), such as 2026-01-31.")
            return nil
        }
        return Located(value: date, place: scalar.place, path: scalar.path)
    }

    /// An identifier of the form; absence is a mistake.
    public func identifier(_ key: String, _ form: IdentifierForm) -> Located<String>? {
        scalar(key, form.rule).flatMap { checked($0, form) }
    }

    /// The text if it has the form.
    public func checked(_ text: Located<String>, _ form: IdentifierForm) -> Located<String>? {
        if form.allows(text.value) { return text }
        mistakes.add(text.place, text.path, "\(Self.shown(text.value)) does not fit. Write \(form.rule).")
        return nil
    }

    /// The items of a list of `least` to `limit`, with their paths. An absent field is the empty list, or a mistake if
    /// `isRequired`.
    public func list(_ key: String, least: Int = 0, limit: Int, isRequired: Bool = false, _ what: String) -> [(
        value: YAMLValue, path: String
    )]? {
        guard let value = isRequired ? required(key, what) : optional(key) else { return isRequired ? nil : [] }
        guard case .list(let items, let place) = value else {
            mistakes.add(value.place, path(of: key), "Write a list here: \(what); [] is the empty list.")
            return nil
        }
        guard items.count <= limit else {
            mistakes.add(place, path(of: key), "This list has \(items.count) items; at most \(limit) are allowed.")
            return nil
        }
        guard items.count >= least else {
            mistakes.add(place, path(of: key), "This list has \(items.count) items. Write at least \(least).")
            return nil
        }
        return items.enumerated().map { ($1, "\(path(of: key))[\($0)]") }
    }

    /// A list of identifiers, each once.
    public func identifiers(
        _ key: String, _ form: IdentifierForm, limit: Int, isRequired: Bool = false, _ what: String
    ) -> [Located<String>]? {
        guard let items = list(key, limit: limit, isRequired: isRequired, what) else { return nil }
        var found: [Located<String>] = []
        for item in items {
            guard let scalar = scalar(item.value, item.path, form.rule), let name = checked(scalar, form) else {
                continue
            }
            if found.contains(where: { $0.value == name.value }) {
                mistakes.add(name.place, name.path, "\(name.value) is in this list twice. Keep one.")
            } else {
                found.append(name)
            }
        }
        return found.count == items.count ? found : nil
    }

    private static func join(_ path: String, _ key: String) -> String {
        let key = key.unicodeScalars.allSatisfy(YAMLText.isAllowed) ? key : shown(key)
        return path.isEmpty ? key : "\(path).\(key)"
    }

    /// An unknown key in a path: bare if it looks like a field's name.
    private static func shownKey(_ key: String) -> String {
        key == "<<" || IdentifierForm.name.allows(key) ? key : shown(key)
    }

    /// The writer's own words in a message: shortened, on one line, between quotes.
    public static func shown(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let cut = scalars.prefix(40).map { YAMLText.isAllowed($0) ? Character($0) : " " }
        return "'" + String(cut) + (scalars.count > 40 ? "…'" : "'")
    }
}
