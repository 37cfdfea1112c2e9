internal import Foundation
internal import NIOHTTP1
public import PSIProtocol
public import Values

/// The rounds a caller takes part in.
public struct RoundList: Sendable, Equatable {
    public var rounds: [RoundSummary]
    /// Names this list: wait for another by giving it as `known`.
    public var version: String

    public init(rounds: [RoundSummary], version: String) {
        self.rounds = rounds
        self.version = version
    }
}

/// Rounds and boards.
extension ExchangeClient {
    /// Longest wait that the coordinator grants.
    public static let longestWait = Duration.seconds(ExchangeQuery.waitLimit)

    /// Rounds open to the caller.
    ///
    /// - Parameter known: a list's version; the call returns when the list is another, or after `wait`. Without it,
    /// the call returns when there is any round.
    public func rounds(known: String? = nil, wait: Duration = .zero) async throws -> RoundList {
        var query = "?wait=\(Self.seconds(wait))"
        if let known { query += "&known=\(known)" }
        let answer = try await call(.GET, "/v1/rounds" + query, waiting: wait, answerLimit: 4_194_304)
        return try Self.roundList(answer)
    }

    /// Entries after number `after`, at most a page of them; waits for the first.
    public func entries(of round: RoundID, after: Int, wait: Duration = .zero) async throws -> BoardPage {
        let answer = try await call(
            .GET, "/v1/rounds/\(round)/board?after=\(after)&wait=\(Self.seconds(wait))", waiting: wait,
            answerLimit: 4_194_304)
        let board = try Self.decode(ExchangeMessage.Board.self, answer)
        // More than nothing would be asked for again at once, for ever.
        guard !board.more || !board.entries.isEmpty else {
            throw ExchangeClientError.invalidAnswer(status: answer.status)
        }
        var number = after
        for entry in board.entries {
            // Gaps would be entries withheld.
            guard entry.number == number + 1, entry.entry.count <= BoardStore.entryByteCountLimit else {
                throw ExchangeClientError.invalidAnswer(status: answer.status)
            }
            number += 1
        }
        return BoardPage(
            entries: board.entries.map { NumberedEntry(number: $0.number, bytes: Array($0.entry)) }, isLast: !board.more
        )
    }

    /// Appends an entry, or finds it appended already.
    public func append(_ entry: [UInt8], to round: RoundID) async throws -> AppendedEntry {
        let answer = try await call(.POST, "/v1/rounds/\(round)/board", body: entry, answerLimit: 4_096)
        return AppendedEntry(
            number: try Self.decode(ExchangeMessage.Number.self, answer).number, isNew: answer.status == 201)
    }

    public func post(_ entry: [UInt8], to round: RoundID) async throws -> PostedEntry {
        .onBoard(number: try await append(entry, to: round).number)
    }

    static func seconds(_ wait: Duration) -> Int64 {
        max(0, min(wait.components.seconds, Int64(ExchangeQuery.waitLimit)))
    }

    static func decode<Message: Decodable>(_ type: Message.Type, _ answer: Answer) throws -> Message {
        guard let message = try? ExchangeMessage.decode(type, Data(answer.body)) else {
            throw ExchangeClientError.invalidAnswer(status: answer.status)
        }
        return message
    }

    static func roundList(_ answer: Answer) throws -> RoundList {
        let message = try decode(ExchangeMessage.Rounds.self, answer)
        return RoundList(
            rounds: try message.rounds.map { round in
                guard let id = RoundID(hex: round.round), let agreement = AgreementID(hex: round.agreement) else {
                    throw ExchangeClientError.invalidAnswer(status: answer.status)
                }
                return RoundSummary(round: id, agreement: agreement, number: round.number, state: round.state)
            }, version: message.version)
    }
}

/// Streams and vaults.
extension ExchangeClient: CoordinatorPort {
    /// Stores a chunk.
    /// - Returns: false when it was stored already.
    @discardableResult
    public func putChunk(
        _ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID
    ) async throws -> Bool {
        let path = "/v1/rounds/\(round)/streams/\(stream)/\(seq)" + (last ? "?last=true" : "")
        return try await call(.PUT, path, body: chunk, answerLimit: 4_096).status == 201
    }

    /// A chunk, or nil when it has not been written within `wait`.
    public func getChunk(
        seq: Int, stream: StreamID, round: RoundID, wait: Duration = .zero
    ) async throws -> StoredChunk? {
        do {
            let answer = try await call(
                .GET, "/v1/rounds/\(round)/streams/\(stream)/\(seq)?wait=\(Self.seconds(wait))", waiting: wait,
                answerLimit: StreamStore.chunkByteCountLimit)
            return StoredChunk(bytes: answer.body, isLast: answer.isLast)
        } catch let problem as ExchangeProblem where problem.knownCode == .streamNoChunk {
            return nil
        }
    }

    /// How far a stream is; with a wait, when it has more than `after` chunks or is complete.
    public func streamStatus(
        of stream: StreamID, round: RoundID, after: Int = 0, wait: Duration = .zero
    ) async throws -> StreamStatus {
        let answer = try await call(
            .GET, "/v1/rounds/\(round)/streams/\(stream)?after=\(after)&wait=\(Self.seconds(wait))", waiting: wait,
            answerLimit: 4_096)
        let status = try Self.decode(ExchangeMessage.Status.self, answer)
        return StreamStatus(chunkCount: status.chunks, isComplete: status.complete, byteCount: status.bytes)
    }

    /// For each of these handles the cell of a vault that has it, or as many zero bytes where the vault has none.
    ///
    /// - Parameter handles: 16 bytes each, at most 4,096, in ascending order; one may come several times.
    /// - Parameter cellByteCount: as the agreement says.
    /// - Returns: as many cells, in the same order, each of exactly that length.
    public func vaultCells(
        of batch: String, attempt: Int, round: RoundID, handles: [[UInt8]], cellByteCount: Int
    ) async throws -> [[UInt8]] {
        guard !handles.isEmpty else { return [] }
        guard handles.count <= ExchangeResponder.handleCountLimit, cellByteCount >= VaultLookup.handleByteCount,
            handles.allSatisfy({ $0.count == VaultLookup.handleByteCount })
        else { throw ExchangeRefusal(.requestMalformed, "1 to 4096 handles of 16 bytes can be asked for.") }
        let answer = try await call(
            .POST, "/v1/rounds/\(round)/vaults/\(batch)/\(attempt)/cells", body: Array(handles.joined()),
            answerLimit: handles.count * cellByteCount)
        guard answer.body.count == handles.count * cellByteCount else {
            throw ExchangeClientError.invalidAnswer(status: answer.status)
        }
        return stride(from: 0, to: answer.body.count, by: cellByteCount).map {
            Array(answer.body[$0..<($0 + cellByteCount)])
        }
    }

    public func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws {
        try await putChunk(chunk, seq: seq, last: last, stream: stream, round: round)
    }

    public func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk {
        var pause = Duration.seconds(1)
        while true {
            let start = ContinuousClock.now
            if let chunk = try await getChunk(seq: seq, stream: stream, round: round, wait: .seconds(30)) {
                return chunk
            }
            // A coordinator that does not wait is not asked without a pause.
            if ContinuousClock.now - start < .seconds(25) {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(30))
            }
            let status = try await streamStatus(of: stream, round: round)
            if status.isComplete, seq >= status.chunkCount { throw StoreError.noSuchChunk(seq: seq) }
            try Task.checkCancellation()
        }
    }
}

/// Operators' calls.
extension ExchangeClient {
    /// Opens a round under an agreement that the coordinator has signed.
    ///
    /// - Parameter purpose: nil for a round that links.
    public func openRound(
        agreement: [UInt8], signatures: [[UInt8]], purpose: RoundPurpose? = nil
    ) async throws -> RoundID {
        let message = ExchangeMessage.OpenRound(
            agreement: Data(agreement), signatures: signatures.map { Data($0) }, purpose: purpose)
        let answer = try await call(
            .POST, "/v1/operator/rounds", body: Array(try ExchangeMessage.encode(message)), answerLimit: 4_096)
        guard let round = RoundID(hex: try Self.decode(ExchangeMessage.OpenedRound.self, answer).round) else {
            throw ExchangeClientError.invalidAnswer(status: answer.status)
        }
        return round
    }

    /// Every round of the coordinator.
    public func operatorRounds() async throws -> [RoundSummary] {
        try Self.roundList(try await call(.GET, "/v1/operator/rounds", answerLimit: 4_194_304)).rounds
    }

    /// The coordinator's JSON document about a round.
    public func operatorStatus(of round: RoundID) async throws -> [UInt8] {
        try await call(.GET, "/v1/operator/rounds/\(round)", answerLimit: 4_194_304).body
    }

    public func abortRound(_ round: RoundID, reason: String) async throws {
        let body = Array(try ExchangeMessage.encode(ExchangeMessage.Abort(reason: reason)))
        _ = try await call(.POST, "/v1/operator/rounds/\(round)/abort", body: body, answerLimit: 4_096)
    }
}
