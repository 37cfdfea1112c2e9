/// A number from 0 to 2⁶⁴ with 192 bits after the point; results are rounded down, so that every machine gets the same.
///
/// Tables of noise are made of it: integers throughout, as a floating-point library may differ in its last bits. Public
/// data only: variable time.
struct FixedPoint: Equatable, Comparable {
    /// 64 bits before the point and the first 64 after it.
    var high: UInt128
    /// The last 128 bits.
    var low: UInt128

    static let zero = FixedPoint(high: 0, low: 0)
    static let one = FixedPoint(high: 1 << 64, low: 0)

    init(high: UInt128, low: UInt128) {
        self.high = high
        self.low = low
    }

    /// `numerator / denominator`, rounded down.
    init(_ numerator: UInt64, over denominator: UInt64) {
        var words = [numerator / denominator]
        var remainder = numerator % denominator
        for _ in 0..<3 {
            let (word, rest) = denominator.dividingFullWidth((remainder, 0))
            words.append(word)
            remainder = rest
        }
        high = UInt128(words[0]) << 64 | UInt128(words[1])
        low = UInt128(words[2]) << 64 | UInt128(words[3])
    }

    static func < (left: FixedPoint, right: FixedPoint) -> Bool { (left.high, left.low) < (right.high, right.low) }

    static func + (left: FixedPoint, right: FixedPoint) -> FixedPoint {
        let (low, carry) = left.low.addingReportingOverflow(right.low)
        return FixedPoint(high: left.high &+ right.high &+ (carry ? 1 : 0), low: low)
    }

    static func - (left: FixedPoint, right: FixedPoint) -> FixedPoint {
        let (low, borrow) = left.low.subtractingReportingOverflow(right.low)
        return FixedPoint(high: left.high &- right.high &- (borrow ? 1 : 0), low: low)
    }

    static func * (left: FixedPoint, right: FixedPoint) -> FixedPoint {
        let lows = left.low.multipliedFullWidth(by: right.low)
        let crossA = left.low.multipliedFullWidth(by: right.high)
        let crossB = left.high.multipliedFullWidth(by: right.low)
        let highs = left.high.multipliedFullWidth(by: right.high)
        var (second, carries) = (lows.high, UInt128(0))
        for addend in [crossA.low, crossB.low] {
            let (sum, overflow) = second.addingReportingOverflow(addend)
            second = sum
            if overflow { carries += 1 }
        }
        var (third, fourth) = (carries, highs.high)
        for addend in [crossA.high, crossB.high, highs.low] {
            let (sum, overflow) = third.addingReportingOverflow(addend)
            third = sum
            if overflow { fourth += 1 }
        }
        // The product of two numbers with 192 bits after the point has 384.
        return FixedPoint(high: third >> 64 | fourth << 64, low: second >> 64 | third << 64)
    }

    /// Halves `count` times, fewer than 64.
    func halved(_ count: Int) -> FixedPoint {
        guard count > 0 else { return self }
        return FixedPoint(high: high >> UInt128(count), low: low >> UInt128(count) | high << UInt128(128 - count))
    }

    func divided(by divisor: UInt64) -> FixedPoint {
        var words: [UInt64] = []
        var remainder: UInt64 = 0
        for word in [
            UInt64(high >> 64), UInt64(truncatingIfNeeded: high), UInt64(low >> 64), UInt64(truncatingIfNeeded: low),
        ] {
            let (quotient, rest) = divisor.dividingFullWidth((remainder, word))
            words.append(quotient)
            remainder = rest
        }
        return FixedPoint(
            high: UInt128(words[0]) << 64 | UInt128(words[1]), low: UInt128(words[2]) << 64 | UInt128(words[3]))
    }

    /// 1 / self, for a number of at least 1 and below 2⁶².
    var reciprocal: FixedPoint {
        var (quotient, remainder) = (FixedPoint.zero, FixedPoint.zero)
        // 2³⁸⁴ has one bit, then 384 zeros.
        for bit in 0...384 {
            remainder = remainder + remainder
            if bit == 0 { remainder.low |= 1 }
            quotient = quotient + quotient
            guard remainder >= self else { continue }
            remainder = remainder - self
            quotient.low |= 1
        }
        return quotient
    }

    /// e^−x for x of at most 16: of x/32 by its series, then squared five times.
    static func exponential(ofMinus x: FixedPoint) -> FixedPoint {
        let small = x.halved(5)
        var (term, positive, negative) = (FixedPoint.one, FixedPoint.one, FixedPoint.zero)
        var index: UInt64 = 1
        while term != .zero {
            term = (term * small).divided(by: index)
            if index.isMultiple(of: 2) { positive = positive + term } else { negative = negative + term }
            index += 1
        }
        var power = positive - negative
        for _ in 0..<5 { power = power * power }
        return power
    }
}
