import Exchange
import Foundation
import Glibc
import Logging
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Member
@testable import RoundSimulation
@testable import Values

@Suite("Evidence that is kept")
struct EvidenceStoreTests {
    private let place: TemporaryDirectory
    private let home: Home

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: "mixer0", name: "Mixer", role: .mixer, alternativeNames: [], validityDays: 30)
    }

    private static func secrets(_ byte: UInt8) -> EvidenceSecrets {
        var secrets = EvidenceSecrets()
        secrets.saltShares = ["a": HexBytes(.filled(byte, 32))]
        return secrets
    }

    @Test("Secrets lie sealed on the disk; what was noted first stays, and what was not is added")
    func secrets() async throws {
        let record = try await BoardFixture.verifiedRows.value.after(Selected.self)
        let store = try EvidenceStore(home: home)
        try store.keep(EvidenceSecrets(), of: record)
        #expect(try store.rounds() == [])
        try store.keep(Self.secrets(0x5a), of: record)
        var more = Self.secrets(0x77)
        more.selectionSeed = HexBytes(.filled(0x66, 32))
        try store.keep(more, of: record)
        let kept = try #require(try store.secrets(of: record.round))
        #expect(kept.saltShares == Self.secrets(0x5a).saltShares && kept.selectionSeed == more.selectionSeed)
        let bytes = try place.read("home/evidence/\(record.round).secrets")
        #expect(!String(decoding: bytes, as: UTF8.self).contains("5a5a5a"))
        #expect(try place.mode("home/evidence/\(record.round).secrets") == 0o600)
        #expect(throws: (any Error).self) {
            try place.overwrite(
                "home/evidence/\(record.round).secrets", bytes.dropLast() + [bytes[bytes.count - 1] ^ 1])
            _ = try store.secrets(of: record.round)
        }
    }

    @Test("It is removed when the agreement's days are over, and not before")
    func expires() async throws {
        let record = try await BoardFixture.verifiedRows.value.after(Selected.self)
        let days = Int64(record.agreement.retentionDays) * 86_400
        try EvidenceStore(home: home, clock: Self.clock(1_000)).keep(Self.secrets(1), of: record)
        let before = try EvidenceStore(home: home, clock: Self.clock(1_000 + days))
        try await before.removeExpired()
        #expect(try before.rounds() == [record.round])
        #expect(try before.kept(record.round)?.until == 1_000 + days)
        let after = try EvidenceStore(home: home, clock: Self.clock(1_001 + days))
        try await after.removeExpired()
        #expect(try after.rounds() == [])
        #expect(try place.contents().count == 1)
        await #expect(throws: EvidenceExportError.notKept(round: "\(record.round)")) {
            try await after.export(record.round, withStreams: true, to: place.file("out"))
        }
        #expect(try place.contents() == ["home"])
    }

    @Test("A board as text is read back to the same bytes, and nothing else is read")
    func boardText() throws {
        let entries = (1...3).map { number in
            [UInt8](repeating: UInt8(number), count: 64) + Array("{\"a\":\(number)}".utf8)
        }
        let text = entries.flatMap(BoardText.line(of:))
        #expect(BoardText.entries(text) == entries)
        for wrong in [
            [], Array(text.dropLast()), Array(text.dropFirst()), text + [10], Array("x".utf8) + text.dropFirst(),
        ] {
            #expect(BoardText.entries(wrong) == nil)
        }
    }

    /// It stalls for as long as it can: it takes the connection, and says nothing.
    @Test(
        "A coordinator that gives nothing does not keep a complaint off the board: half of the time left is waited",
        .timeLimit(.minutes(10)))
    func stalled() async throws {
        let silent = try SilentServer()
        let record = try await BoardFixture.verifiedRows.value.after(Selected.self)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = ExchangeClientConfiguration(
            baseURL: "https://127.0.0.1:\(silent.port)", serverPins: [],
            identity: try TLSIdentity(
                certificateChainPEM: home.keys.tlsCertificatePEM, privateKeyPEM: home.keys.tlsPrivateKeyPEM))
        configuration.retry = .untilCancelled
        let client = try ExchangeClient(configuration: configuration, logger: quiet)
        let complaint = Complained(against: record.coordinator, code: .selectionWrong)
        for secondsLeft: Int64 in [4, 1, 0, -10] {
            let clock = Self.clock(Int64(record.opening.deadline) - secondsLeft)
            let store = try EvidenceStore(home: home, clock: clock)
            let keeper = EvidenceKeeper(store: store, client: client, clock: clock, logger: quiet)
            try await keeper.keep(complaint, of: record)
            #expect(try store.rounds() == [record.round])
        }
        try await client.shutdown()
    }

    @Test("In a round of weeks a complaint waits for a day and no longer")
    func patience() {
        #expect(EvidenceKeeper.patience(secondsLeft: 4_838_400) == .seconds(86_400))
        #expect(EvidenceKeeper.patience(secondsLeft: 172_798) == .seconds(86_399))
        #expect(EvidenceKeeper.patience(secondsLeft: 0) == .zero)
    }

    private static func clock(_ seconds: Int64) -> MachineClock {
        MachineClock(wall: { Date(timeIntervalSince1970: Double(seconds)) }, monotonic: { .zero })
    }
}

/// Takes connections, and never reads or writes.
private final class SilentServer: Sendable {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
