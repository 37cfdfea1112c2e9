/// An RFC 9457 problem document, `application/problem+json`.
struct ProblemDetails: Codable, Sendable, Equatable {
    static let mediaType = "application/problem+json"

    /// `urn:sidos:error:` and the code.
    var type: String
    var title: String
    var status: Int
    var code: String
    var detail: String?

    init(_ refusal: ExchangeRefusal) {
        type = "urn:sidos:error:" + refusal.code.rawValue
        title = refusal.code.title
        status = refusal.code.status
        code = refusal.code.rawValue
        detail = refusal.detail
    }
}
