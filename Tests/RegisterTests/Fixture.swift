import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// A folder that goes away with its test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "register-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to name: String = "register.csv") throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func write(_ text: String, to name: String = "register.csv") throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// A database made by the given statements.
    func database(_ statements: String..., name: String = "register.sqlite") throws -> String {
        let file = path + "/" + name
        let queue = try DatabaseQueue(path: file)
        try queue.write { db in
            for statement in statements { try db.execute(sql: statement) }
        }
        try queue.close()
        return file
    }
}

/// Bytes in memory that come in blocks of the given size.
struct MemoryBlocks: ByteBlocks {
    let bytes: [UInt8]
    var blockByteCount = 1 << 16
    var position = 0

    mutating func read(into block: inout [UInt8]) throws(RegisterError) -> Int {
        let count = min(blockByteCount, block.count, bytes.count - position)
        for offset in 0..<count { block[offset] = bytes[position + offset] }
        position += count
        return count
    }
}

/// A field, readable in a test's failure.
enum Seen: Equatable, CustomStringConvertible {
    case null, binary
    case characters(String)
    case text(String)
    case integer(Int64)
    case real(Double)

    init(_ field: SourceField) {
        switch field {
        case .null: self = .null
        case .binary: self = .binary
        case .characters(let bytes): self = .characters(String(decoding: bytes, as: UTF8.self))
        case .text(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
        case .integer(let value): self = .integer(value)
        case .real(let value): self = .real(value)
        }
    }

    var description: String {
        switch self {
        case .null: "null"
        case .binary: "binary"
        case .characters(let text), .text(let text): text.debugDescription
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        }
    }
}

/// All records of a reader.
func records(_ reader: some SourceReader) throws -> [[Seen]] {
    var reader = reader
    var all: [[Seen]] = []
    while let record = try reader.next() {
        #expect(record.count == reader.columns.count)
        all.append((0..<record.count).map { Seen(record[$0]) })
    }
    return all
}

func csv(
    _ text: String, delimiter: CSVDelimiter = .detect, nullText: String? = nil, blockByteCount: Int = 1 << 16
) throws -> [[Seen]] {
    try csv(Array(text.utf8), delimiter: delimiter, nullText: nullText, blockByteCount: blockByteCount)
}

func csv(
    _ bytes: [UInt8], delimiter: CSVDelimiter = .detect, nullText: String? = nil, blockByteCount: Int = 1 << 16
) throws -> [[Seen]] {
    try records(
        CSVReader(
            blocks: MemoryBlocks(bytes: bytes, blockByteCount: blockByteCount), file: "f.csv", delimiter: delimiter,
            nullText: nullText))
}

func column(_ name: String, _ type: ColumnType, nullable: Bool = false) -> ColumnDeclaration {
    ColumnDeclaration(name: name, type: type, nullable: nullable, title: name)
}

func register(_ columns: [ColumnDeclaration], owner: String = "kela") -> RegisterDeclaration {
    RegisterDeclaration(
        id: "benefits", title: "Benefits", owner: owner, releasedFor: ["clients"], maxPeople: 1000,
        maxCellsPerPerson: 10, columns: columns)
}

/// All rows of a register whose rows all need a code, and why the others were refused.
func rows(_ reader: RegisterReader) throws -> (
    rows: [(identity: [UInt8], values: [FieldValue])], refused: [RefusalReason]
) {
    var reader = reader
    var kept: [(identity: [UInt8], values: [FieldValue])] = []
    var refused: [RefusalReason] = []
    while let row = try reader.next() {
        switch row {
        case .row(let row): kept.append((try row.code.get().identity.bytes, row.values))
        case .refused(let reason, _): refused.append(reason)
        case .leftOut: break
        }
    }
    return (kept, refused)
}

/// A person whose rows are decoded.
struct ReadPerson {
    let identity: PersonIdentity?
    let former: [PersonIdentity]
    let fields: [NormalisedField?]
    let rows: [[FieldValue]]
    let isWithheld: Bool

    init(_ person: PersonRows, _ columns: [ColumnDeclaration]) throws {
        identity = person.identity
        former = person.former
        fields = person.fields
        isWithheld = person.isWithheld
        let codec = RowCodec(columns: columns)
        var position = 0
        rows = try (0..<person.rowCount).map { _ in try codec.decode(person.rows, at: &position) }
        #expect(position == person.rows.count)
    }
}

extension PersonGrouping {
    /// The next person; nil after the last.
    func nextPerson() async throws -> PersonRows? {
        guard let block = try await nextPeople(1, byteCount: .max) else { return nil }
        do { return try makeDecoder().people(block).first } catch { throw registerError(error) }
    }

    /// The next person, with their rows decoded.
    func nextRead() async throws -> ReadPerson? { try await nextPerson().map { try ReadPerson($0, columns) } }
}

/// All people from here on.
func people(_ grouping: PersonGrouping) async throws -> [ReadPerson] {
    var all: [ReadPerson] = []
    while let person = try await grouping.nextRead() { all.append(person) }
    return all
}

extension RegisterSurvey {
    /// Counts a row.
    mutating func count(_ code: Result<IdentityReading, RefusalReason>, _ quality: QualityValues) {
        var part = SurveyPart()
        part.count(code, quality)
        add(part)
    }
}

extension MatchPlan {
    static func identityCode() -> MatchPlan { .identityCode(FinnishIdentityScheme()) }
}

extension RegisterReader {
    init(declaration: RegisterDeclaration, source: RegisterSource) throws(RegisterError) {
        try self.init(declaration: declaration, source: source, plan: .identityCode())
    }
}

/// The error that the work throws; a failure when there is none.
func registerError(
    sourceLocation: SourceLocation = #_sourceLocation, _ work: () throws -> Void
) -> RegisterError? {
    do {
        try work()
    } catch let error as RegisterError {
        return error
    } catch {
        Issue.record("threw \(error)", sourceLocation: sourceLocation)
        return nil
    }
    Issue.record("threw nothing", sourceLocation: sourceLocation)
    return nil
}

/// The same of work that waits.
func registerError(
    sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> Void
) async -> RegisterError? {
    do {
        try await work()
    } catch let error as RegisterError {
        return error
    } catch {
        Issue.record("threw \(error)", sourceLocation: sourceLocation)
        return nil
    }
    Issue.record("threw nothing", sourceLocation: sourceLocation)
    return nil
}

/// A code of the range that is never issued officially, with its check character.
func temporaryCode(_ number: Int) -> String {
    let alphabet = Array("0123456789ABCDEFHJKLMNPRSTUVWXY")
    let day = number % 28 + 1
    let month = number / 28 % 12 + 1
    let year = number / 336 % 100
    let individual = 900 + number / 33_600 % 100
    func padded(_ value: Int, _ width: Int) -> String {
        String(repeating: "0", count: width - String(value).count) + String(value)
    }
    let digits = padded(day, 2) + padded(month, 2) + padded(year, 2) + padded(individual, 3)
    let check = alphabet[(Int(digits) ?? 0) % 31]
    return "\(digits.prefix(6))-\(digits.suffix(3))\(check)"
}
