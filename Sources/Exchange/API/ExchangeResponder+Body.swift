internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Bodies in and out.
extension ExchangeResponder {
    static let jsonMediaType = "application/json"

    /// A request target's path, and its query if it has one.
    static func split(_ target: String) -> (Substring, Substring?) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], nil) }
        return (target[..<mark], target[target.index(after: mark)...])
    }

    static func announcedByteCount(_ request: Request) throws(ExchangeRefusal) -> Int? {
        guard let text = request.headers[.contentLength] else { return nil }
        guard let count = Int(text), count >= 0 else { throw ExchangeRefusal(.requestMalformed) }
        return count
    }

    /// A whole body, refused as soon as it is known to be longer than the limit.
    static func body(_ request: Request, limit: Int) async throws -> [UInt8] {
        let tooLarge = ExchangeRefusal(.requestTooLarge, "The body may have \(limit) bytes.")
        if let announced = try announcedByteCount(request), announced > limit { throw tooLarge }
        var bytes: [UInt8] = []
        for try await buffer in request.body {
            guard buffer.readableBytes <= limit - bytes.count else { throw tooLarge }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    static func message<Message: Decodable>(
        _ type: Message.Type, _ request: Request, limit: Int
    ) async throws -> Message {
        let bytes = try await body(request, limit: limit)
        do { return try ExchangeMessage.decode(type, Data(bytes)) } catch {
            throw ExchangeRefusal(.requestMalformed, "The body is not the JSON document that this call takes.")
        }
    }

    static func json(_ message: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        var response = Response(
            status: status, body: ResponseBody(byteBuffer: ByteBuffer(bytes: try ExchangeMessage.encode(message))))
        response.headers[.contentType] = jsonMediaType
        return response
    }

    static func problem(_ refusal: ExchangeRefusal) -> Response {
        let document = (try? ExchangeMessage.encode(ProblemDetails(refusal))) ?? Data()
        var response = Response(
            status: HTTPResponse.Status(code: refusal.code.status),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: document)))
        response.headers[.contentType] = ProblemDetails.mediaType
        return response
    }
}
