internal import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol

/// `status.json`: where the running coordinator listens, and its rounds.
struct StatusFile: Codable, Equatable {
    struct Ports: Equatable {
        var exchange: Int
        var operations: Int?
    }

    struct Round: Codable, Equatable {
        var round: String
        var agreement: String
        var study: String
        var number: Int
        var phase: String

        init(_ record: RoundRecord) {
            round = "\(record.round)"
            agreement = "\(record.agreementID)"
            study = record.agreement.study.id
            number = record.opening.number
            phase = record.phase.rawValue
        }
    }

    static let maxByteCount = 1 << 22
    /// The latest rounds that are listed: more might be longer than what is read.
    static let roundCount = 1_000

    var exchangePort: Int
    var operationsPort: Int?
    var rounds: [Round]

    init(ports: Ports, rounds: [Round]) {
        exchangePort = ports.exchange
        operationsPort = ports.operations
        self.rounds = rounds.suffix(Self.roundCount)
    }

    func write(to path: String) throws {
        try AtomicFile.write(try StatusJSON.encode(self) + [UInt8(ascii: "\n")], to: path)
    }

    /// Nil when no coordinator runs, or when the file is another's.
    static func read(_ path: String) throws -> StatusFile? {
        let bytes: [UInt8]
        do { bytes = try PublicFile.read(path, maxByteCount: maxByteCount) } catch FileError.notFound { return nil }
        return try? StatusJSON.decode(StatusFile.self, bytes)
    }
}

/// The coordinator's JSON for operators: names in snake_case, sorted.
enum StatusJSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(bytes))
    }

    static func text(_ value: some Encodable) throws -> String { String(decoding: try encode(value), as: UTF8.self) }
}
