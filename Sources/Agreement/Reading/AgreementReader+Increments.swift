internal import StrictYAML
internal import Values

extension AgreementReader {
    private enum Mode: String, CaseIterable { case replace, append }

    /// How the register's rounds are put together, and by which of its columns.
    func readIncrements(_ fields: MappingReader, _ columns: [ColumnDeclaration]?) -> Increments? {
        let mode: Located<Mode>? = fields.choice("increments", standard: Mode.replace)
        guard let mode else { return nil }
        guard mode.value == .append else {
            if fields.has("period") {
                fields.fail(
                    "period",
                    "Only a register that grows from round to round has a period. Remove this line, or write "
                        + "'increments: append'.")
                return nil
            }
            return .replace
        }
        guard fields.has("period") else { return .append(period: nil) }
        guard let period = fields.identifier("period", .name), let columns else { return nil }
        guard let column = columns.first(where: { $0.name == period.value }) else {
            mistakes.add(
                period.place, period.path,
                "The register has no column \(period.value)"
                    + "\(NearName.hint(period.value, among: columns.map(\.name))). Write the name of one under "
                    + "'columns'."
            )
            return nil
        }
        guard [.integer, .code, .date].contains(column.type), !column.nullable else {
            mistakes.add(
                period.place, period.path,
                "A period is an integer, a code or a date that no row lacks. Name another column.")
            return nil
        }
        return .append(period: period.value)
    }

    /// Rounds are put together by pseudonyms that last.
    func checkIncrements(_ registers: [RegisterDeclaration]?, _ pseudonyms: PseudonymScope?) {
        guard let registers, pseudonyms == .round else { return }
        for register in registers where register.increments != .replace {
            root.fail(
                "registers",
                "The register \(register.id) has 'increments: append', but people have other pseudonyms in every "
                    + "round, so that rounds cannot be put together. Remove it, or write 'pseudonyms: study'.")
        }
    }
}
