/// Numbers that are the same for the same seed: SplitMix64 (Steele, Lea, Flood 2014). Nothing secret is made of them.
struct ExampleNumbers: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter salt: so that two agreements get different numbers under one seed.
    init(seed: UInt64, salt: [UInt8]) {
        state = seed
        for byte in salt {
            state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            _ = next()
        }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 up to the limit, which does not belong to it; 0 for a limit below 1.
    mutating func below(_ limit: Int) -> Int { limit < 1 ? 0 : Int(next() % UInt64(limit)) }

    /// Whether something happens that happens in so many of a hundred cases.
    mutating func happens(percent: Int) -> Bool { below(100) < percent }

    /// The same values in another order.
    mutating func shuffled<Value>(_ values: [Value]) -> [Value] {
        var values = values
        for index in values.indices.reversed() where index > 0 { values.swapAt(index, below(index + 1)) }
        return values
    }

    /// A person's place in the order of samples: 32 bytes.
    mutating func order() -> [UInt8] {
        (0..<4).flatMap { _ in
            let word = next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }
}
