/// What each hash, signature, key derivation and context of the protocol begins with, so that none can stand for
/// another. ASCII, closed by a zero byte. [P-10]
public enum Label: String, Sendable, CaseIterable {
    case round = "SIDOS-V1 round"
    case boardEntry = "SIDOS-V1 board entry"
    case boardChain = "SIDOS-V1 board chain"
    case manifest = "SIDOS-V1 manifest"
    case keyCommitment = "SIDOS-V1 key commitment"
    case schnorr = "SIDOS-V1 schnorr"
    case saltShare = "SIDOS-V1 salt share"
    case exitSalt = "SIDOS-V1 exit salt"
    case tag = "SIDOS-V1 tag"
    case cell = "SIDOS-V1 cell"
    case vault = "SIDOS-V1 vault"
    case survey = "SIDOS-V1 survey"
    case sample = "SIDOS-V1 sample"
    case tokens = "SIDOS-V1 tokens"
    case linkage = "SIDOS-V1 linkage"
    case pseudonym = "SIDOS-V1 pseudonym"
    case stream = "SIDOS-V1 stream"
    case piece = "SIDOS-V1 piece"
    case part = "SIDOS-V1 part"
    case digest = "SIDOS-V1 digest"

    public var bytes: [UInt8] { Array(rawValue.utf8) + [0] }
}
