internal import Foundation
internal import PSIProtocol
internal import Values

/// The interface's JSON documents, as both ends encode and decode them.
enum ExchangeMessage {
    struct Rounds: Codable, Sendable {
        var rounds: [Round]
        /// Names this list, so that a caller can wait for another.
        var version: String
    }

    struct Round: Codable, Sendable {
        var round: String
        var agreement: String
        var number: Int
        var state: String
    }

    struct Board: Codable, Sendable {
        var entries: [Entry]
        /// Whether there were more than fitted.
        var more: Bool
    }

    struct Entry: Codable, Sendable {
        var number: Int
        /// Base64 of the exact bytes.
        var entry: Data
    }

    struct Number: Codable, Sendable {
        var number: Int
    }

    struct Status: Codable, Sendable {
        var chunks: Int
        var complete: Bool
        var bytes: Int
    }

    struct OpenRound: Codable, Sendable {
        var agreement: Data
        var signatures: [Data]
        /// Absent for a round that links.
        var purpose: RoundPurpose?
    }

    struct OpenedRound: Codable, Sendable {
        var round: String
    }

    struct Abort: Codable, Sendable {
        var reason: String
    }

    struct Readiness: Codable, Sendable {
        var word: String
    }

    struct Prune: Codable, Sendable {
        var round: String?
        var days: Int?
        var dry: Bool

        /// Nil for anything but one round or one number of days.
        var request: PruneRequest? {
            switch (round, days) {
            case (let round?, nil): RoundID(hex: round).map { PruneRequest(.round($0), isDry: dry) }
            case (nil, let days?) where (0...PruneRequest.dayLimit).contains(days):
                PruneRequest(.olderThan(days: days), isDry: dry)
            default: nil
            }
        }
    }

    struct Pruned: Codable, Sendable {
        struct Round: Codable, Sendable {
            var round: String
            var bytes: Int
            var kept: String?
        }
        var rounds: [Round]
    }

    static func encode(_ message: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(message)
    }

    static func decode<Message: Decodable>(_ type: Message.Type, _ bytes: Data) throws -> Message {
        try JSONDecoder().decode(type, from: bytes)
    }
}

enum ExchangeHeader {
    /// Whether a chunk is its stream's last: `true` or `false`.
    static let last = "sidos-last"
    /// Of an operator's request: the pin of the participant for whom it is made, in hexadecimal. [P-74]
    static let actingFor = "sidos-for"
}
