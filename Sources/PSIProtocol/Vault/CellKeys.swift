internal import Crypto
internal import Values

/// Keys and handles of one person's cells in one register.
public struct CellKeys: Sendable {
    let root: HashedAuthenticationCode<SHA256>
    let context: [UInt8]

    /// 16 bytes by which the vault is sorted; they say nothing without the person's secret.
    public func handle(_ index: Int) -> [UInt8] { derive("handle", index, byteCount: 16).withUnsafeBytes { Array($0) } }

    /// The payload of a stored cell whose handle is `handle(index)`.
    public func open(_ cell: some RandomAccessCollection<UInt8>, index: Int) throws(VaultError) -> [UInt8] {
        let bytes = Array(cell)
        guard bytes.count > 32 else { throw .malformedCell }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: Self.nonce(), ciphertext: bytes[16..<(bytes.count - 16)], tag: bytes[(bytes.count - 16)...])
            return Array(
                try AES.GCM.open(box, using: derive("key", index, byteCount: 32), authenticating: additional(index)))
        } catch { throw .cellDoesNotOpen }
    }

    func seal(_ payload: [UInt8], index: Int) throws(VaultError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(
                payload, using: derive("key", index, byteCount: 32), nonce: Self.nonce(),
                authenticating: additional(index))
            return handle(index) + Array(box.ciphertext) + Array(box.tag)
        } catch { throw .sealingFailed }
    }

    private func derive(_ purpose: String, _ index: Int, byteCount: Int) -> SymmetricKey {
        HKDF<SHA256>.expand(
            pseudoRandomKey: root, info: Array(purpose.utf8) + BigEndian.u32(index), outputByteCount: byteCount)
    }

    private func additional(_ index: Int) -> [UInt8] { context + BigEndian.u32(index) }

    private static func nonce() throws -> AES.GCM.Nonce { try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)) }
}
