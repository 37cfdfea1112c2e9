import Daemon
import Exchange
import Foundation
import Logging
import Member
import PSIProtocol
import Register
import Testing
import Values

@testable import SystemHarness

/// A node whose operator has changed its program: it does a node's duties, but seals what it likes for one person.
actor RogueNode: RoundMember {
    private let home: Home
    private let client: ExchangeClient
    private let state: SealedState
    private let source: RegisterSource
    private let change: @Sendable (PersonRecord) -> PersonRecord

    private init(
        home: Home, client: ExchangeClient, state: SealedState, source: RegisterSource,
        change: @escaping @Sendable (PersonRecord) -> PersonRecord
    ) {
        self.home = home
        self.client = client
        self.state = state
        self.source = source
        self.change = change
    }

    /// Runs beside the study's programs in place of the owner's own.
    ///
    /// - Parameters:
    ///   - change: what becomes of each person before the rows are sealed.
    static func running<Result: Sendable>(
        _ id: String, in study: StudyOnDisk, change: @escaping @Sendable (PersonRecord) -> PersonRecord,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let register = try #require(study.design.registers.first { $0.owner == id })
        let file = study.directory.appendingPathComponent(register.fileName).path
        let home = try Home(at: study.home(id).path, roles: [.authority])
        let logger = Logger(label: "rogue", factory: { _ in SwiftLogNoOpLogHandler() })
        let pin = try #require(TLSPin(bytes: try study.keys("coordinator").tlsPin))
        let client = try ExchangeClient(
            configuration: ExchangeClientConfiguration(
                baseURL: "https://localhost:\(try study.port())", serverPins: [pin],
                identity: try TLSIdentity(
                    certificateChainPEM: home.keys.tlsCertificatePEM, privateKeyPEM: home.keys.tlsPrivateKeyPEM)),
            logger: logger)
        let state = try home.state()
        let rogue = RogueNode(
            home: home, client: client, state: state,
            source: RegisterSource(CSVSource(path: file, delimiter: .comma), identityColumn: "hetu"), change: change)
        let service = MemberService(client: client, home: home, state: state, member: rogue, logger: logger)
        let serving = Task { try await service.run() }
        do {
            let result = try await body()
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

    func admit(_ record: RoundRecord) async throws -> RefusalCode? { nil }

    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        guard let duty = record.authorityDuties(of: home.keys.id).first, duty != .eraseKeys else { return nil }
        let name = StateName.secrets(of: record.round)
        if try state.secret(name) == nil {
            try state.put(name, try AuthoritySecrets<Ristretto255>(for: home.keys.id, in: record).serialized())
        }
        guard let sealed = try state.secret(name), let secrets = AuthoritySecrets<Ristretto255>(serialized: sealed)
        else { throw HarnessError("the rogue node has lost its secrets") }
        let spool = try home.spool()
        let runner = AuthorityRunner<Ristretto255>(
            me: home.keys.id, hpkeKey: home.keys.hpkeKey,
            port: ExchangePort(record: record, keys: home.keys, transport: client, state: state, spool: spool),
            lists: SealedLists(
                directory: try home.directory.subdirectory("lists"), round: record.round, state: state),
            workers: Workers(count: 1))
        let (source, change) = (source, change)
        return try await runner.perform(duty, record: record, secrets: secrets) { register in
            ChangedPeople(
                base: try await RegisterPeople(
                    agreement: record.agreement, declaration: register, source: source, today: record.openingDay,
                    maxPeople: register.maxPeople, spool: spool, workers: Workers(count: 1)), change: change)
        }
    }

    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        _ = try state.destroy(.round(round))
    }

    func observe(_ record: RoundRecord) async {}
}

private struct ChangedPeople: PeopleSource {
    var base: RegisterPeople
    let change: @Sendable (PersonRecord) -> PersonRecord

    var survey: SourceSurvey { base.survey }
    mutating func next(_ most: Int) async throws -> PeoplePiece { try await base.next(most).map(change) }
    mutating func rewind() async throws { try await base.rewind() }
}
