import Testing

@testable import PSIProtocol

/// Vaults that are not what their owner declared, or hold what no owner may write. [P-46] [P-47]
@Suite("Faults of vaults")
struct VaultFaultTests {
    typealias Fault = HopFaultTests.Fault

    /// Left's vault: five people of one cell, one of several, 128 bytes each.
    static let faults: [Fault] = [
        Fault(name: "cells out of order", change: Records.swap(2, width: 128), kind: .vaultNotIncreasing),
        Fault(
            name: "a repeated cell", change: Records.insert(3, at: 3, width: 128), kind: .vaultNotIncreasing,
            claim: 90),
        Fault(name: "half a cell", change: { Array($0.dropLast(16)) }, kind: .partialRecord),
        Fault(name: "a cell too many", change: { $0 + [UInt8].filled(0xff, 128) }, kind: .wrongCount),
        Fault(
            name: "an altered cell", change: alterEvery, kind: .vaultWrong),
        Fault(
            name: "an unknown cell behind the digest's back",
            change: { $0 + [UInt8].filled(0xff, 128) }, kind: .wrongDigest, isConsistent: false, claim: 0),
        Fault(name: "promises more", change: { $0 }, kind: .wrongCount, claim: 90),
    ]

    /// Every cell's ciphertext, so that those that are opened are among them.
    @Sendable static func alterEvery(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for start in stride(from: 0, to: bytes.count, by: 128) { bytes[start + 40] ^= 1 }
        return bytes
    }

    @Test("are blamed on their owner", arguments: faults.indices)
    func vaults(index: Int) async throws {
        let fault = Self.faults[index]
        let fixture = try await FaultFixture.receiving.value
        let count = try #require(fixture.record.batches["left"]?.vault?.count)
        let outcome = try await fixture.outcome(of: .research(.receive), damaging: "left/vault/0", fault.change) {
            if fault.isConsistent { $0.batches["left"]?.vault?.digest = $1.digest }
            if let claim = fault.claim { $0.batches["left"]?.vault?.count = claim == 0 ? count + 1 : claim }
        }
        var expected = fault
        if fault.kind == .partialRecord { expected.index = count - 1 }
        HopFaultTests.check(expected, outcome, by: FaultFixture.left)
    }

    @Test("a missing cell of somebody selected stops the opening, wherever it is")
    func missing() async throws {
        for fixture in [try await FaultFixture.receiving.value, try await FaultFixture.fetching.value] {
            let count = try #require(fixture.record.batches["left"]?.vault?.count)
            #expect(count > 8)
            var kinds: [ProtocolViolation] = []
            for index in 0..<count {
                let outcome = try await fixture.outcome(
                    of: .research(.receive), damaging: "left/vault/0", Records.drop(index, width: 128)
                ) {
                    $0.batches["left"]?.vault?.digest = $1.digest
                    $0.batches["left"]?.vault?.count = count - 1
                }
                kinds.append(try #require(outcome.violation))
            }
            // A first cell may be missing through the fault of others too; the rest of a person's are the owner's.
            #expect(kinds.filter { $0 == ProtocolViolation(.vaultWrong) }.count == 6)
            #expect(kinds.filter { $0 == ProtocolViolation(.vaultWrong, by: FaultFixture.left) }.count == count - 6)
        }
    }

    @Test("cells fetched one by one are checked like the others")
    func fetched() async throws {
        let fixture = try await FaultFixture.fetching.value
        let altered = try await fixture.outcome(
            of: .research(.receive), damaging: "left/vault/0", Self.alterEvery)
        #expect(altered.violation == ProtocolViolation(.vaultWrong, by: FaultFixture.left))
        let intact = try await fixture.outcome(of: .research(.receive), damaging: "left/vault/0")
        #expect(intact.violation == nil)
    }

    @Test("answers that were not asked for are ignored, and cells of another size are none")
    func fetch() async throws {
        let cells: [[UInt8]] = (1...4).map { .filled($0, 128) }
        var fetch = CellFetch(cellByteCount: 128) { handles in
            #expect(handles == [.filled(1, 16), .filled(3, 16), .filled(9, 16)])
            return [cells[3], [], Array(cells[0].dropLast()), cells[2], .filled(9, 129)]
        }
        let found = try await fetch.find([.filled(1, 16), .filled(3, 16), .filled(9, 16)])
        #expect(found == [nil, cells[2], nil])
        try await fetch.finish()
    }

    @Test("a scan finds what is there, in one pass, and reads to the end")
    func scan() async throws {
        let cells: [[UInt8]] = (1...200).map { .filled(UInt8($0), 128) }
        let bytes = cells.flatMap { $0 }
        let expected = StoredStream(attempt: 0, count: 200, digest: HexBytes(Digest.of(bytes)))
        var scan = VaultScan(MemorySource(bytes), expected: expected, owner: "owner", cellByteCount: 128)
        let handles: [[UInt8]] = [[0], [1], [2], [77], [200], [201]].map { .filled($0[0], 16) }
        #expect(try await scan.find(Array(handles[..<3])) == [nil, cells[0], cells[1]])
        #expect(try await scan.find([.filled(2, 15) + [3]]) == [nil])
        #expect(try await scan.find(Array(handles[3...])) == [cells[76], cells[199], nil])
        try await scan.finish()
        var unread = VaultScan(MemorySource(bytes), expected: expected, owner: "owner", cellByteCount: 128)
        try await unread.finish()
        var empty = VaultScan(MemorySource([]), expected: expected, owner: "owner", cellByteCount: 128)
        #expect(try await empty.find(handles) == .init(repeating: nil, count: 6))
        await #expect(throws: ProtocolViolation(.wrongCount, by: "owner")) { try await empty.finish() }
    }
}
