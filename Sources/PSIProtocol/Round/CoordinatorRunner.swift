public import Values

/// Does the coordinator's matching and says what the board is to hear of it. [P-36]
public struct CoordinatorRunner: Sendable {
    private let me: ParticipantID
    private let port: any RoundPort
    private let workers: Workers

    public init(me: ParticipantID, port: any RoundPort, workers: Workers) {
        self.me = me
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
    ///   read, so that a round that fails before spends nothing.
    public func match(
        _ record: RoundRecord, noise: @Sendable (NoisePlan) async throws -> [Int]
    ) async throws -> Outcome {
        var matcher = try TagMatcher(record: record, spool: port.spool, workers: workers)
        for (index, register) in record.agreement.registers.enumerated() {
            let stage = record.ringCount - 1
            guard let list = record.stages[register.id]?[stage],
                let sender = record.node(forStage: stage, of: register)
            else { throw ProtocolViolation(.outOfPlace, by: me) }
            let source = try await port.partedSource(
                of: StreamID(batch: register.id, stage: .ring(stage), attempt: list.attempt),
                sealing: .sealed(to: me), from: sender)
            try await matcher.add(
                register: index, input: AnyByteSource(source), expected: list, sender: sender)
        }
        let result = try matcher.matched()
        let plan = try NoisePlan(record.agreement)
        let counts: Counted
        if let plan {
            counts = result.published(noise: (plan, try await noise(plan)))
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
        let summaries = try await result.select(
            for: capsuleKey, workers: workers, requests: &requests, selection: &selection)
        try await requests.finish()
        try await selection.finish()
        let linkage = try result.publishedLinkage().map { linkage in
            guard let recipient = record.participant(research) else { throw ProtocolViolation(.outOfPlace, by: me) }
            return HexBytes(try linkage.sealed(to: recipient, round: record.round))
        }
        return Selected(
            linkage: linkage, requests: summaries.requests.announced(attempt: attempt),
            selection: summaries.selection.announced(attempt: attempt))
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
