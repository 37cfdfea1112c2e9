import Crypto
import Foundation
import TestDirectories
import Testing

@testable import Exchange
@testable import PSIProtocol
@testable import Values

/// A participant and a coordinator that exchange disks.
struct CourierSample {
    let place: TestDirectories.TemporaryDirectory
    let key = Curve25519.Signing.PrivateKey()
    let round: RoundID
    let stream = StreamID(batch: "clients", stage: .ring(0), attempt: 2)

    init() throws {
        place = try TestDirectories.TemporaryDirectory()
        round = try testRound()
    }

    var from: CourierManifest.Party { .init(id: "hub", signingKey: Array(key.publicKey.rawRepresentation)) }
    let to = CourierManifest.Party(id: "omnia", signingKey: [UInt8](repeating: 7, count: 32))

    /// An entry that says something, signed by a key of nobody.
    func entry(_ body: any EntryBody = KeyCommitted(commitment: HexBytes([UInt8](repeating: 1, count: 32)))) throws
        -> SignedEntry
    {
        try SignedEntry(
            body: body, author: "omnia", round: round,
            seen: BoardHead(count: 1, hash: [UInt8](repeating: 9, count: 32)),
            key: key)
    }

    /// A disk with a board of two entries and a stream of two chunks.
    @discardableResult
    func write(_ name: String = "disk", made: Int64 = 1_000) throws -> CourierManifest {
        let writer = try CourierDiskWriter(place.file(name))
        try writer.add(CourierEntries.encode([Array("one".utf8), Array("two".utf8)]), as: .entries(round))
        try writer.add(testBytes(100_000), as: .chunk(round, stream, seq: 0, last: false))
        try writer.add(testBytes(10, seed: 2), as: .chunk(round, stream, seq: 1, last: true))
        return try writer.finish(from: from, to: to, made: made, key: key)
    }

    func chunkPath(_ name: String) -> String { "rounds/\(round)/streams/clients/0/2/0/\(name)" }
}
