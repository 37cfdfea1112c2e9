public import Values

/// Which rounds' streams an operator wants deleted.
public struct PruneRequest: Sendable, Equatable {
    public enum Choice: Sendable, Equatable {
        case round(RoundID)
        /// Those that ended at least so many days ago.
        case olderThan(days: Int)
    }

    /// Most days that can be asked for.
    public static let dayLimit = 36_500

    public var choice: Choice
    /// Whether only to tell what would be deleted.
    public var isDry: Bool

    public init(_ choice: Choice, isDry: Bool) {
        self.choice = choice
        self.isDry = isDry
    }
}

/// What became of a round's streams.
public struct PrunedRound: Sendable, Equatable {
    public var round: RoundID
    /// Bytes that they took.
    public var byteCount: Int
    /// Why they stay, as the rest of a sentence; nil if they are gone.
    public var keptReason: String?

    public init(round: RoundID, byteCount: Int, keptReason: String?) {
        self.round = round
        self.byteCount = byteCount
        self.keptReason = keptReason
    }
}

extension ExchangeMessage.Pruned {
    init(_ pruned: [PrunedRound]) {
        rounds = pruned.map { .init(round: "\($0.round)", bytes: $0.byteCount, kept: $0.keptReason) }
    }
}

extension ExchangeClient {
    /// Deletes streams of rounds that have ended, or tells what would be deleted.
    public func prune(_ asked: PruneRequest) async throws -> [PrunedRound] {
        var message = ExchangeMessage.Prune(round: nil, days: nil, dry: asked.isDry)
        switch asked.choice {
        case .round(let round): message.round = "\(round)"
        case .olderThan(let days): message.days = days
        }
        let answer = try await call(
            .POST, "/v1/operator/prune", body: Array(try ExchangeMessage.encode(message)), answerLimit: 4_194_304)
        return try Self.decode(ExchangeMessage.Pruned.self, answer).rounds.map { item in
            guard let round = RoundID(hex: item.round) else {
                throw ExchangeClientError.invalidAnswer(status: answer.status)
            }
            return PrunedRound(round: round, byteCount: item.bytes, keptReason: item.kept)
        }
    }
}
