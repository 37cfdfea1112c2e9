internal import Crypto
internal import Values

/// The public coefficients u_1, u_2 … of a random combination, 128 bits each, that follow from a seed. [P-62, P-70]
///
/// None is 0: what has coefficient 0 could be anything.
struct ProofCoefficients: Sendable {
    static let byteCount = 16

    private let prefix: [UInt8]

    /// - Parameter seed: 32 bytes.
    init(seed: [UInt8]) { prefix = Label.coefficient.bytes + seed }

    /// Coefficients of these numbers, 16 little-endian bytes each. Constant time in the numbers.
    func of(_ numbers: some Collection<Int>) -> [UInt8] {
        let count = numbers.count
        let output = WipedMemory(byteCount: Self.byteCount * count)
        let slots = MessageSlots<SHA256>(longest: prefix.count + 4, wanted: count)
        let lengths = [Int](repeating: prefix.count + 4, count: slots.count)
        let start = SHA256.state(after: [])
        var numbers = numbers.makeIterator()
        for first in stride(from: 0, to: count, by: slots.count) {
            let some = min(slots.count, count - first)
            for index in 0..<some {
                guard let number = numbers.next() else { break }
                var encoded = UInt32(truncatingIfNeeded: number).bigEndian
                let place = slots.memory.write(prefix, at: index * slots.byteCount)
                withUnsafeBytes(of: &encoded) { _ = slots.memory.write($0, at: place) }
            }
            SHA256.hash(
                slots, lengths: lengths[..<some], after: start, into: output, at: first * Self.byteCount,
                stride: Self.byteCount, byteCount: Self.byteCount)
        }
        let words = output.bytes.bindMemory(to: UInt64.self)
        for index in 0..<count {
            // 1 if both words are 0, without a branch.
            let any = words[2 * index] | words[2 * index + 1]
            words[2 * index] |= UInt64(littleEndian: (~(any | (0 &- any))) >> 63)
        }
        return Array(output.bytes[..<(Self.byteCount * count)])
    }
}
