internal import Foundation
public import Values

extension ExchangeClient {
    /// Says whether this participant is ready for a round of the agreement, or what stands in its way. [P-76]
    public func say(_ word: ReadinessWord, about agreement: AgreementID) async throws {
        let body = Array(try ExchangeMessage.encode(ExchangeMessage.Readiness(word: word.rawValue)))
        _ = try await call(.POST, "/v1/agreements/\(agreement)/ready", body: body, answerLimit: 4_096)
    }

    /// The coordinator's JSON document about an agreement, for its operator.
    public func operatorStanding(of agreement: AgreementID) async throws -> [UInt8] {
        try await call(.GET, "/v1/operator/agreements/\(agreement)", answerLimit: 4_194_304).body
    }
}
