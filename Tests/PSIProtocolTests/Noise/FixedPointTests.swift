import Foundation
import Testing

@testable import PSIProtocol

@Suite("Fixed-point numbers")
struct FixedPointTests {
    static func double(_ number: FixedPoint) -> Double {
        Double(number.high) / exp2(64) + Double(number.low) / exp2(192)
    }

    @Test("quotients, products, reciprocals and exponentials")
    func arithmetic() {
        let third = FixedPoint(1, over: 3)
        #expect(third.high == 0x5555_5555_5555_5555)
        #expect(third.low == UInt128.max / 3)
        #expect(FixedPoint(7, over: 2) == FixedPoint(high: 0x3_8000_0000_0000_0000, low: 0))
        #expect(FixedPoint(7, over: 2) * FixedPoint(2, over: 1) == FixedPoint(7, over: 1))
        #expect(FixedPoint(high: .max >> 66, low: .max) * .one == FixedPoint(high: .max >> 66, low: .max))
        #expect(FixedPoint(3, over: 1).reciprocal == third)
        #expect(FixedPoint(10, over: 4).divided(by: 5) == FixedPoint(1, over: 2))
        #expect(third.halved(0) == third)
        #expect(FixedPoint(1, over: 2).halved(5) == FixedPoint(1, over: 64))
        #expect(FixedPoint.exponential(ofMinus: .zero) == .one)
        for x in [0.25, 1, 3.5, 15.75] {
            let found = Self.double(.exponential(ofMinus: FixedPoint(UInt64(x * 4), over: 4)))
            #expect(abs(found - exp(-x)) < 1e-15 * exp(-x) + 1e-40)
        }
    }
}
