internal import CRistretto
internal import Crypto

/// What proofs compute in ristretto255 beside the operations of a suite.
extension Ristretto255 {
    /// The encoding of G.
    static let generator = multiplyGenerator(by: SymmetricKey(data: ScalarList.one)).bytes

    // MARK: Secret scalars, constant time

    /// r_i·G + h_i
    ///
    /// - Parameter coordinates: of h_i, as `coordinates(hashing:expand:)` makes them.
    static func commitments(blindedBy r: borrowing ScalarList, to coordinates: [UInt8]) throws(GroupError) -> [UInt8] {
        let count = r.count
        var done = 0
        let points = [UInt8](byteCount: 32 * count) { output in
            r.withPointer { done = sidos_r255_base_mul_add_affine_batch(output, $0, coordinates, count) }
        }
        try GroupError.check(done, of: count)
        return points
    }

    /// a_i·G + b_i·H
    static func combinations(
        of element: ElementTable, _ a: borrowing ScalarList, _ b: borrowing ScalarList
    ) -> [UInt8] {
        let count = a.count
        return [UInt8](byteCount: 32 * count) { output in
            a.withPointer { a in
                b.withPointer { b in
                    element.withTable { _ = sidos_r255_double_base_mul_batch(output, a, b, $0, count) }
                }
            }
        }
    }

    /// Σ a_i·P_i for each place of the items.
    ///
    /// - Throws: `GroupError.invalidElement` for the first item with a P that is no element.
    static func secretSums(_ scalars: borrowing ScalarList, of items: PointItems) throws(GroupError) -> [PointSum] {
        precondition(scalars.count == items.count, "a scalar for each item")
        return try sums(of: items) { output, points in
            scalars.withPointer {
                sidos_r255_msm_secret(output, $0, points, items.stride, items.width, items.count)
            }
        }
    }

    /// Σ a_i·h_i
    static func secretSum(
        _ scalars: borrowing ScalarList, ofCoordinates coordinates: [UInt8]
    ) throws(GroupError) -> PointSum {
        let count = scalars.count
        var done = 0
        let bytes = [UInt8](byteCount: 32) { output in
            scalars.withPointer { done = sidos_r255_msm_secret_affine(output, $0, coordinates, count) }
        }
        try GroupError.check(done, of: count)
        return PointSum(bytes)
    }

    /// a·G
    static func multiplyGenerator(by scalar: SymmetricKey) -> PointSum {
        PointSum(multiplyGenerator(by: SecretScalar(SecretBytes(scalar))))
    }

    /// a·P
    static func multiply(_ point: [UInt8], by scalar: SymmetricKey) throws(GroupError) -> PointSum {
        PointSum(try multiply(ElementBatch(trusted: point), by: SecretScalar(SecretBytes(scalar))).bytes)
    }

    /// ω + c·a, as a proof shows it.
    static func response(_ challenge: [UInt8], secret: SymmetricKey, nonce: SymmetricKey) -> [UInt8] {
        [UInt8](byteCount: 32) { output in
            secret.withUnsafeBytes { secret in
                nonce.withUnsafeBytes { nonce in
                    sidos_r255_scalar_mul_add(
                        output, challenge, secret.assumingMemoryBound(to: UInt8.self).baseAddress,
                        nonce.assumingMemoryBound(to: UInt8.self).baseAddress)
                }
            }
        }
    }

    // MARK: Public values, variable time

    /// Σ a_i·P_i of numbers of 128 bits, for each place of the items.
    ///
    /// - Throws: `GroupError.invalidElement` for the first item with a P that is no element.
    static func publicSums(short scalars: [UInt8], of items: PointItems) throws(GroupError) -> [PointSum] {
        precondition(scalars.count == 16 * items.count, "a number for each item")
        return try sums(of: items) {
            sidos_r255_msm_items_vartime($0, nil, scalars, $1, items.stride, items.width, items.count)
        }
    }

    /// Σ a_i·P_i of numbers of 128 bits, and Σ P_i.
    static func publicSum(
        short scalars: [UInt8], of items: PointItems
    ) throws(GroupError) -> (folded: PointSum, plain: PointSum) {
        precondition(scalars.count == 16 * items.count && items.width == 1, "a number for each item of one element")
        var plain = PointSum.identity.bytes
        let folded = try sums(of: items) {
            sidos_r255_msm_items_vartime($0, &plain, scalars, $1, items.stride, 1, items.count)
        }
        return (folded[0], PointSum(plain))
    }

    /// Σ a_i·P_i for each place of the items.
    static func publicSums(_ scalars: borrowing ScalarList, of items: PointItems) throws(GroupError) -> [PointSum] {
        precondition(scalars.count == items.count, "a scalar for each item")
        return try sums(of: items) { output, points in
            scalars.withPointer {
                sidos_r255_msm_wide_vartime(output, nil, $0, points, items.stride, items.width, items.count)
            }
        }
    }

    /// Σ a_i·P_i of a few elements.
    static func publicSum(_ scalars: [UInt8], of points: [UInt8]) throws(GroupError) -> PointSum {
        try publicSums(ScalarList(scalars), of: PointItems(points, stride: 32))[0]
    }

    /// Σ a_i·h_i and Σ h_i
    static func publicSum(
        _ scalars: borrowing ScalarList, ofCoordinates coordinates: [UInt8]
    ) throws(GroupError) -> (folded: PointSum, plain: PointSum) {
        let count = scalars.count
        precondition(coordinates.count == 64 * count, "a scalar for each element")
        var plain = PointSum.identity.bytes
        var done = 0
        let folded = [UInt8](byteCount: 32) { output in
            scalars.withPointer {
                done = sidos_r255_msm_wide_affine_vartime(output, &plain, $0, coordinates, count)
            }
        }
        try GroupError.check(done, of: count)
        return (PointSum(folded), PointSum(plain))
    }

    static func sum(_ points: [PointSum]) throws(GroupError) -> PointSum {
        var sum = PointSum()
        for point in points { try sum.add(point) }
        return sum
    }

    /// Messages hashed to the group, as x ‖ y, 64 bytes each.
    static func coordinates(hashing messages: borrowing MessageBatch, expand: ExpandMessage<SHA512>) -> [UInt8] {
        let count = messages.count
        let uniform = expand.xmd(messages)
        return [UInt8](byteCount: 64 * count) { output in
            uniform.withPointer { _ = sidos_r255_from_uniform_affine_batch(output, $0, count) }
        }
    }

    /// 64 bytes as a little-endian number modulo the order.
    static func scalar(reducing wide: [UInt8]) -> [UInt8] {
        [UInt8](byteCount: 32) { sidos_r255_scalar_reduce64($0, wide) }
    }

    /// 1/a
    static func inverse(_ scalar: [UInt8]) -> [UInt8] {
        [UInt8](byteCount: 32) { sidos_r255_scalar_invert($0, scalar) }
    }

    static func isCanonical(scalar: [UInt8]) -> Bool { areCanonical(scalars: scalar) }

    /// 32 bytes, in constant time.
    static func isCanonical(scalar: UnsafeRawBufferPointer) -> Bool {
        sidos_r255_scalar_is_canonical(scalar.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) }) == 1
    }

    static func areCanonical(scalars: [UInt8]) -> Bool {
        scalars.count.isMultiple(of: 32)
            && scalars.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 32).allSatisfy {
                    sidos_r255_scalar_is_canonical(
                        bytes.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) }?.advanced(by: $0)) == 1
                }
            }
    }

    /// A kernel's sums, one for each place of the items.
    private static func sums(
        of items: PointItems, _ kernel: (UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?) -> Int
    ) throws(GroupError) -> [PointSum] {
        var done = 0
        let bytes = [UInt8](byteCount: 32 * items.width) { output in
            items.bytes.withUnsafeBufferPointer { done = kernel(output, $0.baseAddress.map { $0 + items.offset }) }
        }
        try GroupError.check(done, of: items.count)
        return (0..<items.width).map { PointSum(Array(bytes[(32 * $0)..<(32 * $0 + 32)])) }
    }
}

/// Elements of ristretto255 in items, whose other bytes are not read.
struct PointItems {
    let bytes: [UInt8]
    /// Where the elements of the first item begin.
    let offset: Int
    /// From an item to the next.
    let stride: Int
    /// Elements of an item, one after the other.
    let width: Int

    init(_ bytes: [UInt8], stride: Int, offset: Int = 0, width: Int = 1) {
        precondition(bytes.count.isMultiple(of: stride) && offset + 32 * width <= stride, "elements lie in their items")
        self.bytes = bytes
        self.stride = stride
        self.offset = offset
        self.width = width
    }

    var count: Int { bytes.count / stride }
}
