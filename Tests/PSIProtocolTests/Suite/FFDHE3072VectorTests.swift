import CGMP
import Testing

@testable import PSIProtocol

/// The facts on which ffdhe3072 rests, through the big-number oracle. [P-24]
@Suite("ffdhe3072 facts")
struct FFDHE3072VectorTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct File: Decodable {
        struct Group: Decodable {
            var name: String
            var bits: Int
            var g: Int
            var p: String
            var p_mod_8: Int
        }
        var groups: [Group]
    }

    static func prime() throws -> [UInt8] {
        let groups = try VectorFile.nonEmpty(
            try VectorFile.read("primality_groups", as: File.self).groups, "primality_groups")
        let group = try #require(groups.first { $0.name == "ffdhe3072" })
        #expect(group.bits == 3_072)
        #expect(group.g == 2)
        #expect(group.p_mod_8 == 7)
        return try bytes(group.p)
    }

    /// (p − 1)/2 for odd p: a shift by one bit.
    static func half(_ p: [UInt8]) -> [UInt8] {
        p.indices.map { p[$0] >> 1 | ($0 > 0 ? p[$0 - 1] << 7 : 0) }
    }

    static func number(_ value: UInt8) -> [UInt8] { [UInt8](repeating: 0, count: 383) + [value] }

    @Test("the modulus is RFC 7919's, and a safe prime")
    func safePrime() throws {
        let p = try Self.prime()
        var modulus = [UInt8](repeating: 0, count: 384)
        sidos_ffdhe3072_modulus(&modulus)
        #expect(modulus == p)
        #expect(p[383] & 7 == 7)
        let q = Self.half(p)
        #expect(sidos_is_probable_prime(p, 384, 24) >= 1)
        #expect(sidos_is_probable_prime(q, 384, 24) >= 1)
        #expect(sidos_is_probable_prime(Self.number(91), 384, 24) == 0)
    }

    @Test("2 generates the subgroup of order q, and −1 is no square")
    func generator() throws {
        let p = try Self.prime()
        let q = Self.half(p)
        var power = [UInt8](repeating: 0, count: 384)
        #expect(sidos_powmod(&power, Self.number(2), q, p, 384) == 1)
        #expect(power == Self.number(1))
        var minusOne = p
        minusOne[383] &-= 1
        #expect(sidos_powmod(&power, minusOne, q, p, 384) == 1)
        #expect(power == minusOne)
    }

    @Test("multiplying is raising to the power and folding p − y to y")
    func agreesWithTheOracle() throws {
        let p = try Self.prime()
        let q = Self.half(p)
        let elements = FFDHE3072.randomElements(count: 3)
        let scalar = FFDHE3072.randomScalar()
        let key = scalar.bytes.withUnsafeBytes { Array($0) }
        let output = try FFDHE3072.multiply(elements, by: scalar)
        for index in 0..<3 {
            var power = [UInt8](repeating: 0, count: 384)
            let exponent = [UInt8](repeating: 0, count: 352) + key
            #expect(sidos_powmod(&power, Array(elements[index]), exponent, p, 384) == 1)
            if q.lexicographicallyPrecedes(power) { power = Self.subtract(power, from: p) }
            #expect(Array(output[index]) == power)
        }
        var generated = [UInt8](repeating: 0, count: 384)
        #expect(sidos_powmod(&generated, Self.number(2), [UInt8](repeating: 0, count: 352) + key, p, 384) == 1)
        if q.lexicographicallyPrecedes(generated) { generated = Self.subtract(generated, from: p) }
        #expect(FFDHE3072.multiplyGenerator(by: scalar) == generated)
    }

    @Test("only 2…q is an element")
    func bounds() throws {
        let p = try Self.prime()
        let q = Self.half(p)
        let above = Self.subtract(q, from: p)
        var last = p
        last[383] &-= 1
        #expect(q.lexicographicallyPrecedes(above))
        let refused = [Self.number(0), Self.number(1), above, last, p, [UInt8](repeating: 255, count: 384)]
        for encoding in refused {
            let batch = try #require(ElementBatch<FFDHE3072>(bytes: Self.number(2) + encoding))
            #expect(throws: GroupError.invalidElement(index: 1)) { try FFDHE3072.validate(batch) }
        }
        for encoding in [Self.number(2), Self.number(3), q] {
            try FFDHE3072.validate(try #require(ElementBatch<FFDHE3072>(bytes: encoding)))
        }
    }

    static func subtract(_ b: [UInt8], from a: [UInt8]) -> [UInt8] {
        var borrow = 0
        var output = a
        for index in a.indices.reversed() {
            let difference = Int(a[index]) - Int(b[index]) - borrow
            output[index] = UInt8(truncatingIfNeeded: difference)
            borrow = difference < 0 ? 1 : 0
        }
        return output
    }
}
