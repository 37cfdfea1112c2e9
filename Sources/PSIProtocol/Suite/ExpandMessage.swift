internal import Crypto
internal import Values

/// expand_message_xmd of RFC 9380 section 5.3.1, for many messages under one domain.
struct ExpandMessage<H: HashFunction> {
    private let count: Int
    private let blockCount: Int
    /// After the block of zeros that every message begins with.
    private let start: H
    /// Length wanted (2 bytes), zero, domain, length of the domain (1 byte).
    private let end: [UInt8]

    /// - Parameter count: bytes wanted of each message, at most 255 digests.
    init(domain: DomainSeparationTag, count: Int) {
        self.count = count
        blockCount = (count + H.Digest.byteCount - 1) / H.Digest.byteCount
        precondition(blockCount <= 255 && count <= 65_535, "the suites ask for at most a few hundred bytes")
        var hash = H()
        hash.update(data: [UInt8](repeating: 0, count: H.blockByteCount))
        start = hash
        end = BigEndian.u16(count) + [0] + domain.bytes + [UInt8(domain.bytes.count)]
    }

    /// `count` bytes for each message, one after the other.
    func xmd(_ messages: [[UInt8]]) -> [UInt8] {
        let digestCount = H.Digest.byteCount
        // b_0, and after it what is hashed to the next b_i: b_0 XOR b_(i − 1), i, domain, length of the domain.
        var scratch = [UInt8](repeating: 0, count: 2 * digestCount + 1) + end[3...]
        var input: [UInt8] = []
        return [UInt8](unsafeUninitializedCapacity: messages.count * count) { output, filled in
            scratch.withUnsafeMutableBytes { scratch in
                let zeroth = UnsafeMutableRawBufferPointer(rebasing: scratch[..<digestCount])
                let link = UnsafeMutableRawBufferPointer(rebasing: scratch[digestCount...])
                for message in messages {
                    input.removeAll(keepingCapacity: true)
                    input += message
                    input += end
                    var first = start
                    input.withUnsafeBytes { first.update(bufferPointer: $0) }
                    first.finalize().withUnsafeBytes {
                        zeroth.copyMemory(from: $0)
                        link.copyMemory(from: $0)
                    }
                    let last = filled + count
                    for index in 1...blockCount {
                        link[digestCount] = UInt8(index)
                        var hash = H()
                        hash.update(bufferPointer: UnsafeRawBufferPointer(link))
                        hash.finalize().withUnsafeBytes { digest in
                            let wanted = min(digestCount, last - filled)
                            UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: output[filled..<last]))
                                .copyMemory(from: UnsafeRawBufferPointer(rebasing: digest[..<wanted]))
                            filled += wanted
                            guard index < blockCount else { return }
                            for position in 0..<digestCount { link[position] = digest[position] ^ zeroth[position] }
                        }
                    }
                }
            }
        }
    }
}
