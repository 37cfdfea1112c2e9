internal import StrictYAML

/// Reads `tolerant_matching`.
extension AgreementReader {
    private static let tolerantFields = ["tokens", "agree", "bits", "margin", "most_frequent", "groups", "patterns"]

    func readTolerant(_ fields: [MatchField]) -> TolerantMatching? {
        guard let value = root.optional("tolerant_matching"),
            let tolerant = MappingReader(value, path: "tolerant_matching", known: Self.tolerantFields, mistakes)
        else { return nil }
        let tokens = tolerant.integer("tokens", TolerantMatching.tokens)
        let most = tokens?.value ?? TolerantMatching.tokens.upperBound
        let agree = tolerant.integer("agree", 1...most)
        let bits = tolerant.integer("bits", TolerantMatching.bitRange)
        let margin = tolerant.integer("margin", TolerantMatching.bitRange, standard: 1)
        let frequent = tolerant.integer("most_frequent", TolerantMatching.frequencies, standard: 100)
        let groups = readGroups(tolerant, fields)
        let patterns = readPatterns(tolerant, groups)
        guard let tokens, let agree, let bits, let margin, let frequent, let groups, let patterns else { return nil }
        return TolerantMatching(
            tokenCount: tokens.value, agreeCount: agree.value, bits: bits.value, margin: margin.value,
            mostFrequent: frequent.value, groups: groups, patterns: patterns)
    }

    private func readGroups(_ tolerant: MappingReader, _ fields: [MatchField]) -> [FeatureGroup]? {
        let what = "groups of features, each with name and features"
        guard let items = tolerant.list("groups", limit: TolerantMatching.groupLimit, isRequired: true, what) else {
            return nil
        }
        if items.isEmpty { tolerant.fail("groups", "This list is empty. Add at least one: \(what).") }
        var groups: [FeatureGroup] = []
        for item in items {
            guard let group = MappingReader(item.value, path: item.path, known: ["name", "features"], mistakes) else {
                continue
            }
            let name = group.identifier("name", .name)
            let features = group.list(
                "features", limit: TolerantMatching.featuresOfGroup, isRequired: true,
                "what is taken of fields, such as bigrams(family) or 2 parts(birth)")
            guard let name, let features else { continue }
            if features.isEmpty {
                group.fail("features", "This list is empty. Add a feature, such as bigrams(family).")
            }
            let read = features.compactMap { readFeature($0.value, $0.path, fields) }
            guard read.count == features.count else { continue }
            if groups.contains(where: { $0.name == name.value }) {
                mistakes.add(name.place, name.path, "\(name.value) is in this list twice. Keep one.")
            } else {
                groups.append(FeatureGroup(name: name.value, features: read))
            }
        }
        return groups.count == items.count && !groups.isEmpty ? groups : nil
    }

    /// `bigrams(family)`, or with a weight, `3 parts(birth)`.
    private func readFeature(_ value: YAMLValue, _ path: String, _ fields: [MatchField]) -> MatchFeature? {
        let what = "a feature of a field, such as bigrams(family) or 3 parts(birth)"
        guard let text = scalar(value, path, what) else { return nil }
        let parts = text.value.split(separator: " ")
        let weight = parts.count == 2 ? Int(parts[0]) : 1
        guard let call = parts.last, (1...2).contains(parts.count), let weight, (1...8).contains(weight),
            parts.count == 1 || parts[0] == String(weight),
            let open = call.firstIndex(of: "("), call.last == ")",
            let form = FeatureForm(rawValue: String(call[..<open]))
        else {
            let forms = FeatureForm.allCases.map(\.rawValue).joined(separator: ", ")
            mistakes.add(
                text.place, text.path,
                "\(MappingReader.shown(text.value)) is no feature. Write \(what); the forms are \(forms), "
                    + "and a weight is from 1 to 8.")
            return nil
        }
        let name = String(call[call.index(after: open)...].dropLast())
        guard let field = fields.first(where: { $0.name == name }) else {
            mistakes.add(
                text.place, text.path,
                "No match field has the name "
                    + "\(MappingReader.shown(name))\(NearName.hint(name, among: fields.map(\.name))). Write the name "
                    + "of one under 'match_fields'.")
            return nil
        }
        guard form.takesDate == (field.kind == .date) else {
            mistakes.add(
                text.place, text.path,
                form.takesDate
                    ? "\(form.rawValue) needs a field of kind date."
                    : "\(form.rawValue) needs a field of words, not a date.")
            return nil
        }
        return MatchFeature(field: name, form: form, weight: weight)
    }

    /// - Parameter groups: nil if they have mistakes of their own; then it cannot be said whether a name is one of
    ///   theirs.
    private func readPatterns(_ tolerant: MappingReader, _ groups: [FeatureGroup]?) -> [[Int]]? {
        let what = "lists of groups, such as [name, name, birth]"
        guard let items = tolerant.list("patterns", limit: TolerantMatching.patternLimit, isRequired: true, what) else {
            return nil
        }
        if items.isEmpty { tolerant.fail("patterns", "This list is empty. Add at least one: \(what).") }
        var patterns: [[Int]] = []
        for item in items {
            guard case .list(let names, _) = item.value, TolerantMatching.patternLength.contains(names.count) else {
                mistakes.add(
                    item.value.place, item.path,
                    "Write two to eight groups here, such as [name, name, birth]: a token of one would be guessed "
                        + "easily."
                )
                continue
            }
            let indices = names.enumerated().compactMap { index, value -> Int? in
                guard let name = scalar(value, "\(item.path)[\(index)]", "the name of a group") else { return nil }
                guard let groups else { return 0 }
                if let group = groups.firstIndex(where: { $0.name == name.value }) { return group }
                mistakes.add(
                    name.place, name.path,
                    "No group has the name \(MappingReader.shown(name.value))"
                        + "\(NearName.hint(name.value, among: groups.map(\.name))). Write the name of one under "
                        + "'groups'."
                )
                return nil
            }
            if indices.count == names.count { patterns.append(indices) }
        }
        return patterns.count == items.count && !patterns.isEmpty ? patterns : nil
    }

    private func scalar(_ value: YAMLValue, _ path: String, _ what: String) -> Located<String>? {
        root.scalar(value, path, what)
    }
}
