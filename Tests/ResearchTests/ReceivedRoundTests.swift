import Testing

@testable import Agreement
@testable import Daemon
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// Which board a received round belongs to, and what is told of it. [P-13] [P-44] [P-48]
@Suite("Received rounds and their boards")
struct ReceivedRoundTests {
    private static func received(_ record: RoundRecord) -> ReceivedRound {
        let report = RoundReport(record, surveys: [:], linkage: nil, receivedAt: .init(timeIntervalSince1970: 2_000))
        return ReceivedRound(record, copies: [], report: report)
    }

    @Test("It belongs to the board on which it was received and to what that becomes, to none that is shorter")
    func sameBoard() async throws {
        let records = try await BoardFixture.rows.value.records
        for (index, record) in records.enumerated() {
            let received = Self.received(record)
            for (other, longer) in records.enumerated() {
                #expect(received.isOf(longer) == (other >= index), "received at \(index), board of \(other)")
            }
        }
    }

    @Test("It belongs to no board that was forked before, however long")
    func forked() async throws {
        let fixture = try await BoardFixture.rows.value
        let received = Self.received(try fixture.after(Released.self, skip: 2))
        var fork = try fixture.before(Released.self, skip: 2)
        #expect(!received.isOf(fork))
        let last = try fixture.entry(try fixture.position(of: Released.self, skip: 2))
        var body = try #require(last.body as? Released)
        body.shares.attempt += 1
        let entries: [(any EntryBody, ParticipantID)] = [
            (body, last.author), (Received(), "research"), (RoundClosed(), "coordinator"),
            (KeysErased(), BoardFixture.left),
        ]
        for (body, author) in entries {
            try fork.append(fixture.sign(body, by: author, on: fork))
            #expect(!received.isOf(fork), "after \(body)")
        }
        #expect(!received.isOf(try await BoardFixture.counts.value.records.last ?? fork))
    }

    @Test("Cells may be opened when the round is closed and everybody has signed it, and never else")
    func settled() async throws {
        let record = try await BoardFixture.rows.value.after(Received.self)
        var received = Self.received(record)
        #expect(!received.isClosed && received.unsigned == record.keyHolders)
        let table: [(isClosed: Bool, unsigned: [ParticipantID], isSettled: Bool)] = [
            (false, ["a"], false), (false, [], false), (true, ["a"], false), (true, [], true),
        ]
        for (isClosed, unsigned, isSettled) in table {
            (received.isClosed, received.unsigned) = (isClosed, unsigned)
            #expect(received.isSettled == isSettled, "\(isClosed) \(unsigned)")
        }
    }

    @Test("The report tells what owners said of their registers")
    func report() async throws {
        let place = try await ReceivedStudy.rows.value.place()
        let report = try #require(try place.folder().received()).report
        #expect(report.registers.map(\.id) == ["residents", "clinic", "income"])
        #expect(report.registers.map(\.peopleDeclared) == [9, 3, 5])
        #expect(report.registers.allSatisfy { !$0.declaredIsPadded && $0.refused.isEmpty })
        #expect(report.quality?.surveys.count == 3)
        #expect(report.toolVersion == "sidos-research \(ResearchProgram.version)")
        #expect(report.deadline.timeIntervalSince(report.openedAt) == 3_600)
    }

    @Test("A survey that does not open, or that cannot be true, names the owner")
    func surveys() async throws {
        let study = try await ReceivedStudy.rows.value
        let keys = try study.place().home.keys
        let record = try study.fixture.after(Received.self)
        let sound = try #require(record.batches["clinic"])
        #expect(try SourceSurvey.all(in: record, keys: keys).count == 3)
        let changes: [(String, (inout BatchDeclared) throws -> Void)] = [
            ("no survey", { $0.survey = nil }), ("no secret", { $0.encapsulation = nil }),
            ("an altered survey", { $0.survey?.bytes[9] ^= 1 }),
            ("an altered secret", { $0.encapsulation?.bytes[9] ^= 1 }),
            ("a short survey", { $0.survey = HexBytes(Array(sound.survey?.bytes.dropLast() ?? [])) }),
            ("another register's", { $0.survey = record.batches["income"]?.survey }),
            ("more people than are listed", { $0.count = 2 }),
        ]
        for (what, change) in changes {
            var wrong = record
            var batch = sound
            try change(&batch)
            wrong.batches["clinic"] = batch
            #expect(throws: ProtocolViolation(.badBatch, by: "b"), "\(what)") {
                try SourceSurvey.all(in: wrong, keys: keys)
            }
        }
        let stranger = try ResearchPlace.fresh().home.keys
        #expect(throws: ProtocolViolation(.badBatch, by: "a")) { try SourceSurvey.all(in: record, keys: stranger) }
    }
}
