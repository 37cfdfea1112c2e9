public import Values

/// Why an agreement cannot take the place of the one that it says it amends. [A-87]
public enum AmendmentError: Error, Sendable, Equatable, CustomStringConvertible {
    case otherStudy(amendment: String, former: String)
    /// Study keys would change hands, and nobody is named who takes them over.
    case otherHolders(expected: [ParticipantID], found: [ParticipantID])
    /// Whoever is said to hand its study key over has none.
    case noHolder(leaver: ParticipantID, holders: [ParticipantID])
    /// Whoever is said to take a study key over has one already.
    case holdsAlready(successor: ParticipantID)
    /// Pseudonyms would begin anew and go on at once, or skip a generation.
    case otherGeneration(expected: Int, found: Int)
    /// Pseudonyms begin anew, and yet somebody takes a key over.
    case newKeys
    /// A participant has other keys, and nothing says why.
    case otherKeys(participant: ParticipantID)
    /// The former signing key has not signed the new keys.
    case notRotated(participant: ParticipantID)
    /// A change of keys is told of, and there is none.
    case sameKeys(participant: ParticipantID)
    /// A change of keys is told of whoever has had none in the study.
    case noFormerKeys(participant: ParticipantID)

    public var description: String {
        switch self {
        case .otherStudy(let amendment, let former):
            "It is of the study \(amendment), and the agreement that it amends of the study \(former). Write the same "
                + "study.id, or remove 'amends'."
        case .otherHolders(let expected, let found):
            "pseudonym_holders has \(found.joined(separator: ", ")), and those who hold the study's keys are "
                + "\(expected.joined(separator: ", ")). Name the same, or say with pseudonym_successors who takes over "
                + "the key of a holder that leaves; or let new pseudonyms begin by the next pseudonym_generation."
        case .noHolder(let leaver, let holders):
            "pseudonym_successors names \(leaver), which holds no study key: holders are "
                + "\(holders.joined(separator: ", "))."
        case .holdsAlready(let successor):
            "pseudonym_successors gives a study key to \(successor), which holds one already. Name somebody else."
        case .otherGeneration(let expected, let found):
            "pseudonym_generation is \(found), and that of the agreement which it amends \(expected). Write "
                + "\(expected), or \(expected + 1) if new pseudonyms are to begin."
        case .newKeys:
            "New pseudonyms begin with this pseudonym_generation, and all their keys are new. Remove "
                + "pseudonym_successors."
        case .otherKeys(let participant):
            "\(participant) has other keys than in the agreement that it amends, and no 'rotated' by which the former "
                + "key signs them. Take the card that \(participant) prints after `keys rotate`; or write "
                + "'key_lost: true' if the former key was lost."
        case .notRotated(let participant):
            "'rotated' of \(participant) is not the former key's signature of these keys. Take the whole card that "
                + "\(participant) prints now, or give back its former keys."
        case .sameKeys(let participant):
            "\(participant) has the same keys as in the agreement that it amends. Remove 'rotated' or 'key_lost'."
        case .noFormerKeys(let participant):
            "\(participant) is not in the agreement that it amends, so it has no former keys there. Remove 'rotated' "
                + "or 'key_lost'."
        }
    }
}

extension Agreement {
    /// That this agreement may amend another one.
    ///
    /// - Parameter formers: the agreement that it amends, the one that this amends, and so on, as far as is known.
    /// - Throws: `AmendmentError`.
    public func checkAmending(_ formers: [Agreement]) throws(AmendmentError) {
        if let other = formers.first(where: { $0.study.id != study.id }) {
            throw .otherStudy(amendment: study.id, former: other.study.id)
        }
        if let former = formers.first { try checkKeys(against: former) }
        // Keys outlast agreements that make no use of them.
        guard pseudonyms.isLasting, let former = formers.first(where: \.pseudonyms.isLasting) else { return }
        switch pseudonymGeneration {
        case former.pseudonymGeneration: try checkSuccessors(of: former.pseudonyms.holders)
        case former.pseudonymGeneration + 1:
            guard pseudonymSuccessors.isEmpty else { throw .newKeys }
        default: throw .otherGeneration(expected: former.pseudonymGeneration, found: pseudonymGeneration)
        }
    }

    /// That each participant has the keys it had, or says by its former key or by everybody's signature that they are
    /// its own. [A-89]
    private func checkKeys(against former: Agreement) throws(AmendmentError) {
        for participant in participants {
            guard let before = former.participant(participant.id) else {
                guard participant.keyChange == nil else { throw .noFormerKeys(participant: participant.id) }
                continue
            }
            if participant.hasKeys(of: before) {
                guard participant.keyChange == nil else { throw .sameKeys(participant: participant.id) }
                continue
            }
            switch participant.keyChange {
            case .lost: break
            case .rotated(let signature):
                guard KeyRotation.isSigned(signature, from: before, to: participant) else {
                    throw .notRotated(participant: participant.id)
                }
            case nil: throw .otherKeys(participant: participant.id)
            }
        }
    }

    private func checkSuccessors(of holders: [ParticipantID]) throws(AmendmentError) {
        var expected = holders
        for change in pseudonymSuccessors {
            guard let index = holders.firstIndex(of: change.leaver) else {
                throw .noHolder(leaver: change.leaver, holders: holders)
            }
            guard !holders.contains(change.successor) else { throw .holdsAlready(successor: change.successor) }
            expected[index] = change.successor
        }
        guard Set(expected) == Set(pseudonyms.holders) else {
            throw .otherHolders(expected: expected, found: pseudonyms.holders)
        }
    }
}
