import Crypto
import Daemon
import Exchange
import Foundation
import Logging
import Member
import PSIProtocol
import Testing
import Values

@testable import SystemHarness

/// A participant of a study on the disk that follows the protocol only as far as its attack needs.
struct RogueParticipant: Sendable {
    let id: String
    let study: StudyOnDisk
    let keys: KeyDirectory
    let client: ExchangeClient

    /// - Parameter certificate: another's, to call under its pin; `operator` for the coordinator's operator.
    static func with<Value>(
        _ id: String, in study: StudyOnDisk, _ body: (RogueParticipant) async throws -> Value
    ) async throws -> Value {
        let keys =
            id == "operator"
            ? try KeyDirectory.open(at: study.home("coordinator").path + "/operator") : try study.keys(id)
        let pin = try #require(TLSPin(bytes: try study.keys("coordinator").tlsPin))
        var configuration = ExchangeClientConfiguration(
            baseURL: "https://127.0.0.1:\(try study.port())", serverPins: [pin],
            identity: try TLSIdentity(
                certificateChainPEM: keys.tlsCertificatePEM, privateKeyPEM: keys.tlsPrivateKeyPEM))
        configuration.retry = .never
        let client = try ExchangeClient(
            configuration: configuration, logger: Logger(label: "rogue", factory: { _ in SwiftLogNoOpLogHandler() }))
        do {
            let value = try await body(RogueParticipant(id: id, study: study, keys: keys, client: client))
            try await client.shutdown()
            return value
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// The round that is open, once there is one.
    func openRound() async throws -> RoundID {
        for _ in 0..<600 {
            if let round = try await client.rounds(wait: .seconds(1)).rounds.first { return round.round }
        }
        throw HarnessError("no round was opened")
    }

    /// Does what is due until all manifests are signed.
    func untilManifests(_ round: RoundID) async throws -> BoardFollower {
        let opening = try await BoardFollower.opening(of: round, client: client)
        let home = try Home(at: study.home(id).path, roles: [study.role(id)])
        let agreement = try #require(AgreementID(hex: Hex.encode(try Self.opened(opening).agreement.bytes)))
        let installed = try #require(try home.agreements().load(agreement))
        var follower = try BoardFollower(opening: opening, agreement: installed, client: client, keys: keys)
        try await follower.refresh()
        let secrets = try AuthoritySecrets<Ristretto255>(for: id, in: follower.record)
        let state = try home.state()
        while !follower.record.allManifestsSigned {
            guard let duty = follower.record.authorityDuties(of: id).first else {
                try await follower.refresh(wait: .seconds(5))
                continue
            }
            let port = ExchangePort(
                record: follower.record, keys: keys, transport: client, state: state, spool: try home.spool())
            let lists = SealedLists(
                directory: try home.directory.subdirectory("lists"), round: round, state: state)
            let runner = AuthorityRunner<Ristretto255>(
                me: id, hpkeKey: keys.hpkeKey, port: port, lists: lists, workers: Workers(count: 1))
            let body = try await runner.perform(duty, record: follower.record, secrets: secrets) { _ in
                throw HarnessError("a rogue reads no register")
            }
            try await follower.post(body)
        }
        return follower
    }

    private static func opened(_ entry: SignedEntry) throws -> RoundOpened {
        guard let opened = entry.body as? RoundOpened else { throw HarnessError("the board has no opening") }
        return opened
    }

    /// What a call is refused with.
    func problem(_ body: (ExchangeClient) async throws -> Void) async throws -> ExchangeProblem {
        do { try await body(client) } catch let problem as ExchangeProblem { return problem }
        throw HarnessError("the call was taken")
    }
}

/// Random bytes of an attack.
func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }
