import PSIProtocol
import Testing

@testable import Exchange

/// Cells by handle. [P-57]
@Suite struct VaultLookupTests {
    /// Cells and chunks of lengths that don't divide each other, so that cells lie across chunks.
    @Test(arguments: [(128, 1_000), (256, 256), (512, 200), (160, 4_000), (1_024, 100_000)])
    func findsEveryCellAndNoOther(cellByteCount: Int, chunkByteCount: Int) async throws {
        let directory = try TemporaryDirectory()
        let store = try StreamStore(root: directory.path + "/streams", reserve: 0)
        let round = try testRound()
        let stream = StreamID(batch: "kela_benefits", stage: .vault, attempt: 0)
        let handles = (0..<60).map { testBytes(16, seed: UInt64($0 + 10)) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let cells = handles.enumerated().map { $1 + testBytes(cellByteCount - 16, seed: UInt64($0 + 900)) }
        let vault = Array(cells.joined())
        var seq = 0
        for start in stride(from: 0, to: vault.count, by: chunkByteCount) {
            let end = min(start + chunkByteCount, vault.count)
            if end == vault.count {
                // Not before it is whole.
                await #expect(throws: StoreError.noSuchChunk(seq: seq)) {
                    try await VaultLookup(store: store, stream: stream, round: round, cellByteCount: cellByteCount)
                }
            }
            try await store.put(
                Array(vault[start..<end]), seq: seq, last: end == vault.count, stream: stream, round: round)
            seq += 1
        }
        let lookup = try await VaultLookup(store: store, stream: stream, round: round, cellByteCount: cellByteCount)
        #expect(try await lookup.cells(handles) == cells)
        for (handle, cell) in zip(handles, cells) { #expect(try await lookup.cells([handle]) == [cell]) }
        let absent = (0..<60).map { testBytes(16, seed: UInt64($0 + 5_000)) }
        let edges = [[UInt8](repeating: 0, count: 16), [UInt8](repeating: 255, count: 16)]
        let mixed = (absent + edges + [handles[7], handles[59]]).sorted { $0.lexicographicallyPrecedes($1) }
        let nothing = [UInt8](repeating: 0, count: cellByteCount)
        let known = [handles[7]: cells[7], handles[59]: cells[59]]
        #expect(try await lookup.cells(mixed) == mixed.map { known[$0] ?? nothing })
        #expect(try await lookup.cells([handles[7], handles[7]]) == [cells[7], cells[7]])
        await #expect(throws: StoreError.self) {
            try await VaultLookup(store: store, stream: stream, round: round, cellByteCount: cellByteCount + 16)
        }
    }

    @Test func anEmptyVaultHasNoCells() async throws {
        let directory = try TemporaryDirectory()
        let store = try StreamStore(root: directory.path + "/streams", reserve: 0)
        let stream = StreamID(batch: "kela", stage: .vault, attempt: 0)
        try await store.put([], seq: 0, last: true, stream: stream, round: try testRound())
        let lookup = try await VaultLookup(store: store, stream: stream, round: try testRound(), cellByteCount: 128)
        #expect(try await lookup.cells([testBytes(16)]) == [[UInt8](repeating: 0, count: 128)])
    }
}
