import Exchange
import PSIProtocol
import Synchronization
import Values

/// Answers as a test sets it, and remembers what it was told.
final class TestDelegate: ExchangeDelegate {
    struct State {
        var pins: Set<TLSPin> = []
        var operators: Set<TLSPin> = []
        /// Those for whom operators may call.
        var carried: Set<TLSPin> = []
        /// Who asked for rounds.
        var callers: [TLSPin] = []
        var rounds: [RoundSummary] = []
        var quota = StreamQuota(byteCount: .max, leastChunkByteCount: 1)
        /// What an entry's streams are refused with.
        var streamRefusal: ExchangeRefusal?
        var cellByteCount = 128
        var partCount = 1
        var openedRound: RoundID?
        /// What every call that can be refused is refused with.
        var refusal: ExchangeRefusal?
        /// What only an append is refused with.
        var appendRefusal: ExchangeRefusal?
        var appended: [Int] = []
        var written: [StreamStatus] = []
        var abortReasons: [String] = []
        var prunes: [PruneRequest] = []
        /// Who said what of which agreement.
        var words: [(pin: TLSPin, word: ReadinessWord, agreement: AgreementID)] = []
        /// What a prune is answered with.
        var pruned: [PrunedRound] = []
    }

    let state = Mutex(State())

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    private func refuseIfAsked() throws(ExchangeRefusal) {
        if let refusal = state.withLock({ $0.refusal }) { throw refusal }
    }

    func knows(_ pin: TLSPin) async -> Bool {
        state.withLock { $0.pins.contains(pin) || $0.operators.contains(pin) }
    }

    func rounds(for caller: Caller) async throws(ExchangeRefusal) -> [RoundSummary] {
        try refuseIfAsked()
        return state.withLock {
            $0.callers.append(caller.pin)
            return $0.rounds
        }
    }

    func isCarried(_ pin: TLSPin) async -> Bool { state.withLock { $0.carried.contains(pin) } }

    func mayReadBoard(of round: RoundID, caller: Caller) async throws(ExchangeRefusal) { try refuseIfAsked() }

    func examineStreams(of entry: [UInt8], in round: RoundID, caller: Caller) async throws(ExchangeRefusal) {
        if let refusal = state.withLock({ $0.streamRefusal }) { throw refusal }
    }

    func mayAppend(_ entry: [UInt8], to round: RoundID, caller: Caller) async throws(ExchangeRefusal) {
        if let refusal = state.withLock({ $0.appendRefusal }) { throw refusal }
    }

    func didAppend(number: Int, to round: RoundID) async { change { $0.appended.append(number) } }

    func mayWrite(
        _ stream: StreamID, of round: RoundID, caller: Caller
    ) async throws(ExchangeRefusal) -> StreamQuota {
        try refuseIfAsked()
        return state.withLock { $0.quota }
    }

    func didWrite(_ stream: StreamID, of round: RoundID, status: StreamStatus) async {
        change { $0.written.append(status) }
    }

    func mayRead(_ stream: StreamID, of round: RoundID, caller: Caller) async throws(ExchangeRefusal) {
        try refuseIfAsked()
    }

    func mayReadCells(
        of vault: StreamID, round: RoundID, caller: Caller
    ) async throws(ExchangeRefusal) -> VaultLayout {
        try refuseIfAsked()
        return state.withLock {
            VaultLayout(cellByteCount: $0.cellByteCount, partition: StreamPartition(count: $0.partCount))
        }
    }

    func isOperator(_ caller: Caller) async -> Bool { state.withLock { $0.operators.contains(caller.pin) } }

    func openRound(
        agreement: [UInt8], signatures: [[UInt8]], purpose: RoundPurpose?, caller: Caller
    ) async throws(ExchangeRefusal) -> RoundID {
        try refuseIfAsked()
        guard let round = state.withLock({ $0.openedRound }), agreement == Array("agreement".utf8),
            signatures.count == 2
        else { throw ExchangeRefusal(.agreementRefused, "The agreement has no valid signatures.") }
        return round
    }

    func allRounds() async throws(ExchangeRefusal) -> [RoundSummary] { state.withLock { $0.rounds } }

    func status(of round: RoundID) async throws(ExchangeRefusal) -> [UInt8] {
        guard state.withLock({ $0.rounds.contains { $0.round == round } }) else { throw ExchangeRefusal(.roundUnknown) }
        return Array(#"{"stage":"ring"}"#.utf8)
    }

    func take(_ word: ReadinessWord, about agreement: AgreementID, caller: Caller) async throws(ExchangeRefusal) {
        try refuseIfAsked()
        change { $0.words.append((caller.pin, word, agreement)) }
    }

    func standing(of agreement: AgreementID) async throws(ExchangeRefusal) -> [UInt8] {
        try refuseIfAsked()
        return Array(#"{"agreement":"\#(agreement)"}"#.utf8)
    }

    func abort(_ round: RoundID, reason: String, caller: Caller) async throws(ExchangeRefusal) {
        try refuseIfAsked()
        change { $0.abortReasons.append(reason) }
    }

    func prune(_ asked: PruneRequest, caller: Caller) async throws(ExchangeRefusal) -> [PrunedRound] {
        try refuseIfAsked()
        return state.withLock { state in
            state.prunes.append(asked)
            return state.pruned
        }
    }
}
