internal import CRistretto

/// A running sum of ristretto255 elements, which may be the identity.
struct PointSum: Sendable, Equatable {
    /// 32 bytes; zeros are the identity.
    private(set) var bytes = [UInt8](repeating: 0, count: 32)

    init() {}

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static let identity = PointSum()

    var isIdentity: Bool { bytes.allSatisfy { $0 == 0 } }

    /// - Throws: `GroupError` where one of the two is no element.
    mutating func add(_ other: PointSum) throws(GroupError) {
        if other.isIdentity { return }
        if isIdentity {
            self = other
            return
        }
        var sum = bytes
        try GroupError.check(sidos_r255_add_batch(&sum, bytes, other.bytes, 1), of: 1)
        bytes = sum
    }
}
