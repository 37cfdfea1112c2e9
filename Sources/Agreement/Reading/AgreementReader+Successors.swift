internal import StrictYAML
internal import Values

/// What becomes of lasting pseudonyms when their holders change.
extension AgreementReader {
    private func isOfLasting(_ key: String, _ scope: PseudonymScope?) -> Bool {
        guard root.has(key) else { return true }
        if scope?.isLasting == false {
            root.fail(key, "Only pseudonyms that last have it. Remove this line, or write 'pseudonyms: study'.")
            return false
        }
        return true
    }

    func readGeneration(_ scope: PseudonymScope?) -> Int? {
        guard
            let generation = root.integer("pseudonym_generation", AgreementLimits.pseudonymGenerations, standard: 1),
            isOfLasting("pseudonym_generation", scope)
        else { return nil }
        if generation.value > 1, !root.has("amends") {
            mistakes.add(
                generation.place, generation.path,
                "A study begins with generation 1. Write 1, or say with 'amends' which agreement had the one before.")
            return nil
        }
        return generation.value
    }

    func readSuccessors(_ scope: PseudonymScope?) -> [StudyKeySuccessor]? {
        let key = "pseudonym_successors"
        guard let value = root.optional(key) else { return [] }
        guard isOfLasting(key, scope) else { return nil }
        guard root.has("amends") else {
            root.fail(
                key, "Nobody can take over a key in a study's first agreement. Remove this line, or write 'amends'.")
            return nil
        }
        guard
            let fields = MappingReader(
                freeKeys: value, path: root.path(of: key), meaning: "a holder that leaves and who takes its key over",
                mistakes)
        else { return nil }
        return readSuccessors(fields, holders: scope?.holders ?? [])
    }

    private func readSuccessors(_ fields: MappingReader, holders: [ParticipantID]) -> [StudyKeySuccessor]? {
        var found: [StudyKeySuccessor] = []
        var isRight = true
        for entry in fields.entries.prefix(AgreementLimits.ringNodes.upperBound) {
            func fail(_ reason: String) {
                fields.fail(entry.key, reason)
                isRight = false
            }
            guard IdentifierForm.party.allows(entry.key) else {
                fail("\(MappingReader.shown(entry.key)) is no participant's id. Write \(IdentifierForm.party.rule).")
                continue
            }
            guard let successor = fields.identifier(entry.key, .party) else {
                isRight = false
                continue
            }
            if holders.contains(entry.key) {
                fail("\(entry.key) is among pseudonym_holders, so it keeps its key. Remove one of the two.")
            } else if !holders.contains(successor.value) {
                fail("\(successor.value) is not among pseudonym_holders. Name a holder, or add it there.")
            } else if found.contains(where: { $0.successor == successor.value }) {
                fail("\(successor.value) takes over another key already. Name somebody else.")
            }
            found.append(StudyKeySuccessor(leaver: entry.key, successor: successor.value))
        }
        if fields.entries.isEmpty || fields.entries.count > AgreementLimits.ringNodes.upperBound {
            root.fail("pseudonym_successors", "Write 1 to \(AgreementLimits.ringNodes.upperBound) of them here.")
            isRight = false
        }
        return isRight ? found : nil
    }
}
