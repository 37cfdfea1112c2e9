internal import Agreement
public import Crypto
public import Values

/// s_j: what a holder multiplies the study's capsules by in every round. A ristretto255 scalar, 32 bytes, secret.
/// [P-80]
public enum StudyKey {
    public static let byteCount = 32

    public static func random() -> SymmetricKey { Ristretto255.randomScalar().bytes.key }

    /// Whether these are the bytes of a scalar that is not 0, and of no other: what is received may be anything.
    static func isScalar(_ key: SymmetricKey) -> Bool {
        guard key.bitCount == 8 * byteCount else { return false }
        return key.withUnsafeBytes { bytes in
            bytes.reduce(0) { $0 | $1 } != 0 && Ristretto255.isCanonical(scalar: bytes)
        }
    }

    /// S_j = s_j·G, 32 bytes, public.
    public static func point(of key: SymmetricKey) -> [UInt8] {
        Ristretto255.multiplyGenerator(by: SecretScalar(SecretBytes(key)))
    }
}

/// The agreement says that this node holds a study key, and it has none. [P-80]
public struct StudyKeyMissing: Error, Equatable {
    public init() {}
}

extension RoundRecord {
    /// What a node multiplies the study's capsules by is this times G, where pseudonyms last: G itself for one that
    /// holds no study key.
    func studyKey(of node: ParticipantID) -> [UInt8]? {
        guard agreement.pseudonyms.isLasting else { return nil }
        return reveals[node]?.studyPoint?.bytes ?? Ristretto255.generator
    }

    /// Study keys that this round's holders have revealed.
    public var revealedStudyKeys: [ParticipantID: [UInt8]] { reveals.compactMapValues { $0.studyPoint?.bytes } }
}
