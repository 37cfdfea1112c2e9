internal import Agreement
internal import Foundation

/// What the board keeps with a round: the agreement's exact file and the signatures on it.
struct RoundAttachment: Codable, Equatable {
    var agreement: Data
    var signatures: [Data]

    init(_ signed: SignedAgreement) {
        agreement = Data(signed.bytes)
        signatures = signed.signatures.map { Data($0.json) }
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    init(decoding bytes: [UInt8]) throws { self = try JSONDecoder().decode(RoundAttachment.self, from: Data(bytes)) }
}
