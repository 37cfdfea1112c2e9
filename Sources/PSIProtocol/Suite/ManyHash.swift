internal import CSHA2
internal import Crypto

/// A hash that takes many short messages at once, each in a slot of its own in memory that is wiped.
///
/// A slot has room for its message and padding, which the hash writes there. Lengths are public, messages are not.
protocol ManyHash: HashFunction {
    /// What hashing has come to after whole blocks.
    associatedtype State

    static var paddingByteCount: Int { get }

    /// The state after a whole number of blocks.
    static func state(after blocks: [UInt8]) -> State

    /// The first `byteCount` bytes of the digests of `state` and the messages in the first `lengths.count` slots.
    ///
    /// - Parameter stride: from a digest to the next, in `output` from `offset`.
    static func hash(
        _ slots: borrowing MessageSlots<Self>, lengths: ArraySlice<Int>, after state: State,
        into output: borrowing WipedMemory, at offset: Int, stride: Int, byteCount: Int)
}

/// Memory for some messages of a hash, and their padding, that is used again and again.
struct MessageSlots<H: ManyHash>: ~Copyable {
    let memory: WipedMemory
    /// From a slot to the next.
    let byteCount: Int
    let count: Int

    /// - Parameters:
    ///   - longest: bytes of the longest message.
    ///   - wanted: messages that there are; slots are for all of them, or for as many as a MiB holds, at most 256.
    init(longest: Int, wanted: Int) {
        let blocks = (longest + H.paddingByteCount + H.blockByteCount - 1) / H.blockByteCount
        byteCount = blocks * H.blockByteCount
        count = max(1, min(wanted, 256, (1 << 20) / byteCount))
        memory = WipedMemory(byteCount: count * byteCount)
    }
}

extension SHA512: ManyHash {
    static var paddingByteCount: Int { Int(SIDOS_SHA512_PADDING_BYTE_COUNT) }

    static func state(after blocks: [UInt8]) -> sidos_sha512_state {
        precondition(blocks.count.isMultiple(of: blockByteCount), "whole blocks")
        var state = sidos_sha512_state()
        sidos_sha512_begin(&state)
        checkKernel(sidos_sha512_absorb(&state, blocks, blocks.count / blockByteCount))
        return state
    }

    static func hash(
        _ slots: borrowing MessageSlots<Self>, lengths: ArraySlice<Int>, after state: sidos_sha512_state,
        into output: borrowing WipedMemory, at offset: Int, stride: Int, byteCount: Int
    ) {
        guard !lengths.isEmpty else { return }
        precondition(
            lengths.count <= slots.count && offset + (lengths.count - 1) * stride + byteCount <= output.bytes.count)
        var state = state
        defer { withUnsafeMutableBytes(of: &state) { SecretBytes.wipe($0) } }
        output.withPointer(at: offset) { output in
            slots.memory.withPointer { slot in
                lengths.withUnsafeBufferPointer { lengths in
                    checkKernel(
                        sidos_sha512_many(
                            output, stride, byteCount, slot, slots.byteCount, lengths.baseAddress, lengths.count,
                            &state))
                }
            }
        }
    }
}

extension SHA256: ManyHash {
    static var paddingByteCount: Int { Int(SIDOS_SHA256_PADDING_BYTE_COUNT) }

    static func state(after blocks: [UInt8]) -> sidos_sha256_state {
        precondition(blocks.count.isMultiple(of: blockByteCount), "whole blocks")
        var state = sidos_sha256_state()
        sidos_sha256_begin(&state)
        checkKernel(sidos_sha256_absorb(&state, blocks, blocks.count / blockByteCount))
        return state
    }

    static func hash(
        _ slots: borrowing MessageSlots<Self>, lengths: ArraySlice<Int>, after state: sidos_sha256_state,
        into output: borrowing WipedMemory, at offset: Int, stride: Int, byteCount: Int
    ) {
        guard !lengths.isEmpty else { return }
        precondition(
            lengths.count <= slots.count && offset + (lengths.count - 1) * stride + byteCount <= output.bytes.count)
        var state = state
        defer { withUnsafeMutableBytes(of: &state) { SecretBytes.wipe($0) } }
        output.withPointer(at: offset) { output in
            slots.memory.withPointer { slot in
                lengths.withUnsafeBufferPointer { lengths in
                    checkKernel(
                        sidos_sha256_many(
                            output, stride, byteCount, slot, slots.byteCount, lengths.baseAddress, lengths.count,
                            &state))
                }
            }
        }
    }
}

/// The kernels refuse only what no caller here asks for.
func checkKernel(_ answer: Int32) {
    precondition(answer == 1, "messages fit their slots, and some implementation of SHA-2 passes its self-test")
}
