internal import StrictYAML
internal import Values

extension GeneralisationStep {
    private static let widths = 2...1_000_000_000
    private static let prefixes = 1...64
    private static let stepLimit = 16
    private static let groupingLimit = 8
    private static let valueLimit = 4096
    private static let groupNameLengths = 1...64

    /// Fields of a quasi-identifier that hold its steps.
    enum Kind: String, CaseIterable {
        case bands, dates, prefixes, groups

        /// Of the columns that such steps are for.
        var types: [ColumnType] {
            switch self {
            case .bands: [.integer, .decimal]
            case .dates: [.date]
            case .prefixes, .groups: [.code, .text]
            }
        }

        /// Nil, with a mistake reported, if the field cannot be read.
        func steps(_ item: MappingReader) -> [GeneralisationStep]? {
            switch self {
            case .bands: GeneralisationStep.readBands(item, rawValue)
            case .dates: GeneralisationStep.readDates(item, rawValue)
            case .prefixes: GeneralisationStep.readPrefixes(item, rawValue)
            case .groups: GeneralisationStep.readGroups(item, rawValue)
            }
        }
    }

    private static func readBands(_ item: MappingReader, _ key: String) -> [GeneralisationStep]? {
        guard let read = readNumbers(item, key, widths, "widths of bands, such as [5, 10, 20]") else { return nil }
        for (width, next) in zip(read, read.dropFirst()) where next <= width || !next.isMultiple(of: width) {
            item.fail(key, "\(next) is no multiple of \(width), so its bands would cut the finer ones. Write one.")
            return nil
        }
        return read.map { .band(width: Int64($0)) }
    }

    private static func readPrefixes(_ item: MappingReader, _ key: String) -> [GeneralisationStep]? {
        guard let read = readNumbers(item, key, prefixes, "numbers of characters, such as [3, 2]") else { return nil }
        for (length, next) in zip(read, read.dropFirst()) where next >= length {
            item.fail(key, "\(next) is not coarser than \(length). Write the longest prefix first.")
            return nil
        }
        return read.map { .prefix($0) }
    }

    private static func readNumbers(
        _ item: MappingReader, _ key: String, _ range: ClosedRange<Int>, _ what: String
    ) -> [Int]? {
        guard let items = item.list(key, limit: stepLimit, isRequired: true, what) else { return nil }
        var numbers: [Int] = []
        for entry in items {
            guard let text = item.scalar(entry.value, entry.path, what) else { return nil }
            guard let number = Int(text.value), String(number) == text.value, range.contains(number) else {
                item.mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) does not fit. Write whole numbers from \(range.lowerBound) to "
                        + "\(range.upperBound).")
                return nil
            }
            numbers.append(number)
        }
        guard !numbers.isEmpty else {
            item.fail(key, "This list is empty. Write \(what).")
            return nil
        }
        return numbers
    }

    private static func readDates(_ item: MappingReader, _ key: String) -> [GeneralisationStep]? {
        let words = DateStep.allCases.map(\.rawValue)
        let what = "steps, such as [month, year, ten_years]"
        guard let items = item.list(key, limit: words.count, isRequired: true, what) else { return nil }
        var steps: [Int] = []
        for entry in items {
            guard let text = item.scalar(entry.value, entry.path, what) else { return nil }
            guard let step = words.firstIndex(of: text.value) else {
                item.mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) is no step\(NearName.hint(text.value, among: words)). "
                        + "Write some of \(words.joined(separator: ", ")).")
                return nil
            }
            guard step > steps.last ?? -1 else {
                item.mistakes.add(text.place, text.path, "Write each step once, the finest first.")
                return nil
            }
            steps.append(step)
        }
        guard !steps.isEmpty else {
            item.fail(key, "This list is empty. Write \(what).")
            return nil
        }
        return steps.map { .date(DateStep.allCases[$0]) }
    }

    private static func readGroups(_ item: MappingReader, _ key: String) -> [GeneralisationStep]? {
        let what =
            "steps, each a mapping of groups to lists of their values, such as [{nordic: [SE, NO], baltic: [EE, LV]}]"
        guard let steps = item.list(key, limit: groupingLimit, isRequired: true, what) else { return nil }
        guard !steps.isEmpty else {
            item.fail(key, "This list is empty. Write \(what).")
            return nil
        }
        var read: [GeneralisationStep] = []
        for step in steps {
            guard
                let groups = MappingReader(
                    freeKeys: step.value, path: step.path, meaning: "groups", item.mistakes),
                let groupOf = readGrouping(groups)
            else { return nil }
            read.append(.groups(groupOf))
        }
        return read
    }

    /// One step: by value, the name of its group.
    private static func readGrouping(_ groups: MappingReader) -> [String: String]? {
        var groupOf: [String: String] = [:]
        for entry in groups.entries {
            guard let values = groups.list(entry.key, limit: valueLimit, isRequired: true, "values of the group") else {
                return nil
            }
            let scalars = entry.key.unicodeScalars
            guard groupNameLengths.contains(scalars.count), scalars.allSatisfy(YAMLText.isAllowed) else {
                groups.fail(entry.key, "A group's name has 1 to 64 characters. Write another.")
                return nil
            }
            for value in values {
                guard let text = groups.scalar(value.value, value.path, "a value") else { return nil }
                guard groupOf.updateValue(entry.key, forKey: text.value) == nil else {
                    groups.mistakes.add(
                        text.place, text.path, "\(MappingReader.shown(text.value)) is in two groups. Keep one.")
                    return nil
                }
                guard groupOf.count <= valueLimit else {
                    groups.fail(entry.key, "A step has at most 4,096 values.")
                    return nil
                }
            }
        }
        for (value, group) in groupOf where groupOf[group] != nil && groupOf[group] != group && value != group {
            groups.fail(
                group, "The group \(MappingReader.shown(group)) has the name of another group's value. Rename it.")
            return nil
        }
        return groupOf
    }
}
