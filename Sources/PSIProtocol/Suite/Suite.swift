public import Agreement
internal import Crypto

/// A group of prime order with a hash into it: everything the blinding needs, dispatched statically.
///
/// Notation is additive. Blinding is the commutative cipher E_k(x) = k·H(x): ECDH blinding on the curves,
/// Pohlig–Hellman in the multiplicative group. All operations on a scalar are constant time in it. [P-20]
public protocol Suite: Sendable {
    static var id: SuiteID { get }
    /// Bytes of an encoded element.
    static var elementByteCount: Int { get }
    /// Bytes of an encoded scalar.
    static var scalarByteCount: Int { get }
    /// Bits that all encodings have alike, counted from the first. [P-58]
    static var fixedBits: Range<Int> { get }
    /// RFC 9380 name that ends the domain separation tag.
    static var hashToGroupID: String { get }
    /// Name of the implementation that computes in this process, such as `ifma`: for operators and measurements.
    static var backend: String { get }

    /// Hashes each message into the group. Constant time in the messages' content, not in their lengths.
    static func hashToGroup(_ messages: borrowing MessageBatch, domain: DomainSeparationTag) -> ElementBatch<Self>

    /// scalar·H(message) for each message: `hashToGroup` and `multiply` at once, which some groups do in less time.
    static func blind(
        _ messages: borrowing MessageBatch, domain: DomainSeparationTag, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self>

    /// Raises every element to one scalar, keeping order.
    static func multiply(
        _ elements: ElementBatch<Self>, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self>

    /// scalar·G.
    static func multiplyGenerator(by scalar: borrowing SecretScalar<Self>) -> [UInt8]

    /// A uniformly random scalar, never zero.
    static func randomScalar() -> SecretScalar<Self>

    /// Elements whose discrete logarithm nobody knows, for dummies and absent keys.
    static func randomElements(count: Int) -> ElementBatch<Self>

    /// Refuses the first encoding that `multiply` would refuse.
    static func validate(_ elements: ElementBatch<Self>) throws(GroupError)

    // The three moves of a Schnorr proof of knowledge of k in K = k·G; `SchnorrProof` makes them non-interactive.

    /// A fresh nonce r with its commitment R = r·G.
    static func proofNonce() -> ProofNonce
    /// r + c·k for a 16-byte challenge, as the suite encodes it.
    static func proofResponse(
        _ nonce: borrowing SecretBytes, challenge: [UInt8], key: borrowing SecretScalar<Self>
    ) -> [UInt8]
    /// Whether response·G = R + c·K. Public values, variable time.
    static func proofHolds(response: [UInt8], challenge: [UInt8], commitment: [UInt8], publicKey: [UInt8]) -> Bool
    /// Bytes of a response.
    static var proofResponseByteCount: Int { get }
}

extension Suite {
    public static func blind(
        _ messages: borrowing MessageBatch, domain: DomainSeparationTag, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self> {
        try multiply(hashToGroup(messages, domain: domain), by: scalar)
    }

    /// The same of a list of messages.
    public static func hashToGroup(_ messages: [[UInt8]], domain: DomainSeparationTag) -> ElementBatch<Self> {
        hashToGroup(MessageBatch(messages), domain: domain)
    }

    /// The same of a list of messages.
    public static func blind(
        _ messages: [[UInt8]], domain: DomainSeparationTag, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self> {
        try blind(MessageBatch(messages), domain: domain, by: scalar)
    }
}
