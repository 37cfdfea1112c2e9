import Agreement
import Crypto
import Testing

@testable import PSIProtocol
@testable import Values

/// An input list and a hop's output, with everything that a proof needs. Lists hold no prefix here.
struct ShuffleWorld {
    var statement: ShuffleStatement
    let layout: ShuffleLayout
    var input: [[UInt8]]
    var output: [[UInt8]]
    /// Of each output the number of its input, from 0.
    var order: [Int]
    var key: [UInt8]
    var rerandomization: [[UInt8]]
    /// s and what the study's capsules are re-randomised by, where there are any.
    var studyKey: [UInt8]?
    var studyRerandomization: [[UInt8]] = []

    /// What capsules the items have.
    enum Capsules: Sendable, CaseIterable { case none, one, study }

    /// An honest hop's stage over random items.
    init(count: Int, elementCount: Int = 1, capsules: Capsules = .one, stage: Int = 1) throws {
        layout = ShuffleLayout(
            elementCount: elementCount, hasCapsule: capsules != .none, hasStudyCapsule: capsules == .study)
        let capsuleKey = capsules == .none ? nil : try CapsuleKey(sumOf: [Self.element()])
        key = Self.scalar()
        if capsules == .study {
            studyKey = Self.scalar()
            studyRerandomization = (0..<count).map { _ in Self.scalar() }
        }
        let width = layout.itemByteCount
        let points = Ristretto255.randomElements(count: count * layout.pointCount).bytes
        input = (0..<count).map { Array(points[($0 * width)..<(($0 + 1) * width)]) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        rerandomization = (0..<count).map { _ in Self.scalar() }
        statement = ShuffleStatement(
            agreement: AgreementID(ofFile: Self.random()), round: try #require(RoundID(bytes: Self.random())),
            manifest: Self.random(), register: "clients",
            hop: "espoo", stage: stage, inputAttempt: 0, outputAttempt: 1,
            proofAttempt: 2, count: count, elementCount: elementCount,
            blindingKey: Ristretto255.multiplyGenerator(by: SymmetricKey(data: key)).bytes, capsuleKey: capsuleKey,
            studyKey: studyKey.map { Ristretto255.multiplyGenerator(by: SymmetricKey(data: $0)).bytes },
            input: Self.random(), output: Self.random())
        (output, order) = ([], [])
        try mix(capsuleKey: capsuleKey)
    }

    /// Of the vectors.
    init(
        statement: ShuffleStatement, input: [[UInt8]], output: [[UInt8]], order: [Int], key: [UInt8],
        rerandomization: [[UInt8]]
    ) {
        self.statement = statement
        layout = statement.layout
        (self.input, self.output, self.order) = (input, output, order)
        (self.key, self.rerandomization) = (key, rerandomization)
    }

    /// Makes the output that follows from the input, the key and ρ.
    mutating func mix(capsuleKey: CapsuleKey?) throws {
        var images: [(image: [UInt8], number: Int)] = []
        for (number, item) in input.enumerated() {
            var image: [UInt8] = []
            for element in 0..<layout.elementCount {
                image += try Self.multiply(Array(item[(32 * element)..<(32 * element + 32)]), by: key)
            }
            if let capsuleKey {
                let half = 32 * layout.elementCount
                let rho = rerandomization[number]
                image += try Self.add(Array(item[half..<(half + 32)]), Self.multiply(Ristretto255.generator, by: rho))
                image += try Self.add(
                    Array(item[(half + 32)..<(half + 64)]), Self.multiply(capsuleKey.bytes, by: rho))
            }
            if let capsuleKey, let studyKey {
                let rho = studyRerandomization[number]
                for (point, base) in zip(layout.studyPoints, [Ristretto255.generator, capsuleKey.bytes]) {
                    let raised = try Self.multiply(Array(item[(32 * point)..<(32 * point + 32)]), by: studyKey)
                    image += try Self.add(raised, Self.multiply(base, by: rho))
                }
            }
            images.append((image, number))
        }
        images.sort { $0.image.lexicographicallyPrecedes($1.image) }
        output = images.map(\.image)
        order = images.map(\.number)
    }

    /// The proof that the ordinary prover makes of whatever the world is, true or false.
    func proof(
        _ nonces: any ShuffleNonces = ProofSeed(), claiming other: ShuffleStatement? = nil, cores: Int = 2,
        blockCount: Int? = nil, generators: any ShuffleGenerators = HashedGenerators()
    ) async throws -> [UInt8] {
        let spool = MemorySpool()
        let rerandomizations =
            layout.hasStudyCapsule
            ? [rerandomization, studyRerandomization] : layout.hasCapsule ? [rerandomization] : []
        let list = ShuffledList(
            input: try Self.file(input, layout.itemByteCount, spool),
            output: try Self.file(output, layout.itemByteCount, spool),
            order: try Self.file(order.map(BigEndian.u32), 4, spool), key: SymmetricKey(data: key),
            studyKey: studyKey.map { SymmetricKey(data: $0) },
            rerandomizations: rerandomizations.map { all in { ScalarList($0.flatMap { all[$0] }) } })
        var prover = ShuffleProver(
            statement: other ?? statement, list: list, nonces: nonces, generators: generators, spool: spool,
            workers: Workers(count: cores))
        if let blockCount { prover.blockCount = blockCount }
        var proof: [UInt8] = []
        try await prover.prove { proof += $0 }
        return proof
    }

    /// - Throws: `ShuffleFault` for a proof that the checker refuses.
    func check(
        _ proof: [UInt8], claiming other: ShuffleStatement? = nil, cores: Int = 2, blockCount: Int? = nil,
        generators: any ShuffleGenerators = HashedGenerators()
    ) async throws {
        var checker = ShuffleChecker(
            statement: other ?? statement, generators: generators, workers: Workers(count: cores))
        if let blockCount { checker.blockCount = blockCount }
        let headByteCount = ShuffleHead.byteCount(layout)
        guard proof.count >= headByteCount else { throw ShuffleFault.malformed }
        let head = try ShuffleHead(Array(proof[..<headByteCount]), layout: layout)
        var inputs = TestBytes(input.flatMap { $0 })
        var outputs = TestBytes(output.flatMap { $0 })
        var records = TestBytes(Array(proof[headByteCount...]))
        let width = layout.itemByteCount
        try await checker.check(
            head: head, input: { inputs.next($0 * width) }, output: { outputs.next($0 * width) },
            records: { records.next($0 * ShuffleRecord.byteCount) })
        // As whoever reads a stream does.
        guard records.isAtEnd else { throw ShuffleFault.malformed }
    }

    private static func file(_ records: [[UInt8]], _ width: Int, _ spool: any Spool) throws -> FixedRecords {
        var writer = try FixedRecords.Writer(spool: spool, byteCount: width)
        for record in records { try writer.append(record) }
        return try writer.finish()
    }

    // MARK: Group

    static func random() -> [UInt8] { SecretBytes(randomByteCount: 32).withUnsafeBytes { Array($0) } }
    static func element() -> [UInt8] { Ristretto255.randomElements(count: 1).bytes }
    static func scalar() -> [UInt8] { Ristretto255.randomScalars(count: 1).withUnsafeBytes { Array($0) } }
    static func multiply(_ point: [UInt8], by scalar: [UInt8]) throws -> [UInt8] {
        try Ristretto255.multiply(point, by: SymmetricKey(data: scalar)).bytes
    }
    static func add(_ left: [UInt8], _ right: [UInt8]) throws -> [UInt8] {
        try Ristretto255.sum([PointSum(left), PointSum(right)]).bytes
    }
    static func negated(_ point: [UInt8]) throws -> [UInt8] {
        try multiply(point, by: ScalarList(ScalarList.one).negated().bytes)
    }
    static func small(_ number: UInt8) -> [UInt8] { [number] + [UInt8](repeating: 0, count: 31) }
    static func plusOne(_ scalar: [UInt8]) -> [UInt8] {
        ScalarList(scalar).times(ScalarList(ScalarList.one), plus: ScalarList(ScalarList.one)).bytes
    }
}

/// Bytes that are read from the front.
struct TestBytes {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func next(_ count: Int) -> [UInt8] {
        defer { position = min(position + count, bytes.count) }
        return Array(bytes[position..<min(position + count, bytes.count)])
    }
}
