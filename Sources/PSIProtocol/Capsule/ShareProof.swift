internal import CRistretto
internal import Crypto
public import Values

/// What a proof of shares is about: that every share of a node is its secret d times the element that was asked for.
/// Public. [P-70]
public struct ShareStatement: Sendable {
    public var agreement: AgreementID
    public var round: RoundID
    /// Over the round's keys, 32 bytes. [P-26]
    public var manifest: [UInt8]
    public var node: ParticipantID
    /// Of the stream of shares.
    public var attempt: Int
    /// Shares: one for each point that was asked for.
    public var count: Int
    /// The node's D = d·G, 32 bytes.
    public var key: [UInt8]
    /// Of the requests, as the board has it. [P-59]
    public var requests: [UInt8]
    /// SHA-256 of all shares, one after the other.
    public var shares: [UInt8]

    /// z, from which the coefficients follow: 32 bytes.
    var context: [UInt8] {
        var hash = SHA512()
        hash.update(data: Label.release.bytes)
        hash.update(data: agreement.bytes + round.bytes + manifest)
        hash.update(data: Array(node.utf8) + [0])
        hash.update(data: BigEndian.u16(attempt) + BigEndian.u32(count))
        hash.update(data: key + requests + shares)
        return Array(hash.finalize().prefix(32))
    }
}

/// A proof of shares: T_1 ‖ T_2 ‖ s, 96 bytes. It shows nothing of d. [P-70]
public struct ShareProof: Sendable, Equatable {
    public static let byteCount = 96

    /// T_1 = ω·G and T_2 = ω·M
    let commitments: [[UInt8]]
    /// s = ω + c·d
    let response: [UInt8]

    var bytes: [UInt8] { commitments[0] + commitments[1] + response }

    /// Nil for another length.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        commitments = [Array(bytes[..<32]), Array(bytes[32..<64])]
        response = Array(bytes[64...])
    }

    /// - Parameters:
    ///   - sums: over all requests and shares, with the coefficients that follow from the statement.
    ///   - key: d
    ///   - seed: 32 fresh secret bytes. The nonce follows from them, d and the statement.
    init(
        _ statement: ShareStatement, sums: ShareSums, key: borrowing SecretScalar<Ristretto255>,
        seed: borrowing SecretBytes = SecretBytes(randomByteCount: 32)
    ) throws {
        let context = statement.context
        var code = HMAC<SHA512>(key: seed.key)
        key.bytes.withUnsafeBytes { code.update(data: $0) }
        code.update(data: context)
        let wide = WipedMemory(byteCount: 64)
        code.finalize().withUnsafeBytes { _ = wide.write($0, at: 0) }
        let nonce = ScalarList(reducing: wide, count: 1)[0]
        commitments = [
            Ristretto255.multiplyGenerator(by: nonce).bytes,
            try Ristretto255.multiply(sums.requests.bytes, by: nonce).bytes,
        ]
        let challenge = Self.challenge(context, sums, commitments)
        response = Ristretto255.response(challenge, secret: key.bytes.key, nonce: nonce)
    }

    /// Whether the proof holds for these sums. Public values, variable time.
    func holds(for statement: ShareStatement, sums: ShareSums) -> Bool {
        guard Ristretto255.areCanonical(scalars: response) else { return false }
        let challenge = Self.challenge(statement.context, sums, commitments)
        let minus = [challenge, ScalarList.one].map { ScalarList($0).negated().bytes }
        func vanishes(_ points: [[UInt8]]) -> Bool {
            // s·base − T − c·image. What is no element proves nothing.
            let scalars = response + minus[1] + minus[0]
            return (try? Ristretto255.publicSum(scalars, of: Array(points.joined())))?.isIdentity ?? false
        }
        return vanishes([Ristretto255.generator, commitments[0], statement.key])
            && vanishes([sums.requests.bytes, commitments[1], sums.shares.bytes])
    }

    private static func challenge(_ context: [UInt8], _ sums: ShareSums, _ commitments: [[UInt8]]) -> [UInt8] {
        var hash = SHA512()
        hash.update(data: Label.releaseChallenge.bytes)
        hash.update(data: context + sums.requests.bytes + sums.shares.bytes + commitments[0] + commitments[1])
        return Ristretto255.scalar(reducing: Array(hash.finalize()))
    }
}

/// M = Σ e_p·A_p and Z = Σ e_p·Δ_p over requests and their shares. [P-70]
struct ShareSums: Sendable {
    private(set) var requests = PointSum()
    private(set) var shares = PointSum()

    init() {}

    /// Of these requests and shares, the first of which has the number `first`, from 1.
    ///
    /// - Throws: `GroupError.invalidElement` for the first pair with what is no element.
    init(_ coefficients: ProofCoefficients, first: Int, requests: [UInt8], shares: [UInt8]) throws(GroupError) {
        let numbers = coefficients.of(first..<(first + requests.count / 32))
        self.requests = try Ristretto255.publicSums(short: numbers, of: PointItems(requests, stride: 32))[0]
        self.shares = try Ristretto255.publicSums(short: numbers, of: PointItems(shares, stride: 32))[0]
    }

    /// Over whole files, on all cores.
    static func over(
        _ requests: FixedRecords, _ shares: FixedRecords, _ statement: ShareStatement, workers: Workers
    ) async throws -> ShareSums {
        guard requests.count == shares.count else { throw ExternalSortError.truncatedRun }
        let coefficients = ProofCoefficients(seed: statement.context)
        var readers = (try requests.reader(), try shares.reader())
        var sums = ShareSums()
        var done = 0
        try await Pipeline(workers: workers).run { () throws -> (first: Int, requests: [UInt8], shares: [UInt8])? in
            let count = min(8_192, requests.count - done)
            guard count > 0 else { return nil }
            defer { done += count }
            return (done + 1, try readers.0.next(count), try readers.1.next(count))
        } compute: {
            try ShareSums(coefficients, first: $0.first, requests: $0.requests, shares: $0.shares)
        } take: {
            try sums.add($0)
        }
        return sums
    }

    mutating func add(_ other: ShareSums) throws(GroupError) {
        try requests.add(other.requests)
        try shares.add(other.shares)
    }
}
