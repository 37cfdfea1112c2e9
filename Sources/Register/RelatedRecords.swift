internal import Foundation
internal import PSIProtocol
internal import Values

/// Related people as they are kept: of each u32 length and record, then u32 zero, then u32 length and what was counted.
/// Secret.
///
/// A record is u8 number of identities, each as u16 length and bytes; the lasting identity in the same way; u32 rows;
/// the rows. An identity that there is not is of no bytes.
enum RelatedRecords {
    /// Of a record, more than any person's rows and identities.
    fileprivate static let recordByteLimit = PersonGrouping.maxBytesOfPerson + (1 << 20)
    fileprivate static let surveyByteLimit = 1 << 20

    static func append(_ person: PersonRecord, to bytes: inout [UInt8]) {
        var record = [UInt8(truncatingIfNeeded: person.identities.count)]
        for identity in person.identities + [person.lastingIdentity] {
            SpoolBytes.append(identity?.bytes ?? [], lengthByteCount: 2, to: &record)
        }
        SpoolBytes.append(person.rowCount, byteCount: 4, to: &record)
        record += person.rows
        SpoolBytes.append(record, lengthByteCount: 4, to: &bytes)
    }

    /// What stands behind the last person.
    static func end(_ survey: SourceSurvey) throws -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        SpoolBytes.append(Array(try JSONEncoder().encode(survey)), lengthByteCount: 4, to: &bytes)
        return bytes
    }

    /// - Throws: `SpoolDamage`.
    fileprivate static func person(_ record: [UInt8], features: Int) throws -> PersonRecord {
        try record.withUnsafeBytes { bytes in
            var cursor = SpoolCursor(bytes)
            guard let count = cursor.number(byteCount: 1) else { throw SpoolDamage() }
            var identities: [PersonIdentity?] = []
            for _ in 0...count {
                guard let identity = cursor.bytes(lengthByteCount: 2) else { throw SpoolDamage() }
                identities.append(identity.isEmpty ? nil : PersonIdentity(bytes: Array(identity)))
            }
            guard let rowCount = cursor.number(byteCount: 4), let lasting = identities.popLast() else {
                throw SpoolDamage()
            }
            return PersonRecord(
                identities: identities, lastingIdentity: lasting,
                features: Array(repeating: [], count: features), rows: Array(cursor.rest()), rowCount: rowCount)
        }
    }
}

/// Hands out related people as they were kept.
struct RelatedPeopleSource: PeopleSource {
    private let register: RegisterID
    private let keeper: any RelatedKeeper
    /// Groups of features that tokens would be made of, of which these people have none.
    private let features: Int
    private var source: (any ByteSource)?
    private var waiting: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    private(set) var survey = SourceSurvey(people: 0, rowsRead: 0, rowsKept: 0, refused: [:])

    /// Bytes of people handed over at once.
    private static let batchByteCount = 512 << 10

    init(_ register: RegisterID, keeper: any RelatedKeeper, features: Int) {
        self.register = register
        self.keeper = keeper
        self.features = features
    }

    mutating func rewind() async throws {
        (source, waiting, position, isAtEnd) = (nil, [], 0, false)
    }

    mutating func next(_ most: Int) async throws -> PeoplePiece {
        var people: [PersonRecord] = []
        var byteCount = 0
        while !isAtEnd, people.count < most, byteCount < Self.batchByteCount {
            let record = try await block(limit: RelatedRecords.recordByteLimit)
            if record.isEmpty {
                isAtEnd = true
                let told = try await block(limit: RelatedRecords.surveyByteLimit)
                guard let told = try? JSONDecoder().decode(SourceSurvey.self, from: Data(told)) else {
                    throw RegisterError(.spoolDamaged, file: register)
                }
                survey = told
                break
            }
            do { people.append(try RelatedRecords.person(record, features: features)) } catch {
                throw RegisterError(.spoolDamaged, file: register)
            }
            byteCount += record.count
        }
        return PeoplePiece(people)
    }

    /// The next bytes behind their length.
    private mutating func block(limit: Int) async throws -> [UInt8] {
        let length = try await take(4).reduce(0) { $0 << 8 | Int($1) }
        guard length <= limit else { throw RegisterError(.spoolDamaged, file: register) }
        return try await take(length)
    }

    private mutating func take(_ count: Int) async throws -> [UInt8] {
        if source == nil { source = try await keeper.keptRelated(register) }
        while waiting.count - position < count {
            guard let more = try await source?.next() else { throw RegisterError(.spoolDamaged, file: register) }
            waiting.removeSubrange(..<position)
            position = 0
            waiting += more
        }
        defer { position += count }
        return Array(waiting[position..<(position + count)])
    }
}
