internal import Agreement
internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Values

/// What operators may do.
extension CoordinatedRounds {
    func openRound(
        agreement bytes: [UInt8], signatures: [[UInt8]], purpose: RoundPurpose?, caller: Caller
    ) async throws(ExchangeRefusal) -> RoundID {
        try await open(Self.signed(bytes, signatures), for: purpose, by: caller)
    }

    /// Opens a round, as an operator or the calendar asks for it.
    ///
    /// - Parameter caller: the operator; nil for the calendar.
    func open(
        _ signed: SignedAgreement, for purpose: RoundPurpose? = nil, by caller: Caller? = nil
    ) async throws(ExchangeRefusal) -> RoundID {
        let agreement = try verify(signed, for: purpose)
        // Two rounds opened at once would get the same number.
        guard opening.insert(agreement.study.id).inserted else {
            throw ExchangeRefusal(.agreementRefused, "A round of this study is being opened at this moment.")
        }
        defer { opening.remove(agreement.study.id) }
        try checkSuccession(signed.id, agreement)
        let number = try nextNumber(signed.id, agreement)
        try checkBudget(of: agreement)
        do throws(StoreError) { try streams.checkStorageQuota() } catch { throw ExchangeRefusal(error) }
        do {
            let entry = try openingEntry(signed, agreement, number: number, purpose: purpose)
            let record = try RoundRecord(
                opening: entry.bytes, agreement: agreement, file: signed.bytes,
                studyKeys: StudyKeys(of: agreement, in: state).known(in: agreements.chain(of: signed.id, agreement)))
            try await board.createRound(
                record.round, attachment: try RoundAttachment(signed).encoded(), firstEntry: entry.bytes)
            add(record)
            try settleSuccession(of: record)
            // It is open from here on, whatever comes: it has to be driven.
            board.announceRounds()
            // Beside the boards, so that a number is not given again after boards were deleted.
            try state.put(.roundsSpent(of: signed.id), BigEndian.u64(UInt64(number)))
            logger.notice(
                "round opened",
                metadata: [
                    "round": "\(record.round)", "agreement": "\(signed.id)", "study": "\(agreement.study.id)",
                    "number": "\(number)", "purpose": "\(purpose?.rawValue ?? "linking")",
                ])
            note(
                "round opened",
                [
                    "round": Self.digits(record.round), "operator": caller.map(Self.digits) ?? "the calendar",
                    "purpose": purpose?.rawValue ?? "linking",
                ])
            writeStatus()
            return record.round
        } catch {
            logger.error("A round could not be opened", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(error as? StoreError == .diskFull ? .storeDiskFull : .serverFailed)
        }
    }

    /// The first digits of a round's id, and of the pin of an operator's certificate.
    static func digits(_ round: RoundID) -> String { String(round.description.prefix(12)) }
    static func digits(_ caller: Caller) -> String { String(Hex.encode(caller.pin.bytes).prefix(12)) }

    private static func signed(
        _ bytes: [UInt8], _ signatures: [[UInt8]]
    ) throws(ExchangeRefusal) -> SignedAgreement {
        do {
            return SignedAgreement(bytes: bytes, signatures: try signatures.map { try AgreementSignature(json: $0) })
        } catch {
            throw ExchangeRefusal(.agreementRefused, ErrorReport(error).sentence)
        }
    }

    /// Signed by all, by this coordinator too, and in force today for such a round.
    private func verify(
        _ signed: SignedAgreement, for purpose: RoundPurpose?
    ) throws(ExchangeRefusal) -> Agreement {
        do {
            let agreement = try signed.verify()
            guard try agreements.load(signed.id) != nil else {
                throw HomeError.unknownAgreement(path: home.home.directory.path, id: "\(signed.id)")
            }
            try AgreementStore.check(agreement, path: "the agreement", keys: home.home.keyRing)
            switch purpose {
            case nil: try checkDay(of: agreement)
            case .withdrawals:
                guard let derived = agreement.forWithdrawals else {
                    throw ExchangeRefusal(
                        .agreementRefused,
                        "People have other pseudonyms in every round of this study, so nobody can be found in what was "
                            + "released: the agreement needs 'pseudonyms: study'.")
                }
                try checkDay(of: derived)
            }
            return agreement
        } catch let refusal as ExchangeRefusal {
            throw refusal
        } catch {
            throw ExchangeRefusal(.agreementRefused, ErrorReport(error).sentence)
        }
    }

    /// Whether a round may be opened today.
    func checkDay(of agreement: Agreement) throws(ExchangeRefusal) {
        switch agreement.validity(on: clock.today()) {
        case .inForce: return
        case .notYet(let from):
            throw ExchangeRefusal(.agreementRefused, "The agreement is valid from \(from) (UTC).")
        case .expired(let until):
            throw ExchangeRefusal(.agreementRefused, "The agreement was valid until \(until) (UTC).")
        }
    }

    /// That no amendment has taken the agreement's place.
    func checkSuccession(_ id: AgreementID, _ agreement: Agreement) throws(ExchangeRefusal) {
        let obstacle: SuccessionObstacle?
        do { obstacle = try Succession(in: state).obstacle(to: agreements.chain(of: id, agreement)) } catch {
            logger.error(
                "Which agreements were amended can't be read", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(.serverFailed)
        }
        if let obstacle {
            throw ExchangeRefusal(.agreementRefused, "The agreement is amended: \(obstacle.sentence).")
        }
    }

    /// The number of the next round: rounds of an agreement and of those that it amends have one row of numbers.
    func nextNumber(_ id: AgreementID, _ agreement: Agreement) throws(ExchangeRefusal) -> Int {
        let chain: AgreementChain
        do { chain = try agreements.chain(of: id, agreement) } catch {
            logger.error("An agreement can't be read", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(.serverFailed)
        }
        let own = rounds.values.filter { chain.ids.contains($0.agreementID) }
        if let open = own.first(where: { $0.ending == nil && $0.agreementID == id }) {
            throw ExchangeRefusal(
                .agreementRefused, "Round \(open.round) of this agreement is still open: wait for its end or abort it.")
        }
        let kept: Int
        do throws(SealedStateError) {
            var most = 0
            for id in chain.ids {
                guard let bytes = try state.get(.roundsSpent(of: id)) else { continue }
                most = max(most, Int(clamping: BigEndian.read(bytes.prefix(8))))
            }
            kept = most
        } catch {
            logger.error("The rounds spent can't be read", metadata: ["error": "\(error)"])
            throw ExchangeRefusal(.serverFailed)
        }
        let spent = max(kept, own.map(\.opening.number).max() ?? 0)
        guard spent < agreement.roundsAllowed else {
            throw ExchangeRefusal(
                .agreementRefused, "All \(agreement.roundsAllowed) rounds of the agreement are spent.")
        }
        return spent + 1
    }

    private func openingEntry(
        _ signed: SignedAgreement, _ agreement: Agreement, number: Int, purpose: RoundPurpose?
    ) throws -> SignedEntry {
        let keys = home.home.keys(pinnedBy: agreement)
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let now = Int(clock.unixSeconds())
        let signatures = Dictionary(
            signed.signatures.map { ($0.participant, HexBytes($0.signature)) }, uniquingKeysWith: { first, _ in first })
        return try SignedEntry(
            body: RoundOpened(
                agreement: HexBytes(signed.id.bytes), number: number, nonce: HexBytes(nonce), opened: now,
                deadline: now + agreement.deadlineMinutes * 60, signatures: signatures,
                purpose: purpose),
            author: keys.id, round: nil, seen: .empty, key: keys.signingKey)
    }

    func allRounds() async throws(ExchangeRefusal) -> [RoundSummary] {
        order.compactMap { rounds[$0] }.map(Self.summary)
    }

    func status(of round: RoundID) async throws(ExchangeRefusal) -> [UInt8] {
        let record = try await record(of: round)
        do {
            return try StatusJSON.encode(
                RoundStatus(
                    record, received: { [progress] in progress.byteCount(of: $0, batch: $1, round: round) },
                    counts: try sealedCounts(of: record), abortReason: try abortReason(of: round)))
        } catch {
            logger.error("A round's status can't be told", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(.serverFailed)
        }
    }

    func abort(_ round: RoundID, reason: String, caller: Caller) async throws(ExchangeRefusal) {
        let record = try await record(of: round)
        guard record.ending == nil else { throw ExchangeRefusal(.roundClosed) }
        do {
            try state.put(.abortReason(of: round), Array(reason.utf8))
            logger.notice("the operator aborts the round", metadata: ["round": "\(round)", "reason": "\(reason)"])
            try await post(RoundAborted(code: .operatorAborted, participants: []), to: round)
            note("round aborted", ["round": Self.digits(round), "operator": Self.digits(caller), "reason": reason])
        } catch let violation as ProtocolViolation where violation.kind == .roundOver {
            throw ExchangeRefusal(.roundClosed)
        } catch {
            logger.error("A round could not be aborted", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(error as? StoreError == .diskFull ? .storeDiskFull : .serverFailed)
        }
    }
}
