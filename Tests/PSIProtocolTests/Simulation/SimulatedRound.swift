import Crypto
import Foundation

@testable import PSIProtocol

/// A whole round in one process: a board, streams in memory, and every role as the daemons run it. No sockets, no clock.
final class SimulatedRound<S: Suite> {
    let study: SimulatedStudy
    let registers: [RegisterID: [SimulatedPerson]]
    let streams = MemoryStreams()
    private(set) var board: [[UInt8]] = []
    private var authorityStates: [ParticipantID: SecretBytesBox] = [:]
    private var researchState: SecretBytesBox?
    private(set) var opened = CollectedRecords()
    private(set) var outcome: CoordinatorRunner.Outcome?
    /// Called before each duty; may throw a `SimulatedCrash`, after which the role starts again from board and secrets.
    var beforeDuty: (ParticipantID, String) throws -> Void = { _, _ in }

    init(_: S.Type, study: SimulatedStudy, registers: [RegisterID: [SimulatedPerson]]) {
        self.study = study
        self.registers = registers
    }

    /// Runs until nobody has anything to do.
    func run() async throws {
        board = [try study.opening().bytes]
        while try await step() {}
    }

    func record() throws -> RoundRecord {
        var record = try RoundRecord(opening: board[0], agreement: study.agreement, file: study.file)
        for entry in board.dropFirst() { try record.append(entry) }
        return record
    }

    func post(_ body: EntryBody, by author: ParticipantID) throws {
        var record = try record()
        let entry = try SignedEntry(
            body: body, author: author, round: record.round, seen: record.head, key: study.signing[author]!)
        try record.append(entry.bytes)
        board.append(entry.bytes)
    }

    private func step() async throws -> Bool {
        for node in try record().ring {
            let record = try record()
            for duty in record.authorityDuties(of: node) {
                try await survivingCrashes { try await self.authority(node, duty, try self.record()) }
                return true
            }
        }
        for duty in try record().researchDuties(of: "research") {
            try await survivingCrashes { try await self.research(duty, try self.record()) }
            return true
        }
        for duty in try record().coordinatorDuties() {
            try await survivingCrashes { try await self.coordinator(duty, try self.record()) }
            return true
        }
        return false
    }

    private func survivingCrashes(_ work: () async throws -> Void) async throws {
        while true {
            do { return try await work() } catch is SimulatedCrash { continue }
        }
    }

    private func authority(_ node: ParticipantID, _ duty: AuthorityDuty, _ record: RoundRecord) async throws {
        if authorityStates[node] == nil {
            let fresh = try AuthoritySecrets<S>(for: node, in: record)
            authorityStates[node] = SecretBytesBox(try fresh.serialized())
        }
        guard let secrets = authorityStates[node]?.read(AuthoritySecrets<S>.init(serialized:)) else {
            throw SimulationError.lostSecrets
        }
        try beforeDuty(node, "\(duty)")
        let runner = AuthorityRunner<S>(
            me: node, hpkeKey: study.hpke[node]!, port: streams, lists: streams.keeper(node), workers: Workers(count: 2))
        let people = registers
        let body = try await runner.perform(duty, record: record, secrets: secrets) { register in
            SimulatedPeople(people: people[register.id] ?? [], register: register)
        }
        try beforeDuty(node, "post \(duty)")
        try post(body, by: node)
    }

    private func research(_ duty: ResearchDuty, _ record: RoundRecord) async throws {
        if researchState == nil {
            let fresh = ResearchSecrets(for: "research", in: record)
            researchState = SecretBytesBox(try fresh.serialized())
        }
        guard let secrets = researchState?.read(ResearchSecrets.init(serialized:)) else {
            throw SimulationError.lostSecrets
        }
        try beforeDuty("research", "\(duty)")
        let runner = ResearchRunner(
            me: "research", hpkeKey: study.hpke["research"]!, port: streams, workers: Workers(count: 2))
        if duty == .receive {
            var records = CollectedRecords()
            let streams = streams
            let width = study.agreement.cellByteCount
            try await runner.receive(record: record, secrets: secrets, into: &records) { stream, handles in
                await streams.cells(stream, handles: handles, width: width)
            }
            opened = records
        }
        try beforeDuty("research", "post \(duty)")
        try post(try runner.announce(duty, record: record, secrets: secrets), by: "research")
    }

    private func coordinator(_ duty: CoordinatorDuty, _ record: RoundRecord) async throws {
        try beforeDuty("coordinator", "\(duty)")
        switch duty {
        case .match:
            let outcome = try await CoordinatorRunner(me: "coordinator", port: streams).match(record)
            self.outcome = outcome
            try beforeDuty("coordinator", "post \(duty)")
            try post(outcome.body, by: "coordinator")
        case .close: try post(.roundClosed(RoundClosed()), by: "coordinator")
        case .abort(let abort): try post(.roundAborted(abort), by: "coordinator")
        }
    }
}

struct SimulatedCrash: Error {}
enum SimulationError: Error { case lostSecrets, noStream }

/// Stands for the sealed state on a node's disk.
final class SecretBytesBox {
    private let bytes: SecretBytes
    init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
    func read<Value: ~Copyable>(_ body: (borrowing SecretBytes) -> Value) -> Value { body(bytes) }
}

/// The coordinator's stream store, without sealing: that is Exchange's.
actor MemoryStreams: RoundPort {
    private var stored: [String: [UInt8]] = [:]
    private var attempts: [String: Int] = [:]
    nonisolated var spool: any Spool { MemorySpool() }

    func source(of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID) async throws -> sending any ByteSource {
        guard let bytes = stored[stream.description] else { throw SimulationError.noStream }
        return MemorySource(bytes)
    }

    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        MemorySink(name: stream.description, streams: self)
    }

    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        let key = "\(batch)/\(stage)"
        defer { attempts[key, default: 0] += 1 }
        return attempts[key] ?? 0
    }

    func store(_ bytes: [UInt8], _ name: String) { stored[name] = bytes }
    func load(_ name: String) -> [UInt8]? { stored[name] }
    var names: [String] { stored.keys.sorted() }

    func cells(_ stream: StreamID, handles: [[UInt8]], width: Int) -> [[UInt8]] {
        let bytes = stored[stream.description] ?? []
        let wanted = Set(handles)
        return stride(from: 0, to: bytes.count, by: width).map { Array(bytes[$0..<($0 + width)]) }
            .filter { wanted.contains(Array($0[..<16])) }
    }

    nonisolated func keeper(_ node: ParticipantID) -> MemoryKeeper { MemoryKeeper(node: node, streams: self) }
}

struct MemoryKeeper: ListKeeper {
    let node: ParticipantID
    let streams: MemoryStreams
    func keep(_ register: RegisterID) async throws -> sending any StreamSink {
        MemorySink(name: "kept/\(node)/\(register)", streams: streams)
    }
    func kept(_ register: RegisterID) async throws -> sending any ByteSource {
        guard let bytes = await streams.load("kept/\(node)/\(register)") else { throw SimulationError.noStream }
        return MemorySource(bytes)
    }
}

/// Hands bytes out in pieces of awkward sizes.
struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0
    private var step = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() async throws -> [UInt8]? {
        guard position < bytes.count else { return nil }
        step = step % 9_973 * 7 + 1
        let end = min(bytes.count, position + step)
        defer { position = end }
        return Array(bytes[position..<end])
    }
}

struct MemorySink: StreamSink {
    let name: String
    let streams: MemoryStreams
    private var bytes: [UInt8] = []

    init(name: String, streams: MemoryStreams) {
        self.name = name
        self.streams = streams
    }

    mutating func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
    mutating func finish() async throws { await streams.store(bytes, name) }
}

struct SimulatedPeople: PeopleSource {
    var people: ArraySlice<SimulatedPerson>
    var survey = SourceSurvey(people: 0, rowsRead: 0, rowsKept: 0, refused: [:])
    let register: RegisterDeclaration

    init(people: [SimulatedPerson], register: RegisterDeclaration) {
        self.people = people[...]
        self.register = register
    }

    mutating func next(_ most: Int) async throws -> [PersonRecord] {
        let some = people.prefix(min(most, 7))
        people = people.dropFirst(some.count)
        survey.people += some.count
        let codec = RowCodec(columns: register.columns)
        return try some.map { person in
            var rows: [UInt8] = []
            let kept = register.columns.isEmpty ? [] : person.rows
            for row in kept { try codec.encode(row, into: &rows) }
            return PersonRecord(
                identities: person.keys.map { $0.map { Array($0.utf8) } }, rows: rows, rowCount: kept.count)
        }
    }
}

/// What the research environment opened.
struct CollectedRecords: OpenedRecords {
    var people: [[UInt8]: UInt64] = [:]
    var rows: [[UInt8]: [Int: [[FieldValue]]]] = [:]
    var dummies = 0

    mutating func person(tag: [UInt8], cohorts: UInt64) async throws { people[tag] = cohorts }
    mutating func rows(register: Int, tag: [UInt8], rows: [[FieldValue]]) async throws {
        self.rows[tag, default: [:]][register] = rows
    }
    mutating func dummy(register: Int) async throws { dummies += 1 }

    /// Everything that can be compared with a plaintext join: cohorts and rows of each person, without tags.
    var portraits: [String] {
        people.map { tag, cohorts in
            Portrait.text(cohorts: cohorts, rows: rows[tag] ?? [:])
        }.sorted()
    }
}

enum Portrait {
    static func text(cohorts: UInt64, rows: [Int: [[FieldValue]]]) -> String {
        let parts = rows.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key): \($0.value.map { "\($0)" }.sorted())" }
        return "\(cohorts) \(parts)"
    }
}
