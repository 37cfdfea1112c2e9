import Exchange
import Testing

@testable import Agreement
@testable import Coordinator
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Who may write and read which list and proof of a verified round at which moment: the tables of P-50 and P-63, tried
/// for everybody.
@Suite("Rules of streams of verified rounds")
struct VerifiedStreamRulesTests {
    private static let (left, right, mixer) = (BoardFixture.left, BoardFixture.right, BoardFixture.mixer)

    /// By register and stage: who writes it, and who else than the coordinator reads it.
    private static let table: [(String, StreamStage, ParticipantID, [ParticipantID])] = [
        ("left", .ring(0), left, [right, mixer]), ("left", .ring(1), right, [right, mixer]),
        ("left", .ring(2), mixer, [mixer]), ("left", .exit, mixer, [right]), ("left", .proof(1), right, [mixer]),
        ("left", .proof(2), mixer, [right]),
        ("right", .ring(0), right, [left, mixer]), ("right", .ring(1), mixer, [left, mixer]),
        ("right", .ring(2), left, [mixer]), ("right", .exit, left, [mixer]), ("right", .proof(1), mixer, [left]),
        ("right", .proof(2), left, [mixer]),
    ]

    private static func caller(_ id: ParticipantID, _ agreement: Agreement) throws -> Caller {
        let pin = agreement.participants.first { $0.id == id }?.tlsPin ?? .filled(7, 32)
        return Caller(pin: try #require(TLSPin(bytes: pin)))
    }

    private static func may(_ body: () throws(ExchangeRefusal) -> Void) -> Bool {
        do throws(ExchangeRefusal) { try body() } catch { return false }
        return true
    }

    /// The moment from which a stream may be written, and the one from which it is read: entries that the board has.
    private static func moments(
        _ register: String, _ stage: StreamStage, _ fixture: BoardFixture
    ) throws -> (from: Int, done: Int) {
        func first(where fits: (any EntryBody) -> Bool) throws -> Int {
            let index = try #require(try fixture.board.indices.first { fits(try fixture.entry($0).body) })
            return index + 1
        }
        func committed(_ number: Int) throws -> Int {
            try first { ($0 as? StageCommitted).map { $0.register == register && $0.stage == number } == true }
        }
        /// Two nodes may check a stage; the last of them settles it.
        func settled(_ number: Int) throws -> Int {
            if number == 0 { return try committed(0) }
            let last = try fixture.board.indices.last { index in
                (try fixture.entry(index).body as? Checked).map { $0.register == register && $0.stage == number }
                    == true
            }
            return try #require(last) + 1
        }
        switch stage {
        case .ring(0):
            let declared = try #require(
                try fixture.board.indices.last { try fixture.entry($0).body is BatchDeclared })
            return (declared + 1, try committed(0))
        case .ring(let number): return (try settled(number - 1), try committed(number))
        case .exit: return (try settled(1), try committed(2))
        case .proof(let number):
            let proved = try first { ($0 as? Proved).map { $0.register == register && $0.stage == number } == true }
            return (try committed(number), proved)
        default: return (.max, .max)
        }
    }

    @Test("Everybody may do at every moment what the tables say, and nothing else", arguments: ["rows", "counts"])
    func table(kind: String) async throws {
        let fixture = try await (kind == "rows" ? BoardFixture.verifiedRows : BoardFixture.verifiedCounts).value
        let agreement = fixture.study.agreement
        let end = try fixture.position(of: RoundClosed.self) + 1
        var wrong: [String] = []
        var (writes, reads) = (0, 0)
        for (register, stage, writer, readers) in Self.table {
            let (from, done) = try Self.moments(register, stage, fixture)
            for (index, record) in fixture.records.enumerated() {
                let count = index + 1
                let rules = StreamRules(record: record)
                for id in [Self.left, Self.right, Self.mixer, "coordinator", "research", "a stranger"] {
                    let caller = try Self.caller(id, agreement)
                    for attempt in [0, 1] {
                        let stream = StreamID(batch: register, stage: stage, attempt: attempt)
                        let mayWrite = id == writer && (from..<done).contains(count)
                        let isNamed = attempt == 0 && (done..<end).contains(count)
                        let mayRead = isNamed && readers.contains(id)
                        if Self.may({ () throws(ExchangeRefusal) in try rules.mayWrite(stream, by: caller) })
                            != mayWrite
                        {
                            wrong.append("after \(count) \(id) writes \(stream): \(!mayWrite)")
                        }
                        if Self.may({ () throws(ExchangeRefusal) in try rules.mayRead(stream, by: caller) }) != mayRead
                        {
                            wrong.append("after \(count) \(id) reads \(stream): \(!mayRead)")
                        }
                        writes += mayWrite ? 1 : 0
                        reads += mayRead ? 1 : 0
                    }
                }
            }
        }
        #expect(wrong.prefix(20) == [])
        #expect(writes > 24 && reads > 24)
    }

    @Test("[P-73] After the end only what a complaint is about is read, by whoever could read it before")
    func evidence() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        let opened = try await BoardFixture.verifiedRows.value.after(Proved.self)
        let proved = try #require(opened.proofs.first { !$0.value.isEmpty })
        let (register, stage) = (proved.key, try #require(proved.value.keys.first))
        let declaration = try #require(opened.register(register))
        let hop = try #require(opened.node(forStage: stage, of: declaration))
        let accuser = try #require(opened.checkers(ofStage: stage, of: declaration).first)
        let complaint = Complained(against: hop, code: .proofWrong, register: register, stage: stage)
        var accused = opened
        try accused.apply(complaint, by: accuser)
        var aborted = accused
        let named = fixture.study.agreement.participants.map(\.id).filter { [hop, accuser].contains($0) }
        try aborted.apply(RoundAborted(code: .protocolViolation, participants: named), by: "coordinator")
        var ended = opened
        try ended.apply(RoundAborted(code: .deadline, participants: []), by: "coordinator")
        let about = Set(aborted.evidenceStreams(of: complaint).map(\.named.id))
        #expect(about.count == 3)
        var readCount = 0
        for (batch, stage, _, _) in Self.table {
            let stream = StreamID(batch: batch, stage: stage, attempt: 0)
            for id in [Self.left, Self.right, Self.mixer, "coordinator", "research", "a stranger"] {
                let caller = try Self.caller(id, fixture.study.agreement)
                func reads(_ record: RoundRecord) -> Bool {
                    Self.may { () throws(ExchangeRefusal) in
                        try StreamRules(record: record).mayRead(stream, by: caller)
                    }
                }
                #expect(reads(aborted) == (reads(accused) && about.contains(stream)), "\(id) \(stream)")
                #expect(!reads(ended))
                readCount += reads(aborted) ? 1 : 0
                #expect(
                    !Self.may { () throws(ExchangeRefusal) in
                        try StreamRules(record: aborted).mayWrite(stream, by: caller)
                    })
            }
        }
        #expect(readCount >= 3)
    }

    @Test("No such streams in an unverified round")
    func unverified() async throws {
        let fixture = try await BoardFixture.rows.value
        for record in fixture.records {
            let rules = StreamRules(record: record)
            for id in [Self.left, Self.right, Self.mixer] {
                let caller = try Self.caller(id, fixture.study.agreement)
                for stage in [StreamStage.exit, .proof(1), .proof(2)] {
                    for register in ["left", "right"] {
                        let stream = StreamID(batch: register, stage: stage, attempt: 0)
                        #expect(!Self.may { () throws(ExchangeRefusal) in try rules.mayWrite(stream, by: caller) })
                        #expect(!Self.may { () throws(ExchangeRefusal) in try rules.mayRead(stream, by: caller) })
                    }
                }
            }
        }
    }
}
