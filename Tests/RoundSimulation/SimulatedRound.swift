import Crypto
import Foundation
import PSIProtocol
import Values

/// A whole round in one process: a board, streams in memory, and every role as the daemons run it. No sockets, no
/// clock.
final class SimulatedRound<S: Suite> {
    let study: SimulatedStudy
    let registers: [RegisterID: [SimulatedPerson]]
    let streams: MemoryStreams
    private(set) var board: [[UInt8]] = []
    private(set) var opened = CollectedRecords()
    private(set) var outcome: CoordinatorRunner.Outcome?
    /// Called before each duty, and again between its work and its entry; may throw a `SimulatedCrash`, after which the
    /// role starts again from board and secrets.
    var beforeDuty: (ParticipantID, String) throws -> Void = { _, _ in }
    /// What somebody says instead, once its work is done: given who, which duty, what it would say, and all streams.
    var alter: (ParticipantID, String, inout any EntryBody, MemoryStreams) async throws -> Void = { _, _, _, _ in }
    /// What the research environment's streams and archive go through; nil for nothing.
    var recording: OperationLog?
    /// A count-only round's noise.
    var noise: @Sendable (NoisePlan) -> [Int] = { $0.draw() }
    /// Of the study: what its holders keep from round to round.
    var studyKeys: [ParticipantID: SymmetricKey] = [:]
    /// What everybody knows of the study keys from earlier rounds.
    var knownStudyKeys: [ParticipantID: [UInt8]] = [:]
    /// What the research environment makes lasting pseudonyms with.
    var pseudonymKey = SymmetricKey(size: .bits256)
    /// What the round is for; nil: it links.
    var purpose: RoundPurpose?
    /// In a round of withdrawals, the names that the research environment found.
    private(set) var withdrawn: [[UInt8]] = []
    /// What does a node's first duty in place of the simulation; nil when it has none.
    var standIns: [ParticipantID: (RoundRecord) async throws -> (any EntryBody)?] = [:]
    /// Which of the duties that somebody has is done next.
    var choose: ([SimulatedDuty]) -> Int = { _ in 0 }

    private var current: RoundRecord?
    /// What each node has mixed and not yet proved; lost in a crash.
    private var mixed: [ParticipantID: MixedLists] = [:]
    private var authorityStates: [ParticipantID: SecretBytesBox] = [:]
    private var researchState: SecretBytesBox?
    /// How an entry is noted that nobody signs; nil where all are signed.
    private let unsigned: Unsigned?

    typealias Unsigned = (any EntryBody, ParticipantID, inout RoundRecord) throws -> Void

    init(_: S.Type, study: SimulatedStudy, registers: [RegisterID: [SimulatedPerson]]) {
        self.study = study
        self.registers = registers
        self.streams = MemoryStreams()
        self.unsigned = nil
    }

    /// Goes on from a round that is under way; entries are noted without signatures, which is faster.
    init(
        _: S.Type, from keys: PreparedRound, registers: [RegisterID: [SimulatedPerson]],
        streams: MemoryStreams, unsigned: @escaping Unsigned
    ) {
        self.study = keys.study
        self.registers = registers
        self.streams = streams
        self.unsigned = unsigned
        self.current = keys.record
        self.authorityStates = keys.authorityStates
        self.researchState = keys.researchState
    }

    /// Runs until nobody has anything to do, or until `stop` says so.
    func run(until stop: (RoundRecord) -> Bool = { _ in false }) async throws {
        if current == nil {
            board = [try study.opening(purpose: purpose).bytes]
            try replay()
        }
        while !stop(try record()), try await step() {}
    }

    func record() throws -> RoundRecord {
        guard let current else { throw SimulationError.notOpened }
        return current
    }

    /// Folds the board again from its first entry, as a role does that starts again.
    func replay() throws {
        guard unsigned == nil else { return }
        var record = try RoundRecord(
            opening: board[0], agreement: study.agreement, file: study.file, studyKeys: knownStudyKeys)
        for entry in board.dropFirst() { try record.fold(entry) }
        current = record
    }

    func post(_ body: any EntryBody, by author: ParticipantID) throws {
        var record = try record()
        if let unsigned {
            try unsigned(body, author, &record)
            current = record
            return
        }
        let entry = try SignedEntry(
            body: body, author: author, round: record.round, seen: record.head, key: study.signing[author]!)
        try record.append(entry.bytes)
        current = record
        board.append(entry.bytes)
    }

    /// Takes an entry that was signed elsewhere.
    func take(_ entry: SignedEntry) throws {
        var record = try record()
        try record.append(entry.bytes)
        current = record
        board.append(entry.bytes)
    }

    /// Everything that somebody could do now.
    func duties() throws -> [SimulatedDuty] {
        let record = try record()
        return record.ring.flatMap { node in record.authorityDuties(of: node).map { .authority(node, $0) } }
            + record.researchDuties(of: "research").map { .research($0) }
            + record.coordinatorDuties().map { .coordinator($0) }
    }

    private func step() async throws -> Bool {
        let duties = try duties()
        if duties.isEmpty { return false }
        let duty = duties[choose(duties)]
        while true {
            do {
                try beforeDuty(duty.who, duty.what)
                var body = try await perform(duty)
                try await alter(duty.who, duty.what, &body, streams)
                try beforeDuty(duty.who, "post \(duty.what)")
                try post(body, by: duty.who)
                return true
            } catch is SimulatedCrash {
                // Who dies loses what it has in memory; the others do not.
                mixed[duty.who] = nil
                try replay()
            }
        }
    }

    /// Does a duty's work, but posts nothing.
    ///
    /// - Parameter other: a record to go by instead of the round's own.
    func perform(_ duty: SimulatedDuty, on other: RoundRecord? = nil) async throws -> any EntryBody {
        let record = try other ?? record()
        if let standIn = standIns[duty.who] {
            guard let body = try await standIn(record) else { throw SimulationError.idle }
            return body
        }
        switch duty {
        case .authority(let node, let duty): return try await authority(node, duty, record)
        case .research(let duty): return try await research(duty, record)
        case .coordinator(.close): return RoundClosed()
        case .coordinator(.abort(let abort)): return abort
        case .coordinator(.match):
            let noise = noise
            let runner = CoordinatorRunner(
                me: "coordinator", hpkeKey: study.hpke["coordinator"]!, port: streams,
                workers: Workers(count: 2, engine: SimulationEngine.current))
            let outcome = try await runner.match(record) { $1 ?? noise($0) }
            self.outcome = outcome
            return outcome.body
        }
    }

    /// A node's secrets, read back from its sealed state.
    func secrets(of node: ParticipantID) throws -> AuthoritySecrets<S> {
        if authorityStates[node] == nil {
            let fresh = try AuthoritySecrets<S>(for: node, in: try record(), studyKey: studyKeys[node])
            authorityStates[node] = SecretBytesBox(try fresh.serialized())
        }
        let studyKey = studyKeys[node]
        guard
            let secrets = authorityStates[node]?.read({ AuthoritySecrets<S>(serialized: $0, studyKey: studyKey) })
        else {
            throw SimulationError.lostSecrets
        }
        return secrets
    }

    func researchSecrets() throws -> ResearchSecrets {
        if researchState == nil {
            let fresh = ResearchSecrets(for: "research", in: try record())
            researchState = SecretBytesBox(try fresh.serialized())
        }
        guard let secrets = researchState?.read(ResearchSecrets.init(serialized:)) else {
            throw SimulationError.lostSecrets
        }
        return secrets
    }

    /// Secrets and the board so far, from which many rounds can go on.
    func prepared() throws -> PreparedRound {
        PreparedRound(
            study: study, record: try record(), authorityStates: authorityStates, researchState: researchState)
    }

    private func authority(
        _ node: ParticipantID, _ duty: AuthorityDuty, _ record: RoundRecord
    ) async throws -> any EntryBody {
        let runner = AuthorityRunner<S>(
            me: node, hpkeKey: study.hpke[node]!, port: streams, lists: streams.keeper(node),
            mixed: mixedLists(of: node),
            workers: Workers(count: 2, engine: SimulationEngine.current))
        let people = registers
        return try await runner.perform(duty, record: record, secrets: try secrets(of: node)) { register in
            SimulatedPeople(people: people[register.id] ?? [], register: register, agreement: record.agreement)
        }
    }

    private func mixedLists(of node: ParticipantID) -> MixedLists {
        if let known = mixed[node] { return known }
        let fresh = MixedLists()
        mixed[node] = fresh
        return fresh
    }

    private func research(_ duty: ResearchDuty, _ record: RoundRecord) async throws -> any EntryBody {
        let secrets = try researchSecrets()
        let port: any RoundPort = recording.map { RecordingPort(base: streams, log: $0) } ?? streams
        let runner = ResearchRunner(
            me: "research", hpkeKey: study.hpke["research"]!, port: port,
            workers: Workers(count: 2, engine: SimulationEngine.current))
        if duty == .receive, record.isOfWithdrawals {
            let names = MemoryArchive(pseudonymKey: pseudonymKey)
            let archive = WithdrawalArchive { names.lastingPseudonym(of: $0) }
            _ = try await runner.receive(record: record, secrets: secrets, into: archive) { _, _ in [] }
            withdrawn = archive.names
            return Received(withdrawn: CountPublication(agreement: study.agreement).count(withdrawn.count))
        }
        if duty == .receive {
            let memory = MemoryArchive(pseudonymKey: pseudonymKey)
            let archive: any ReleaseArchive = recording.map { RecordingArchive(base: memory, log: $0) } ?? memory
            let (streams, recording) = (streams, recording)
            let width = study.agreement.cellByteCount
            let received: [ListSummary]
            do {
                received = try await runner.receive(record: record, secrets: secrets, into: archive) {
                    stream, handles in
                    recording?.note("cells of \(stream): \(handles.count)")
                    return await streams.cells(stream, handles: handles, width: width)
                }
            } catch let violation as ProtocolViolation {
                guard let complaint = ResearchRunner.complaint(about: violation, in: record) else { throw violation }
                return complaint
            }
            // The daemon leaves that to a command, after the end.
            opened = try await memory.open(
                study.agreement, round: record.round, expected: received, into: CollectedRecords())
        }
        return try runner.announce(duty, record: record, secrets: secrets)
    }
}

/// What somebody does next.
enum SimulatedDuty: Equatable {
    case authority(ParticipantID, AuthorityDuty)
    case research(ResearchDuty)
    case coordinator(CoordinatorDuty)

    var who: ParticipantID {
        switch self {
        case .authority(let node, _): node
        case .research: "research"
        case .coordinator: "coordinator"
        }
    }

    var what: String {
        switch self {
        case .authority(_, let duty): "\(duty)"
        case .research(let duty): "\(duty)"
        case .coordinator(let duty): "\(duty)"
        }
    }
}

/// A round under way, but for its streams.
struct PreparedRound: Sendable {
    let study: SimulatedStudy
    let record: RoundRecord
    let authorityStates: [ParticipantID: SecretBytesBox]
    let researchState: SecretBytesBox?
}

struct SimulatedCrash: Error {}
enum SimulationError: Error { case notOpened, lostSecrets, noStream, idle }

/// Stands for the sealed state on a node's disk.
final class SecretBytesBox: Sendable {
    private let bytes: SecretBytes
    init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
    func read<Value: ~Copyable>(_ body: (borrowing SecretBytes) -> Value) -> Value { body(bytes) }
}
