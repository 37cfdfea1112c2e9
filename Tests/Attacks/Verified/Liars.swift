import Daemon
import Exchange
import Foundation
import Logging
import Member
import Register
import Synchronization
import Testing
import Values

@testable import Coordinator
@testable import Node
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import SystemHarness

/// Which lie a participant tells next, by its name; it does everything else as it should.
final class LieSwitch: Sendable {
    private let name = Mutex<String?>(nil)

    func set(_ name: String?) { self.name.withLock { $0 = name } }

    /// Tells the lie, if this is the duty for it.
    func tell(
        _ record: RoundRecord, who: ParticipantID, duty: String, _ body: inout any EntryBody, _ streams: MemoryStreams
    ) async throws {
        guard let name = name.withLock({ $0 }),
            let lie = try VerifiedLie.all(in: record).first(where: { $0.name == name }),
            lie.who == who, lie.duty == duty
        else { return }
        try await lie.tell(&body, streams)
    }
}

let silentLogger = Logger(label: "liar", factory: { _ in SwiftLogNoOpLogHandler() })

/// Runs a participant of this process beside the study's programs.
private func serving<Result: Sendable>(
    _ home: Home, in study: StudyOnDisk, member: (ExchangeClient, SealedState) throws -> any RoundMember,
    body: (ExchangeClient) async throws -> Result
) async throws -> Result {
    let pin = try #require(TLSPin(bytes: try study.keys("coordinator").tlsPin))
    let client = try ExchangeClient(
        configuration: ExchangeClientConfiguration(
            baseURL: "https://localhost:\(try study.port())", serverPins: [pin],
            identity: try TLSIdentity(
                certificateChainPEM: home.keys.tlsCertificatePEM, privateKeyPEM: home.keys.tlsPrivateKeyPEM)),
        logger: silentLogger)
    let state = try home.state()
    let service = MemberService(
        client: client, home: home, state: state, member: try member(client, state), logger: silentLogger)
    let serving = Task { try await service.run() }
    do {
        let result = try await body(client)
        serving.cancel()
        _ = await serving.result
        try await client.shutdown()
        return result
    } catch {
        serving.cancel()
        _ = await serving.result
        try? await client.shutdown()
        throw error
    }
}

/// A research environment that says something else than it found when told to.
struct LyingResearch: RoundMember {
    private let honest: ResearchMember
    private let lies: LieSwitch

    /// Runs beside the study's programs in place of the participant's own.
    static func running<Result: Sendable>(
        in study: StudyOnDisk, lies: LieSwitch, _ body: @Sendable (ExchangeClient) async throws -> Result
    ) async throws -> Result {
        let home = try Home(at: study.home("research").path, roles: [.research])
        return try await serving(home, in: study) { client, state in
            LyingResearch(
                honest: try ResearchMember(
                    home: home, workers: Workers(count: 1), client: client, state: state, logger: silentLogger),
                lies: lies)
        } body: {
            try await body($0)
        }
    }

    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        let duty = record.researchDuties(of: "research").first
        guard var body = try await honest.step(record), let duty else { return nil }
        try await lies.tell(record, who: "research", duty: "\(duty)", &body, MemoryStreams())
        return body
    }

    func admit(_ record: RoundRecord) async throws -> RefusalCode? { try await honest.admit(record) }
    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        try await honest.erase(round, ending: ending)
    }
    func settle(_ record: RoundRecord) async throws -> Bool { try await honest.settle(record) }
    func disown(_ round: RoundID) async throws { try await honest.disown(round) }
    func tidy() async { await honest.tidy() }
    func observe(_ record: RoundRecord) async { await honest.observe(record) }
}

/// A node whose operator has changed its program so that it lies when told to.
actor LyingNode: RoundMember {
    private let home: Home
    private let client: ExchangeClient
    private let state: SealedState
    private let sources: [RegisterID: RegisterSource]
    private let lies: LieSwitch
    private let evidence: EvidenceKeeper
    private var mixed: [RoundID: MixedLists] = [:]

    private init(
        home: Home, client: ExchangeClient, state: SealedState, sources: [RegisterID: RegisterSource], lies: LieSwitch
    ) throws {
        self.home = home
        self.client = client
        self.state = state
        self.sources = sources
        self.lies = lies
        evidence = EvidenceKeeper(store: try EvidenceStore(home: home), client: client, logger: silentLogger)
    }

    /// Runs beside the study's programs in place of the participant's own.
    static func running<Result: Sendable>(
        _ id: String, in study: StudyOnDisk, lies: LieSwitch,
        _ body: @Sendable (ExchangeClient) async throws -> Result
    ) async throws -> Result {
        let home = try Home(at: study.home(id).path, roles: [.authority, .mixer])
        return try await serving(home, in: study) { client, state in
            try LyingNode(
                home: home, client: client, state: state, sources: try NodeConfiguration(home: home).registers,
                lies: lies)
        } body: {
            try await body($0)
        }
    }

    func admit(_ record: RoundRecord) async throws -> RefusalCode? { nil }

    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        let me = home.keys.id
        guard let duty = record.authorityDuties(of: me).first, duty != .eraseKeys else { return nil }
        let name = StateName.secrets(of: record.round)
        if try state.secret(name) == nil {
            try state.put(name, try AuthoritySecrets<Ristretto255>(for: me, in: record).serialized())
        }
        guard let sealed = try state.secret(name), let secrets = AuthoritySecrets<Ristretto255>(serialized: sealed)
        else { throw HarnessError("the liar has lost its secrets") }
        let spool = try home.spool()
        let port = StagedPort(
            ExchangePort(record: record, keys: home.keys, transport: client, state: state, spool: spool))
        let runner = AuthorityRunner<Ristretto255>(
            me: me, hpkeKey: home.keys.hpkeKey, port: port,
            lists: SealedLists(directory: try home.directory.subdirectory("lists"), round: record.round, state: state),
            mixed: mixed(record.round), workers: Workers(count: 1))
        let sources = sources
        var body = try await runner.perform(duty, record: record, secrets: secrets) { register in
            guard let source = sources[register.id] else { throw HarnessError("no register \(register.id)") }
            return try await RegisterPeople(
                agreement: record.agreement, declaration: register, source: source, today: record.openingDay,
                maxPeople: register.maxPeople, spool: spool, workers: Workers(count: 1))
        }
        try await lies.tell(record, who: me, duty: "\(duty)", &body, port.streams)
        try await port.send()
        if let complaint = body as? Complained {
            evidence.keep(
                record.evidenceSecrets(of: complaint, for: me, secrets: secrets, hpkeKey: home.keys.hpkeKey),
                of: record)
        }
        return body
    }

    private func mixed(_ round: RoundID) -> MixedLists {
        if let known = mixed[round] { return known }
        let fresh = MixedLists()
        mixed[round] = fresh
        return fresh
    }

    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        _ = try state.destroy(.round(round))
        await mixed.removeValue(forKey: round)?.discard()
    }

    func settle(_ record: RoundRecord) async throws -> Bool {
        try await evidence.keepAll(of: record)
        return true
    }

    func observe(_ record: RoundRecord) async {}
}

/// A coordinator that says something else than it found when told to.
struct LyingMatching: Matching {
    let honest: HonestMatching
    let lies: LieSwitch

    func match(
        _ record: RoundRecord, noise: @escaping @Sendable (NoisePlan, [Int]?) async throws -> [Int]
    ) async throws -> CoordinatorRunner.Outcome {
        let port = StagedPort(honest.port(record))
        let found = try await CoordinatorRunner(
            me: honest.home.keys.id, hpkeKey: honest.home.keys.hpkeKey, port: port, workers: Workers(count: 1)
        ).match(record, noise: noise)
        var body = found.body
        try await lies.tell(record, who: honest.home.keys.id, duty: "match", &body, port.streams)
        try await port.send()
        return CoordinatorRunner.Outcome(body: body, counts: found.counts, linkage: found.linkage)
    }

    /// Runs the coordinator in place of the program, with all that the program has.
    static func running<Result: Sendable>(
        in study: StudyOnDisk, lies: LieSwitch, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let home = try CoordinatorHome(at: study.home("coordinator").path)
        let serving = Task {
            try await CoordinatorDaemon(home: home, logger: silentLogger).run {
                LyingMatching(honest: $0, lies: lies)
            }
        }
        do {
            try await wait(seconds: 60) { FileManager.default.fileExists(atPath: home.home.statusPath) }
            let result = try await body()
            serving.cancel()
            _ = await serving.result
            return result
        } catch {
            serving.cancel()
            _ = await serving.result
            throw error
        }
    }
}
