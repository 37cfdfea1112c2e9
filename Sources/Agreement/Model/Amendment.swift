public import Values

/// Why an agreement cannot take the place of the one that it says it amends. [A-87]
public enum AmendmentError: Error, Sendable, Equatable, CustomStringConvertible {
    case otherStudy(amendment: String, former: String)
    /// Study keys would change hands, and nobody is named who takes them over.
    case otherHolders(expected: [ParticipantID], found: [ParticipantID])

    public var description: String {
        switch self {
        case .otherStudy(let amendment, let former):
            "It is of the study \(amendment), and the agreement that it amends of the study \(former). Write the same "
                + "study.id, or remove 'amends'."
        case .otherHolders(let expected, let found):
            "pseudonym_holders has \(found.joined(separator: ", ")), and those who hold the study's keys are "
                + "\(expected.joined(separator: ", ")). Name the same."
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
        // Keys outlast agreements that make no use of them.
        guard pseudonyms.isLasting, let former = formers.first(where: \.pseudonyms.isLasting) else { return }
        let expected = former.pseudonyms.holders
        guard Set(expected) == Set(pseudonyms.holders) else {
            throw .otherHolders(expected: expected, found: pseudonyms.holders)
        }
    }
}
