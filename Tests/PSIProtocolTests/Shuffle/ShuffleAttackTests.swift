import Agreement
import Crypto
import Testing

@testable import PSIProtocol
@testable import Values

/// Lists that are no shuffle, each with the best proof that the ordinary prover makes of it, and true proofs that were
/// altered or put elsewhere. None is taken. [P-64]
@Suite("Attacks on shuffle proofs")
struct ShuffleAttackTests {
    private typealias World = ShuffleWorld

    // MARK: False lists

    enum Lie: String, CaseIterable, Sendable {
        case randomElement, multipleOfAnother, elementAsItCame, capsulesSwapped, capsuleCopied, secretAltered
        case halfRerandomised, capsulesShifted, elementsShifted, itemTripled, itemDropped, anotherKeyForOne
        case anotherKeyForAll, anotherKeyForAllProved, anotherCapsuleKey, anotherPermutation, anotherList
        case secondElementsSwapped, anotherKeyForTheSecondElement
        case studySwapped, studyCopied, studyAltered, studyEmptied, studyHalfRaised, studyAsItCame,
            anotherStudyKeyForOne
        case anotherStudyKeyForAll, anotherStudyKeyForAllProved, studyInTheOthersPlace

        var isOfStudy: Bool { rawValue.lowercased().contains("study") }
    }

    @Test("A list that is no shuffle", arguments: Lie.allCases)
    func falseList(lie: Lie) async throws {
        // Lies about what all items have are told of both kinds.
        for capsules in lie.isOfStudy ? [World.Capsules.study] : [.one, .study] {
            var world = try World(count: 8, elementCount: 2, capsules: capsules)
            if lie.isOfStudy { try Self.tellOfStudy(lie, &world) } else { try Self.tell(lie, &world) }
            Self.sort(&world)
            let proof = try await world.proof()
            try await expectRefusal(lie.rawValue) { try await world.check(proof) }
        }
    }

    private static func tell(_ lie: Lie, _ world: inout World) throws {
        let capsule = 32 * world.layout.elementCount
        func part(_ item: [UInt8], _ start: Int) -> [UInt8] { Array(item[start..<(start + 32)]) }
        func put(_ number: Int, _ start: Int, _ bytes: [UInt8]) {
            world.output[number].replaceSubrange(start..<(start + bytes.count), with: bytes)
        }
        func shift(_ number: Int, _ start: Int, by point: [UInt8]) throws {
            put(number, start, try World.add(part(world.output[number], start), point))
        }
        let otherKey = World.plusOne(world.key)
        let before = world.input[world.order[3]]
        switch lie {
        case .randomElement: put(3, 0, World.element())
        case .multipleOfAnother: put(3, 0, try World.multiply(part(world.output[5], 0), by: World.small(2)))
        case .elementAsItCame: put(3, 0, part(before, 0))
        case .capsulesSwapped:
            let (first, second) = (
                Array(world.output[2][capsule..<(capsule + 64)]), Array(world.output[6][capsule..<(capsule + 64)])
            )
            put(2, capsule, second)
            put(6, capsule, first)
        case .capsuleCopied: put(2, capsule, Array(world.output[6][capsule..<(capsule + 64)]))
        case .secretAltered: try shift(2, capsule + 32, by: World.element())
        case .halfRerandomised: try shift(2, capsule, by: Ristretto255.generator)
        case .capsulesShifted, .elementsShifted:
            let (start, point) = (lie == .elementsShifted ? 0 : capsule, World.element())
            try shift(2, start, by: point)
            try shift(4, start, by: World.negated(point))
        case .itemTripled:
            world.output[7] = world.output[0]
            put(7, 0, try World.multiply(part(world.output[0], 0), by: World.small(3)))
            world.order[7] = world.order[0]
        case .itemDropped:
            // Another stands in its place.
            put(7, 0, World.element())
            put(7, 32, World.element())
        case .anotherKeyForOne: put(3, 0, try World.multiply(part(before, 0), by: otherKey))
        case .anotherKeyForAll, .anotherKeyForAllProved:
            let key = world.key
            world.key = otherKey
            try world.mix(capsuleKey: world.statement.capsuleKey)
            if lie == .anotherKeyForAll { world.key = key }
        case .anotherCapsuleKey: try world.mix(capsuleKey: CapsuleKey(sumOf: [World.element()]))
        case .anotherPermutation: world.order.reverse()
        case .anotherList:
            // The hop proves the shuffle of a list of its own; the checker has the other.
            var own = try World(
                count: 8, elementCount: 2, capsules: world.layout.hasStudyCapsule ? .study : .one)
            own.key = world.key
            try own.mix(capsuleKey: world.statement.capsuleKey)
            world.output = own.output
            world.order = own.order
        case .secondElementsSwapped:
            let (first, second) = (part(world.output[1], 32), part(world.output[2], 32))
            put(1, 32, second)
            put(2, 32, first)
        case .anotherKeyForTheSecondElement: put(3, 32, try World.multiply(part(before, 32), by: otherKey))
        default: Issue.record("\(lie) is told elsewhere")
        }
    }

    /// Lies about the study's capsules alone. [P-82]
    private static func tellOfStudy(_ lie: Lie, _ world: inout World) throws {
        let start = 32 * world.layout.studyPoints.lowerBound
        let capsuleKey = try #require(world.statement.capsuleKey)
        func capsule(_ item: [UInt8]) -> [UInt8] { Array(item[start..<(start + 64)]) }
        func put(_ number: Int, _ offset: Int, _ bytes: [UInt8]) {
            world.output[number].replaceSubrange((start + offset)..<(start + offset + bytes.count), with: bytes)
        }
        func raised(_ number: Int, by key: [UInt8]) throws -> [UInt8] {
            let before = capsule(world.input[world.order[number]])
            let rho = world.studyRerandomization[world.order[number]]
            return try World.add(
                World.multiply(Array(before[..<32]), by: key), World.multiply(Ristretto255.generator, by: rho))
                + World.add(World.multiply(Array(before[32...]), by: key), World.multiply(capsuleKey.bytes, by: rho))
        }
        let key = try #require(world.studyKey)
        let otherKey = World.plusOne(key)
        switch lie {
        case .studySwapped:
            let (first, second) = (capsule(world.output[2]), capsule(world.output[6]))
            put(2, 0, second)
            put(6, 0, first)
        case .studyCopied: put(2, 0, capsule(world.output[6]))
        case .studyAltered: put(2, 32, try World.add(Array(capsule(world.output[2])[32...]), World.element()))
        case .studyEmptied:
            let rho = World.scalar()
            put(2, 0, try World.multiply(Ristretto255.generator, by: rho) + World.multiply(capsuleKey.bytes, by: rho))
        case .studyHalfRaised: put(2, 0, try Array(raised(2, by: otherKey)[..<32]))
        case .studyAsItCame: put(2, 0, capsule(world.input[world.order[2]]))
        case .anotherStudyKeyForOne: put(2, 0, try raised(2, by: otherKey))
        case .anotherStudyKeyForAll, .anotherStudyKeyForAllProved:
            world.studyKey = otherKey
            try world.mix(capsuleKey: capsuleKey)
            if lie == .anotherStudyKeyForAll { world.studyKey = key }
        case .studyInTheOthersPlace:
            // The capsule of the cells as the study's: what is sealed there would open as a name.
            put(2, 0, Array(world.output[2][(start - 64)..<start]))
        default: Issue.record("\(lie) is told elsewhere")
        }
    }

    /// A list is in order, whatever is in it.
    private static func sort(_ world: inout World) {
        let sorted = world.output.indices.sorted { world.output[$0].lexicographicallyPrecedes(world.output[$1]) }
        world.output = sorted.map { world.output[$0] }
        world.order = sorted.map { world.order[$0] }
    }

    @Test("Elements replaced although the list is long and the blocks are many")
    func longList() async throws {
        var world = try World(count: 300)
        try await world.check(world.proof(blockCount: 64), blockCount: 64)
        world.output[257].replaceSubrange(0..<32, with: World.element())
        let proof = try await world.proof(blockCount: 64)
        try await expectRefusal("element 257") { try await world.check(proof, blockCount: 64) }
    }

    // MARK: Altered proofs

    @Test("Any field of a proof that is altered", arguments: ShuffleWorld.Capsules.allCases)
    func alteredFields(capsules: ShuffleWorld.Capsules) async throws {
        let world = try World(count: 3, capsules: capsules)
        let proof = try await world.proof()
        let layout = world.layout
        let head = ShuffleHead.byteCount(layout)
        let sums = 96..<(96 + 32 * ShuffleHead.sumCount(layout))
        for start in stride(from: 0, to: head, by: 32) {
            if start < 96 {
                var altered = proof
                altered[start] ^= 1
                try await expectRefusal("digest at \(start)") { try await world.check(altered) }
            } else {
                try await alter(proof, start, isPoint: sums.contains(start), world)
            }
        }
        for record in [0, 2] {
            for field in 0..<5 {
                let start = head + ShuffleRecord.byteCount * record + 32 * field
                try await alter(proof, start, isPoint: field < 3, world)
                guard field < 3 else { continue }
                var altered = try Self.shifted(proof, start)
                Self.fitDigests(&altered, head: head)
                try await expectRefusal("record \(record), field \(field), digests made to fit") {
                    try await world.check(altered)
                }
            }
        }
    }

    private func alter(_ proof: [UInt8], _ start: Int, isPoint: Bool, _ world: World) async throws {
        func put(_ bytes: [UInt8]) -> [UInt8] { proof[..<start] + bytes + proof[(start + 32)...] }
        let value = Array(proof[start..<(start + 32)])
        if isPoint {
            let shifted = try Self.shifted(proof, start)
            try await expectRefusal("\(start), + G") { try await world.check(shifted) }
            for (what, bytes) in [("identity", World.small(0)), ("not in the group", World.small(1))] {
                await expectMalformed("\(start), \(what)") { try await world.check(put(bytes)) }
            }
        } else {
            try await expectRefusal("\(start), + 1") { try await world.check(put(World.plusOne(value))) }
            await expectMalformed("\(start), not canonical") { try await world.check(put(Self.plusOrder(value))) }
        }
    }

    /// A proof whose point at `start` is another.
    private static func shifted(_ proof: [UInt8], _ start: Int) throws -> [UInt8] {
        let point = try World.add(Array(proof[start..<(start + 32)]), Ristretto255.generator)
        return proof[..<start] + point + proof[(start + 32)...]
    }

    private static func fitDigests(_ proof: inout [UInt8], head: Int) {
        let records = Array(proof[head...])
        let digests = [ShuffleRecord.Field.commitment, .chain, .blinded].flatMap {
            Array(SHA256.hash(data: ShuffleRecord.column($0, of: records)))
        }
        proof.replaceSubrange(0..<96, with: digests)
    }

    /// The same scalar, not canonical.
    private static func plusOrder(_ scalar: [UInt8]) -> [UInt8] {
        let order: [UInt8] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        ]
        var (sum, carry) = (scalar, 0)
        for index in 0..<32 {
            let digit = index < 16 ? Int(order[index]) : index == 31 ? 0x10 : 0
            carry += Int(scalar[index]) + digit
            sum[index] = UInt8(carry & 255)
            carry >>= 8
        }
        return sum
    }

    @Test("Records swapped, cut off, added; no proof at all")
    func wrongLengths() async throws {
        let world = try World(count: 3)
        let proof = try await world.proof()
        let head = ShuffleHead.byteCount(world.layout)
        let swapped = proof[..<head] + proof[(head + 160)..<(head + 320)] + proof[head..<(head + 160)]
        for (what, altered) in [
            ("swapped", Array(swapped + proof[(head + 320)...])), ("cut", proof.dropLast(160)),
            ("cut within a record", proof.dropLast(1)), ("a byte more", proof + [0]), ("nothing", []),
            ("half a head", Array(proof.prefix(head / 2))),
        ] {
            await expectMalformed(what) { try await world.check(altered) }
        }
    }

    // MARK: Elsewhere

    @Test("A true proof in another context")
    func otherContexts() async throws {
        let world = try World(count: 3, capsules: .study)
        let proof = try await world.proof()
        var changes: [(String, (inout ShuffleStatement) throws -> Void)] = []
        changes.append(("agreement", { $0.agreement = AgreementID(ofFile: [1]) }))
        changes.append(("round", { $0.round = try #require(RoundID(bytes: World.random())) }))
        changes.append(("manifest", { $0.manifest = World.random() }))
        changes.append(("register", { $0.register = "residents" }))
        changes.append(("hop", { $0.hop = "omnia" }))
        changes.append(("stage", { $0.stage = 2 }))
        changes.append(("input's attempt", { $0.inputAttempt = 9 }))
        changes.append(("output's attempt", { $0.outputAttempt = 9 }))
        changes.append(("proof's attempt", { $0.proofAttempt = 9 }))
        changes.append(("blinding key", { $0.blindingKey = World.element() }))
        changes.append(("capsule key", { $0.capsuleKey = try CapsuleKey(sumOf: [World.element()]) }))
        changes.append(("study key", { $0.studyKey = World.element() }))
        changes.append(("input's digest", { $0.input = World.random() }))
        changes.append(("output's digest", { $0.output = World.random() }))
        for (what, change) in changes {
            var other = world.statement
            try change(&other)
            try await expectRefusal("another \(what)") { try await world.check(proof, claiming: other) }
            let claimed = try await world.proof(claiming: other)
            try await expectRefusal("proved under another \(what)") { try await world.check(claimed) }
        }
    }

    @Test("Items that are no elements: the list is at fault, not the proof")
    func damagedLists() async throws {
        let world = try World(count: 4)
        let proof = try await world.proof()
        for start in [0, 32, 64] {
            for isOutput in [false, true] {
                var damaged = world
                if isOutput {
                    damaged.output[2].replaceSubrange(start..<(start + 32), with: World.small(0))
                } else {
                    damaged.input[2].replaceSubrange(start..<(start + 32), with: World.small(0))
                }
                let other = damaged
                await #expect(
                    throws: ShuffleFault.invalidItem(isInput: !isOutput, index: 2, isCapsule: start > 0)
                ) { try await other.check(proof) }
            }
        }
        var short = world
        short.output.removeLast()
        let shorter = short
        await #expect(throws: ShuffleFault.wrongCount) { try await shorter.check(proof) }
    }

    // MARK: Expectations

    private func expectRefusal(_ what: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
            Issue.record("taken: \(what)")
        } catch is ShuffleFault {}
    }

    private func expectMalformed(_ what: String, _ body: () async throws -> Void) async {
        await #expect(throws: ShuffleFault.malformed, "\(what)") { try await body() }
    }
}
