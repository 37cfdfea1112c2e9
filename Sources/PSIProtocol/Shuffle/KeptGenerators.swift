/// Keeps the generators of shuffle proofs between proofs, a piece at a time.
///
/// Whoever proves or checks takes what it gives for right. So it gives back what it was given under the same number and
/// `GeneratorPiece.name`, by whatever happened to it meanwhile, or nothing.
public protocol GeneratorKeeper: Sendable {
    /// - Returns: nil where it has no such piece, or not as it was given.
    func piece(_ number: Int) -> [UInt8]?
    /// Keeps a piece, in the place of any other of this number, if it can.
    func keep(_ piece: [UInt8], as number: Int)
}

/// Generators that are kept together: piece p has h_i for 8,192 numbers, the first of which is 8,192·p + 1. A core's
/// blocks of items have as many where items are not large.
public enum GeneratorPiece {
    public static let count = 8_192
    public static let byteCount = 64 * count
    /// What its bytes are: how they are hashed and the form they are in. Another one of either needs another name.
    public static let name = "SIDOS-V1 shuffle_ristretto255 halves"
}

/// Generators that are hashed once and kept. A list's last piece, if it is not full, is hashed each time.
struct KeptGenerators: ShuffleGenerators {
    private let keeper: any GeneratorKeeper
    /// Of the list; nothing behind is asked for.
    private let count: Int
    private let pieceCount: Int
    private let hashed = HashedGenerators()

    init(_ keeper: any GeneratorKeeper, count: Int, pieceCount: Int = GeneratorPiece.count) {
        self.keeper = keeper
        self.count = count
        self.pieceCount = pieceCount
    }

    func coordinates(_ numbers: Range<Int>) -> [UInt8] {
        precondition(numbers.lowerBound >= 1, "items have numbers from 1 on")
        var coordinates: [UInt8] = []
        var first = numbers.lowerBound
        while first < numbers.upperBound {
            let piece = (first - 1) / pieceCount
            let all = (piece * pieceCount + 1)..<((piece + 1) * pieceCount + 1)
            let wanted = first..<min(numbers.upperBound, all.upperBound)
            let isFull = all.upperBound <= count + 1
            let found = isFull ? whole(piece, all) : hashed.coordinates(wanted)
            if wanted == numbers, !isFull || wanted == all { return found }
            if coordinates.isEmpty { coordinates.reserveCapacity(64 * numbers.count) }
            let start = isFull ? 64 * (first - all.lowerBound) : 0
            coordinates += found[start..<(start + 64 * wanted.count)]
            first = wanted.upperBound
        }
        return coordinates
    }

    private func whole(_ piece: Int, _ numbers: Range<Int>) -> [UInt8] {
        if let kept = keeper.piece(piece), kept.count == 64 * pieceCount { return kept }
        let made = hashed.coordinates(numbers)
        // Twice, since a fault of the machine that passes must not stay with what is kept.
        if made == hashed.coordinates(numbers) { keeper.keep(made, as: piece) }
        return made
    }
}
