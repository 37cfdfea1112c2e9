internal import Foundation
internal import Hummingbird
internal import NIOCore

/// What only operators may call.
extension ExchangeResponder {
    /// Longest body of an operator's call: an agreement of 1 MiB and its signatures, in base64.
    private static let bodyByteCountLimit = 2_097_152
    private static let signatureCountLimit = 64
    private static let reasonByteCountLimit = 500

    func answerOperator(_ route: ExchangeRoute, _ request: Request, _ caller: Caller) async throws -> Response {
        guard await delegate.isOperator(caller) else { throw ExchangeRefusal(.callerNotOperator) }
        switch route {
        case .operatorRounds: return try Self.json(ExchangeMessage.Rounds(try await delegate.allRounds()))
        case .operatorStatus(let round): return Self.document(try await delegate.status(of: round))
        case .operatorStanding(let agreement): return Self.document(try await delegate.standing(of: agreement))
        case .operatorAbort(let round):
            let message = try await Self.message(ExchangeMessage.Abort.self, request, limit: 4_096)
            guard (1...Self.reasonByteCountLimit).contains(message.reason.utf8.count) else {
                throw ExchangeRefusal(.requestMalformed, "The reason has 1 to \(Self.reasonByteCountLimit) bytes.")
            }
            try await delegate.abort(round, reason: message.reason, caller: caller)
            return Response(status: .noContent)
        case .operatorPrune:
            let message = try await Self.message(ExchangeMessage.Prune.self, request, limit: 4_096)
            guard let asked = message.request else {
                throw ExchangeRefusal(
                    .requestMalformed, "A round is named by 64 hexadecimal digits, or days are, 0 up.")
            }
            return try Self.json(ExchangeMessage.Pruned(try await delegate.prune(asked, caller: caller)))
        default:
            let message = try await Self.message(
                ExchangeMessage.OpenRound.self, request, limit: Self.bodyByteCountLimit)
            guard !message.agreement.isEmpty, (1...Self.signatureCountLimit).contains(message.signatures.count) else {
                throw ExchangeRefusal(
                    .requestMalformed, "An agreement comes with 1 to \(Self.signatureCountLimit) signatures.")
            }
            let round = try await delegate.openRound(
                agreement: Array(message.agreement), signatures: message.signatures.map(Array.init),
                purpose: message.purpose,
                caller: caller)
            return try Self.json(ExchangeMessage.OpenedRound(round: "\(round)"), status: .created)
        }
    }

    /// JSON that the coordinator made.
    private static func document(_ bytes: [UInt8]) -> Response {
        var response = Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        response.headers[.contentType] = jsonMediaType
        return response
    }
}
