public import PSIProtocol
public import Values

/// Who calls: whoever holds the key with this pin.
public struct Caller: Sendable, Hashable {
    public let pin: TLSPin

    public init(pin: TLSPin) { self.pin = pin }
}

/// A round as its list shows it.
public struct RoundSummary: Sendable, Equatable {
    public var round: RoundID
    public var agreement: AgreementID
    /// 1 for the agreement's first round.
    public var number: Int
    /// What the coordinator calls the round's state; at most 64 characters.
    public var state: String

    public init(round: RoundID, agreement: AgreementID, number: Int, state: String) {
        self.round = round
        self.agreement = agreement
        self.number = number
        self.state = state
    }
}

/// Decides everything that the HTTPS interface does not: who is who, who may do what, and what entries mean.
///
/// Every method is asked for every request, so what it says takes effect at once. A refusal is sent to the caller as it
/// is: its detail holds nothing that the caller may not know.
public protocol ExchangeDelegate: Sendable {
    /// Whether the pin is that of a participant of an installed agreement or of an operator.
    func knows(_ pin: TLSPin) async -> Bool

    /// Rounds that the caller takes part in and that are not over. When the answer changes, call
    /// `BoardStore.announceRounds`.
    func rounds(for caller: Caller) async throws(ExchangeRefusal) -> [RoundSummary]

    func mayReadBoard(of round: RoundID, caller: Caller) async throws(ExchangeRefusal)

    /// Looks at the streams that an entry names, before `mayAppend` and outside the round's gate, since that may take
    /// as long as reading them. Says nothing of an entry that could not be appended anyway.
    ///
    /// What it finds stays true: a stream that has ended does not change.
    func examineStreams(of entry: [UInt8], in round: RoundID, caller: Caller) async throws(ExchangeRefusal)

    /// Whether the entry may be appended. No other entry of the round is appended between this and the append that
    /// follows.
    func mayAppend(_ entry: [UInt8], to round: RoundID, caller: Caller) async throws(ExchangeRefusal)

    /// Told once after an entry has been appended over the interface; may append itself.
    func didAppend(number: Int, to round: RoundID) async

    /// Whether the caller may write the stream.
    /// - Returns: how much of it may be stored.
    func mayWrite(_ stream: StreamID, of round: RoundID, caller: Caller) async throws(ExchangeRefusal) -> StreamQuota

    /// Told after a new chunk is on the disk.
    func didWrite(_ stream: StreamID, of round: RoundID, status: StreamStatus) async

    func mayRead(_ stream: StreamID, of round: RoundID, caller: Caller) async throws(ExchangeRefusal)

    /// Whether the caller may fetch single cells of the vault, which tells the coordinator their handles.
    /// - Returns: bytes of one cell, handle included.
    func mayReadCells(
        of vault: StreamID, round: RoundID, caller: Caller
    ) async throws(ExchangeRefusal) -> VaultLayout

    /// Takes what a participant says of itself before a round of the agreement. [P-76]
    func take(_ word: ReadinessWord, about agreement: AgreementID, caller: Caller) async throws(ExchangeRefusal)

    // Operators

    func isOperator(_ caller: Caller) async -> Bool

    /// Whether operators carry to and fro what the participant with this pin would ask and say itself. [P-74]
    func isCarried(_ pin: TLSPin) async -> Bool

    /// Opens a round under an agreement that was signed here.
    ///
    /// - Parameter purpose: nil for a round that links.
    func openRound(
        agreement: [UInt8], signatures: [[UInt8]], purpose: RoundPurpose?, caller: Caller
    ) async throws(ExchangeRefusal) -> RoundID

    func allRounds() async throws(ExchangeRefusal) -> [RoundSummary]

    /// A JSON document about the round for its operator.
    func status(of round: RoundID) async throws(ExchangeRefusal) -> [UInt8]

    /// A JSON document about an agreement for its operator: who is ready for a round of it. [P-76]
    func standing(of agreement: AgreementID) async throws(ExchangeRefusal) -> [UInt8]

    func abort(_ round: RoundID, reason: String, caller: Caller) async throws(ExchangeRefusal)

    /// Deletes streams of rounds that have ended.
    func prune(_ asked: PruneRequest, caller: Caller) async throws(ExchangeRefusal) -> [PrunedRound]
}

extension ExchangeDelegate {
    public func isCarried(_ pin: TLSPin) async -> Bool { false }
}
