internal import CRistretto

/// Y = Y_R + Σ D_j: what every capsule of a round is sealed to, with the tables that make sealing to it fast. Public.
public struct CapsuleKey: Sendable {
    /// Encoding of Y, 32 bytes.
    public let bytes: [UInt8]
    /// Opaque to Swift, with slack so that the kernel's alignment can be had wherever the array lies.
    private let table: [UInt8]

    private static let alignment = 64

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
        var storage = [UInt8](repeating: 0, count: sidos_r255_table_byte_count() + Self.alignment)
        let valid = storage.withUnsafeMutableBytes { buffer in
            sidos_r255_table_init(buffer.baseAddress.map { $0.alignedUp(toMultipleOf: Self.alignment) }, sum)
        }
        guard valid == 1 else { throw .backendFailed }
        self.bytes = sum
        // A copy might lie at another alignment; the table is used where it was made.
        self.table = storage
    }

    func withTable<Result>(_ body: (UnsafeRawPointer?) -> Result) -> Result {
        table.withUnsafeBytes { buffer in body(buffer.baseAddress.map { $0.alignedUp(toMultipleOf: Self.alignment) }) }
    }
}
