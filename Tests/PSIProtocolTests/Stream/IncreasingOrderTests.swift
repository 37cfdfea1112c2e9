import Testing

@testable import PSIProtocol

@Suite("Increasing order")
struct IncreasingOrderTests {
    @Test("over blocks, by keys alone", arguments: [1, 4, 8, 9, 16])
    func finds(keyByteCount: Int) {
        func record(_ number: UInt8, _ last: UInt8) -> [UInt8] {
            var bytes = [UInt8](repeating: number, count: keyByteCount) + [255 - number, last]
            if keyByteCount > 1 { bytes[keyByteCount - 1] = last }
            return bytes
        }
        let width = keyByteCount + 2
        var order = IncreasingOrder(keyByteCount: keyByteCount)
        #expect(order.firstViolation(in: [], width: width) == nil)
        #expect(order.firstViolation(in: record(1, 0) + record(2, 0) + record(3, 0), width: width) == nil)
        #expect(order.firstViolation(in: record(4, 0), width: width) == nil)
        var equal = order
        #expect(equal.firstViolation(in: record(4, 0) + record(5, 0), width: width) == 0)
        var falling = order
        #expect(
            falling.firstViolation(in: record(5, 0) + record(6, 9) + record(6, 8) + record(7, 0), width: width) == 2)
        var same = order
        #expect(same.firstViolation(in: record(5, 0) + record(5, 0), width: width) == 1)
        if keyByteCount > 1 {
            #expect(order.firstViolation(in: record(5, 0) + record(5, 1) + record(5, 2), width: width) == nil)
        }
    }
}
