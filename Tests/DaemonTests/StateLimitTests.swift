import PSIProtocol
import Testing

@testable import Daemon

@Suite("Limits of the sealed state")
struct StateLimitTests {
    @Test("An index of as many and as long names as are taken can be read again")
    func largestIndex() throws {
        var index = StateIndex()
        let digest = [UInt8](repeating: 0xFF, count: 32)
        index.generation = .max
        for number in 0..<StateIndex.maxCount {
            let name = "over/\(number)"
            let filled = name + String(repeating: "x", count: StateName.maxByteCount - name.utf8.count)
            index.entries[filled] = .init(settled: digest, change: .put(digest))
        }
        let bytes = index.encoded
        #expect(bytes.count <= StateIndex.maxByteCount)
        #expect(bytes.count > StateIndex.maxByteCount - 100)
        let again = bytes.withUnsafeBytes { StateIndex($0) }
        #expect(again == index)
    }
}
