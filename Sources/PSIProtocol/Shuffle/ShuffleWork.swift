internal import Agreement
internal import Crypto
internal import Values

/// What a hop does to items in a verified round, so that it can be proved: what is random in it follows from a list
/// seed. [P-34] [P-68]
struct ShuffleWork: StepWork {
    private let layout: ItemLayout
    private let capsuleKey: CapsuleKey?
    private let capsules: CapsuleMixing?
    private let key: SymmetricKey
    private let seed: SymmetricKey
    private let sender: ParticipantID
    /// Of each capsule of an item, what it is re-randomised by.
    let rerandomizations: [ScalarGenerator]

    init(
        layout: ItemLayout, capsuleKey: CapsuleKey?, key: SymmetricKey, studyKey: SymmetricKey?, seed: SymmetricKey,
        sender: ParticipantID
    ) {
        self.layout = layout
        self.capsuleKey = capsuleKey
        capsules = capsuleKey.map {
            CapsuleMixing(key: $0, capsuleCount: layout.capsuleCount, studyKey: studyKey)
        }
        self.key = key
        self.seed = seed
        self.sender = sender
        rerandomizations = ["rho", "study rho"].prefix(layout.capsuleCount).map {
            ScalarGenerator(seed: seed, name: $0)
        }
    }

    /// Images of items, each with the number of its item behind it.
    var output: StepOutput {
        StepOutput(width: layout.itemByteCount + ShuffleOrder.byteCount, fixedBits: Ristretto255.fixedBits)
    }

    // MARK: Elsewhere

    private struct Parameters: Codable {
        var layout: ItemLayout
        var capsuleKey: HexBytes?
        var hasStudyKey: Bool
        var sender: String
    }

    init(_ task: StepTask) throws {
        let read = try task.parameters(of: .shuffle, Parameters.self)
        guard read.layout.isPlausible(for: Ristretto255.self),
            (read.capsuleKey != nil) == (read.layout.capsuleCount > 0)
        else { throw StepTaskError.malformed }
        let keys = try task.keys([Ristretto255.scalarByteCount, 32, read.hasStudyKey ? 32 : 0])
        self.init(
            layout: read.layout, capsuleKey: try read.capsuleKey.map { try CapsuleKey(sumOf: [$0.bytes]) },
            key: keys[0], studyKey: read.hasStudyKey ? keys[2] : nil, seed: keys[1], sender: read.sender)
    }

    func task() throws -> StepTask {
        let parameters = Parameters(
            layout: layout, capsuleKey: capsuleKey.map { HexBytes($0.bytes) }, hasStudyKey: capsules?.studyKey != nil,
            sender: sender)
        return try StepTask(.shuffle, parameters, secrets: [key, seed] + [capsules?.studyKey].compactMap { $0 })
    }

    func encoded(_ piece: ListPiece) -> [UInt8] { piece.encoded }
    func decoded(_ bytes: [UInt8]) throws -> ListPiece { try ListPiece(encoded: bytes, width: layout.itemByteCount) }

    // MARK: Computing

    func compute(_ piece: ListPiece) throws -> [[UInt8]] {
        let count = piece.records.count / layout.itemByteCount
        let parts = Records.split(piece.records, at: layout.elementsByteCount, of: layout.itemByteCount)
        let raised: ElementBatch<Ristretto255>
        do {
            raised = try Ristretto255.multiply(
                ElementBatch(trusted: parts.head), by: SecretScalar(SecretBytes(key)))
        } catch GroupError.invalidElement(let index) {
            throw ProtocolViolation(.invalidElement, by: sender, index: piece.first + index / layout.elementCount)
        }
        var mixed: [UInt8] = []
        if let capsules {
            do {
                mixed = try capsules.mix(parts.rest, by: scalars(piece.first..<(piece.first + count)))
            } catch GroupError.invalidElement(let index) {
                throw ProtocolViolation(.invalidCapsule, by: sender, index: piece.first + index)
            }
        }
        let numbers = (piece.first..<(piece.first + count)).flatMap(BigEndian.u32)
        return [Records.joined([raised.bytes, mixed, numbers], count: count)]
    }

    /// ρ of each capsule of these items: an item's own one after the other.
    private func scalars(_ numbers: Range<Int>) -> ScalarList {
        let each = rerandomizations.count
        guard each > 1 else { return rerandomizations[0].scalars(numbers) }
        let all = ScalarList(count: each * numbers.count)
        for (place, generator) in rerandomizations.enumerated() {
            let scalars = generator.scalars(numbers)
            for index in 0..<numbers.count {
                all.memory.write(
                    UnsafeRawBufferPointer(rebasing: scalars.memory.bytes[(32 * index)..<(32 * index + 32)]),
                    at: 32 * (each * index + place))
            }
        }
        return all
    }
}
