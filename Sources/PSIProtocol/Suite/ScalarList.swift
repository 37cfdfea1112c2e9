internal import CRistretto
internal import Crypto

/// Secret scalars of ristretto255, 32 little-endian bytes each, in memory that is wiped when its owner lets go.
///
/// Arithmetic is modulo the group's order, in constant time.
struct ScalarList: ~Copyable {
    let memory: WipedMemory
    let count: Int

    /// The scalar 1.
    static let one: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)

    /// Zeros.
    init(count: Int) {
        self.count = count
        memory = WipedMemory(byteCount: 32 * count)
    }

    /// Scalars as they lie in bytes.
    init(_ bytes: [UInt8]) {
        self.init(count: bytes.count / 32)
        memory.write(bytes, at: 0)
    }

    /// Numbers of 128 bits as scalars.
    init(short numbers: [UInt8]) {
        self.init(count: numbers.count / 16)
        numbers.withUnsafeBytes { numbers in
            for index in 0..<count {
                memory.write(
                    UnsafeRawBufferPointer(rebasing: numbers[(16 * index)..<(16 * index + 16)]), at: 32 * index)
            }
        }
    }

    /// Numbers of 512 bits modulo the order.
    init(reducing wide: borrowing WipedMemory, count: Int) {
        self.init(count: count)
        withPointer { output in wide.withPointer { sidos_r255_scalar_reduce64_batch(output, $0, count) } }
    }

    /// Lends the scalars to a kernel, from number `first` on; the pointer must not leave `body`.
    borrowing func withPointer<Result>(_ first: Int = 0, _ body: (UnsafeMutablePointer<UInt8>?) throws -> Result)
        rethrows -> Result
    {
        try memory.withPointer(at: 32 * first, body)
    }

    /// One scalar, as a secret of its own.
    subscript(index: Int) -> SymmetricKey {
        SymmetricKey(data: UnsafeRawBufferPointer(rebasing: memory.bytes[(32 * index)..<(32 * index + 32)]))
    }

    /// - Parameter scalar: 32 bytes.
    borrowing func set(_ index: Int, _ scalar: SymmetricKey) {
        scalar.withUnsafeBytes { _ = memory.write($0, at: 32 * index) }
    }

    /// Copies another list's scalars to this place.
    borrowing func replace(_ first: Int, with other: borrowing ScalarList) {
        precondition(first + other.count <= count, "scalars have room")
        memory.write(UnsafeRawBufferPointer(rebasing: other.memory.bytes[..<(32 * other.count)]), at: 32 * first)
    }

    borrowing func slice(_ range: Range<Int>) -> ScalarList {
        let slice = ScalarList(count: range.count)
        slice.memory.write(
            UnsafeRawBufferPointer(rebasing: memory.bytes[(32 * range.lowerBound)..<(32 * range.upperBound)]), at: 0)
        return slice
    }

    /// The scalars as bytes, once they are public.
    var bytes: [UInt8] { Array(memory.bytes[..<(32 * count)]) }

    // MARK: Arithmetic

    /// a_i·b_i + c_i
    borrowing func times(_ factors: borrowing ScalarList, plus summands: borrowing ScalarList) -> ScalarList {
        precondition(count == factors.count && count == summands.count, "lists of one length")
        let result = ScalarList(count: count)
        let count = count
        result.withPointer { result in
            withPointer { own in
                factors.withPointer { factors in
                    summands.withPointer {
                        sidos_r255_scalar_mul_add_batch(result, own, factors, $0, count)
                    }
                }
            }
        }
        return result
    }

    /// a_i·b_i
    borrowing func times(_ factors: borrowing ScalarList) -> ScalarList {
        precondition(count == factors.count, "lists of one length")
        let result = ScalarList(count: count)
        let count = count
        result.withPointer { result in
            withPointer { own in
                factors.withPointer { sidos_r255_scalar_mul_add_batch(result, own, $0, nil, count) }
            }
        }
        return result
    }

    /// a_i·b + c_i
    ///
    /// - Parameter factor: 32 bytes.
    borrowing func times(_ factor: SymmetricKey, plus summands: borrowing ScalarList) -> ScalarList {
        precondition(count == summands.count, "lists of one length")
        let result = ScalarList(count: count)
        let count = count
        factor.withUnsafeBytes { factor in
            result.withPointer { result in
                withPointer { own in
                    summands.withPointer {
                        sidos_r255_scalar_scale_add_batch(
                            result, factor.assumingMemoryBound(to: UInt8.self).baseAddress, own, $0, count)
                    }
                }
            }
        }
        return result
    }

    /// −a_i
    borrowing func negated() -> ScalarList {
        let result = ScalarList(count: count)
        for index in 0..<count {
            withPointer(index) { own in result.withPointer(index) { sidos_r255_scalar_negate($0, own) } }
        }
        return result
    }
}

/// Scalars s_(i+1) = u_i·s_i + r_i and p_(i+1) = u_i·p_i: one more of each than there are steps. Secret.
struct ScalarRecurrence: ~Copyable {
    let sums: ScalarList
    let products: ScalarList

    /// - Parameters:
    ///   - sum: s_0, 32 bytes.
    ///   - product: p_0
    init(sum: SymmetricKey, product: SymmetricKey, r: borrowing ScalarList, u: borrowing ScalarList) {
        precondition(r.count == u.count, "lists of one length")
        let count = r.count
        sums = ScalarList(count: count + 1)
        products = ScalarList(count: count + 1)
        sums.set(0, sum)
        products.set(0, product)
        sums.withPointer { sums in
            products.withPointer { products in
                r.withPointer { r in
                    u.withPointer { sidos_r255_scalar_recurrence(sums, products, r, $0, count) }
                }
            }
        }
    }
}
