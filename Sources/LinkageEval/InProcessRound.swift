internal import Crypto
internal import Foundation
internal import PSIProtocol
internal import Register
internal import Values

/// A whole round in one process: the board, and every role as the programs run it.
final class InProcessRound {
    let study: EvaluationStudy
    private(set) var records = OpenedTruth()
    private(set) var linkage: LinkageCounts?
    /// Seconds of each kind of duty.
    private(set) var seconds: [String: Double] = [:]
    private(set) var peopleCount: [RegisterID: Int] = [:]
    private let workers: Workers
    private let streams = MemoryStreams()
    private var record: RoundRecord
    private var authorities: [ParticipantID: AuthorityBox] = [:]
    private var research: ResearchBox?

    /// Secrets cannot be copied, so they are held where they can be lent.
    private final class AuthorityBox {
        let secrets: AuthoritySecrets<Ristretto255>
        init(_ secrets: consuming AuthoritySecrets<Ristretto255>) { self.secrets = secrets }
    }

    private final class ResearchBox {
        let secrets: ResearchSecrets
        init(_ secrets: consuming ResearchSecrets) { self.secrets = secrets }
    }

    init(study: EvaluationStudy, workers: Workers) throws {
        self.study = study
        self.workers = workers
        let now = Int(Date().timeIntervalSince1970)
        let nonce = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let opening = RoundOpened(
            agreement: HexBytes(AgreementID(ofFile: study.file).bytes), number: 1, nonce: HexBytes(nonce), opened: now,
            deadline: now + study.agreement.deadlineMinutes * 60, signatures: [:])
        guard let key = study.signing["coordinator"] else { throw ProtocolViolation(.badOpening) }
        let entry = try SignedEntry(
            body: opening, author: "coordinator", round: nil, seen: .empty, key: key)
        record = try RoundRecord(opening: entry.bytes, agreement: study.agreement, file: study.file)
    }

    /// Runs until the round is closed.
    func run() async throws {
        while record.ending == nil {
            let before = record.head
            for node in record.ring {
                for duty in record.authorityDuties(of: node) { try await perform(duty, by: node) }
            }
            for duty in record.researchDuties(of: "research") { try await perform(duty) }
            for duty in record.coordinatorDuties() { try await perform(duty) }
            guard record.head != before else { throw ProtocolViolation(.outOfPlace) }
        }
        guard record.ending == .closed else { throw ProtocolViolation(.roundOver) }
    }

    private func post(_ body: any EntryBody, by author: ParticipantID) throws {
        guard let key = study.signing[author] else { throw ProtocolViolation(.unknownAuthor) }
        let entry = try SignedEntry(body: body, author: author, round: record.round, seen: record.head, key: key)
        try record.append(entry.bytes)
    }

    private func timed<Result>(_ what: String, _ body: () async throws -> Result) async rethrows -> Result {
        let start = ContinuousClock.now
        let result = try await body()
        let span = ContinuousClock.now - start
        seconds[what, default: 0] += Double(span.components.seconds) + Double(span.components.attoseconds) * 1e-18
        return result
    }

    private func perform(_ duty: AuthorityDuty, by node: ParticipantID) async throws {
        guard let hpke = study.hpke[node] else { throw ProtocolViolation(.unknownAuthor) }
        let box = try authorities[node] ?? AuthorityBox(AuthoritySecrets(for: node, in: record))
        authorities[node] = box
        let runner = AuthorityRunner<Ristretto255>(
            me: node, hpkeKey: hpke, port: streams, lists: streams, workers: workers)
        let (sources, agreement, day, spool, workers) = (
            study.sources, study.agreement, record.openingDay, streams.spool, workers
        )
        let body = try await timed(duty.name) {
            try await runner.perform(duty, record: record, secrets: box.secrets) { register in
                guard let source = sources[register.id] else { throw ProtocolViolation(.outOfPlace) }
                return try await RegisterPeople(
                    agreement: agreement, declaration: register, source: source, today: day,
                    maxPeople: register.maxPeople,
                    spool: spool, workers: workers)
            }
        }
        if let batch = body as? BatchDeclared { peopleCount[batch.register] = batch.count }
        try post(body, by: node)
    }

    private func perform(_ duty: ResearchDuty) async throws {
        guard let hpke = study.hpke["research"] else { throw ProtocolViolation(.unknownAuthor) }
        let box = research ?? ResearchBox(ResearchSecrets(for: "research", in: record))
        research = box
        let runner = ResearchRunner(me: "research", hpkeKey: hpke, port: streams, workers: workers)
        if duty == .receive {
            let archive = MemoryArchive()
            let (agreement, round) = (record.agreement, record.round)
            records = try await timed("open") {
                let received = try await runner.receive(record: record, secrets: box.secrets, into: archive) { _, _ in
                    []
                }
                return try await archive.open(agreement, round: round, expected: received, into: OpenedTruth())
            }
        }
        try post(try runner.announce(duty, record: record, secrets: box.secrets), by: "research")
    }

    private func perform(_ duty: CoordinatorDuty) async throws {
        switch duty {
        case .match:
            guard let hpke = study.hpke["coordinator"] else { throw ProtocolViolation(.unknownAuthor) }
            let outcome = try await timed("match") {
                try await CoordinatorRunner(me: "coordinator", hpkeKey: hpke, port: streams, workers: workers)
                    .match(record) { $1 ?? $0.draw() }
            }
            linkage = outcome.linkage
            try post(outcome.body, by: "coordinator")
        case .close: try post(RoundClosed(), by: "coordinator")
        case .abort(let abort): try post(abort, by: "coordinator")
        }
    }
}

extension AuthorityDuty {
    /// What the time is booked under.
    fileprivate var name: String {
        switch self {
        case .declare: "declare"
        case .mix, .send: "ring"
        case .prove, .check, .approve: "proofs"
        case .release: "release"
        case .commitKeys, .revealKeys, .signManifest, .eraseKeys: "keys"
        }
    }
}

/// Who was linked with whom, by what only a data set with truth can tell.
struct OpenedTruth: OpenedRecords, Sendable {
    /// By person, the truth of the record in each register.
    private(set) var people: [[UInt8]: [Int: String]] = [:]
    /// Records of each link; those that stand alone under −1.
    private(set) var links: [Int: Int] = [:]

    mutating func person(register: Int, tag: [UInt8], cohorts: UInt64, link: Int?, name: PersonName) async throws {
        links[link ?? -1, default: 0] += 1
    }

    mutating func rows(register: Int, tag: [UInt8], rows: [[FieldValue]]) async throws {
        guard case .text(let truth)? = rows.first?.first else { return }
        people[tag, default: [:]][register] = truth
    }

    mutating func dummy(register: Int, tag: [UInt8]) async throws {}

    mutating func damaged(register: Int, tag: [UInt8]) async throws { throw ReleaseError.copyDamaged }
}
