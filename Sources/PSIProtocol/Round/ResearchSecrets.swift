internal import Foundation
public import Values

/// The research environment's secrets of one round.
public struct ResearchSecrets: ~Copyable, Sendable {
    /// y_R.
    public let capsuleScalar: SecretScalar<Ristretto255>
    public let reveal: KeyRevealed

    public init(for me: ParticipantID, in record: RoundRecord) {
        let key = Ristretto255.randomScalar()
        var reveal = KeyRevealed(saltShares: [:])
        reveal.addCapsulePoint(of: key, participant: me, round: record.round)
        self.capsuleScalar = key
        self.reveal = reveal
    }

    /// y (32) ‖ JSON of what is revealed.
    public borrowing func serialized() throws -> SecretBytes {
        let json = try CanonicalJSON.encode(reveal)
        return SecretBytes(count: 32 + json.count) { output in
            capsuleScalar.bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: output[0..<32]).copyMemory(from: $0)
            }
            json.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: output[32...]).copyMemory(from: $0) }
        }
    }

    public init?(serialized: borrowing SecretBytes) {
        guard serialized.byteCount > 32 else { return nil }
        let json = serialized.withUnsafeBytes { Data($0[32...]) }
        guard let reveal = try? JSONDecoder().decode(KeyRevealed.self, from: json) else { return nil }
        self.capsuleScalar = SecretScalar(serialized.slice(0..<32))
        self.reveal = reveal
    }
}
