/// Whether 32 bytes are an Ed25519 public key that can be pinned. Crypto libraries take any 32 bytes and fail only at
/// the first signature; an agreement should say so when it is written.
///
/// Variable time: public values only. RFC 8032 section 5.1.3.
enum Ed25519Encoding {
    /// True for the canonical encoding of a point of the curve whose order is not 1, 2, 4 or 8.
    static func isUsablePublicKey(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 32 else { return false }
        var masked = bytes
        masked[31] &= 0x7F
        guard let y = FieldElement(canonical: masked) else { return false }
        // x² = (y² − 1)/(d·y² + 1) has a root exactly when (y² − 1)·(d·y² + 1) is a square; the denominator is never 0.
        let ySquared = y * y
        let product = (ySquared - .one) * (.d * ySquared + .one)
        guard product.isSquare else { return false }
        // Points of order 1, 2 and 4 have y = ±1 or 0; doubling a point of order 8 gives one of order 4, with y = 0,
        // and doubling has the numerator y² + x² (as a = −1), that is y²·(d·y² + 1) + y² − 1 over the denominator.
        let small = ySquared == .one || ySquared == .zero
        let doubled = ySquared * (.d * ySquared + .one) + ySquared - .one
        return !small && doubled != .zero
    }
}

/// An integer modulo 2^255 − 19, reduced.
private struct FieldElement: Equatable {
    /// Four 64-bit limbs, lowest first.
    private var limbs: [UInt64]

    private static let prime: [UInt64] = [0xFFFF_FFFF_FFFF_FFED, .max, .max, 0x7FFF_FFFF_FFFF_FFFF]
    static let zero = FieldElement(limbs: [0, 0, 0, 0])
    static let one = FieldElement(limbs: [1, 0, 0, 0])
    /// −121665/121666, the curve's constant.
    static let d = FieldElement(
        limbs: [0x75EB_4DCA_1359_78A3, 0x0070_0A4D_4141_D8AB, 0x8CC7_4079_7779_E898, 0x5203_6CEE_2B6F_FE73])

    private init(limbs: [UInt64]) { self.limbs = limbs }

    /// Nil for 2^255 − 19 and above. `bytes` are 32, lowest first, the top bit clear.
    init?(canonical bytes: [UInt8]) {
        limbs = (0..<4).map { limb in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[8 * limb + $1]) << UInt64(8 * $1) }
        }
        guard Self.isBelowPrime(limbs) else { return nil }
    }

    private static func isBelowPrime(_ limbs: [UInt64]) -> Bool {
        for index in (0..<4).reversed() where limbs[index] != prime[index] { return limbs[index] < prime[index] }
        return false
    }

    /// Subtracts the prime until the value is below it.
    private static func reduced(_ limbs: [UInt64]) -> FieldElement {
        var limbs = limbs
        while !isBelowPrime(limbs) {
            var borrow: UInt64 = 0
            for index in 0..<4 {
                let (first, under) = limbs[index].subtractingReportingOverflow(prime[index])
                let (second, underAgain) = first.subtractingReportingOverflow(borrow)
                limbs[index] = second
                borrow = under || underAgain ? 1 : 0
            }
        }
        return FieldElement(limbs: limbs)
    }

    static func + (left: FieldElement, right: FieldElement) -> FieldElement {
        var sum: [UInt64] = []
        var carry: UInt64 = 0
        for index in 0..<4 {
            let (first, over) = left.limbs[index].addingReportingOverflow(right.limbs[index])
            let (second, overAgain) = first.addingReportingOverflow(carry)
            sum.append(second)
            carry = over || overAgain ? 1 : 0
        }
        // Both are below 2^255, so nothing is carried out.
        return reduced(sum)
    }

    static func - (left: FieldElement, right: FieldElement) -> FieldElement {
        var negated: [UInt64] = []
        var borrow: UInt64 = 0
        for index in 0..<4 {
            let (first, under) = prime[index].subtractingReportingOverflow(right.limbs[index])
            let (second, underAgain) = first.subtractingReportingOverflow(borrow)
            negated.append(second)
            borrow = under || underAgain ? 1 : 0
        }
        return left + reduced(negated)
    }

    static func * (left: FieldElement, right: FieldElement) -> FieldElement {
        var wide = [UInt64](repeating: 0, count: 8)
        for row in 0..<4 {
            var carry: UInt64 = 0
            for column in 0..<4 {
                let (high, low) = left.limbs[row].multipliedFullWidth(by: right.limbs[column])
                let (first, over) = wide[row + column].addingReportingOverflow(low)
                let (second, overAgain) = first.addingReportingOverflow(carry)
                wide[row + column] = second
                carry = high &+ (over ? 1 : 0) &+ (overAgain ? 1 : 0)
            }
            wide[row + 4] = carry
        }
        // 2^256 ≡ 38: fold the upper half, then what that carries out, until nothing is carried.
        var low = Array(wide[0..<4])
        var high = Array(wide[4..<8])
        while high.contains(where: { $0 != 0 }) {
            var carry: UInt64 = 0
            for index in 0..<4 {
                let (upper, lower) = high[index].multipliedFullWidth(by: 38)
                let (first, over) = low[index].addingReportingOverflow(lower)
                let (second, overAgain) = first.addingReportingOverflow(carry)
                low[index] = second
                carry = upper &+ (over ? 1 : 0) &+ (overAgain ? 1 : 0)
            }
            high = [carry, 0, 0, 0]
        }
        return reduced(low)
    }

    /// Euler's criterion: x^((p−1)/2) is 0 or 1. (p−1)/2 = 2^254 − 10, whose bits are ones but for 2^0 and 2^3.
    var isSquare: Bool {
        var power = FieldElement.one
        for bit in (0..<254).reversed() {
            power = power * power
            if bit != 0, bit != 3 { power = power * self }
        }
        return power == .zero || power == .one
    }
}
