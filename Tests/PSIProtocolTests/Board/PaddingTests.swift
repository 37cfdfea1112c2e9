import Testing

@testable import PSIProtocol

/// Sizes that lists are padded to. [P-31]
@Suite("Padding")
struct PaddingTests {
    static let counts =
        Array(0...3_000) + (12...40).flatMap { shift in [-1, 0, 1, 12_345].map { (1 << shift) + $0 } }

    @Test("at least the count, at most 12 % more, growing, and its own padding")
    func bounds() {
        var previous = 0
        for count in Self.counts.sorted() {
            let size = Padding.size(of: count, mode: .padme)
            #expect(size >= max(count, 32))
            if count > 32 { #expect(Double(size) <= 1.12 * Double(count), "\(count)") }
            #expect(size >= previous)
            #expect(Padding.size(of: size, mode: .padme) == size)
            previous = size
        }
    }

    @Test("small lists all look alike")
    func smallest() {
        for count in 0...32 { #expect(Padding.size(of: count, mode: .padme) == 32) }
        #expect(Padding.size(of: 33, mode: .padme) == 36)
        #expect(Padding.size(of: 1_000_000, mode: .padme) == 1_015_808)
    }

    @Test("few sizes are ever seen")
    func leakage() {
        let sizes = Set((1...100_000).map { Padding.size(of: $0, mode: .padme) })
        #expect(sizes.count < 200)
    }

    @Test("switched off, and beyond what fits")
    func extremes() {
        for count in [0, 1, 31, 1_001] { #expect(Padding.size(of: count, mode: .none) == count) }
        #expect(Padding.size(of: -1, mode: .none) == 0)
        #expect(Padding.size(of: -1, mode: .padme) == 32)
        #expect(Padding.size(of: .max, mode: .padme) == .max)
    }
}
