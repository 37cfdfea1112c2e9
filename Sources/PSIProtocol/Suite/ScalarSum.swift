internal import CRistretto
internal import Crypto

/// A running sum of secret scalars of ristretto255.
struct ScalarSum: Sendable {
    /// 32 bytes.
    private(set) var key = SymmetricKey(data: [UInt8](repeating: 0, count: 32))

    /// The sum, where it is public.
    var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

    mutating func add(_ other: ScalarSum) {
        let one = ScalarList(count: 1)
        one.set(0, other.key)
        add(one)
    }

    /// Adds Σ a_i.
    mutating func add(_ scalars: borrowing ScalarList) {
        let count = scalars.count
        add { result in scalars.withPointer { sidos_r255_scalar_inner_product(result, $0, nil, count) } }
    }

    /// Adds Σ a_i·b_i of two lists of one length.
    mutating func add(products a: borrowing ScalarList, _ b: borrowing ScalarList) {
        precondition(a.count == b.count, "lists of one length")
        let count = a.count
        add { result in
            a.withPointer { a in b.withPointer { sidos_r255_scalar_inner_product(result, a, $0, count) } }
        }
    }

    private mutating func add(_ kernel: (UnsafeMutablePointer<UInt8>?) -> Void) {
        let summands = ScalarList(count: 2)
        summands.set(0, key)
        summands.withPointer(1) { kernel($0) }
        let sum = ScalarList(count: 1)
        sum.withPointer { sum in summands.withPointer { sidos_r255_scalar_inner_product(sum, $0, nil, 2) } }
        key = sum[0]
    }
}
