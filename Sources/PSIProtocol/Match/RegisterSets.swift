/// How many people are in exactly which registers.
struct RegisterSets {
    /// By set, while registers are few; else in the dictionary.
    private var few: [Int]
    private var many: [UInt32: Int] = [:]

    init(registerCount: Int) { few = [Int](repeating: 0, count: registerCount <= 12 ? 1 << registerCount : 0) }

    /// Counts somebody in these registers, bit i for register i.
    mutating func count(_ registers: UInt32) {
        if Int(registers) < few.count { few[Int(registers)] += 1 } else { many[registers, default: 0] += 1 }
    }

    var counts: [UInt32: Int] {
        var counts = many
        for (registers, people) in few.enumerated() where people > 0 { counts[UInt32(registers)] = people }
        return counts
    }
}
