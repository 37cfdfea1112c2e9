internal import StrictYAML
internal import Values

extension AgreementReader {
    /// Which agreement this one amends, if it says so.
    ///
    /// - Returns: nil for a mistake, which is reported.
    func readAmends() -> Located<AgreementID?>? {
        let what = "the id of the agreement whose place this one takes, 64 digits as `agreement show` prints it"
        guard root.has("amends") else {
            return Located(value: nil, place: root.place, path: root.path(of: "amends"))
        }
        guard let text = root.scalar("amends", what) else { return nil }
        guard let id = AgreementID(hex: text.value) else {
            mistakes.add(
                text.place, text.path, "\(MappingReader.shown(text.value)) is no agreement's id. Write \(what).")
            return nil
        }
        return Located(value: id, place: text.place, path: text.path)
    }
}
