import Crypto
import Exchange
import Synchronization
import Testing

@testable import Coordinator
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Everybody but the coordinator, in this process: does what the board says is due, and asks the coordinator for each
/// entry and chunk as the interface would. Goes on with another coordinator on the same disk.
final class Members {
    let study: TestStudy
    let people: [RegisterID: [SimulatedPerson]]
    private let lists = MemoryStreams()
    private let attempts = AttemptCounter()
    private var authorityStates: [ParticipantID: SecretBytesBox] = [:]
    private var researchState: SecretBytesBox?

    init(_ study: TestStudy, people: [RegisterID: [SimulatedPerson]] = Members.few) {
        self.study = study
        self.people = people
    }

    /// One in the left register, two in both, one in the right.
    static let few: [RegisterID: [SimulatedPerson]] = [
        "left": ["a", "b", "c"].map { SimulatedPerson($0, rows: [[.integer(1), .null]]) },
        "right": ["b", "c", "d"].map { SimulatedPerson($0, rows: [[.integer(2), .null]]) },
    ]

    /// Does everything that is due, until `stop` says so or nobody but the coordinator has anything to do.
    func run(
        _ round: RoundID, at coordinator: RunningCoordinator, until stop: (RoundRecord) -> Bool = { _ in false }
    ) async throws {
        while true {
            let record = try await coordinator.rounds.record(of: round)
            if stop(record) { return }
            guard let (who, body) = try await next(record, coordinator) else { return }
            try await coordinator.post(body, by: who, to: round)
        }
    }

    /// The same with an engine at work, until `stop` says so or everybody's keys are erased.
    func finish(
        _ round: RoundID, at coordinator: RunningCoordinator, until stop: (RoundRecord) -> Bool = { $0.allErased }
    ) async throws {
        let start = ContinuousClock.now
        while true {
            let version = coordinator.board.changes.version(of: .board(round))
            try await run(round, at: coordinator, until: stop)
            if stop(try await coordinator.rounds.record(of: round)) { return }
            try #require(ContinuousClock.now - start < .seconds(180), "the round does not go on")
            await coordinator.board.changes.wait(for: .board(round), beyond: version, atMost: .seconds(5))
        }
    }

    private func next(
        _ record: RoundRecord, _ coordinator: RunningCoordinator
    ) async throws -> (ParticipantID, any EntryBody)? {
        for node in record.ring {
            guard let duty = record.authorityDuties(of: node).first else { continue }
            return (node, try await authority(node, duty, record, coordinator))
        }
        guard let duty = record.researchDuties(of: TestStudy.research).first else { return nil }
        return (TestStudy.research, try await research(duty, record, coordinator))
    }

    private func authority(
        _ node: ParticipantID, _ duty: AuthorityDuty, _ record: RoundRecord, _ coordinator: RunningCoordinator
    ) async throws -> any EntryBody {
        if authorityStates[node] == nil {
            let fresh = try AuthoritySecrets<Ristretto255>(for: node, in: record)
            authorityStates[node] = SecretBytesBox(try fresh.serialized())
        }
        guard let secrets = authorityStates[node]?.read({ AuthoritySecrets<Ristretto255>(serialized: $0) }) else {
            throw SimulationError.lostSecrets
        }
        let port = try port(of: node, record, coordinator)
        let runner = AuthorityRunner<Ristretto255>(
            me: node, hpkeKey: port.keys.hpke, port: port, lists: lists.keeper(node), workers: Workers(count: 1))
        let people = people
        return try await runner.perform(duty, record: record, secrets: secrets) { register in
            SimulatedPeople(people: people[register.id] ?? [], register: register, agreement: record.agreement)
        }
    }

    private func research(
        _ duty: ResearchDuty, _ record: RoundRecord, _ coordinator: RunningCoordinator
    ) async throws -> any EntryBody {
        if researchState == nil {
            researchState = SecretBytesBox(try ResearchSecrets(for: TestStudy.research, in: record).serialized())
        }
        guard let secrets = researchState?.read(ResearchSecrets.init(serialized:)) else {
            throw SimulationError.lostSecrets
        }
        let port = try port(of: TestStudy.research, record, coordinator)
        let runner = ResearchRunner(
            me: TestStudy.research, hpkeKey: port.keys.hpke, port: port, workers: Workers(count: 1))
        if duty == .receive {
            _ = try await runner.receive(record: record, secrets: secrets, into: MemoryArchive()) { _, _ in
                throw SimulationError.noStream
            }
        }
        return try runner.announce(duty, record: record, secrets: secrets)
    }

    private func port(
        of id: ParticipantID, _ record: RoundRecord, _ coordinator: RunningCoordinator
    ) throws -> MemberPort {
        let keys = try #require(study.keys[id])
        let transport = RuledTransport(coordinator: coordinator, caller: try study.caller(id))
        return MemberPort(me: id, keys: keys, record: record, transport: transport, attempts: attempts)
    }
}

/// The way of chunks to and from the coordinator's store, through its rules.
struct RuledTransport: ChunkTransport {
    let coordinator: RunningCoordinator
    let caller: Caller

    func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws {
        try await coordinator.put(chunk, seq: seq, last: last, stream: stream, to: round, by: caller)
    }

    func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk {
        try await coordinator.rounds.mayRead(stream, of: round, caller: caller)
        return try await coordinator.streams.chunk(seq: seq, stream: stream, round: round)
    }
}

actor AttemptCounter {
    private var given: [String: Int] = [:]

    func next(_ name: String) -> Int {
        defer { given[name, default: 0] += 1 }
        return given[name] ?? 0
    }
}

private struct MemberPort: RoundPort {
    let me: ParticipantID
    let keys: TestStudy.Keys
    let record: RoundRecord
    let transport: RuledTransport
    let attempts: AttemptCounter

    var spool: any Spool { MemorySpool() }

    func source(
        of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
    ) async throws -> sending any ByteSource {
        switch sealing {
        case .plain: StreamDownload(plain: stream, round: record.round, transport: transport)
        case .sealed(let receiver):
            try StreamDownload(
                sealedBy: sender, receiver: receiver, privateKey: keys.hpke, stream: stream, round: record.round,
                transport: transport)
        case .shared(let readers):
            try StreamDownload(
                sealedBy: sender, receiver: me, readers: readers, privateKey: keys.hpke, stream: stream,
                round: record.round, transport: transport)
        }
    }

    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        switch sealing {
        case .plain:
            return MemberSink(upload: StreamUpload(plain: stream, round: record.round, transport: transport))
        case .sealed(let receiver):
            let key = try #require(record.participant(receiver)).hpkeKey
            return MemberSink(
                upload: try StreamUpload(
                    sealedFor: receiver, receiverKey: key, sender: me, stream: stream, round: record.round,
                    transport: transport))
        case .shared(let readers):
            let receivers = try readers.map { ($0, try #require(record.participant($0)).hpkeKey) }
            return MemberSink(
                upload: try StreamUpload(
                    sealedFor: receivers, sender: me, stream: stream, round: record.round, transport: transport))
        }
    }

    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        await attempts.next("\(record.round)/\(batch)/\(stage)")
    }
}

private struct MemberSink: StreamSink {
    var upload: StreamUpload

    mutating func write(_ bytes: [UInt8]) async throws { try await upload.write(bytes) }
    mutating func finish() async throws { _ = try await upload.finish() }
}
