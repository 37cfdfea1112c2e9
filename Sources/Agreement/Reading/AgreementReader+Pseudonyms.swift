internal import StrictYAML
internal import Values

extension AgreementReader {
    /// For how long pseudonyms last, and who keeps the keys that they follow from. [P-80]
    func readPseudonyms(
        release: ReleaseMode?, _ keys: [MatchKey]?, _ participants: ParticipantList
    ) -> PseudonymScope? {
        guard let scope: Located<Scope> = root.choice("pseudonyms", standard: Scope.round) else { return nil }
        guard scope.value == .study else {
            if root.has("pseudonym_holders") {
                root.fail(
                    "pseudonym_holders",
                    "Only pseudonyms that last have holders. Remove this line, or write 'pseudonyms: study'.")
            }
            return .round
        }
        if release == ReleaseMode.none {
            mistakes.add(
                scope.place, scope.path, "With 'release: none' there are no pseudonyms. Write round, or remove it.")
        }
        if let keys, !keys.contains(where: { $0.content == .identityCode }) {
            mistakes.add(
                scope.place, scope.path,
                "Pseudonyms that last follow from identity codes. Add identity_code to 'match_keys', or write round.")
        }
        return readHolders(participants).map { .study(holders: $0) }
    }

    private enum Scope: String, CaseIterable { case round, study }

    private func readHolders(_ participants: ParticipantList) -> [ParticipantID]? {
        let what = "ids of the authorities and mixers that keep a study key"
        guard
            let names = root.identifiers(
                "pseudonym_holders", .party, limit: AgreementLimits.ringNodes.upperBound, isRequired: true, what)
        else { return nil }
        var isRight = true
        for name in names {
            guard let entry = participants.entry(name.value) else {
                mistakes.add(
                    name.place, name.path,
                    "No participant has the id \(name.value)\(NearName.hint(name.value, among: participants.ids)). "
                        + "Write the id of an authority or a mixer.")
                isRight = false
                continue
            }
            if let role = entry.role, role.value != .authority, role.value != .mixer {
                mistakes.add(
                    name.place, name.path,
                    "\(name.value) has the role \(role.value.rawValue). Only authorities and mixers keep a study key.")
                isRight = false
            }
        }
        if names.count < AgreementLimits.leastPseudonymHolders {
            root.fail(
                "pseudonym_holders",
                "One holder and the research environment could compute everybody's pseudonym. "
                    + "Name two at least.")
            isRight = false
        }
        return isRight ? names.map(\.value) : nil
    }
}
