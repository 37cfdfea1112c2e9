public import Exchange
internal import Files
public import StrictYAML

/// An HTTP proxy: `proxy:` in a configuration.
public struct ProxyAddress: Sendable, Equatable {
    public let host: String
    public let port: Int
    /// A file of `user:password` that only the program's account may read.
    public let credentials: String?

    public init(host: String, port: Int, credentials: String?) {
        self.host = host
        self.port = port
        self.credentials = credentials
    }

    /// Reads `{host, port, credentials}`.
    public init(_ mapping: StrictMapping) {
        host = mapping.string("host")
        port = mapping.int("port", in: 1...65_535)
        credentials = mapping.optionalPath("credentials")
        for name in ["user", "password"] {
            mapping.refuse(
                name,
                "Credentials do not belong here. Write user:password into a file (chmod 600), and name that file "
                    + "under credentials.")
        }
    }

    /// With its credentials.
    ///
    /// - Throws: `ProxyCredentialsUnreadable`, `FileError`.
    public func proxy() throws -> ExchangeClientConfiguration.Proxy {
        var proxy = ExchangeClientConfiguration.Proxy(host: host, port: port)
        if let path = credentials {
            let text = try SecretFile.read(path, maxByteCount: 1_024) { String(decoding: $0, as: UTF8.self) }
            guard let credentials = ExchangeClientConfiguration.Proxy.Credentials(text) else {
                throw ProxyCredentialsUnreadable(path: path)
            }
            proxy.credentials = credentials
        }
        return proxy
    }
}

/// The file of credentials for the proxy is not one line of `user:password`.
public struct ProxyCredentialsUnreadable: Error, ReportableError {
    let path: String

    public var sentence: String { "\(path): write user:password here, on one line, for the proxy" }
    public var exitStatus: ExitStatus { .configuration }
}
