import Testing

@testable import Exchange
@testable import PSIProtocol
@testable import Values

/// Calls that an operator makes for a participant. [P-74]
@Suite(.timeLimit(.minutes(10))) struct CourierAPITests {
    @Test("Only an operator calls for another, for one that is listed and known, and then as that one")
    func whoMayCallForWhom() async throws {
        let listed = try #require(TLSPin(bytes: [UInt8](repeating: 1, count: 32)))
        let unknown = try #require(TLSPin(bytes: [UInt8](repeating: 2, count: 32)))
        let other = try #require(TLSPin(bytes: [UInt8](repeating: 3, count: 32)))
        let round = try testRound()
        try await TestExchange.run { exchange in
            exchange.delegate.change {
                $0.pins.insert(listed)
                $0.pins.insert(other)
                $0.carried = [listed, unknown]
                $0.rounds = [
                    RoundSummary(round: round, agreement: AgreementID(ofFile: [1]), number: 1, state: "keys")
                ]
            }
            func code(_ identity: TLSIdentity, _ pin: TLSPin?) async throws -> ExchangeErrorCode? {
                try await exchange.withClient(identity, configure: { $0.actingFor = pin }) { client in
                    do {
                        _ = try await client.rounds()
                        return nil
                    } catch let problem as ExchangeProblem { return problem.knownCode }
                }
            }
            let (operatorIdentity, participant) = (exchange.operatorIdentity, exchange.clientIdentity)
            #expect(try await code(operatorIdentity, listed) == nil)
            #expect(exchange.delegate.state.withLock { $0.callers.last } == listed)
            #expect(try await code(operatorIdentity, nil) == nil)
            #expect(exchange.delegate.state.withLock { $0.callers.last } == operatorIdentity.pin)
            #expect(try await code(operatorIdentity, other) == .callerNotAllowed)
            #expect(try await code(operatorIdentity, unknown) == .callerUnknown)
            #expect(try await code(participant, listed) == .callerNotOperator)
            #expect(try await code(participant, participant.pin) == .callerNotOperator)
            // For a participant an operator is none.
            await #expect(throws: ExchangeProblem.self) {
                try await exchange.withClient(operatorIdentity, configure: { $0.actingFor = listed }) { client in
                    _ = try await client.operatorRounds()
                }
            }
            for wrong in ["", "00", String(repeating: "AB", count: 32), Hex.encode(listed.bytes) + ", x"] {
                let answer = try await exchange.raw(
                    "GET", "/v1/rounds", identity: operatorIdentity, headers: ["sidos-for": wrong])
                #expect(answer.status == 400, "\(wrong)")
            }
        }
    }
}
