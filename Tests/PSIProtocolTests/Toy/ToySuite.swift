import Crypto
import Synchronization

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// A suite without cryptography, for rounds by the thousand: the squares mod 2039, a group of the prime order 1019.
///
/// An element is four bytes, class ‖ value; scalars act on the value. Identities, small decimal numbers here, hash
/// injectively to class 0, and every random element opens a class of its own, so that nothing ever collides by chance.
enum ToySuite: Suite {
    /// Stands in the agreement for the suite whose keys the board checks.
    static let id = SuiteID.ristretto255
    static let elementByteCount = 4
    static let scalarByteCount = 2
    static let fixedBits = 0..<0
    static let hashToGroupID = "toy_1019_NOT_SECRET_"
    static let proofResponseByteCount = 2
    static let backend = "toy"

    static let modulus = 2_039
    static let order = 1_019
    /// A square, so it generates the squares.
    static let generator = 4
    private static let classes = Mutex(0)

    static func power(_ base: Int, _ exponent: Int) -> Int {
        var (result, square, rest) = (1, base % modulus, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = result * square % modulus }
            square = square * square % modulus
            rest >>= 1
        }
        return result
    }

    static func encode(_ family: Int, _ value: Int) -> [UInt8] { BigEndian.u16(family) + BigEndian.u16(value) }

    static func hashToGroup(
        _ messages: borrowing MessageBatch, domain: DomainSeparationTag
    ) -> ElementBatch<Self> {
        var all: [[UInt8]] = []
        for index in 0..<messages.count { all.append(messages.withMessage(index) { Array($0) }) }
        return ElementBatch(
            trusted: all.flatMap { message in
                // Round, framed name of the match key, then the number.
                let name = Int(BigEndian.read(message[32..<34]))
                let number = Int(String(decoding: message[(34 + name)...], as: UTF8.self))
                precondition(number.map { (0..<1_000).contains($0) } == true, "toy identities are small numbers")
                return encode(0, power(generator, (number ?? 0) + 1))
            })
    }

    static func multiply(
        _ elements: ElementBatch<Self>, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self> {
        try validate(elements)
        let exponent = number(scalar.bytes)
        return ElementBatch(
            trusted: (0..<elements.count).flatMap { index in
                let bytes = Array(elements[index])
                return bytes[..<2] + BigEndian.u16(power(Int(BigEndian.read(bytes[2...])), exponent))
            })
    }

    static func multiplyGenerator(by scalar: borrowing SecretScalar<Self>) -> [UInt8] {
        encode(0, power(generator, number(scalar.bytes)))
    }

    static func scalar(_ value: Int) -> [UInt8] { BigEndian.u16(value) }
    static func randomScalar() -> SecretScalar<Self> { SecretScalar(scalar(Int.random(in: 1..<order))) }

    static func randomElements(count: Int) -> ElementBatch<Self> {
        ElementBatch(
            trusted: (0..<count).flatMap { _ in
                let family = classes.withLock { next in
                    next = next % 65_535 + 1
                    return next
                }
                return encode(family, generator)
            })
    }

    static func validate(_ elements: ElementBatch<Self>) throws(GroupError) {
        for index in 0..<elements.count {
            let value = Int(BigEndian.read(elements[index].suffix(2)))
            guard (2..<modulus).contains(value), power(value, order) == 1 else {
                throw .invalidElement(index: index)
            }
        }
    }

    private static func number(_ bytes: borrowing SecretBytes) -> Int {
        bytes.withUnsafeBytes { Int(BigEndian.read($0)) }
    }

    static func proofNonce() -> ProofNonce {
        let nonce = randomScalar()
        let commitment = multiplyGenerator(by: nonce)
        return ProofNonce(nonce: nonce.bytes.slice(0..<2), commitment: commitment)
    }

    static func proofResponse(
        _ nonce: borrowing SecretBytes, challenge: [UInt8], key: borrowing SecretScalar<Self>
    ) -> [UInt8] {
        let c = Int(BigEndian.read(challenge[..<4])) % order
        return scalar((number(nonce) + c * number(key.bytes)) % order)
    }

    static func proofHolds(response: [UInt8], challenge: [UInt8], commitment: [UInt8], publicKey: [UInt8]) -> Bool {
        let c = Int(BigEndian.read(challenge[..<4])) % order
        let (r, k) = (Int(BigEndian.read(commitment[2...])), Int(BigEndian.read(publicKey[2...])))
        return power(generator, Int(BigEndian.read(response))) == r * power(k, c) % modulus
    }
}

extension PreparedRound {
    /// The same round with toy blinding keys: the board keeps the keys that it has checked, the lists are the toy's.
    func toy() -> PreparedRound {
        let states = authorityStates.mapValues { box in
            let bytes = box.read { state in state.withUnsafeBytes { Array($0) } }
            let toy =
                ToySuite.scalar(Int.random(in: 2..<ToySuite.order)) + bytes.dropFirst(Ristretto255.scalarByteCount)
            return SecretBytesBox(SecretBytes(SymmetricKey(data: toy)))
        }
        return PreparedRound(study: study, record: record, authorityStates: states, researchState: researchState)
    }
}
