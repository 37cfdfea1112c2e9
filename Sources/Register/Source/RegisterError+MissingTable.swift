internal import StrictYAML

extension RegisterError.Kind {
    private static let mostNamesShown = 5

    /// A table that is not there: with the name that was probably meant, or else some that are there.
    static func missingTable(_ name: String, among names: [String]) -> RegisterError.Kind {
        let near = NearName.of(name, among: names)
        return .missingTable(
            name: name, suggestion: near, others: near == nil ? Array(names.prefix(mostNamesShown)) : [])
    }
}
