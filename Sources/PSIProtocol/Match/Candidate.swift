/// Two items of different registers, and what the tokens that they share weigh. [P-36]
struct Candidate {
    /// Bits; at most 64 tokens of fewer than 32 bits.
    let score: Int
    let first: Int
    let second: Int

    static let byteCount = 10
    /// Above every score, and the leading bits that are then the same in all records.
    private static let scoreLimit = 4_095
    static let fixedBits = 0..<4

    init(score: Int, first: Int, second: Int) {
        self.score = score
        self.first = first
        self.second = second
    }

    /// 4,095 − score ‖ first ‖ second, so that the best come first.
    func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt16(clamping: Self.scoreLimit - score).bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(first).bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(second).bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// - Parameter bytes: hold a record from `start`.
    init(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        score = Self.scoreLimit - Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt16.self)))
        first = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 2, as: UInt32.self)))
        second = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 6, as: UInt32.self)))
    }
}

extension FixedRecords {
    /// Goes through candidates in their order.
    func forEachCandidate(_ body: (Candidate) throws -> Void) throws {
        try forEachBlock { block in
            for start in stride(from: 0, to: block.count, by: Candidate.byteCount) {
                try body(Candidate(block, at: start))
            }
        }
    }
}

/// Of each item the best and the second best score among candidates of each register. Memory: four bytes for each item
/// and register.
struct BestPartners {
    private let registers: [UInt8]
    private let registerCount: Int
    private var best: [UInt16]
    private var second: [UInt16]

    /// - Parameter registers: of each item.
    init(registers: [UInt8], registerCount: Int) {
        self.registers = registers
        self.registerCount = registerCount
        best = [UInt16](repeating: 0, count: registers.count * registerCount)
        second = best
    }

    /// Candidates come best first.
    mutating func add(_ pair: Candidate) {
        add(pair.score, at: place(of: pair.first, for: pair.second))
        add(pair.score, at: place(of: pair.second, for: pair.first))
    }

    private mutating func add(_ score: Int, at place: Int) {
        if best[place] == 0 {
            best[place] = UInt16(clamping: score)
        } else if second[place] == 0 {
            second[place] = UInt16(clamping: score)
        }
    }

    /// Whether each is the other's best partner, by `margin` over the second best.
    func isBest(_ pair: Candidate, margin: Int) -> Bool {
        isBest(pair.score, at: place(of: pair.first, for: pair.second), margin)
            && isBest(pair.score, at: place(of: pair.second, for: pair.first), margin)
    }

    private func isBest(_ score: Int, at place: Int, _ margin: Int) -> Bool {
        Int(best[place]) == score && (second[place] == 0 || score - Int(second[place]) >= margin)
    }

    private func place(of item: Int, for partner: Int) -> Int { item * registerCount + Int(registers[partner]) }
}
