internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import ServiceLifecycle
internal import Values

/// Answers the interface's requests: who calls, what is asked, may it, do it.
struct ExchangeResponder: HTTPResponder {
    let delegate: any ExchangeDelegate
    let board: BoardStore
    let streams: StreamStore
    let metrics: ExchangeMetrics
    let now: @Sendable () -> Date
    let logger: Logger
    private let certificates = KnownCertificates()

    init(
        delegate: any ExchangeDelegate, board: BoardStore, streams: StreamStore, metrics: ExchangeMetrics,
        now: @escaping @Sendable () -> Date, logger: Logger
    ) {
        self.delegate = delegate
        self.board = board
        self.streams = streams
        self.metrics = metrics
        self.now = now
        self.logger = logger
    }

    func respond(to request: Request, context: ExchangeRequestContext) async throws -> Response {
        var name = "unknown"
        let response: Response
        do {
            let caller = try await represented(by: caller(context), in: request)
            let (path, query) = Self.split(request.head.path ?? "")
            let route = try ExchangeRoute(method: request.method, path: String(path))
            name = route.name
            response = try await answer(route, query, request, caller)
        } catch let refusal as ExchangeRefusal {
            response = Self.problem(refusal)
        } catch let error as StoreError {
            let refusal = ExchangeRefusal(error)
            if refusal.code.status >= 500 { report(name, "\(error)") }
            response = Self.problem(refusal)
        } catch let error as HTTPParserError {
            throw error
        } catch is CancellationError {
            response = Self.problem(ExchangeRefusal(.serverFailed, "The coordinator is stopping."))
        } catch {
            // The error's text could hold anything, so its type must do.
            report(name, "\(type(of: error))")
            response = Self.problem(ExchangeRefusal(.serverFailed))
        }
        metrics.countRequest(route: name, status: response.status.code)
        logger.debug("request", metadata: ["call": "\(name)", "status": "\(response.status.code)"])
        return response
    }

    /// The caller, if it is still known and its certificate still valid: a connection may outlive both.
    private func caller(_ context: ExchangeRequestContext) async throws(ExchangeRefusal) -> Caller {
        do {
            let certificate = try await context.peerCertificate(certificates)
            try certificate.checkValidity(at: now())
            guard await delegate.knows(certificate.pin) else { throw TLSRefusal.wrongPin(got: certificate.pin) }
            return Caller(pin: certificate.pin)
        } catch let refusal as TLSRefusal {
            throw ExchangeRefusal(.callerUnknown, refusal.description)
        } catch {
            throw ExchangeRefusal(.callerUnknown)
        }
    }

    /// Whom a request is for: the caller, or the participant for whom an operator makes it. Then it may do what that
    /// participant may, and no more. [P-74]
    private func represented(by caller: Caller, in request: Request) async throws(ExchangeRefusal) -> Caller {
        guard let name = HTTPField.Name(ExchangeHeader.actingFor), let text = request.headers[name] else {
            return caller
        }
        guard let bytes = Hex.decode(text), let pin = TLSPin(bytes: bytes) else {
            throw ExchangeRefusal(.requestMalformed, "\(ExchangeHeader.actingFor) is a pin of 64 hexadecimal digits.")
        }
        guard await delegate.isOperator(caller) else { throw ExchangeRefusal(.callerNotOperator) }
        guard await delegate.isCarried(pin) else {
            throw ExchangeRefusal(.callerNotAllowed, "config.yaml does not list the participant under couriers.")
        }
        guard await delegate.knows(pin) else {
            throw ExchangeRefusal(.callerUnknown, "No agreement that is installed names the participant.")
        }
        return Caller(pin: pin)
    }

    private func answer(
        _ route: ExchangeRoute, _ query: Substring?, _ request: Request, _ caller: Caller
    ) async throws -> Response {
        switch route {
        case .rounds: return try await rounds(query, caller)
        case .board(let round): return try await readBoard(round, query, caller)
        case .appendEntry(let round):
            _ = try ExchangeQuery(query, allowed: [])
            return try await appendEntry(to: round, request, caller)
        case .putChunk(let round, let stream, let seq):
            return try await putChunk(round, stream, seq, query, request, caller)
        case .getChunk(let round, let stream, let seq): return try await getChunk(round, stream, seq, query, caller)
        case .streamStatus(let round, let stream): return try await streamStatus(round, stream, query, caller)
        case .vaultCells(let round, let stream):
            _ = try ExchangeQuery(query, allowed: [])
            return try await vaultCells(round, stream, request, caller)
        case .sayReady(let agreement):
            _ = try ExchangeQuery(query, allowed: [])
            return try await sayReady(agreement, request, caller)
        case .operatorOpenRound, .operatorRounds, .operatorStatus, .operatorAbort, .operatorPrune, .operatorStanding:
            _ = try ExchangeQuery(query, allowed: [])
            return try await answerOperator(route, request, caller)
        }
    }

    // MARK: Rounds and boards

    private func rounds(_ query: Substring?, _ caller: Caller) async throws -> Response {
        let query = try ExchangeQuery(query, allowed: ["wait", "known"])
        let known = try query.hex("known")
        let deadline = ContinuousClock.now + (try query.wait())
        while true {
            let version = board.changes.version(of: .roundList)
            let rounds = try await delegate.rounds(for: caller)
            let list = ExchangeMessage.Rounds(rounds)
            let isNews = known.map { $0 != list.version } ?? !rounds.isEmpty
            if isNews || ContinuousClock.now >= deadline { return try Self.json(list) }
            try await wait(board.changes, .roundList, version, until: deadline)
        }
    }

    private func readBoard(_ round: RoundID, _ query: Substring?, _ caller: Caller) async throws -> Response {
        let query = try ExchangeQuery(query, allowed: ["after", "wait"])
        let after = try query.number("after", limit: Int(Int32.max)) ?? 0
        let deadline = ContinuousClock.now + (try query.wait())
        while true {
            // Asked again after every wait: a caller may have been shut out meanwhile.
            try await delegate.mayReadBoard(of: round, caller: caller)
            let version = board.changes.version(of: .board(round))
            let page = try await board.entries(of: round, after: after)
            if !page.entries.isEmpty || ContinuousClock.now >= deadline {
                return try Self.json(
                    ExchangeMessage.Board(
                        entries: page.entries.map { .init(number: $0.number, entry: Data($0.bytes)) },
                        more: !page.isLast))
            }
            try await wait(board.changes, .board(round), version, until: deadline)
        }
    }

    private func appendEntry(to round: RoundID, _ request: Request, _ caller: Caller) async throws -> Response {
        // Reading is the least right that a participant has: who lacks it doesn't get to send a body.
        try await delegate.mayReadBoard(of: round, caller: caller)
        let entry = try await Self.body(request, limit: BoardStore.entryByteCountLimit)
        metrics.countBytesIn(entry.count)
        guard !entry.isEmpty else { throw ExchangeRefusal(.requestMalformed, "An entry has at least one byte.") }
        try await delegate.examineStreams(of: entry, in: round, caller: caller)
        let appended = try await board.append(entry, to: round) {
            try await delegate.mayAppend(entry, to: round, caller: caller)
        }
        if appended.isNew {
            metrics.countEntry()
            await delegate.didAppend(number: appended.number, to: round)
        }
        return try Self.json(ExchangeMessage.Number(number: appended.number), status: appended.isNew ? .created : .ok)
    }

    // MARK: Waiting

    /// Waits for a change, but not past the deadline, nor for the server's end.
    func wait<Topic>(
        _ signal: ChangeSignal<Topic>, _ topic: Topic, _ version: UInt64, until deadline: ContinuousClock.Instant
    ) async throws {
        let rest = deadline - .now
        guard rest > .zero else { return }
        try await cancelWhenGracefulShutdown {
            await signal.wait(for: topic, beyond: version, atMost: rest)
            try Task.checkCancellation()
        }
    }

    private func report(_ call: String, _ what: String) {
        logger.error("a request failed", metadata: ["call": "\(call)", "error": "\(what)"])
    }
}

extension ExchangeMessage.Rounds {
    init(_ summaries: [RoundSummary]) {
        rounds = summaries.map {
            .init(round: "\($0.round)", agreement: "\($0.agreement)", number: $0.number, state: $0.state)
        }
        let text = rounds.map { "\($0.round) \($0.state)" }.joined(separator: "\n")
        version = AgreementID(ofFile: Array(text.utf8)).description
    }
}
