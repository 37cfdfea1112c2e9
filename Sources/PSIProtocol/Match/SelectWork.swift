internal import Agreement
internal import Crypto
internal import Values

/// Selected items whose capsules are still those that the last hops made.
struct SelectedBlock: Sendable {
    let capsuleCount: Int
    private(set) var capsules: [UInt8] = []
    /// What follows the capsules in an encoded item; it begins with register ‖ the person's tag.
    private(set) var rests: [UInt8] = []
    private(set) var count = 0

    init(capsuleCount: Int) { self.capsuleCount = capsuleCount }

    mutating func add(_ item: MatchedPerson.Item, tag: ArraySlice<UInt8>, cohorts: UInt64, link: UInt8) {
        capsules += item.capsule
        rests += SelectedItem.rest(register: item.register, tag: tag, cohorts: cohorts, link: link)
        count += 1
    }

    static let restByteCount = SelectedItem.byteCount - Capsule.byteCount

    /// Items one after the other.
    var bytes: [UInt8] { Records.joined([capsules, rests], count: count) }

    /// - Throws: `StepTaskError.malformed` unless `bytes` are whole items.
    init(_ bytes: [UInt8], capsuleCount: Int) throws(StepTaskError) {
        let width = capsuleCount * Capsule.byteCount + Self.restByteCount
        guard bytes.count.isMultiple(of: width) else { throw .malformed }
        self.capsuleCount = capsuleCount
        let parts = Records.split(bytes, at: capsuleCount * Capsule.byteCount, of: width)
        (capsules, rests, count) = (parts.head, parts.rest, bytes.count / width)
    }
}

/// Selects items: chooses among people, and re-randomises what it chose. [P-37]
struct SelectWork: StepWork {
    enum Piece: Sendable {
        case people(PersonSpool.Block)
        /// The same once chosen, as another machine gets them.
        case chosen(SelectedBlock)
    }

    private let key: CapsuleKey
    private let capsuleCount: Int
    private let seed: SymmetricKey
    /// Chooses; nil on other machines, which get what was chosen.
    private let choose: (@Sendable (PersonSpool.Block) -> SelectedBlock)?

    /// - Parameters:
    ///   - key: Y of the round.
    ///   - seed: 32 secret bytes that the scalars follow from.
    init(
        key: CapsuleKey, capsuleCount: Int, seed: SymmetricKey,
        choose: (@Sendable (PersonSpool.Block) -> SelectedBlock)?
    ) {
        self.key = key
        self.capsuleCount = capsuleCount
        self.seed = seed
        self.choose = choose
    }

    var output: StepOutput {
        StepOutput(
            width: capsuleCount * Capsule.byteCount + SelectedBlock.restByteCount, fixedBits: Ristretto255.fixedBits)
    }

    private struct Parameters: Codable {
        var capsuleCount: Int
        var capsuleKey: HexBytes
    }

    init(_ task: StepTask) throws {
        let read = try task.parameters(of: .select, Parameters.self)
        guard (1...2).contains(read.capsuleCount) else { throw StepTaskError.malformed }
        self.init(
            key: try CapsuleKey(sumOf: [read.capsuleKey.bytes]), capsuleCount: read.capsuleCount,
            seed: try task.keys([SealedSecret.secretByteCount])[0], choose: nil)
    }

    func task() throws -> StepTask {
        try StepTask(
            .select, Parameters(capsuleCount: capsuleCount, capsuleKey: HexBytes(key.bytes)), secrets: [seed])
    }

    func encoded(_ piece: Piece) throws -> [UInt8] { try chosen(piece).bytes }

    func decoded(_ bytes: [UInt8]) throws -> Piece {
        .chosen(try SelectedBlock(bytes, capsuleCount: capsuleCount))
    }

    private func chosen(_ piece: Piece) throws(StepTaskError) -> SelectedBlock {
        switch piece {
        case .chosen(let block): return block
        case .people(let block):
            guard let choose else { throw .malformed }
            return choose(block)
        }
    }

    /// Encoded items, each with a capsule of the same secret that nobody has seen before: ρ of an item is HMAC-SHA-512
    /// under the seed of the item's register and the person's tag, that of its study capsule of these and a byte 1.
    /// [P-71] [P-81]
    ///
    /// - Throws: `GroupError` for a capsule that is none, although it was checked when its list was read.
    func compute(_ piece: Piece) throws -> [[UInt8]] {
        let block = try chosen(piece)
        guard block.count > 0 else { return [[]] }
        let wide = WipedMemory(byteCount: 64 * capsuleCount * block.count)
        for index in 0..<block.count {
            let name = block.rests[(index * SelectedBlock.restByteCount)...].prefix(1 + ExitSalt.tagByteCount)
            for capsule in 0..<capsuleCount {
                HMAC<SHA512>.authenticationCode(for: capsule == 0 ? Array(name) : name + [1], using: seed)
                    .withUnsafeBytes { _ = wide.write($0, at: 64 * (capsuleCount * index + capsule)) }
            }
        }
        let fresh = try Capsule.rerandomize(
            block.capsules, for: key, by: ScalarList(reducing: wide, count: capsuleCount * block.count))
        return [Records.joined([fresh, block.rests], count: block.count)]
    }
}
