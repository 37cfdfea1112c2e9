internal import HTTPTypes
internal import PSIProtocol
internal import Values

/// A call of the interface, read from method and path. Closed, so that nothing else is ever reached and metrics have
/// few labels.
enum ExchangeRoute: Sendable, Equatable {
    case rounds
    case board(RoundID)
    case appendEntry(RoundID)
    case putChunk(RoundID, StreamID, seq: Int)
    case getChunk(RoundID, StreamID, seq: Int)
    case streamStatus(RoundID, StreamID)
    case vaultCells(RoundID, StreamID)
    case operatorOpenRound
    case operatorRounds
    case operatorStatus(RoundID)
    case operatorAbort(RoundID)
    case operatorPrune
    case sayReady(AgreementID)
    case operatorStanding(AgreementID)

    /// Longest path looked at.
    private static let pathByteCountLimit = 512

    /// Reads a path strictly: no percent-encoding, no empty component, no dots, nothing normalised.
    ///
    /// - Parameter path: without the query.
    init(method: HTTPRequest.Method, path: String) throws(ExchangeRefusal) {
        guard path.utf8.count <= Self.pathByteCountLimit else { throw ExchangeRefusal(.requestMalformed) }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == "", parts.popFirst() == "v1" else { throw ExchangeRefusal(.requestUnknownPath) }
        switch (parts.popFirst(), parts.count) {
        case ("rounds", 0): self = try Self.only(.get, method, .rounds)
        case ("rounds", _): self = try Self.roundRoute(method, try Self.round(&parts), parts)
        case ("agreements", 2):
            let agreement = try Self.agreement(&parts)
            guard parts.popFirst() == "ready" else { throw ExchangeRefusal(.requestUnknownPath) }
            self = try Self.only(.post, method, .sayReady(agreement))
        case ("operator", _):
            let what = parts.popFirst()
            if what == "agreements", parts.count == 1 {
                self = try Self.only(.get, method, .operatorStanding(try Self.agreement(&parts)))
                return
            }
            if what == "prune", parts.isEmpty {
                self = try Self.only(.post, method, .operatorPrune)
                return
            }
            guard what == "rounds" else { throw ExchangeRefusal(.requestUnknownPath) }
            self = try Self.operatorRoute(method, parts)
        default: throw ExchangeRefusal(.requestUnknownPath)
        }
    }

    private static func roundRoute(
        _ method: HTTPRequest.Method, _ round: RoundID, _ parts: ArraySlice<Substring>
    ) throws(ExchangeRefusal) -> ExchangeRoute {
        var parts = parts
        switch (parts.popFirst(), parts.count) {
        case ("board", 0):
            switch method {
            case .get: return .board(round)
            case .post: return .appendEntry(round)
            default: throw ExchangeRefusal(.requestMethodNotAllowed)
            }
        case ("streams", 4): return try only(.get, method, .streamStatus(round, try stream(&parts)))
        case ("streams", 5):
            let stream = try stream(&parts)
            guard let seq = StreamPath.number(parts.popFirst() ?? "", limit: StreamPath.seqLimit) else {
                throw ExchangeRefusal(.requestMalformed, "The path's chunk number is not one.")
            }
            switch method {
            case .get: return .getChunk(round, stream, seq: seq)
            case .put: return .putChunk(round, stream, seq: seq)
            default: throw ExchangeRefusal(.requestMethodNotAllowed)
            }
        case ("vaults", 3):
            guard parts.last == "cells" else { throw ExchangeRefusal(.requestUnknownPath) }
            let stream = try Self.stream(
                batch: parts.popFirst(), stage: "vault", attempt: parts.popFirst(), part: "0")
            return try only(.post, method, .vaultCells(round, stream))
        default: throw ExchangeRefusal(.requestUnknownPath)
        }
    }

    private static func operatorRoute(
        _ method: HTTPRequest.Method, _ parts: ArraySlice<Substring>
    ) throws(ExchangeRefusal) -> ExchangeRoute {
        var parts = parts
        if parts.isEmpty {
            switch method {
            case .get: return .operatorRounds
            case .post: return .operatorOpenRound
            default: throw ExchangeRefusal(.requestMethodNotAllowed)
            }
        }
        let round = try round(&parts)
        switch (parts.popFirst(), parts.count) {
        case (nil, _): return try only(.get, method, .operatorStatus(round))
        case ("abort", 0): return try only(.post, method, .operatorAbort(round))
        default: throw ExchangeRefusal(.requestUnknownPath)
        }
    }

    private static func only(
        _ allowed: HTTPRequest.Method, _ method: HTTPRequest.Method, _ route: ExchangeRoute
    ) throws(ExchangeRefusal) -> ExchangeRoute {
        guard method == allowed else { throw ExchangeRefusal(.requestMethodNotAllowed) }
        return route
    }

    private static func round(_ parts: inout ArraySlice<Substring>) throws(ExchangeRefusal) -> RoundID {
        guard let part = parts.popFirst(), part.utf8.count == 64, let round = RoundID(hex: part) else {
            throw ExchangeRefusal(.requestMalformed, "A round is named by 64 lower-case hexadecimal digits.")
        }
        return round
    }

    private static func agreement(_ parts: inout ArraySlice<Substring>) throws(ExchangeRefusal) -> AgreementID {
        guard let part = parts.popFirst(), part.utf8.count == 64, let agreement = AgreementID(hex: part) else {
            throw ExchangeRefusal(.requestMalformed, "An agreement is named by 64 lower-case hexadecimal digits.")
        }
        return agreement
    }

    private static func stream(_ parts: inout ArraySlice<Substring>) throws(ExchangeRefusal) -> StreamID {
        try stream(
            batch: parts.popFirst(), stage: parts.popFirst() ?? "", attempt: parts.popFirst(), part: parts.popFirst())
    }

    private static func stream(
        batch: Substring?, stage: Substring, attempt: Substring?, part: Substring?
    ) throws(ExchangeRefusal) -> StreamID {
        guard let batch, StreamPath.isBatch(batch), let stage = StreamStage(stage),
            let attempt = StreamPath.number(attempt ?? "", limit: StreamPath.attemptLimit),
            let part = StreamPath.number(part ?? "", limit: StreamPath.partLimit)
        else { throw ExchangeRefusal(.requestMalformed, "The path names no stream.") }
        return StreamID(batch: String(batch), stage: stage, attempt: attempt, part: part)
    }

    /// The call's name in metrics and logs; nothing of its parameters.
    var name: String {
        switch self {
        case .rounds: "rounds"
        case .board: "board"
        case .appendEntry: "append_entry"
        case .putChunk: "put_chunk"
        case .getChunk: "get_chunk"
        case .streamStatus: "stream_status"
        case .vaultCells: "vault_cells"
        case .operatorOpenRound: "operator_open_round"
        case .operatorRounds: "operator_rounds"
        case .operatorStatus: "operator_status"
        case .operatorAbort: "operator_abort"
        case .operatorPrune: "operator_prune"
        case .sayReady: "say_ready"
        case .operatorStanding: "operator_standing"
        }
    }
}
