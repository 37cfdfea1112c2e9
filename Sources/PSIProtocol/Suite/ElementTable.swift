internal import CRistretto

/// An element of ristretto255 with the table that makes multiplying it fast. Public.
public struct ElementTable: Sendable {
    /// The element's encoding, 32 bytes.
    public let bytes: [UInt8]
    /// Opaque to Swift, with slack so that the kernel's alignment can be had wherever the array lies.
    private let table: [UInt8]

    private static let alignment = 64

    /// - Throws: `GroupError.invalidElement` for what is no element.
    init(of element: [UInt8]) throws(GroupError) {
        guard element.count == 32 else { throw .invalidElement(index: 0) }
        var storage = [UInt8](repeating: 0, count: sidos_r255_table_byte_count() + Self.alignment)
        let valid = storage.withUnsafeMutableBytes { buffer in
            sidos_r255_table_init(buffer.baseAddress.map { $0.alignedUp(toMultipleOf: Self.alignment) }, element)
        }
        guard valid == 1 else {
            throw sidos_r255_validate_batch(element, 1) == 1 ? .backendFailed : .invalidElement(index: 0)
        }
        self.bytes = element
        // A copy might lie at another alignment; the table is used where it was made.
        self.table = storage
    }

    func withTable<Result>(_ body: (UnsafeRawPointer?) -> Result) -> Result {
        table.withUnsafeBytes { buffer in body(buffer.baseAddress.map { $0.alignedUp(toMultipleOf: Self.alignment) }) }
    }
}
