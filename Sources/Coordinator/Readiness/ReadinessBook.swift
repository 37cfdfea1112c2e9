internal import Daemon
internal import Exchange
internal import Foundation
internal import Values

/// What participants said last of themselves, by agreement, in the sealed state. [P-76]
///
/// One word a participant and agreement, for a day; what is older, or of a time to come, is not believed, and is
/// removed when somebody speaks.
struct ReadinessBook {
    struct Said: Codable, Equatable {
        var word: ReadinessWord
        /// Seconds since 1970, by the coordinator's clock.
        var at: Int64

        func isBelieved(at now: Int64) -> Bool { at <= now && now - at < ReadinessWord.lifetime }
    }

    private let state: SealedState
    private var words: [AgreementID: [ParticipantID: Said]] = [:]

    /// - Throws: `SealedStateError`. A value that cannot be read as one is as if nobody had said anything.
    init(state: SealedState) throws {
        self.state = state
        for name in state.names(.readiness) {
            guard let agreement = name.readinessAgreement, let bytes = try state.get(name) else { continue }
            words[agreement] = (try? JSONDecoder().decode([ParticipantID: Said].self, from: Data(bytes))) ?? [:]
        }
    }

    /// Keeps a word, on the disk before this returns.
    ///
    /// The same word within the least interval changes nothing, so a call can be repeated.
    /// - Throws: `ExchangeRefusal` for another word that comes too soon; `SealedStateError`.
    mutating func keep(
        _ word: ReadinessWord, of participant: ParticipantID, about agreement: AgreementID, now: Int64
    ) throws {
        if let last = words[agreement]?[participant], last.at <= now, now - last.at < ReadinessWord.leastInterval {
            guard last.word != word else { return }
            throw ExchangeRefusal(
                .requestTooSoon, "Say something else at the earliest after \(ReadinessWord.leastInterval) seconds.")
        }
        var kept = (words[agreement] ?? [:]).filter { $0.value.isBelieved(at: now) }
        kept[participant] = Said(word: word, at: now)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try state.put(.readiness(of: agreement), Array(try encoder.encode(kept)))
        words[agreement] = kept
        for (other, said) in words where other != agreement && !said.values.contains(where: { $0.isBelieved(at: now) })
        {
            try state.remove(.readiness(of: other))
            words[other] = nil
        }
    }

    /// What a participant said, if it is still believed.
    func word(of participant: ParticipantID, about agreement: AgreementID, now: Int64) -> Said? {
        words[agreement]?[participant].flatMap { $0.isBelieved(at: now) ? $0 : nil }
    }
}
