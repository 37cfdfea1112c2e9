internal import StrictYAML
internal import Values

/// Everything about how people are recognised.
extension AgreementReader {
    struct Matching {
        var scheme: IdentitySchemeID
        var normalisation: NormalisationVersion?
        var fields: [MatchField]
        var keys: [MatchKey]
        var tolerant: TolerantMatching?
    }

    func readMatching() -> Matching? {
        let scheme: Located<IdentitySchemeID>? = root.choice("identity_scheme", standard: IdentitySchemeID.finland)
        let fields = readMatchFields()
        let normalisation = readNormalisation(fields)
        let keys = readMatchKeys(fields ?? [])
        let tolerant = readTolerant(fields ?? [])
        if let fields, let keys, mistakes.mistakes.isEmpty { checkFieldsAreUsed(fields, keys, tolerant) }
        guard let scheme, let fields, let keys else { return nil }
        return Matching(
            scheme: scheme.value, normalisation: normalisation, fields: fields, keys: keys, tolerant: tolerant)
    }

    private func readMatchFields() -> [MatchField]? {
        let what = "fields of a person that match keys are made of, each with name and kind"
        guard let items = root.list("match_fields", limit: AgreementLimits.matchFields, what) else { return nil }
        var fields: [MatchField] = []
        for item in items {
            let known = ["name", "kind"] + DateFieldRules.names
            guard let field = MappingReader(item.value, path: item.path, known: known, mistakes) else { continue }
            let name = field.identifier("name", .name)
            let kind: Located<MatchFieldKind>? = field.choice("kind")
            let dates = readDateRules(field, kind?.value)
            guard let name, let kind, let dates else { continue }
            if fields.contains(where: { $0.name == name.value }) {
                mistakes.add(name.place, name.path, "\(name.value) is in this list twice. Keep one.")
            } else {
                fields.append(MatchField(name: name.value, kind: kind.value, dates: dates))
            }
        }
        return fields.count == items.count ? fields : nil
    }

    /// Two programs must normalise alike, so the agreement says by which rules.
    private func readNormalisation(_ fields: [MatchField]?) -> NormalisationVersion? {
        guard let fields else { return nil }
        if fields.isEmpty {
            if root.has("normalisation") {
                root.fail("normalisation", "There are no match_fields to normalise. Remove this line.")
            }
            return nil
        }
        let version: Located<NormalisationVersion>? = root.choice("normalisation")
        return version?.value
    }

    private func readMatchKeys(_ fields: [MatchField]) -> [MatchKey]? {
        guard root.has("match_keys") else { return [.identityCode] }
        let what = "what identifies a person, such as identity_code"
        guard let items = root.list("match_keys", limit: AgreementLimits.matchKeys, what) else { return nil }
        if items.isEmpty { root.fail("match_keys", "Name at least one match key, such as [identity_code].") }
        var keys: [MatchKey] = []
        for item in items {
            guard let key = readMatchKey(item.value, item.path, fields) else { continue }
            if keys.contains(where: { $0.name == key.name }) {
                mistakes.add(item.value.place, item.path, "\(key.name) is in this list twice. Keep one.")
            } else {
                keys.append(key)
            }
        }
        guard keys.count == items.count else { return nil }
        if keys.contains(where: { $0.content == .formerCode }), !keys.contains(where: { $0.content == .identityCode }) {
            root.fail("match_keys", "former_code is compared with identity_code. Add identity_code before it.")
        }
        return keys
    }

    private func readMatchKey(_ value: YAMLValue, _ path: String, _ fields: [MatchField]) -> MatchKey? {
        if case .scalar(let name, _, let place) = value { return builtIn(name, place, path, valueCount: 1) }
        guard let entry = MappingReader(value, path: path, known: Self.keyFields, mistakes) else { return nil }
        let since = readReplacedSince(entry)
        let name = entry.identifier("name", .name)
        let values = entry.integer("values", AgreementLimits.valuesOfKey, standard: 1)
        guard let name, let values, let since else { return nil }
        guard entry.has("recipe") else {
            return builtIn(
                name.value, name.place, name.path, valueCount: values.value,
                replacedSince: since.isEmpty ? nil : since[0])
        }
        if [MatchKey.identityCode.name, MatchKey.formerCodeName, MatchKey.tolerantName].contains(name.value) {
            mistakes.add(name.place, name.path, "The name \(name.value) has a meaning of its own. Choose another.")
            return nil
        }
        let what = "terms joined by +, such as phonetic(family) + birth"
        guard let text = entry.required("recipe", what).flatMap({ entry.scalar($0, entry.path(of: "recipe"), what) })
        else { return nil }
        do throws(MatchRecipeError) {
            let recipe = try MatchRecipe.parse(text.value, fields: fields)
            if values.value > 1, !recipe.hasSeveralValues {
                mistakes.add(
                    values.place, values.path, "Only a recipe with any( ) gives several values. Remove this field.")
            }
            return MatchKey(name.value, content: .recipe(recipe), valueCount: values.value)
        } catch {
            mistakes.add(text.place, text.path, error.description)
            return nil
        }
    }

    private static let keyFields = ["name", "recipe", "values", "replaced_since"]

    /// From which day on codes have to have been replaced.
    ///
    /// - Returns: nil if there is a mistake, and nothing in the list if nothing is said.
    private func readReplacedSince(_ key: MappingReader) -> [CalendarDate]? {
        guard key.has("replaced_since") else { return [] }
        let name = key.scalar("name", "the key's name")?.value
        if key.has("recipe") || name != MatchKey.formerCodeName {
            key.fail("replaced_since", "Only former_code has it. Remove this line.")
            return nil
        }
        return key.date("replaced_since").map { [$0.value] }
    }

    private func builtIn(
        _ name: String, _ place: YAMLPlace, _ path: String, valueCount: Int, replacedSince: CalendarDate? = nil
    ) -> MatchKey? {
        switch name {
        case MatchKey.identityCode.name:
            if valueCount > 1 { mistakes.add(place, path, "A person has one identity_code. Remove 'values'.") }
            return .identityCode
        case MatchKey.formerCodeName:
            return MatchKey(name, content: .formerCode, valueCount: valueCount, replacedSince: replacedSince)
        default:
            let known = [MatchKey.identityCode.name, MatchKey.formerCodeName]
            mistakes.add(
                place, path,
                "The match key \(MappingReader.shown(name)) is unknown\(NearName.hint(name, among: known)). "
                    + "Write identity_code, former_code, or a key of your own as {name: …, recipe: …}.")
            return nil
        }
    }

    private func checkFieldsAreUsed(_ fields: [MatchField], _ keys: [MatchKey], _ tolerant: TolerantMatching?) {
        var used = Set(tolerant?.features.map(\.field) ?? [])
        for key in keys { if case .recipe(let recipe) = key.content { used.formUnion(recipe.fieldNames) } }
        for field in fields where !used.contains(field.name) {
            root.fail("match_fields", "No match key needs \(field.name). Remove it: what is not needed is not used.")
        }
    }

    // MARK: Registers

    /// The fields that a register has; all of the agreement's unless it says.
    func readOwnMatchFields(_ register: MappingReader, _ fields: [MatchField]?) -> [String]? {
        guard let fields else { return nil }
        guard register.has("match_fields") else { return fields.map(\.name) }
        let what = "names of the match fields that the register has"
        guard let names = register.identifiers("match_fields", .name, limit: AgreementLimits.matchFields, what) else {
            return nil
        }
        let known = fields.map(\.name)
        for name in names where !known.contains(name.value) {
            mistakes.add(
                name.place, name.path,
                "No match field has the name \(name.value)\(NearName.hint(name.value, among: known)). "
                    + "Write the name of one under 'match_fields'.")
        }
        let wanted = Set(names.map(\.value))
        return known.filter(wanted.contains)
    }

    func readQuality(_ register: MappingReader, _ columns: [ColumnDeclaration]?) -> QualityColumns? {
        guard let value = register.optional("quality") else { return QualityColumns() }
        guard let columns,
            let fields = MappingReader(value, path: register.path(of: "quality"), known: ["year", "group"], mistakes)
        else { return nil }
        func column(_ key: String, _ types: [ColumnType]) -> String? {
            guard fields.has(key), let name = fields.identifier(key, .name) else { return nil }
            let fitting = columns.filter { types.contains($0.type) }.map(\.name)
            guard fitting.contains(name.value) else {
                let kinds = types.map(\.rawValue).joined(separator: " or ")
                mistakes.add(
                    name.place, name.path,
                    "\(name.value) is no column of the register of type \(kinds)"
                        + "\(NearName.hint(name.value, among: fitting)). Write the name of one.")
                return nil
            }
            return name.value
        }
        return QualityColumns(year: column("year", [.date, .integer]), group: column("group", [.code, .boolean]))
    }
}
