internal import Agreement
public import Crypto
public import Values

/// Does the coordinator's matching and says what the board is to hear of it. [P-36]
public struct CoordinatorRunner: Sendable {
    private let me: ParticipantID
    private let hpkeKey: XWingMLKEM768X25519.PrivateKey
    private let port: any RoundPort
    private let workers: Workers

    /// - Parameter hpkeKey: opens the nodes' shares of the noise.
    public init(
        me: ParticipantID, hpkeKey: XWingMLKEM768X25519.PrivateKey, port: any RoundPort, workers: Workers
    ) {
        self.me = me
        self.hpkeKey = hpkeKey
        self.port = port
        self.workers = workers
    }

    /// The result of matching: what to post, and what the operator may see.
    public struct Outcome: Sendable {
        public let body: any EntryBody
        /// As published, for the report.
        public let counts: Counted
        /// How people were found; nil where there is one way only. Exact, for the operator.
        public let linkage: LinkageCounts?

        /// Groups of records that were refused because they would hold two of one register.
        public var conflictCount: Int { linkage?.conflictCount ?? 0 }
    }

    /// Reads every register's last list, matches, and stores the selection, or counts.
    ///
    /// - Parameter noise: gives the round's noise, the same however often it is asked. It is asked after the lists are
    ///   read, so that a round that fails before spends nothing. In a verified round it is given the noise that the
    ///   nodes have drawn together.
    public func match(
        _ record: RoundRecord, noise: @Sendable (NoisePlan, [Int]?) async throws -> [Int]
    ) async throws -> Outcome {
        let result = try await record.matchedLists(for: me, port: port, workers: workers)
        let plan = try NoisePlan(record.agreement)
        let counts: Counted
        if let plan {
            let together =
                try record.drawsNoiseTogether
                ? plan.draw(from: record.noiseSeed(for: me, own: nil, hpkeKey: hpkeKey)) : nil
            counts = result.published(noise: (plan, try await noise(plan, together)))
        } else {
            counts = result.published()
        }
        let body: any EntryBody = record.releasesRows ? try await select(result, record) : counts
        return Outcome(body: body, counts: counts, linkage: result.linkage)
    }

    private func select(_ result: MatchResult, _ record: RoundRecord) async throws -> any EntryBody {
        if let obstacle = result.obstacle {
            return RoundAborted(code: obstacle, participants: [])
        }
        guard let research = record.research, let capsuleKey = try record.capsuleKey() else {
            throw ProtocolViolation(.outOfPlace, by: me)
        }
        let attempt = try await port.nextAttempt(batch: me, stage: .selection)
        var copies: [any StreamSink] = []
        for node in record.ring {
            copies.append(
                try await port.partedSink(
                    for: StreamID(batch: node, stage: .selection, attempt: attempt), sealing: .plain))
        }
        var requests = FanOut(sinks: copies)
        var selection = AnyStreamSink(
            try await port.partedSink(
                for: StreamID(batch: research, stage: .selection, attempt: attempt), sealing: .plain))
        let seed = SecretBytes(randomByteCount: SealedSecret.secretByteCount)
        let summaries = try await result.select(
            for: capsuleKey, seed: seed.key, workers: workers, requests: &requests, selection: &selection)
        try await requests.finish()
        try await selection.finish()
        let linkage = try result.publishedLinkage().map { linkage in
            guard let recipient = record.participant(research) else { throw ProtocolViolation(.outOfPlace, by: me) }
            return HexBytes(try linkage.sealed(to: recipient, round: record.round))
        }
        var body = Selected(
            linkage: linkage, requests: summaries.requests.announced(attempt: attempt),
            selection: summaries.selection.announced(attempt: attempt))
        if record.isVerified {
            body.seeds = try sealed(seed, record)
            body.seedDigest = HexBytes(SealedSecret.digest(seed, .selectionSeed, of: me, round: record.round))
        }
        return body
    }

    /// What each approver needs to make the same selection.
    private func sealed(_ seed: borrowing SecretBytes, _ record: RoundRecord) throws -> [String: HexBytes] {
        var seeds: [String: HexBytes] = [:]
        for approver in record.approvers {
            guard let participant = record.participant(approver) else { continue }
            seeds[approver] = HexBytes(
                try SealedSecret.seal(seed, .selectionSeed, from: me, to: participant, round: record.round))
        }
        return seeds
    }
}

extension RoundRecord {
    /// Reads every register's last list and matches.
    func matchedLists(
        for me: ParticipantID, port: any StreamPort, workers: Workers
    ) async throws -> MatchResult {
        var matcher = try TagMatcher(record: self, spool: port.spool, workers: workers)
        for (index, register) in agreement.registers.enumerated() {
            let stage = ringCount - 1
            guard let list = stages[register.id]?[stage], let sender = node(forStage: stage, of: register) else {
                throw ProtocolViolation(.outOfPlace, by: me)
            }
            let source = try await port.partedSource(
                of: StreamID(batch: register.id, stage: .ring(stage), attempt: list.attempt),
                sealing: sealing(of: .ring(stage), batch: register.id), from: sender)
            try await matcher.add(register: index, input: AnyByteSource(source), expected: list, sender: sender)
        }
        return try await matcher.matched()
    }
}

/// Writes the same bytes to several streams.
private struct FanOut: StreamSink {
    var sinks: [any StreamSink]

    mutating func write(_ bytes: [UInt8]) async throws {
        for index in sinks.indices { try await sinks[index].write(bytes) }
    }

    mutating func nextPart() async throws {
        for index in sinks.indices { try await sinks[index].nextPart() }
    }

    mutating func finish() async throws {
        for index in sinks.indices { try await sinks[index].finish() }
    }
}
