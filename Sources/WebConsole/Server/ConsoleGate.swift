internal import HTTPTypes
internal import Hummingbird

/// Whom the console answers: browsers on this machine that were opened by the link, and pages of its own.
struct ConsoleGate: Sendable {
    /// The names under which it may be asked for; a page of another site that points its name here has none of these.
    enum Hosts: Sendable {
        /// On this port.
        case loopback(port: Int)
        /// On whatever port a tunnel to the socket begins.
        case anyLoopbackPort
    }

    static let names = ["127.0.0.1", "localhost", "[::1]"]

    /// Known once the port is.
    let hosts: @Sendable () -> Hosts

    func allows(host authority: String?) -> Bool {
        guard let authority else { return false }
        switch hosts() {
        case .loopback(let port): return Self.names.contains { authority == "\($0):\(port)" }
        case .anyLoopbackPort:
            return Self.names.contains { name in
                guard authority.hasPrefix(name) else { return false }
                let rest = authority.dropFirst(name.count)
                return rest.isEmpty || rest.first == ":" && UInt16(rest.dropFirst()) != nil
            }
        }
    }

    /// Whether a POST comes from one of the console's own pages.
    func isOwn(_ request: Request) -> Bool {
        guard let host = request.head.authority, request.headers[.origin] == "http://\(host)" else { return false }
        let site = request.headers[values: Self.fetchSite]
        return site.isEmpty || site == ["same-origin"]
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin

    /// With every answer.
    ///
    /// - Parameter policy: the content's own, where it is no page of the console.
    static func headers(policy: String? = nil) -> HTTPFields {
        var headers = HTTPFields()
        headers[.contentSecurityPolicy] = policy ?? Self.policy
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        for (name, value) in others { headers[name] = value }
        return headers
    }

    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Of a report: it stands by itself, and may neither run nor load nor send anything.
    static let documentPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; sandbox"

    private static let others: [(HTTPField.Name, String)] = [
        ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}
