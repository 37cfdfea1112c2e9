import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// Vaults that are not what their owner declared, or hold what no owner may write. [P-46] [P-47] [P-57]
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

    @Test("are blamed on the coordinator, which must have refused the entry", arguments: faults.indices)
    func vaults(index: Int) async throws {
        let fault = Self.faults[index]
        let fixture = try await FaultFixture.receiving.value
        let count = try #require(fixture.record.batches["left"]?.vault?.count)
        let outcome = try await fixture.outcome(of: .research(.receive), damaging: "left/vault/0/0", fault.change) {
            if fault.isConsistent { $0.batches["left"]?.vault?.digest = $1.digest }
            if let claim = fault.claim { $0.batches["left"]?.vault?.count = claim == 0 ? count + 1 : claim }
        }
        var expected = fault
        if fault.kind == .partialRecord { expected.index = count - 1 }
        HopFaultTests.check(expected, outcome, by: "coordinator")
    }

    @Test("a missing cell stops nothing while the round is under way; its person is named when cells are opened")
    func missing() async throws {
        for fixture in [try await FaultFixture.receiving.value, try await FaultFixture.fetching.value] {
            let count = try #require(fixture.record.batches["left"]?.vault?.count)
            #expect(count > 8)
            var damaged: Set<[UInt8]> = []
            for index in 0..<count {
                let opened = try await fixture.opened(damaging: "left/vault/0/0", Records.drop(index, width: 128)) {
                    $0.batches["left"]?.vault?.digest = $1.digest
                    $0.batches["left"]?.vault?.count = count - 1
                }
                #expect(opened.damagedRecords == [0: 1])
                #expect(opened.portraits.count == 6)
                damaged.formUnion(opened.damaged)
            }
            #expect(damaged.count == 6)
        }
    }

    @Test("altered cells stop nothing while the round is under way")
    func altered() async throws {
        for fixture in [try await FaultFixture.receiving.value, try await FaultFixture.fetching.value] {
            let opened = try await fixture.opened(damaging: "left/vault/0/0", Self.alterEvery) {
                $0.batches["left"]?.vault?.digest = $1.digest
            }
            #expect(opened.damagedRecords == [0: 6])
            #expect(opened.portraits.count == 1)
            let intact = try await fixture.opened(damaging: "left/vault/0/0")
            #expect(intact.damaged.isEmpty && intact.portraits.count == 7)
        }
    }

    @Test("an answer has a cell for each handle, as long as agreed; cells that were not asked for do not open")
    func fetch() async throws {
        let cells: [[UInt8]] = (1...4).map { .filled($0, 128) }
        func run(_ answer: [[UInt8]]) async throws -> [UInt8] {
            let archive = MemorySink(name: "cells", streams: MemoryStreams())
            var sink: any StreamSink = archive
            var handles = ExternalSorter(spool: MemorySpool())
            for byte in [9, 1, 3, 3] as [UInt8] { try handles.add([UInt8].filled(byte, 16)) }
            let fetch = CellFetch(cellByteCount: 128, coordinator: "coordinator") { asked in
                #expect(asked == [1, 3, 3, 9].map { .filled($0, 16) })
                return answer
            }
            let summary = try await fetch.run(try handles.sorted(), into: &sink)
            try await sink.finish()
            let stored = await archive.streams.load("cells") ?? []
            #expect(summary == ListSummary(count: 4, digest: Digest.of(stored)))
            return stored
        }
        let nothing = { [UInt8].filled($0, 16) + [UInt8].filled(0, 112) }
        #expect(
            try await run([cells[0], cells[2], cells[2], .filled(0, 128)])
                == cells[0] + cells[2] + cells[2] + nothing(9))
        #expect(
            try await run([cells[1], cells[2], cells[3], cells[0]]) == nothing(1) + cells[2] + nothing(3) + nothing(9))
        for answer in [
            [], [cells[0]], Array(repeating: cells[0], count: 5), Array(repeating: .filled(1, 127), count: 4),
        ] {
            await #expect(throws: ProtocolViolation(.wrongCount, by: "coordinator")) { _ = try await run(answer) }
        }
    }

    @Test("a copy is scanned in one pass, and is what was received or is refused")
    func scan() async throws {
        let cells: [[UInt8]] = (1...200).map { .filled(UInt8($0), 128) }
        let bytes = cells.flatMap { $0 }
        let expected = ListSummary(count: 200, digest: Digest.of(bytes))
        var scan = VaultScan(MemorySource(bytes), expected: expected, cellByteCount: 128)
        var found: [[UInt8]?] = []
        for byte in [0, 1, 2, 77, 200, 201] as [UInt8] { found.append(try await scan.find(.filled(byte, 16))) }
        #expect(found == [nil, cells[0], cells[1], cells[76], cells[199], nil])
        try await scan.finish()
        for damaged in [[], Array(bytes.dropLast(16)), Array(bytes.dropLast(128)), bytes.reversed(), bytes + cells[3]] {
            var scan = VaultScan(MemorySource(damaged), expected: expected, cellByteCount: 128)
            await #expect(throws: ReleaseError.copyDamaged) { try await scan.finish() }
        }
    }
}
