internal import Daemon
internal import Dataset
internal import Member
internal import PSIProtocol
internal import Values

/// The pseudonyms of one round, under its study's key.
final class RoundPseudonyms: Sendable {
    private let key: PseudonymKey
    private let round: RoundID

    /// The study's key is made once and kept sealed.
    static func of(_ record: RoundRecord, state: SealedState) throws -> RoundPseudonyms {
        let agreement = record.agreement
        let name: StateName =
            agreement.pseudonyms.isLasting
            ? .lastingPseudonymKey(study: agreement.studyKeyScope) : .pseudonymKey(study: agreement.study.id)
        if let kept = try state.withValue(name, { RoundPseudonyms(keyBytes: $0, round: record.round) }) {
            guard let kept else {
                throw RoundRefusal(.keysLost, "the study's sealed pseudonym key cannot be read")
            }
            return kept
        }
        let fresh = PseudonymKey()
        try fresh.withUnsafeBytes { try state.put(name, contentsOf: $0) }
        return RoundPseudonyms(fresh, round: record.round)
    }

    private init(_ key: consuming PseudonymKey, round: RoundID) {
        self.key = key
        self.round = round
    }

    private convenience init?(keyBytes: UnsafeRawBufferPointer, round: RoundID) {
        guard let key = PseudonymKey(keyBytes) else { return nil }
        self.init(key, round: round)
    }

    /// Of a person in all rounds of the study, from what their study capsule holds: 32 secret bytes.
    func pseudonym(ofElement element: [UInt8]) -> Pseudonym? { Pseudonym(element: element, key: key) }

    /// By which dates are moved in every dataset of the study: 32 secret bytes.
    func dateShiftKey() -> [UInt8] { key.dateShiftKey() }

    /// Nil unless the tag has 16 bytes.
    func pseudonym(of tag: [UInt8]) -> Pseudonym? { Pseudonym(tag: tag, round: round, key: key) }
}
