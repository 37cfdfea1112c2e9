internal import HTTPTypes
internal import Hummingbird
internal import Values

/// What participants say of themselves before a round, and how operators ask for it. [P-76]
extension ExchangeResponder {
    private static let bodyByteCountLimit = 128

    func sayReady(_ agreement: AgreementID, _ request: Request, _ caller: Caller) async throws -> Response {
        // Whoever carries disks says nothing of the machine that they came from.
        if let name = HTTPField.Name(ExchangeHeader.actingFor), request.headers[name] != nil {
            throw ExchangeRefusal(.callerNotAllowed, "Readiness is not carried: only the participant itself says it.")
        }
        let message = try await Self.message(
            ExchangeMessage.Readiness.self, request, limit: Self.bodyByteCountLimit)
        guard let word = ReadinessWord(rawValue: message.word) else {
            throw ExchangeRefusal(.requestMalformed, "The body's word is none of those of this call.")
        }
        try await delegate.take(word, about: agreement, caller: caller)
        return Response(status: .noContent)
    }
}
