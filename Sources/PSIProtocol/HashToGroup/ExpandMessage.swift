internal import Crypto

/// expand_message_xmd of RFC 9380 section 5.3.1.
enum ExpandMessage {
    /// - Parameter count: bytes wanted, at most 255 digests.
    static func xmd<H: HashFunction>(
        _ message: [UInt8], domain: DomainSeparationTag, count: Int, using _: H.Type
    ) -> [UInt8] {
        let digestCount = H.Digest.byteCount
        let blocks = (count + digestCount - 1) / digestCount
        precondition(blocks <= 255 && count <= 65_535, "the suites ask for at most a few hundred bytes")
        let tag = domain.bytes + [UInt8(domain.bytes.count)]

        var first = H()
        first.update(data: [UInt8](repeating: 0, count: H.blockByteCount))
        first.update(data: message)
        first.update(data: [UInt8(count >> 8), UInt8(count & 255), 0])
        first.update(data: tag)
        let b0 = Array(first.finalize())

        var output: [UInt8] = []
        output.reserveCapacity(blocks * digestCount)
        var previous = [UInt8](repeating: 0, count: digestCount)
        for index in stride(from: 1, through: blocks, by: 1) {
            for position in 0..<digestCount { previous[position] ^= b0[position] }
            var hash = H()
            hash.update(data: previous)
            hash.update(data: [UInt8(index)])
            hash.update(data: tag)
            previous = Array(hash.finalize())
            output += previous
        }
        return Array(output[0..<count])
    }
}
