internal import StrictYAML
internal import Values

extension AgreementLimits {
    public static let valuesOfColumn = 1_000
    /// Characters of a value that has a label.
    public static let valueLength = 64
    /// Characters of a value's label.
    public static let valueLabelLength = 200
}

/// Reads `values` of a column.
extension AgreementReader {
    /// Empty if the column has none; nil after a mistake.
    ///
    /// - Parameter type: nil if it could not be read; then it is not said whether the values fit it.
    func readValues(_ column: MappingReader, _ type: ColumnType?) -> [ValueLabel]? {
        let meaning = "values and what they mean, such as \"1\": Employed"
        guard let value = column.optional("values") else { return [] }
        let path = column.path(of: "values")
        if let type, type != .code, type != .integer {
            column.fail("values", "Only a column of type code or integer has values with labels. Remove this field.")
            return nil
        }
        guard let fields = MappingReader(freeKeys: value, path: path, meaning: meaning, mistakes) else { return nil }
        let entries = fields.entries
        guard (1...AgreementLimits.valuesOfColumn).contains(entries.count) else {
            column.fail(
                "values", "Write 1 to \(AgreementLimits.valuesOfColumn) values here, or remove the field.")
            return nil
        }
        var labels: [ValueLabel] = []
        var lines: [String: Int] = [:]
        for entry in entries {
            guard isValue(entry, fields, type),
                let label = fields.text(
                    entry.key, "what the value means, in words", limit: AgreementLimits.valueLabelLength)
            else { continue }
            if let line = lines[label.value] {
                mistakes.add(
                    label.place, label.path,
                    "The value on line \(line) has this label too. Give each value a label of its own.")
            } else {
                lines[label.value] = label.place.line
                labels.append(ValueLabel(entry.key, label.value))
            }
        }
        return labels.count == entries.count ? labels : nil
    }

    private func isValue(_ entry: YAMLEntry, _ fields: MappingReader, _ type: ColumnType?) -> Bool {
        let scalars = entry.key.unicodeScalars
        let isText =
            (1...AgreementLimits.valueLength).contains(scalars.count) && scalars.allSatisfy(YAMLText.isAllowed)
            && scalars.first?.properties.isWhitespace == false && scalars.last?.properties.isWhitespace == false
        if type == .integer {
            guard let number = Int64(entry.key), String(number) == entry.key else {
                mistakes.add(
                    entry.place, fields.path, "\(MappingReader.shown(entry.key)) is no integer. Write digits only.")
                return false
            }
        } else if !isText {
            mistakes.add(
                entry.place, fields.path,
                "\(MappingReader.shown(entry.key)) does not fit. Write a code of 1 to \(AgreementLimits.valueLength) "
                    + "characters without spaces at its ends.")
            return false
        }
        return true
    }
}
