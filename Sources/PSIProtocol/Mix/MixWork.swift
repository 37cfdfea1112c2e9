internal import Agreement
internal import Crypto
internal import Values

/// What a ring stage does to items: raises their elements, re-randomises their capsules, and behind the last hop puts
/// tags in the place of elements. [P-34] [P-35]
struct MixWork<S: Suite>: StepWork {
    private let layout: ItemLayout
    private let capsuleKey: CapsuleKey?
    private let capsules: CapsuleMixing?
    private let blindingScalar: SymmetricKey
    private let exit: ExitSalt?
    private let kinds: [String]
    /// At the last hop, what makes each match key's tags.
    private let codes: [RepeatedHMAC]?
    private let sender: ParticipantID

    /// - Parameters:
    ///   - exit: at the last hop, what turns elements into tags.
    ///   - kinds: of an item's elements.
    init(
        layout: ItemLayout, capsuleKey: CapsuleKey?, studyKey: SymmetricKey?, blindingScalar: SymmetricKey,
        exit: ExitSalt?, kinds: [String], sender: ParticipantID
    ) {
        self.layout = layout
        self.capsuleKey = capsuleKey
        capsules = capsuleKey.map {
            CapsuleMixing(key: $0, capsuleCount: layout.capsuleCount, studyKey: studyKey)
        }
        self.blindingScalar = blindingScalar
        self.exit = exit
        self.kinds = kinds
        codes = exit.map { exit in kinds.map { exit.code(kind: $0) } }
        self.sender = sender
    }

    var output: StepOutput {
        exit == nil
            ? StepOutput(width: layout.itemByteCount, fixedBits: S.fixedBits)
            : StepOutput(width: layout.taggedItemByteCount)
    }

    // MARK: Elsewhere

    private struct Parameters: Codable {
        var layout: ItemLayout
        var capsuleKey: HexBytes?
        var hasStudyKey: Bool
        /// At the last hop.
        var exitOf: HexBytes?
        var kinds: [String]
        var sender: String
        var suite: String
    }

    init(_ task: StepTask) throws {
        let read = try task.parameters(of: .mix, Parameters.self)
        guard read.suite == S.id.rawValue, read.layout.isPlausible(for: S.self),
            read.kinds.count == read.layout.elementCount,
            (read.capsuleKey != nil) == (read.layout.capsuleCount > 0)
        else { throw StepTaskError.malformed }
        let keys = try task.keys([
            S.scalarByteCount, read.hasStudyKey ? 32 : 0, read.exitOf == nil ? 0 : ExitSalt.keyByteCount,
        ])
        self.init(
            layout: read.layout, capsuleKey: try read.capsuleKey.map { try CapsuleKey(sumOf: [$0.bytes]) },
            studyKey: read.hasStudyKey ? keys[1] : nil, blindingScalar: keys[0],
            exit: try read.exitOf.map { round in
                guard let round = RoundID(bytes: round.bytes) else { throw StepTaskError.malformed }
                return ExitSalt(key: keys[2], round: round)
            }, kinds: read.kinds, sender: read.sender)
    }

    func task() throws -> StepTask {
        let parameters = Parameters(
            layout: layout, capsuleKey: capsuleKey.map { HexBytes($0.bytes) },
            hasStudyKey: capsules?.studyKey != nil, exitOf: exit.map { HexBytes($0.round.bytes) }, kinds: kinds,
            sender: sender, suite: S.id.rawValue)
        let secrets = [blindingScalar] + [capsules?.studyKey, exit?.key].compactMap { $0 }
        return try StepTask(.mix, parameters, secrets: secrets)
    }

    func encoded(_ piece: ListPiece) -> [UInt8] { piece.encoded }
    func decoded(_ bytes: [UInt8]) throws -> ListPiece { try ListPiece(encoded: bytes, width: layout.itemByteCount) }

    // MARK: Computing

    func compute(_ piece: ListPiece) throws -> [[UInt8]] {
        let count = piece.records.count / layout.itemByteCount
        let parts = split(piece.records, count)
        let raised: ElementBatch<S>
        do {
            raised = try S.multiply(
                ElementBatch(trusted: parts.elements), by: SecretScalar(SecretBytes(blindingScalar)))
        } catch GroupError.invalidElement(let index) {
            throw ProtocolViolation(.invalidElement, by: sender, index: piece.first + index / layout.elementCount)
        }
        var mixed = parts.capsules
        if let capsules {
            do {
                mixed = try capsules.mix(mixed)
            } catch GroupError.invalidElement(let index) {
                throw ProtocolViolation(.invalidCapsule, by: sender, index: piece.first + index)
            }
        }
        return [join(raised, mixed, count: count)]
    }

    private func split(_ items: [UInt8], _ count: Int) -> (elements: [UInt8], capsules: [UInt8]) {
        let width = layout.itemByteCount
        guard layout.hasCapsule else { return (items, []) }
        var elements: [UInt8] = []
        var capsules: [UInt8] = []
        elements.reserveCapacity(count * layout.elementsByteCount)
        capsules.reserveCapacity(count * layout.capsuleByteCount)
        for index in 0..<count {
            let cut = index * width + layout.elementsByteCount
            elements += items[(index * width)..<cut]
            capsules += items[cut..<((index + 1) * width)]
        }
        return (elements, capsules)
    }

    private func join(_ elements: ElementBatch<S>, _ capsules: [UInt8], count: Int) -> [UInt8] {
        guard codes != nil || layout.hasCapsule else { return elements.bytes }
        let (from, to) = (layout.elementByteCount, codes == nil ? layout.elementByteCount : ExitSalt.tagByteCount)
        let width = layout.elementCount * to + layout.capsuleByteCount
        return [UInt8](byteCount: count * width) { output in
            let records = UnsafeMutableRawBufferPointer(start: output, count: count * width)
            elements.bytes.withUnsafeBytes { elements in
                for key in 0..<layout.elementCount {
                    guard count > 0 else { break }
                    let ofKey = UnsafeRawBufferPointer(rebasing: elements[(key * from)...])
                    let place = UnsafeMutableRawBufferPointer(rebasing: records[(key * to)...])
                    if let codes {
                        codes[key].codes(
                            of: ofKey, every: layout.elementsByteCount, width: from, count: count, byteCount: to,
                            into: place, every: width)
                    } else {
                        Self.copy(ofKey, every: layout.elementsByteCount, width: from, to: place, every: width, count)
                    }
                }
            }
            capsules.withUnsafeBytes { capsules in
                guard count > 0, layout.hasCapsule else { return }
                let place = UnsafeMutableRawBufferPointer(rebasing: records[(layout.elementCount * to)...])
                Self.copy(
                    capsules, every: layout.capsuleByteCount, width: layout.capsuleByteCount, to: place, every: width,
                    count)
            }
        }
    }

    /// Copies `count` pieces of `width` bytes.
    private static func copy(
        _ source: UnsafeRawBufferPointer, every step: Int, width: Int, to place: UnsafeMutableRawBufferPointer,
        every placeStep: Int, _ count: Int
    ) {
        for index in 0..<count {
            UnsafeMutableRawBufferPointer(rebasing: place[(index * placeStep)...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source[(index * step)..<(index * step + width)]))
        }
    }
}
