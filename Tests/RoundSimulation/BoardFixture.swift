import Agreement
import Crypto
import PSIProtocol
import Testing
import Values

/// A whole round's board, and the record after each of its entries: what the board's tests depart from.
struct BoardFixture: Sendable {
    let study: SimulatedStudy
    let board: [[UInt8]]
    /// `records[i]` has seen `i + 1` entries.
    let records: [RoundRecord]

    /// Two authorities and a mixer, rows released.
    static let rows = Task { try await BoardFixture(release: .rows) }
    /// The same, counts only.
    static let counts = Task { try await BoardFixture(release: .none) }
    /// As the first and the second, verified.
    static let verifiedRows = Task { try await BoardFixture(release: .rows, verification: .full) }
    static let verifiedCounts = Task { try await BoardFixture(release: .none, verification: .full) }

    init(release: ReleaseMode, verification: VerificationMode = .off) async throws {
        var options = SimulatedStudy.Options(release: release, padding: .none)
        options.mixers = 1
        options.verification = verification
        options.maxPeople = 50
        options.maxCellsPerPerson = 4
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("everybody", .union(.register("left"), .register("right")))],
            releasedFor: release == .rows ? ["left": ["everybody"], "right": ["everybody"]] : [:], options: options)
        let people = ["a", "b", "c"].map { SimulatedPerson($0, rows: [[.integer(1), .null]]) }
        let round = SimulatedRound(
            Ristretto255.self, study: study, registers: ["left": people, "right": Array(people.dropFirst())])
        try await round.run()
        try self.init(study: study, board: round.board)
    }

    /// Of a study whose agreement has a file that can be read: for what is shown to others.
    static let written = Task { try await BoardFixture(of: .written()) }
    static let writtenCounts = Task { try await BoardFixture(of: .written(release: .none)) }

    /// A whole round of a study with the registers left and right.
    init(of study: SimulatedStudy) async throws {
        let people = ["a", "b", "c"].map { SimulatedPerson($0, rows: [[.integer(1), .null]]) }
        let round = SimulatedRound(
            Ristretto255.self, study: study, registers: ["left": people, "right": Array(people.dropFirst())])
        try await round.run()
        try self.init(study: study, board: round.board)
    }

    /// A board that was made elsewhere.
    init(study: SimulatedStudy, board: [[UInt8]]) throws {
        self.study = study
        self.board = board
        var records: [RoundRecord] = []
        var record = try RoundRecord(opening: board[0], agreement: study.agreement, file: study.file)
        records.append(record)
        for entry in board.dropFirst() {
            try record.append(entry)
            records.append(record)
        }
        self.records = records
    }

    static let left = "owner-left"
    static let right = "owner-right"
    static let mixer = "mixer0"

    /// The record just before the first entry of this kind, or before its `skip`-th successor.
    func before(_ type: any EntryBody.Type, skip: Int = 0) throws -> RoundRecord {
        let index = try position(of: type, skip: skip)
        return records[index - 1]
    }

    func after(_ type: any EntryBody.Type, skip: Int = 0) throws -> RoundRecord {
        records[try position(of: type, skip: skip)]
    }

    func position(of type: any EntryBody.Type, skip: Int = 0) throws -> Int {
        let positions = try board.indices.filter { try entry($0).body.kind == type.kind }
        return try #require(positions.dropFirst(skip).first, "\(type.kind) \(skip)")
    }

    func entry(_ index: Int) throws -> SignedEntry { try SignedEntry(bytes: board[index]) }

    /// An entry by `author`, who has seen all that `record` has.
    func sign(_ body: any EntryBody, by author: ParticipantID, on record: RoundRecord) throws -> [UInt8] {
        let key: any MessageSigner = study.signing[author] ?? Curve25519.Signing.PrivateKey()
        return try SignedEntry(body: body, author: author, round: record.round, seen: record.head, key: key).bytes
    }

    /// What is wrong with an entry by `author` after `record`; nil if the record takes it.
    func violation(_ body: any EntryBody, by author: ParticipantID, on record: RoundRecord) throws -> ProtocolViolation?
    {
        var record = record
        let head = record.head
        do {
            let bytes = try signed(body, by: author, on: record)
            try record.append(bytes)
            return nil
        } catch let violation as ProtocolViolation {
            #expect(record.head == head)
            return violation
        }
    }

    private func signed(
        _ body: any EntryBody, by author: ParticipantID, on record: RoundRecord
    ) throws -> [UInt8] {
        let key: any MessageSigner = study.signing[author] ?? Curve25519.Signing.PrivateKey()
        return try SignedEntry(body: body, author: author, round: record.round, seen: record.head, key: key).bytes
    }
}

extension Array where Element == UInt8 {
    /// `count` equal bytes.
    static func filled(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
}
