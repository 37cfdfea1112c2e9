public import Crypto
internal import Foundation
public import PSIProtocol
public import Values

/// What a participant keeps of the keys of a study whose pseudonyms last: those that its holders have shown, so that
/// others are refused, and, a holder itself, its own. [P-80]
public struct StudyKeys: Sendable {
    private let study: String
    private let state: SealedState

    /// - Parameter study: its id.
    public init(of study: String, in state: SealedState) {
        self.study = study
        self.state = state
    }

    // MARK: Those of all holders

    /// S_j by holder, 32 bytes each; none before the first round.
    public func seen() throws -> [ParticipantID: [UInt8]] {
        guard let bytes = try state.get(.studyKeysSeen(study)) else { return [:] }
        guard let texts = try? JSONDecoder().decode([ParticipantID: HexBytes].self, from: Data(bytes)) else {
            throw StudyKeyError.unreadable(study: study)
        }
        return texts.mapValues(\.bytes)
    }

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
        try state.put(.studyKeysSeen(study), Array(try encoder.encode(all.mapValues { HexBytes($0) })))
    }

    // MARK: A holder's own

    /// s_j, made and sealed when it is first asked for.
    ///
    /// - Throws: `StudyKeyError.lost` where earlier rounds had one of this holder that is not here any more.
    public func own(_ me: ParticipantID) throws -> SymmetricKey {
        let known = try seen()[me]
        if let key = try state.secret(.studyKey(study))?.key {
            guard key.bitCount == 8 * StudyKey.byteCount, known == nil || StudyKey.point(of: key) == known else {
                throw StudyKeyError.lost(study: study)
            }
            return key
        }
        guard known == nil else { throw StudyKeyError.lost(study: study) }
        let fresh = StudyKey.random()
        try fresh.withUnsafeBytes { try state.put(.studyKey(study), contentsOf: $0) }
        return fresh
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
        guard let last, today > last, state.contains(.studyKey(study)) else { return false }
        try state.remove(.studyKey(study))
        return true
    }
}

/// What is wrong with a study's keys.
public enum StudyKeyError: Error, Equatable, ReportableError {
    /// The holder's own is gone, or another.
    case lost(study: String)
    /// What others have shown cannot be read.
    case unreadable(study: String)

    public var sentence: String {
        switch self {
        case .lost(let study):
            "this participant's study key of \(study) is not here any more: restore it from a backup that was made "
                + "after the study's first round. Without it the study's pseudonyms cannot go on"
        case .unreadable(let study): "the sealed list of study keys of \(study) cannot be read"
        }
    }

    public var exitStatus: ExitStatus { .badData }
}
