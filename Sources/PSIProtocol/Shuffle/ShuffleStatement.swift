internal import Agreement
internal import Crypto
public import Values

/// What a proof of shuffle is about: that a hop's output list is its input list, every element multiplied by the hop's
/// key of the round, every capsule re-randomised, and what the study's capsules seal multiplied by its study key, in
/// another order. Public. [P-62]
public struct ShuffleStatement: Sendable {
    public var agreement: AgreementID
    public var round: RoundID
    /// Over the round's keys, 32 bytes. [P-26]
    public var manifest: [UInt8]
    public var register: RegisterID
    public var hop: ParticipantID
    public var stage: Int
    public var inputAttempt: Int
    public var outputAttempt: Int
    public var proofAttempt: Int
    /// Items of each list, 1 or more.
    public var count: Int
    /// Elements of an item, 1 or more.
    public var elementCount: Int
    /// The hop's blinding key K = k·G, 32 bytes.
    public var blindingKey: [UInt8]
    /// Y, 32 bytes, in rounds whose items have capsules.
    public var capsuleKey: CapsuleKey?
    /// S = s·G of the hop where pseudonyms last, 32 bytes; G for a hop that holds no study key. [P-82]
    public var studyKey: [UInt8]?
    /// Digests of the lists as the board has them. [P-59]
    public var input: [UInt8]
    public var output: [UInt8]

    public init(
        agreement: AgreementID, round: RoundID, manifest: [UInt8], register: RegisterID, hop: ParticipantID, stage: Int,
        inputAttempt: Int, outputAttempt: Int, proofAttempt: Int, count: Int, elementCount: Int, blindingKey: [UInt8],
        capsuleKey: CapsuleKey?, studyKey: [UInt8]? = nil, input: [UInt8], output: [UInt8]
    ) {
        self.agreement = agreement
        self.round = round
        self.manifest = manifest
        self.register = register
        self.hop = hop
        self.stage = stage
        self.inputAttempt = inputAttempt
        self.outputAttempt = outputAttempt
        self.proofAttempt = proofAttempt
        self.count = count
        self.elementCount = elementCount
        self.blindingKey = blindingKey
        self.capsuleKey = capsuleKey
        self.studyKey = studyKey
        self.input = input
        self.output = output
    }

    /// What the lists' items are made of.
    var layout: ShuffleLayout {
        ShuffleLayout(
            elementCount: elementCount, hasCapsule: capsuleKey != nil, hasStudyCapsule: studyKey != nil)
    }

    /// x, 64 bytes: everything above, so that no proof stands for another statement.
    var hash: [UInt8] {
        var hash = SHA512()
        hash.update(data: Label.shuffle.bytes)
        hash.update(data: agreement.bytes + round.bytes + manifest)
        hash.update(data: Array(register.utf8) + [0] + Array(hop.utf8) + [0])
        hash.update(data: BigEndian.u16(stage) + BigEndian.u16(inputAttempt) + BigEndian.u16(outputAttempt))
        hash.update(data: BigEndian.u16(proofAttempt) + BigEndian.u32(count) + BigEndian.u16(elementCount))
        hash.update(data: [capsuleKey == nil ? 0 : studyKey == nil ? 1 : 2] + blindingKey)
        hash.update(data: capsuleKey?.bytes ?? [UInt8](repeating: 0, count: 32))
        hash.update(data: studyKey ?? [])
        hash.update(data: input + output)
        return Array(hash.finalize())
    }
}

/// An item of a list whose shuffle is proved: elements P_1 … P_M, then A and B where there are capsules, then U and V
/// where there are those of the study. 32 bytes each.
struct ShuffleLayout: Sendable, Equatable {
    let elementCount: Int
    let hasCapsule: Bool
    let hasStudyCapsule: Bool

    init(elementCount: Int, hasCapsule: Bool, hasStudyCapsule: Bool = false) {
        self.elementCount = elementCount
        self.hasCapsule = hasCapsule
        self.hasStudyCapsule = hasStudyCapsule
    }

    init(_ agreement: Agreement) {
        self.init(
            elementCount: agreement.elementCount, hasCapsule: agreement.release == .rows,
            hasStudyCapsule: agreement.pseudonyms.isLasting)
    }

    /// Points of an item.
    var pointCount: Int { elementCount + (hasCapsule ? 2 : 0) + (hasStudyCapsule ? 2 : 0) }
    var capsuleCount: Int { (hasCapsule ? 1 : 0) + (hasStudyCapsule ? 1 : 0) }
    /// Where U and V are among them.
    var studyPoints: Range<Int> { (elementCount + 2)..<(elementCount + 4) }
    var itemByteCount: Int { 32 * pointCount }

    /// Items that a core handles at once: many, since sums of many cost less an item, but no more than a MiB of them.
    var blockCount: Int { max(64, min(8_192, (1 << 20) / itemByteCount)) }

    /// All points of items that lie one after the other.
    func points(of items: [UInt8]) -> PointItems { PointItems(items, stride: itemByteCount, width: pointCount) }

    /// The elements without the capsules.
    func elements(of items: [UInt8]) -> PointItems { PointItems(items, stride: itemByteCount, width: elementCount) }

    /// U and V alone.
    func studyCapsules(of items: [UInt8]) -> PointItems {
        PointItems(items, stride: itemByteCount, offset: 32 * studyPoints.lowerBound, width: 2)
    }
}
