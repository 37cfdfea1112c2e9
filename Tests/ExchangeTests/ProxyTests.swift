import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Exchange
@testable import PSIProtocol

/// What is said when a proxy makes no way.
@Suite struct ProxyTests {
    private func failure(
        of proxy: ConnectProxy, credentials: ExchangeClientConfiguration.Proxy.Credentials? = nil
    ) async throws -> ProxyFailure? {
        let found = Found()
        try await TestExchange.run { exchange in
            try await proxy.run { port in
                try await exchange.withClient(configure: {
                    $0.proxy = .init(host: "127.0.0.1", port: port, credentials: credentials)
                    $0.retry = .never
                }) { client async throws in
                    do { _ = try await client.rounds() } catch let error as ProxyFailure {
                        #expect(error.port == port && error.description.contains("127.0.0.1:\(port)"))
                        #expect(CallFailure.isPassing(error))
                        await found.set(error)
                    }
                }
            }
        }
        return await found.failure
    }

    private actor Found {
        var failure: ProxyFailure?
        func set(_ failure: ProxyFailure) { self.failure = failure }
    }

    @Test(arguments: [403, 502, 503, 404]) func theStatusIsNamed(status: Int) async throws {
        let proxy = ConnectProxy(refusal: "HTTP/1.1 \(status) Sorry\r\nContent-Length: 0\r\n\r\n")
        let failure = try await failure(of: proxy)
        #expect(failure?.reason == .status(status))
        #expect(failure?.description.contains("\(status)") == true)
    }

    @Test func whatIsNoProxyIsSaidToBeNone() async throws {
        #expect(try await failure(of: ConnectProxy(refusal: "SSH-2.0-OpenSSH\r\n"))?.reason == .noAnswer)
    }

    @Test func credentialsAreAskedForSentAndJudged() async throws {
        let right = try #require(ExchangeClientConfiguration.Proxy.Credentials("node:se:cret\n"))
        let header = "Basic " + Data("node:se:cret".utf8).base64EncodedString()
        let without = try await failure(of: ConnectProxy(authorization: header))
        #expect(without?.reason == .credentialsMissing)
        #expect(without?.description.contains("407") == true && without?.description.contains("chmod 600") == true)
        let wrong = try #require(ExchangeClientConfiguration.Proxy.Credentials("node:other"))
        #expect(
            try await failure(of: ConnectProxy(authorization: header), credentials: wrong)?.reason
                == .credentialsRefused)
        #expect(try await failure(of: ConnectProxy(authorization: header), credentials: right) == nil)
        #expect(!String(reflecting: right).contains("cret"))
        var shown = ""
        dump(ExchangeClientConfiguration.Proxy(host: "h", port: 1, credentials: right), to: &shown)
        #expect(!shown.contains("cret"))
    }

    @Test func aProxyThatIsNotThereIsNamed() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close().get()
        try await TestExchange.run { exchange in
            try await exchange.withClient(configure: {
                $0.proxy = .init(host: "127.0.0.1", port: port)
                $0.retry = .never
            }) { client async throws in
                do {
                    _ = try await client.rounds()
                    Issue.record("there is no proxy")
                } catch let error as ProxyFailure {
                    #expect(error == ProxyFailure(host: "127.0.0.1", port: port, reason: .absent))
                    #expect(error.description.contains("127.0.0.1:\(port) cannot be reached"))
                }
            }
        }
    }

    @Test func credentialsAreOneLineOfUserAndPassword() {
        typealias Credentials = ExchangeClientConfiguration.Proxy.Credentials
        for text in ["", "user", ":password", "user:pass\nword", "user:\u{7F}"] {
            #expect(Credentials(text) == nil, "\(text)")
        }
        for text in ["user:", "user:pass", "user:pass\r\n", "user:p:w"] { #expect(Credentials(text) != nil, "\(text)") }
    }
}
