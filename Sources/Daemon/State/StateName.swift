public import Values

/// The name of a value in the sealed state. Every name that a program uses is made here, so that no two mean the same.
///
/// `/`-separated components of A–Z a–z 0–9 `_` `-` `.`, 180 bytes at most, no component beginning with a dot.
public struct StateName: Sendable, Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    // MARK: A round's, destroyed with its keys

    /// The round's secrets of a node or of the research environment.
    public static func secrets(of round: RoundID) -> StateName { StateName("rounds/\(round)/secrets") }
    /// The key of a node's declared lists.
    public static func listKey(of round: RoundID) -> StateName { StateName("rounds/\(round)/list-key") }
    /// How far the board was seen.
    public static func head(of round: RoundID) -> StateName { StateName("rounds/\(round)/head") }
    /// After which the round's keys are destroyed.
    public static func deadline(of round: RoundID) -> StateName { StateName("rounds/\(round)/deadline") }
    /// Attempts at storing a stream.
    public static func attempts(of round: RoundID, batch: String, stage: String) -> StateName {
        StateName("rounds/\(round)/attempts/\(batch).\(stage)")
    }

    /// The step of it that other machines compute, with its keys.
    public static func step(of round: RoundID) -> StateName { StateName("rounds/\(round)/step") }

    // MARK: A round's, at the coordinator

    /// Why the operator aborted it.
    public static func abortReason(of round: RoundID) -> StateName { StateName("rounds/\(round)/abort-reason") }
    /// What matching found.
    public static func counts(of round: RoundID) -> StateName { StateName("rounds/\(round)/counts") }
    /// The noise drawn for its counts.
    public static func noise(of round: RoundID) -> StateName { StateName("rounds/\(round)/noise") }
    /// When it was first seen to have ended.
    public static func ended(_ round: RoundID) -> StateName { StateName("rounds/\(round)/ended") }
    /// That its streams were deleted.
    public static func cleared(_ round: RoundID) -> StateName { StateName("rounds/\(round)/cleared") }

    // MARK: Longer than a round

    /// That this participant's part in the round is over.
    public static func over(_ round: RoundID) -> StateName { StateName("over/\(round)") }
    /// The latest deadline among rounds of which it was forgotten that they are over.
    public static let overUntil = StateName("over-until")
    /// How far the operations log was seen: it goes on from there or was cut.
    public static let operationsLog = StateName("operations-log")
    /// Rounds of the agreement that were spent.
    public static func roundsSpent(of agreement: AgreementID) -> StateName {
        StateName("agreements/\(agreement)/rounds")
    }
    /// Which amendment has taken the agreement's place.
    public static func amendment(of agreement: AgreementID) -> StateName {
        StateName("agreements/\(agreement)/amended-by")
    }
    /// What participants said of themselves before a round of the agreement.
    public static func readiness(of agreement: AgreementID) -> StateName { StateName("readiness/\(agreement)") }
    /// Which round was looked at under this number of the agreement.
    public static func opening(_ number: Int, of agreement: AgreementID) -> StateName {
        StateName("openings/\(agreement)/\(number)")
    }
    /// That everything here was restored from a backup.
    public static let restored = StateName("restored")
    /// What the study's noisy counts have cost.
    public static func countsSpent(study: String) -> StateName { StateName("studies/\(study)/counts-spent") }
    /// A holder's key of a study whose pseudonyms last.
    public static func studyKey(_ study: String) -> StateName { StateName("studies/\(study)/study-key") }
    /// The study keys that its holders have shown; not secret.
    public static func studyKeysSeen(_ study: String) -> StateName { StateName("studies/\(study)/study-keys-seen") }
    /// The key that pseudonyms are made with which last for the study.
    public static func lastingPseudonymKey(study: String) -> StateName {
        StateName("studies/\(study)/lasting-pseudonym-key")
    }
    /// The key that the study's pseudonyms are made with.
    public static func pseudonymKey(study: String) -> StateName { StateName("studies/\(study)/pseudonym-key") }
}

/// The names that begin alike.
public struct StatePrefix: Sendable, Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    /// Of all rounds' values; `StateName.round` tells whose one is.
    public static let rounds = StatePrefix("rounds/")
    public static let over = StatePrefix("over/")
    public static let readiness = StatePrefix("readiness/")
    static let all = StatePrefix("")
    /// Of everything that is destroyed with the round's keys.
    public static func round(_ round: RoundID) -> StatePrefix { StatePrefix("rounds/\(round)/") }
    public static func attempts(of round: RoundID) -> StatePrefix { StatePrefix("rounds/\(round)/attempts/") }
}

extension StateName {
    /// The round whose value it is; nil for a name that lasts longer than a round.
    public var round: RoundID? {
        guard text.hasPrefix(StatePrefix.rounds.text) else { return nil }
        return RoundID(hex: text.dropFirst(StatePrefix.rounds.text.utf8.count).prefix(64))
    }

    /// The agreement about which this is what participants said of themselves; nil for any other name.
    public var readinessAgreement: AgreementID? {
        guard text.hasPrefix(StatePrefix.readiness.text) else { return nil }
        return AgreementID(hex: text.dropFirst(StatePrefix.readiness.text.utf8.count))
    }

    // MARK: Files

    static let maxByteCount = 180
    static let suffix = ".sealed"

    static func isAllowed(_ name: some StringProtocol) -> Bool {
        guard name.utf8.count <= maxByteCount else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, first != UInt8(ascii: ".") else { return false }
            return part.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        }
    }

    /// `/` becomes `~`, which names don't contain.
    static func fileName(_ name: String) -> String {
        String(name.map { $0 == "/" ? "~" : $0 }) + suffix
    }
}
