internal import Crypto
internal import Values

/// expand_message_xmd of RFC 9380 section 5.3.1, for many messages under one domain.
struct ExpandMessage<H: ManyHash> {
    private let count: Int
    private let blockCount: Int
    /// After the block of zeros that every message begins with.
    private let start: H.State
    private let empty: H.State
    /// Length wanted (2 bytes), zero, domain, length of the domain (1 byte).
    private let end: [UInt8]

    /// - Parameter count: bytes wanted of each message, at most 255 digests.
    init(domain: DomainSeparationTag, count: Int) {
        self.count = count
        blockCount = (count + H.Digest.byteCount - 1) / H.Digest.byteCount
        precondition(blockCount <= 255 && count <= 65_535, "the suites ask for at most a few hundred bytes")
        start = H.state(after: [UInt8](repeating: 0, count: H.blockByteCount))
        empty = H.state(after: [])
        end = BigEndian.u16(count) + [0] + domain.bytes + [UInt8(domain.bytes.count)]
    }

    /// `count` bytes for each message, one after the other.
    func xmd(_ messages: borrowing MessageBatch) -> WipedMemory {
        let output = WipedMemory(byteCount: messages.count * count)
        let digestByteCount = H.Digest.byteCount
        // b_0 XOR b_(i − 1), i, domain, length of the domain: what is hashed to b_i.
        let link = Array(end[3...])
        let linkByteCount = digestByteCount + 1 + link.count
        let slots = MessageSlots<H>(
            longest: max(messages.longest + end.count, linkByteCount), wanted: messages.count)
        let zeroth = WipedMemory(byteCount: slots.count * digestByteCount)
        var lengths = [Int](repeating: 0, count: slots.count)
        for first in stride(from: 0, to: messages.count, by: slots.count) {
            let some = min(slots.count, messages.count - first)
            for index in 0..<some {
                let slot = index * slots.byteCount
                let middle = messages.withMessage(first + index) { slots.memory.write($0, at: slot) }
                lengths[index] = slots.memory.write(end, at: middle) - slot
            }
            H.hash(
                slots, lengths: lengths[..<some], after: start, into: zeroth, at: 0, stride: digestByteCount,
                byteCount: digestByteCount)
            for index in 0..<some { lengths[index] = linkByteCount }
            for block in 1...blockCount {
                let done = first * count + (block - 1) * digestByteCount
                for index in 0..<some {
                    let slot = UnsafeMutableRawBufferPointer(
                        rebasing: slots.memory.bytes[(index * slots.byteCount)...].prefix(digestByteCount + 1))
                    let zeroth = UnsafeRawBufferPointer(
                        rebasing: zeroth.bytes[(index * digestByteCount)...].prefix(digestByteCount))
                    slot.copyMemory(from: zeroth)
                    if block > 1 {
                        let last = UnsafeRawBufferPointer(
                            rebasing: output.bytes[(done + index * count - digestByteCount)...].prefix(digestByteCount))
                        for position in 0..<digestByteCount { slot[position] ^= last[position] }
                    }
                    slot[digestByteCount] = UInt8(block)
                    slots.memory.write(link, at: index * slots.byteCount + digestByteCount + 1)
                }
                H.hash(
                    slots, lengths: lengths[..<some], after: empty, into: output, at: done, stride: count,
                    byteCount: min(digestByteCount, count - (block - 1) * digestByteCount))
            }
        }
        return output
    }
}
