internal import Crypto
internal import Values

/// Keys and handles of one person's cells in one register: HKDF-Expand of RFC 5869, of at most one block. [P-46]
public struct CellKeys: Sendable {
    /// HMAC under the person's pseudorandom key.
    private let expand: RepeatedHMAC
    private let context: [UInt8]

    init(pseudorandomKey: SymmetricKey, context: [UInt8]) {
        expand = RepeatedHMAC(key: pseudorandomKey)
        self.context = context
    }

    /// 16 bytes by which the vault is sorted; they say nothing without the person's secret.
    public func handle(_ index: Int) -> [UInt8] {
        block("handle", index).withUnsafeBytes { Array($0.prefix(CellSealer.handleByteCount)) }
    }

    /// The payload of a stored cell whose handle is `handle(index)`.
    public func open(_ cell: some RandomAccessCollection<UInt8>, index: Int) throws(VaultError) -> [UInt8] {
        let bytes = Array(cell)
        let (head, tail) = (CellSealer.handleByteCount, CellSealer.tagByteCount)
        guard bytes.count > head + tail else { throw .malformedCell }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: Self.nonce(), ciphertext: bytes[head..<(bytes.count - tail)], tag: bytes[(bytes.count - tail)...]
            )
            return Array(try AES.GCM.open(box, using: key(index), authenticating: additional(index)))
        } catch { throw .cellDoesNotOpen }
    }

    /// Appends the cell of a payload.
    func seal(_ payload: ArraySlice<UInt8>, index: Int, into cells: inout [UInt8]) throws(VaultError) {
        do {
            let box = try AES.GCM.seal(
                payload, using: key(index), nonce: Self.nonce(), authenticating: additional(index))
            block("handle", index).withUnsafeBytes { cells += $0.prefix(CellSealer.handleByteCount) }
            cells += box.ciphertext
            cells += box.tag
        } catch { throw .sealingFailed }
    }

    private func key(_ index: Int) -> SymmetricKey {
        block("key", index).withUnsafeBytes { SymmetricKey(data: $0) }
    }

    /// T(1) of RFC 5869, whose first bytes are what is wanted.
    private func block(_ purpose: String, _ index: Int) -> SHA256.Digest {
        (Array(purpose.utf8) + BigEndian.u32(index) + [1]).withUnsafeBytes { expand.code(of: $0) }
    }

    private func additional(_ index: Int) -> [UInt8] { context + BigEndian.u32(index) }

    /// A key seals one cell only.
    private static func nonce() throws -> AES.GCM.Nonce { try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)) }
}
