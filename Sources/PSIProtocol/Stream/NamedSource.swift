/// Lets through no more of a stream than its entry announced, so that whoever relays it cannot fill a reader's disk.
/// [P-51]
///
/// A stream that is too short is left to its reader, who knows what a record is.
public struct NamedSource<Base: ByteSource>: ByteSource {
    private var base: Base
    private var left: Int

    /// - Parameter byteCount: what was announced, before sealing.
    public init(_ base: Base, byteCount: Int) {
        self.base = base
        left = byteCount
    }

    /// - Throws: `ProtocolViolation(.streamMalformed)` for a byte too many; whose doing it is nobody can tell.
    public mutating func next() async throws -> [UInt8]? {
        guard let piece = try await base.next() else { return nil }
        guard piece.count <= left else { throw ProtocolViolation(.streamMalformed) }
        left -= piece.count
        return piece
    }
}

extension NamedSource: Sendable where Base: Sendable {}
