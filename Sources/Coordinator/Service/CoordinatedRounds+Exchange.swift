internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Values

/// What participants may do.
extension CoordinatedRounds: ExchangeDelegate {
    func knows(_ pin: TLSPin) -> Bool {
        // A round's participants too only while their agreement is installed: taking it away shuts them out.
        operatorPins.contains(pin) || pins.contains(pin, in: agreements, log: agreementFaults)
    }

    func rounds(for caller: Caller) async throws(ExchangeRefusal) -> [RoundSummary] {
        order.compactMap { rounds[$0] }.filter { record in
            guard let me = StreamRules(record: record).participant(caller) else { return false }
            if record.ending == nil { return true }
            guard record.keyHolders.contains(me.id) else { return false }
            if !record.erased.contains(me.id) { return true }
            // It writes no dataset before all have signed how the round ended. [P-44]
            return me.id == record.research && record.ending == .closed && !record.allErased
        }.map(Self.summary)
    }

    static func summary(_ record: RoundRecord) -> RoundSummary {
        RoundSummary(
            round: record.round, agreement: record.agreementID, number: record.opening.number,
            state: record.phase.rawValue)
    }

    func mayReadBoard(of round: RoundID, caller: Caller) async throws(ExchangeRefusal) {
        guard let record = rounds[round] else { throw ExchangeRefusal(.roundUnknown) }
        guard operatorPins.contains(caller.pin) || StreamRules(record: record).participant(caller) != nil else {
            throw ExchangeRefusal(.callerNotAllowed)
        }
    }

    func mayAppend(_ entry: [UInt8], to round: RoundID, caller: Caller) async throws(ExchangeRefusal) {
        var record = try await record(of: round)
        let me = StreamRules(record: record).participant(caller)
        do throws(ProtocolViolation) {
            let signed = try SignedEntry(bytes: entry)
            // The coordinator's own entries do not come over the network.
            guard let me, signed.author == me.id, me.id != record.coordinator else {
                throw ProtocolViolation(.notAllowed, by: me?.id)
            }
            try record.append(entry)
        } catch  where error.kind == .roundOver {
            // Its author could not know: it was on its way when the round ended.
            refusals.log(
                .info, "An entry came after the round's end", ["round": "\(round)", "by": "\(me?.id ?? "unknown")"])
            throw ExchangeRefusal(.roundClosed)
        } catch {
            refusals.log(
                .warning, "An entry is refused",
                ["round": "\(round)", "by": "\(me?.id ?? "unknown")", "reason": "\(error)"])
            // Not here: the board waits for the answer.
            if error.kind == .studyKeyDiffers { Task { await end(round, because: error) } }
            throw ExchangeRefusal(.entryRefused, error.description)
        }
    }

    /// Ends a round that cannot go on: a holder that has another study key than before will not find the former one by
    /// trying again.
    private func end(_ round: RoundID, because violation: ProtocolViolation) async {
        let participants = violation.participant.map { [$0] } ?? []
        do {
            try await post(RoundAborted(code: .protocolViolation, participants: participants), to: round)
        } catch {
            logger.error(
                "A round could not be ended",
                metadata: ["round": "\(round)", "error": "\(ErrorReport(error).sentence)"])
        }
    }

    func didAppend(number: Int, to round: RoundID) async { _ = try? await record(of: round) }

    func mayWrite(
        _ stream: StreamID, of round: RoundID, caller: Caller
    ) async throws(ExchangeRefusal) -> StreamQuota {
        let record = try await record(of: round)
        try StreamRules(record: record).mayWrite(stream, by: caller)
        return RoundQuota.quota(of: stream, record, limit: configuration.quotaByteCount)
    }

    func didWrite(_ stream: StreamID, of round: RoundID, status: StreamStatus) async {
        progress.note(stream, of: round, byteCount: status.byteCount)
    }

    func mayRead(_ stream: StreamID, of round: RoundID, caller: Caller) async throws(ExchangeRefusal) {
        try StreamRules(record: try await record(of: round)).mayRead(stream, by: caller)
    }

    func mayReadCells(
        of vault: StreamID, round: RoundID, caller: Caller
    ) async throws(ExchangeRefusal) -> VaultLayout {
        try StreamRules(record: try await record(of: round)).mayReadCells(of: vault, by: caller)
    }

    func isOperator(_ caller: Caller) async -> Bool { operatorPins.contains(caller.pin) }

    func isCarried(_ pin: TLSPin) async -> Bool { configuration.courierPins.contains(pin) }
}
