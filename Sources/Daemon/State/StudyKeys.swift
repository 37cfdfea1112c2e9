public import Agreement
public import Crypto
internal import Foundation
public import PSIProtocol
public import Values

/// What a participant keeps of the keys of a study whose pseudonyms last: those that its holders have shown, so that
/// others are refused, and, a holder itself, its own. [P-80]
public struct StudyKeys: Sendable {
    /// The study's id, and the generation of its pseudonyms if that is not the first.
    private let scope: String
    private let state: SealedState
    private var here: KeptStudyKeys { KeptStudyKeys(scope: scope, state: state) }

    /// - Parameter agreement: any of those whose rounds have the same pseudonyms.
    public init(of agreement: Agreement, in state: SealedState) { self.init(scope: agreement.studyKeyScope, in: state) }

    init(scope: String, in state: SealedState) {
        self.scope = scope
        self.state = state
    }

    // MARK: Those of all holders

    /// S_j by holder, 32 bytes each; none before the first round.
    func seen() throws -> [ParticipantID: [UInt8]] { try here.seen() }

    /// The same for rounds of an agreement: whoever has taken a key over has that of who handed it on. [P-85]
    public func known(in chain: AgreementChain) throws -> [ParticipantID: [UInt8]] { try here.known(in: chain) }

    /// Keeps what a round's holders have revealed, durably. What is known stays as it is.
    public func keep(_ record: RoundRecord) throws {
        if record.agreement.pseudonyms.isLasting { try keep(record.revealedStudyKeys) }
    }

    func keep(_ keys: [ParticipantID: [UInt8]]) throws {
        let before = try seen()
        let all = before.merging(keys) { known, _ in known }
        guard all.count > before.count else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try state.put(.studyKeysSeen(scope), Array(try encoder.encode(all.mapValues { HexBytes($0) })))
    }

    // MARK: A holder's own

    /// s_j, made and sealed when it is first asked for.
    ///
    /// - Throws: `StudyKeyError.lost` where earlier rounds had one of this holder that is not here any more;
    ///   `.notTaken` where somebody else's was to be taken over.
    public func own(_ me: ParticipantID, in chain: AgreementChain) throws -> SymmetricKey {
        if let obstacle = try here.obstacle(to: me, in: chain) { throw obstacle }
        if let key = try here.own() { return key }
        let fresh = StudyKey.random()
        try fresh.withUnsafeBytes { try state.put(.studyKey(scope), contentsOf: $0) }
        return fresh
    }

    /// s_j, for its successor: never one that is made now, or that no round has had.
    ///
    /// - Throws: `StudyKeyError.neverShown`, `.lost`.
    public func toHand(_ me: ParticipantID, in chain: AgreementChain) throws -> SymmetricKey {
        guard let shown = try known(in: chain)[me] else { throw StudyKeyError.neverShown(study: scope) }
        guard let key = try here.own(), StudyKey.point(of: key) == shown else { throw StudyKeyError.lost(study: scope) }
        return key
    }

    /// Keeps a key that was handed over, and what is shown of it from now on.
    ///
    /// - Throws: `StudyKeyError.hasAnother` where this participant has a key of the study.
    public func take(_ key: SymmetricKey, of leaver: ParticipantID) throws {
        if let kept = try here.own() {
            guard kept == key else { throw StudyKeyError.hasAnother(study: scope) }
        } else {
            try key.withUnsafeBytes { try state.put(.studyKey(scope), contentsOf: $0) }
        }
        try keep([leaver: StudyKey.point(of: key)])
    }

    /// Destroys this participant's key now.
    ///
    /// - Returns: whether there was one.
    public func destroyOwn() throws -> Bool {
        guard state.contains(.studyKey(scope)) else { return false }
        try state.remove(.studyKey(scope))
        return true
    }

    /// Destroys this holder's key once no agreement of the study may need it: `retention_days` after the last day of
    /// the one that ends last.
    ///
    /// - Parameter terms: of the study's agreements that were signed here.
    /// - Returns: whether there was a key to destroy.
    public func destroyOwn(
        after terms: [(validUntil: CalendarDate, retentionDays: Int)], today: CalendarDate
    ) throws -> Bool {
        let last = terms.map { $0.validUntil.adding(days: $0.retentionDays) }.max()
        guard let last, today > last else { return false }
        return try destroyOwn()
    }
}

/// What is wrong with a study's keys.
public enum StudyKeyError: Error, Equatable, ReportableError {
    /// The holder's own is gone, or another.
    case lost(study: String)
    /// What others have shown cannot be read.
    case unreadable(study: String)
    /// Another holder's was to be taken over.
    case notTaken(study: String, leaver: ParticipantID)
    /// No round has had it, so that nobody could tell whether it is the right one.
    case neverShown(study: String)
    /// There is one already, and not the one that was handed over.
    case hasAnother(study: String)

    public var sentence: String {
        switch self {
        case .lost(let study):
            "this participant's study key of \(study) is not here any more: restore it from a backup that was made "
                + "after the study's first round. Without it the study's pseudonyms cannot go on"
        case .notTaken(let study, let leaver):
            "the study key of \(study) that \(leaver) hands over is not here: ask \(leaver) for it, and take it with "
                + "`study-key take`"
        case .neverShown(let study):
            "no round has shown this participant's study key of \(study), so nobody needs it: write an agreement with "
                + "the next pseudonym_generation and the new holders"
        case .hasAnother(let study):
            "this participant has another study key of \(study) already: only one that holds none can take one over"
        case .unreadable(let study): "the sealed list of study keys of \(study) cannot be read"
        }
    }

    public var exitStatus: ExitStatus { .badData }
}
