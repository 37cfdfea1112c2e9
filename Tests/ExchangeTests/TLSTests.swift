import AsyncHTTPClient
import Crypto
import Foundation
import Logging
import NIOSSL
import PSIProtocol
import Synchronization
import Testing

@testable import Exchange

/// TLS 1.3 with pinned keys on both sides. [P-53]
@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    @Test func aPinIsTheHashOfTheKeyInfo() throws {
        for certificate in [try TestCertificate.selfSigned(), try .selfSigned(ed25519: true), try .issued()] {
            let pin = try TLSPin(certificatePEM: certificate.certificatePEM)
            #expect(pin.bytes == Array(SHA256.hash(data: certificate.subjectPublicKeyInfo)))
            #expect(pin.description == "sha256:" + Data(pin.bytes).base64EncodedString())
            #expect(try certificate.identity().pin == pin)
        }
        #expect(TLSPin(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test func unreadableFilesAreNamed() throws {
        let one = try TestCertificate.selfSigned()
        let other = try TestCertificate.selfSigned()
        for text in ["", "no PEM", one.privateKeyPEM, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
            #expect(throws: TLSRefusal.unreadable(reason: "the certificate")) { try TLSPin(certificatePEM: text) }
        }
        #expect(throws: TLSRefusal.unreadable(reason: "the private key")) {
            try TLSIdentity(certificateChainPEM: one.certificatePEM, privateKeyPEM: "no key")
        }
        #expect(throws: TLSRefusal.keyDoesNotFit) {
            try TLSIdentity(certificateChainPEM: one.certificatePEM, privateKeyPEM: other.privateKeyPEM)
        }
        #expect(throws: TLSRefusal.certificateTooLarge(limit: 16_384)) {
            try PeerCertificate(der: [UInt8](repeating: 0x30, count: 16_385))
        }
    }

    /// A certificate cut or altered anywhere is refused or has a pin; it never traps.
    @Test func damagedCertificatesNeverTrap() throws {
        let certificate = try TestCertificate.selfSigned()
        let der = try NIOSSLCertificate(bytes: Array(certificate.certificatePEM.utf8), format: .pem).toDERBytes()
        var refused = 0
        for index in der.indices {
            do { _ = try PeerCertificate(der: Array(der.prefix(index))) } catch { refused += 1 }
            for flip: UInt8 in [0xFF, 0x01, 0x20] {
                var altered = der
                altered[index] ^= flip
                _ = try? PeerCertificate(der: altered)
            }
        }
        #expect(refused == der.count)
        #expect(try PeerCertificate(der: der).pin.bytes == Array(SHA256.hash(data: certificate.subjectPublicKeyInfo)))
    }

    @Test func ownCertificateOutOfDateIsNamedAtTheStart() async throws {
        let past = Date(timeIntervalSince1970: 1_700_000_000)
        let expired = try TestCertificate.selfSigned(from: past.addingTimeInterval(-10), until: past).identity()
        #expect(throws: TLSRefusal.expired(notAfter: past)) { try expired.checkValidity() }
        let future = Date(timeIntervalSince1970: 4_000_000_000)
        let early = try TestCertificate.selfSigned(from: future, until: future.addingTimeInterval(10)).identity()
        #expect(throws: TLSRefusal.notYetValid(notBefore: future)) { try early.checkValidity() }
        let configuration = ExchangeClientConfiguration(
            baseURL: "https://localhost", serverPins: [expired.pin], identity: expired)
        #expect(throws: TLSRefusal.expired(notAfter: past)) {
            try ExchangeClient(configuration: configuration, logger: TestExchange.logger)
        }
        await #expect(throws: TLSRefusal.expired(notAfter: past)) {
            try await TestExchange.run(server: .selfSigned(from: past.addingTimeInterval(-10), until: past)) { _ in }
        }
        #expect(TLSRefusal.expired(notAfter: past).description.contains("2023-11-14"))
    }

    @Test func everyKindOfCertificateServes() async throws {
        for (server, client) in [
            (try TestCertificate.selfSigned(), try TestCertificate.issued()),
            (try .issued(), try .selfSigned(ed25519: true)), (try .selfSigned(ed25519: true), try .selfSigned()),
        ] {
            try await TestExchange.run(server: server, client: client) { exchange in
                try await exchange.withClient { client async throws in
                    #expect(try await client.rounds().rounds.isEmpty)
                }
            }
        }
    }

    @Test func theKeyExchangeIsHybridWhereThePeerHasIt() async throws {
        try await TestExchange.run { exchange in
            for curve in [NIOTLSCurve.x25519_MLKEM768, .x25519] {
                let answer = try await exchange.raw("GET", "/v1/rounds") { $0.curves = [curve] }
                #expect(answer.status == 200)
            }
            for curve in [NIOTLSCurve.secp256r1, .secp384r1] {
                await #expect(throws: (any Error).self) {
                    try await exchange.raw("GET", "/v1/rounds") { $0.curves = [curve] }
                }
            }
        }
    }

    @Test func olderTLSAndPlainHTTPAreRefused() async throws {
        try await TestExchange.run { exchange in
            await #expect(throws: (any Error).self) {
                try await exchange.raw("GET", "/v1/rounds") {
                    $0.minimumTLSVersion = .tlsv12
                    $0.maximumTLSVersion = .tlsv12
                }
            }
            let plain = HTTPClient(eventLoopGroupProvider: .singleton)
            await #expect(throws: (any Error).self) {
                _ = try await plain.execute(
                    HTTPClientRequest(url: "http://127.0.0.1:\(exchange.port)/v1/rounds"), timeout: .seconds(5))
            }
            try await plain.shutdown()
            // And the server has taken no harm.
            try await exchange.withClient { client async throws in #expect(try await client.rounds().rounds.isEmpty) }
        }
    }

    @Test func unknownExpiredAndMissingClientCertificatesAreRefused() async throws {
        let log = LogRecorder()
        let expired = try TestCertificate.selfSigned(until: Date(timeIntervalSinceNow: -60)).identity()
        try await TestExchange.run(logger: log.logger) { exchange in
            exchange.delegate.change { $0.pins.insert(expired.pin) }
            let stranger = try TestCertificate.selfSigned("stranger").identity()
            await #expect(throws: TLSRefusal.refusedByPeer) {
                try await exchange.withClient(stranger) { try await $0.rounds() }
            }
            // The client refuses to start with an expired certificate, so it takes a raw one to try.
            await #expect(throws: (any Error).self) { try await exchange.raw("GET", "/v1/rounds", identity: expired) }
            await #expect(throws: (any Error).self) {
                try await exchange.raw("GET", "/v1/rounds") {
                    $0.certificateChain = []
                    $0.privateKey = nil
                }
            }
            #expect(log.text.contains(stranger.pin.description))
            #expect(log.text.contains("the certificate expired on"))
            #expect(!log.text.contains(exchange.clientIdentity.pin.description))
            // Once the stranger's agreement is installed, it is let in.
            exchange.delegate.change { $0.pins.insert(stranger.pin) }
            try await exchange.withClient(stranger) { client async throws in
                #expect(try await client.rounds().rounds.isEmpty)
            }
        }
    }

    @Test func theServersPinAndDatesAreChecked() async throws {
        try await TestExchange.run { exchange in
            let other = try TestCertificate.selfSigned().identity()
            await #expect(throws: TLSRefusal.wrongPin(got: exchange.serverIdentity.pin)) {
                try await exchange.withClient(configure: { $0.serverPins = [other.pin] }) { try await $0.rounds() }
            }
            await #expect(throws: TLSRefusal.wrongPin(got: exchange.serverIdentity.pin)) {
                // Not tried again, however patient the policy.
                try await exchange.withClient(configure: {
                    $0.serverPins = []
                    $0.retry = .untilCancelled
                }) { try await $0.rounds() }
            }
            // While the coordinator's key is being replaced, both are pinned.
            try await exchange.withClient(configure: { $0.serverPins = [other.pin, exchange.serverIdentity.pin] }) {
                client async throws in
                #expect(try await client.rounds().rounds.isEmpty)
            }
        }
    }

    @Test("A machine on the way that opens connections is named by who issued its certificate, and gets nothing")
    func inspection() async throws {
        try await TestExchange.run(server: .issued("localhost")) { exchange in
            let own = try TestCertificate.selfSigned().identity()
            let error = try await #require(throws: TLSRefusal.self) {
                try await exchange.withClient(configure: {
                    $0.serverPins = [own.pin]
                    $0.retry = .untilCancelled
                }) { try await $0.rounds() }
            }
            #expect(error == .intercepted(got: exchange.serverIdentity.pin, issuer: "CN=authority"))
            #expect("\(error)".contains("TLS inspection") && "\(error)".contains("`CN=authority`"))
            // A coordinator may have a certificate of an authority: its key counts.
            try await exchange.withClient(configure: { $0.serverPins = [exchange.serverIdentity.pin] }) {
                client async throws in
                #expect(try await client.rounds().rounds.isEmpty)
            }
        }
    }

    @Test("What an issuer's name holds moves no cursor and is short")
    func issuersName() throws {
        let name = "\u{1B}[2J\n" + String(repeating: "x", count: 60)
        let certificate = try TestCertificate.issued(authority: name)
        let read = try PeerCertificate(pem: certificate.certificatePEM)
        let issuer = try #require(read.issuer)
        #expect(issuer.allSatisfy(\.isASCII) && !issuer.contains("\u{1B}") && !issuer.contains("\n"))
        #expect(issuer.count <= PeerCertificate.issuerLimit)
        #expect(try PeerCertificate(pem: TestCertificate.selfSigned().certificatePEM).issuer == nil)
    }

    @Test func anExpiredServerCertificateIsRefused() async throws {
        let until = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 3_600).rounded())
        try await TestExchange.run(server: .selfSigned(until: until)) { exchange in
            for (moment, refusal) in [
                (until.addingTimeInterval(1), TLSRefusal.expired(notAfter: until)), (until.addingTimeInterval(-1), nil),
            ] {
                if let refusal {
                    await #expect(throws: refusal) {
                        try await exchange.withClient(configure: { $0.now = { moment } }) { try await $0.rounds() }
                    }
                } else {
                    try await exchange.withClient(configure: { $0.now = { moment } }) { _ = try await $0.rounds() }
                }
            }
        }
    }

    /// A connection that stays open gives no more rights than a new one would.
    @Test func connectionsDoNotOutliveTheirCallersRights() async throws {
        let until = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 3_600).rounded())
        let now = TestClock()
        let ownClock: TestExchange.Change = { $0.now = { now.date } }
        try await TestExchange.run(client: .selfSigned(until: until), configure: ownClock) { exchange in
            let other = try TestCertificate.selfSigned().identity()
            exchange.delegate.change { $0.pins.insert(other.pin) }
            try await exchange.withClient(other) { client async throws in
                _ = try await client.rounds()
                exchange.delegate.change { _ = $0.pins.remove(other.pin) }
                #expect(try await problem { _ = try await client.rounds() }.knownCode == .callerUnknown)
            }
            try await exchange.withClient { client async throws in
                _ = try await client.rounds()
                now.set(until.addingTimeInterval(1))
                let refused = try await problem { _ = try await client.rounds() }
                #expect(refused.knownCode == .callerUnknown)
                #expect(refused.detail?.contains("expired") == true)
            }
            // And a new connection isn't even made.
            await #expect(throws: TLSRefusal.refusedByPeer) { try await exchange.withClient { try await $0.rounds() } }
        }
    }
}

/// A clock that a test sets.
final class TestClock: Sendable {
    private let given = Mutex<Date?>(nil)

    var date: Date { given.withLock { $0 } ?? Date() }

    func set(_ date: Date) { given.withLock { $0 = date } }
}

/// Keeps what is logged.
final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(recorder: self) }
        logger.logLevel = .trace
        return logger
    }

    private func add(_ line: String) { lines.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.add("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])")
        }
    }
}
