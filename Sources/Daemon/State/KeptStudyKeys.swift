internal import Agreement
internal import Crypto
internal import Foundation
internal import PSIProtocol
internal import Values

/// What is kept of a study's keys, read by whoever has the state open, or beside a daemon. [P-80]
struct KeptStudyKeys {
    let scope: String
    let state: any StateReading

    /// S_j by holder, 32 bytes each; none before the first round.
    func seen() throws -> [ParticipantID: [UInt8]] {
        guard let bytes = try state.get(.studyKeysSeen(scope)) else { return [:] }
        guard let texts = try? JSONDecoder().decode([ParticipantID: HexBytes].self, from: Data(bytes)) else {
            throw StudyKeyError.unreadable(study: scope)
        }
        return texts.mapValues(\.bytes)
    }

    /// The same for rounds of an agreement: whoever has taken a key over has that of who handed it on. [P-85]
    func known(in chain: AgreementChain) throws -> [ParticipantID: [UInt8]] {
        var known = try seen()
        for agreement in chain.members.reversed().map(\.agreement) where agreement.studyKeyScope == scope {
            let before = known
            for change in agreement.pseudonymSuccessors {
                if let point = before[change.leaver] { known[change.successor] = point }
            }
        }
        return known
    }

    /// This participant's own s_j, if it is here.
    func own() throws -> SymmetricKey? {
        guard let key = try state.secret(.studyKey(scope))?.key else { return nil }
        guard key.bitCount == 8 * StudyKey.byteCount else { throw StudyKeyError.lost(study: scope) }
        return key
    }

    /// What keeps a holder from rounds: earlier ones had a key of it that is not here any more, or somebody else's was
    /// to be taken over. Nil where it is here, or is made when a round first needs it.
    func obstacle(to me: ParticipantID, in chain: AgreementChain) throws -> StudyKeyError? {
        let leaver = leaver(before: me, in: chain)
        let missing = leaver.map { StudyKeyError.notTaken(study: scope, leaver: $0) } ?? .lost(study: scope)
        let known = try known(in: chain)[me]
        if let key = try own() { return known == nil || StudyKey.point(of: key) == known ? nil : missing }
        // Whoever takes a key over never makes one.
        return known == nil && leaver == nil ? nil : missing
    }

    /// Whose key this participant was to take over last.
    private func leaver(before me: ParticipantID, in chain: AgreementChain) -> ParticipantID? {
        chain.members.lazy.map(\.agreement).filter { $0.studyKeyScope == scope }
            .flatMap(\.pseudonymSuccessors).first { $0.successor == me }?.leaver
    }
}
