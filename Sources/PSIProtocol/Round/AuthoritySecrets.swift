public import Crypto
internal import Foundation
public import Values

/// A node's secrets of one round, made fresh and destroyed when the round closes. [P-25]
public struct AuthoritySecrets<S: Suite>: ~Copyable, Sendable {
    /// k_j.
    public let blindingScalar: SecretScalar<S>
    /// d_j, a ristretto255 scalar.
    public let capsuleScalar: SecretScalar<Ristretto255>
    let saltShare: SecretBytes
    /// s_j, 32 bytes, of a node that holds a study key: kept for the study and not for the round. [P-80]
    public let studyKey: SymmetricKey?
    /// What is committed to and then revealed. Public once revealed.
    public let reveal: KeyRevealed

    /// Makes fresh secrets and what will be revealed of them.
    ///
    /// - Parameter studyKey: s_j; needed where the agreement says that this node holds one, and used only there.
    public init(for me: ParticipantID, in record: RoundRecord, studyKey: SymmetricKey? = nil) throws {
        let blinding = S.randomScalar()
        let capsule = Ristretto255.randomScalar()
        let share = SecretBytes(randomByteCount: SealedSecret.secretByteCount)
        let blindingPublic = S.multiplyGenerator(by: blinding)
        let proof = SchnorrProof.make(
            key: blinding, publicKey: blindingPublic,
            context: KeyRevealed.context(.blinding, round: record.round, participant: me))
        var sealed: [String: HexBytes] = [:]
        for other in record.ring where other != me {
            guard let participant = record.participant(other) else { continue }
            sealed[other] = HexBytes(
                try SealedSecret.seal(share, .saltShare, from: me, to: participant, round: record.round))
        }
        var reveal = KeyRevealed(
            blindingPoint: HexBytes(blindingPublic), blindingProof: ProofBytes(proof), capsulePoint: nil,
            capsuleProof: nil, saltShares: sealed,
            saltDigest: HexBytes(SealedSecret.digest(share, .saltShare, of: me, round: record.round)))
        try reveal.addNoiseShares(of: Self.noiseShare(blinding, round: record.round), by: me, in: record)
        if record.releasesRows { reveal.addCapsulePoint(of: capsule, participant: me, round: record.round) }
        if record.agreement.pseudonyms.holders.contains(me) {
            guard let studyKey else { throw StudyKeyMissing() }
            reveal.addStudyPoint(of: SecretScalar(SecretBytes(studyKey)), participant: me, round: record.round)
        }
        self.blindingScalar = blinding
        self.capsuleScalar = capsule
        self.saltShare = share
        self.studyKey = reveal.studyPoint == nil ? nil : studyKey
        self.reveal = reveal
    }

    /// For a sealed state: k (`scalarByteCount`) ‖ d (32) ‖ share (32) ‖ JSON of what is revealed.
    public borrowing func serialized() throws -> SecretBytes {
        let json = try CanonicalJSON.encode(reveal)
        let size = S.scalarByteCount
        return SecretBytes(count: size + 64 + json.count) { output in
            func copy(_ source: UnsafeRawBufferPointer, to start: Int) {
                UnsafeMutableRawBufferPointer(rebasing: output[start..<(start + source.count)]).copyMemory(from: source)
            }
            blindingScalar.bytes.withUnsafeBytes { copy($0, to: 0) }
            capsuleScalar.bytes.withUnsafeBytes { copy($0, to: size) }
            saltShare.withUnsafeBytes { copy($0, to: size + 32) }
            json.withUnsafeBytes { copy($0, to: size + 64) }
        }
    }

    /// Reads what `serialized` wrote; nil for anything else, or where the study key is not the one of then.
    public init?(serialized: borrowing SecretBytes, studyKey: SymmetricKey? = nil) {
        let size = S.scalarByteCount
        guard serialized.byteCount > size + 64 else { return nil }
        let json = serialized.withUnsafeBytes { Data($0[(size + 64)...]) }
        guard let reveal = try? JSONDecoder().decode(KeyRevealed.self, from: json),
            reveal.studyPoint == nil || reveal.studyPoint?.bytes == studyKey.map(StudyKey.point)
        else { return nil }
        self.studyKey = reveal.studyPoint == nil ? nil : studyKey
        self.blindingScalar = SecretScalar(serialized.slice(0..<size))
        self.capsuleScalar = SecretScalar(serialized.slice(size..<(size + 32)))
        self.saltShare = serialized.slice((size + 32)..<(size + 64))
        self.reveal = reveal
    }

    /// HKDF over all nodes' shares in ring order; only nodes can compute it. [P-28]
    ///
    /// - Parameter hpkeKey: this node's long-lived key, which opens the shares sealed to it.
    public borrowing func exitSalt(
        for me: ParticipantID, in record: RoundRecord, hpkeKey: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) -> ExitSalt {
        record.exitSalt(from: try saltShares(for: me, in: record, hpkeKey: hpkeKey))
    }

    /// All nodes' shares of the exit salt, in ring order, 32 bytes each.
    borrowing func saltShares(
        for me: ParticipantID, in record: RoundRecord, hpkeKey: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) -> SymmetricKey {
        try record.shares(
            .saltShare, for: me, own: saltShare.key, key: hpkeKey, sealed: { $0.saltShares[me] },
            digest: \.saltDigest)
    }

    /// This node's share of a verified round's noise. It follows from k, and so needs no place in the state. [P-72]
    static func noiseShare(_ blinding: borrowing SecretScalar<S>, round: RoundID) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: blinding.bytes.key, salt: round.bytes, info: Label.noiseShare.bytes, outputByteCount: 32)
    }

    /// The same.
    borrowing func noiseShare(round: RoundID) -> SymmetricKey { Self.noiseShare(blindingScalar, round: round) }

    /// What this attempt at a stage is made with. It follows from k, so that a restart makes the same list. [P-68]
    borrowing func listSeed(register: RegisterID, stage: Int, attempt: Int, round: RoundID) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: blindingScalar.bytes.key, salt: round.bytes,
            info: Label.listSeed.bytes + Array(register.utf8) + [0] + BigEndian.u16(stage) + BigEndian.u16(attempt),
            outputByteCount: 32)
    }
}

extension KeyRevealed {
    /// Adds shares of the noise, where the round draws it together.
    fileprivate mutating func addNoiseShares(
        of share: SymmetricKey, by me: ParticipantID, in record: RoundRecord
    ) throws {
        guard record.drawsNoiseTogether else { return }
        let secret = SecretBytes(share)
        var sealed: [String: HexBytes] = [:]
        for reader in record.noiseReaders(besides: me) {
            guard let participant = record.participant(reader) else { continue }
            sealed[reader] = HexBytes(
                try SealedSecret.seal(secret, .noiseShare, from: me, to: participant, round: record.round))
        }
        noiseShares = sealed
        noiseDigest = HexBytes(SealedSecret.digest(secret, .noiseShare, of: me, round: record.round))
    }
}
