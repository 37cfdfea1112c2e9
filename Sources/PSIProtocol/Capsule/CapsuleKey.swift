internal import CRistretto

/// Y = Y_R + Σ D_j: what every capsule of a round is sealed to, with the tables that make sealing to it fast. Public.
public struct CapsuleKey: Sendable {
    private let table: ElementTable
    /// Encoding of Y, 32 bytes.
    public var bytes: [UInt8] { table.bytes }

    /// Adds up the published keys of the nodes and of the research environment.
    ///
    /// - Throws: `GroupError.invalidElement(index:)` for a key that is no element, or when the sum is the identity.
    public init(sumOf keys: [[UInt8]]) throws(GroupError) {
        var sum: [UInt8]?
        for (index, key) in keys.enumerated() {
            guard key.count == 32, sidos_r255_validate_batch(key, 1) == 1 else { throw .invalidElement(index: index) }
            if let before = sum {
                var next = [UInt8](repeating: 0, count: 32)
                guard sidos_r255_add_batch(&next, before, key, 1) == 1, sidos_r255_validate_batch(next, 1) == 1 else {
                    throw .invalidElement(index: index)
                }
                sum = next
            } else {
                sum = key
            }
        }
        guard let sum else { throw .invalidElement(index: 0) }
        table = try ElementTable(of: sum)
    }

    func withTable<Result>(_ body: (UnsafeRawPointer?) -> Result) -> Result { table.withTable(body) }
}
