import PSIProtocol
import Testing

@testable import Exchange
@testable import Values

/// What participants say of themselves before a round, over the wire. [P-76]
@Suite(.timeLimit(.minutes(10))) struct ReadinessAPITests {
    private static let agreement = String(repeating: "07", count: 32)
    private static let path = "/v1/agreements/\(agreement)/ready"

    @Test("every word is taken as it is, from whoever the caller is")
    func words() async throws {
        try await TestExchange.run { exchange in
            let agreement = try #require(AgreementID(hex: Self.agreement))
            try await exchange.withClient { client async throws in
                for word in ReadinessWord.allCases { try await client.say(word, about: agreement) }
            }
            let taken = exchange.delegate.state.withLock { $0.words }
            #expect(taken.map(\.word) == ReadinessWord.allCases)
            #expect(taken.allSatisfy { $0.agreement == agreement })
            #expect(Set(taken.map(\.pin)).count == 1)
        }
    }

    @Test("anything but one of the words is refused, and nothing is taken")
    func malformed() async throws {
        try await TestExchange.run { exchange in
            for body in [
                "", "{}", "ready", #"{"word":"READY"}"#, #"{"word":"register.unusable: 17"}"#, #"{"word":17}"#,
                #"{"word":null}"#, #"["ready"]"#,
            ] {
                let problem = try await exchange.raw("POST", Self.path, body: Array(body.utf8)).problem()
                #expect(problem.code == ExchangeErrorCode.requestMalformed.rawValue, "\(body)")
            }
            let long = #"{"word":"ready"}"# + String(repeating: " ", count: 200)
            let problem = try await exchange.raw("POST", Self.path, body: Array(long.utf8)).problem()
            #expect(problem.code == ExchangeErrorCode.requestTooLarge.rawValue)
            #expect(
                try await exchange.raw("POST", Self.path + "?x=1", body: Array(#"{"word":"ready"}"#.utf8)).status == 400
            )
            #expect(exchange.delegate.state.withLock { $0.words.isEmpty })
        }
    }

    @Test("nobody says it for another: who carries disks knows nothing of the machine that they came from")
    func carried() async throws {
        let listed = try #require(TLSPin(bytes: [UInt8](repeating: 1, count: 32)))
        try await TestExchange.run { exchange in
            exchange.delegate.change {
                $0.pins.insert(listed)
                $0.carried = [listed]
            }
            let answer = try await exchange.raw(
                "POST", Self.path, body: Array(#"{"word":"ready"}"#.utf8), identity: exchange.operatorIdentity,
                headers: ["sidos-for": Hex.encode(listed.bytes)])
            #expect(try answer.problem().code == ExchangeErrorCode.callerNotAllowed.rawValue)
            #expect(exchange.delegate.state.withLock { $0.words.isEmpty })
        }
    }

    @Test("only operators are told how an agreement stands")
    func standing() async throws {
        try await TestExchange.run { exchange in
            let path = "/v1/operator/agreements/\(Self.agreement)"
            let refused = try await exchange.raw("GET", path).problem()
            #expect(refused.code == ExchangeErrorCode.callerNotOperator.rawValue)
            let told = try await exchange.raw("GET", path, identity: exchange.operatorIdentity)
            #expect(told.status == 200)
        }
    }
}
