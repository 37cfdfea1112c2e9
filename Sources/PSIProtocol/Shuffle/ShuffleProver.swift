internal import Crypto
internal import Values

/// A hop's stage as the hop knows it. What it holds beside the lists is secret.
struct ShuffledList: Sendable {
    /// Items as they came and as they went on, both in the order of their lists.
    let input: FixedRecords
    let output: FixedRecords
    /// ψ: of each output the number of its input, from 0, as 4 bytes.
    let order: FixedRecords
    /// k
    let key: SymmetricKey
    /// s; nil where pseudonyms do not last, and for a hop that holds no study key.
    var studyKey: SymmetricKey?
    /// ρ by which the capsules of these inputs were re-randomised, then those of the study's capsules.
    let rerandomizations: [@Sendable (Range<Int>) -> ScalarList]

    func discard() { for file in [input, output, order] { file.discard() } }
}

/// Proves that a list is the shuffle of another, without showing the permutation. [P-62]
///
/// Files are read from front to back, several times, on all cores; memory is bounded whatever the number of items.
///
struct ShuffleProver: Sendable {
    let statement: ShuffleStatement
    let list: ShuffledList
    let nonces: any ShuffleNonces
    let generators: any ShuffleGenerators
    let spool: any Spool
    let workers: Workers
    /// Items that a core handles at once.
    var blockCount: Int

    private var layout: ShuffleLayout { statement.layout }

    init(
        statement: ShuffleStatement, list: ShuffledList, nonces: any ShuffleNonces,
        generators: any ShuffleGenerators, spool: any Spool, workers: Workers
    ) {
        self.statement = statement
        self.list = list
        self.nonces = nonces
        self.generators = generators
        self.spool = spool
        self.workers = workers
        blockCount = statement.layout.blockCount
    }

    /// Writes the proof: its head, then a record an item.
    func prove(to write: ([UInt8]) async throws -> Void) async throws {
        let commitments = try await commit()
        defer { commitments.records.discard() }
        let seed = ShuffleChallenge.seed(statement: statement.hash, commitments: commitments.digest)
        let coefficients = ProofCoefficients(seed: seed)
        let responses = nonces.after(seed: seed)
        let folded = try await foldInput(coefficients)
        let chain = try await linkChain(coefficients, responses)
        let sums = try await sumOutput(coefficients, responses, chain)
        defer {
            sums.chain.records.discard()
            sums.blinded.records.discard()
        }
        let head = try makeHead(
            seed: seed, commitments: commitments.digest, folded: folded, chain: chain, sums: sums, responses.sums())
        try await write(head.bytes)
        let challenge = head.challenge(seed: seed)
        try await respond(
            challenge, coefficients, responses,
            files: [commitments.records, sums.chain.records, sums.blinded.records], to: write)
    }

    // MARK: Commitments

    /// A file of encodings, and SHA-256 of them all.
    struct Points: Sendable {
        let records: FixedRecords
        let digest: [UInt8]
    }

    /// Writes encodings and hashes them.
    private struct PointsWriter {
        private var writer: FixedRecords.Writer
        private var hash = SHA256()

        init(_ spool: any Spool) throws { writer = try FixedRecords.Writer(spool: spool, byteCount: 32) }

        mutating func append(_ points: [UInt8]) throws {
            hash.update(data: points)
            try writer.append(points)
        }

        mutating func finish() throws -> Points { Points(records: try writer.finish(), digest: Array(hash.finalize())) }
    }

    /// c_ψ(i) = r_i·G + h_i, in the order of the input.
    private func commit() async throws -> Points {
        var sorter = DistributionSorter(spool: spool, width: ShuffleOrder.pointByteCount)
        let count = statement.count
        try await forEachBlock(of: list.order) { block in
            let inputs = ShuffleOrder.inputs(block.records)
            let points = try Ristretto255.commitments(
                blindedBy: nonces.commitments(outputs: block.numbers, inputs: inputs),
                to: try generators.coordinates(block.numbers.oneBased))
            return ShuffleOrder.joined(inputs, of: count, points: points)
        } take: {
            try sorter.add($0)
        }
        var writer = try PointsWriter(spool)
        try await sorter.sorted(workers: workers) { try writer.append(ShuffleOrder.points($0)) }
        return try writer.finish()
    }

    // MARK: Sums

    /// What the sums over the input give.
    private struct Folded: Sendable {
        /// Σ u_j·P_j,m for each element m of an item.
        var elements: [PointSum]
        /// Σ u_j·U_j and Σ u_j·V_j, where there are study capsules.
        var study: [PointSum]
        /// Σ u_j·ρ_j, of each capsule of an item.
        var rerandomizations: [ScalarSum]

        init(_ layout: ShuffleLayout) {
            elements = [PointSum](repeating: .identity, count: layout.elementCount)
            study = [PointSum](repeating: .identity, count: layout.hasStudyCapsule ? 2 : 0)
            rerandomizations = [ScalarSum](repeating: ScalarSum(), count: layout.capsuleCount)
        }
    }

    private func foldInput(_ coefficients: ProofCoefficients) async throws -> Folded {
        var folded = Folded(layout)
        try await forEachBlock(of: list.input) { block in
            let u = coefficients.of(block.numbers.oneBased)
            var part = Folded(layout)
            part.elements = try Ristretto255.publicSums(short: u, of: layout.elements(of: block.records))
            if layout.hasStudyCapsule {
                part.study = try Ristretto255.publicSums(short: u, of: layout.studyCapsules(of: block.records))
            }
            for place in part.rerandomizations.indices {
                part.rerandomizations[place].add(
                    products: ScalarList(short: u), list.rerandomizations[place](block.numbers))
            }
            return part
        } take: { part in
            for (number, sum) in part.elements.enumerated() { try folded.elements[number].add(sum) }
            for (number, sum) in part.study.enumerated() { try folded.study[number].add(sum) }
            for (number, sum) in part.rerandomizations.enumerated() { folded.rerandomizations[number].add(sum) }
        }
        return folded
    }

    /// Where the chain of commitments ĉ stands before each block and at its end, in terms of its generators: ĉ = R·G +
    /// U·h_0.
    private struct Chain: Sendable {
        /// R and U, 32 bytes each. In one piece: small ones between what blocks allocate would keep memory from use.
        private let links: SymmetricKey
        private static let linkByteCount = 64

        init(_ links: borrowing ScalarList) {
            self.links = SymmetricKey(
                data: UnsafeRawBufferPointer(rebasing: links.memory.bytes[..<(32 * links.count)]))
        }

        func start(ofBlock index: Int) -> ChainLink {
            links.withUnsafeBytes {
                ChainLink(
                    SymmetricKey(
                        data: UnsafeRawBufferPointer(
                            rebasing: $0[(Self.linkByteCount * index)...].prefix(Self.linkByteCount))))
            }
        }

        var end: ChainLink { start(ofBlock: links.bitCount / (8 * Self.linkByteCount) - 1) }
    }

    private func linkChain(
        _ coefficients: ProofCoefficients, _ responses: any ShuffleResponseNonces
    ) async throws -> Chain {
        let blocks = (statement.count + blockCount - 1) / blockCount
        let links = ScalarList(count: 2 * (blocks + 1))
        var last = ChainLink.start
        var known = 0
        func append(_ link: ChainLink) {
            links.set(2 * known, link.r)
            links.set(2 * known + 1, link.u)
            known += 1
        }
        append(last)
        try await forEachBlock(of: list.order) { block in
            // Of the block alone; what comes before is put in front below.
            ChainLink.start.following(r: responses.chain(block.numbers), u: coefficients.ofInputs(block.records))
        } take: { link in
            last = last.followed(by: link)
            append(last)
        }
        return Chain(links)
    }

    private struct Sums: Sendable {
        var chain: Points
        var blinded: Points
        /// Σ ω'_i·X'_i for each point X of an item, and Σ ω'_i·h_i.
        var points: [PointSum]
        var generators: PointSum
        /// Σ r_i and Σ r_i·u'_i
        var blinding = ScalarSum()
        var foldedBlinding = ScalarSum()
    }

    private struct SumsPart: Sendable {
        var chain: [UInt8]
        var blinded: [UInt8]
        var points: [PointSum]
        var generators: PointSum
        var blinding = ScalarSum()
        var foldedBlinding = ScalarSum()
    }

    private func sumOutput(
        _ coefficients: ProofCoefficients, _ responses: any ShuffleResponseNonces, _ chain: Chain
    ) async throws -> Sums {
        var (chainFile, blindedFile) = (try PointsWriter(spool), try PointsWriter(spool))
        let zeroth = try ElementTable(of: HashedGenerators.zeroth)
        var points = [PointSum](repeating: .identity, count: layout.pointCount)
        var sumOfGenerators = PointSum()
        var (blinding, foldedBlinding) = (ScalarSum(), ScalarSum())
        try await forEachBlock(of: list.output, list.order) { block in
            let u = coefficients.ofInputs(block.beside)
            let omegaHat = responses.blindedChain(block.numbers)
            let omega = responses.responses(block.numbers)
            let links = chain.start(ofBlock: block.index).links(r: responses.chain(block.numbers), u: u)
            let (before, after) = (0..<block.numbers.count, 1..<(block.numbers.count + 1))
            var part = SumsPart(
                chain: Ristretto255.combinations(of: zeroth, links.sums.slice(after), links.products.slice(after)),
                blinded: Ristretto255.combinations(
                    of: zeroth, omega.times(links.sums.slice(before), plus: omegaHat),
                    omega.times(links.products.slice(before))),
                points: try Ristretto255.secretSums(omega, of: layout.points(of: block.records)),
                generators: try Ristretto255.secretSum(
                    omega, ofCoordinates: try generators.coordinates(block.numbers.oneBased)))
            let r = nonces.commitments(outputs: block.numbers, inputs: ShuffleOrder.inputs(block.beside))
            part.blinding.add(r)
            part.foldedBlinding.add(products: r, u)
            return part
        } take: { part in
            try chainFile.append(part.chain)
            try blindedFile.append(part.blinded)
            for (number, sum) in part.points.enumerated() { try points[number].add(sum) }
            try sumOfGenerators.add(part.generators)
            blinding.add(part.blinding)
            foldedBlinding.add(part.foldedBlinding)
        }
        return Sums(
            chain: try chainFile.finish(), blinded: try blindedFile.finish(), points: points,
            generators: sumOfGenerators, blinding: blinding, foldedBlinding: foldedBlinding)
    }

    private func makeHead(
        seed: [UInt8], commitments: [UInt8], folded: Folded, chain: Chain, sums: Sums, _ omega: consuming ScalarList
    ) throws -> ShuffleHead {
        let negated = omega.negated()
        let (first, second, third, fourth, fifth, eighth, ninth) = (0, 1, 2, 3, 4, 5, 6)
        var points = [
            Ristretto255.multiplyGenerator(by: omega[first]), Ristretto255.multiplyGenerator(by: omega[second]),
            try Ristretto255.sum([Ristretto255.multiplyGenerator(by: omega[third]), sums.generators]),
        ]
        if let capsuleKey = statement.capsuleKey {
            let halves = sums.points[layout.elementCount...].prefix(2)
            for (half, base) in zip(halves, [Ristretto255.generator, capsuleKey.bytes]) {
                points.append(
                    try Ristretto255.sum([half, Ristretto255.multiply(base, by: negated[fourth])]))
            }
        }
        for (sum, element) in zip(sums.points, folded.elements) {
            points.append(try Ristretto255.sum([sum, Ristretto255.multiply(element.bytes, by: negated[fifth])]))
        }
        points.append(Ristretto255.multiplyGenerator(by: omega[fifth]))
        if let capsuleKey = statement.capsuleKey, layout.hasStudyCapsule {
            for (half, base) in [Ristretto255.generator, capsuleKey.bytes].enumerated() {
                points.append(
                    try Ristretto255.sum([
                        sums.points[layout.studyPoints.lowerBound + half],
                        Ristretto255.multiply(folded.study[half].bytes, by: negated[eighth]),
                        Ristretto255.multiply(base, by: negated[ninth]),
                    ]))
            }
            points.append(Ristretto255.multiplyGenerator(by: omega[eighth]))
        }
        var head = ShuffleHead(
            commitments: commitments, chain: sums.chain.digest, blinded: sums.blinded.digest,
            sums: points.map(\.bytes), responses: [])
        let challenge = head.challenge(seed: seed)
        let last = chain.end
        var secrets = [sums.blinding.key, last.r, sums.foldedBlinding.key]
        var numbers = [first, second, third]
        if layout.hasCapsule {
            secrets.append(folded.rerandomizations[0].key)
            numbers.append(fourth)
        }
        secrets.append(list.key)
        numbers.append(fifth)
        if layout.hasStudyCapsule {
            secrets += [list.studyKey ?? SymmetricKey(data: ScalarList.one), folded.rerandomizations[1].key]
            numbers += [eighth, ninth]
        }
        head.responses = zip(secrets, numbers).map { Ristretto255.response(challenge, secret: $0, nonce: omega[$1]) }
        return head
    }

    // MARK: Responses

    private func respond(
        _ challenge: [UInt8], _ coefficients: ProofCoefficients, _ responses: any ShuffleResponseNonces,
        files: [FixedRecords], to write: ([UInt8]) async throws -> Void
    ) async throws {
        let factor = SymmetricKey(data: challenge)
        try await forEachBlock(of: files[0], files[1], files[2], list.order) { block in
            let u = coefficients.ofInputs(block.all[3])
            let chain = responses.chain(block.numbers).times(factor, plus: responses.blindedChain(block.numbers))
            let own = u.times(factor, plus: responses.responses(block.numbers))
            return Records.joined(Array(block.all[..<3]) + [chain.bytes, own.bytes], count: block.numbers.count)
        } take: {
            try await write($0)
        }
    }

    // MARK: Blocks

    /// Records of the same numbers from several files.
    struct Block: Sendable {
        /// Among the blocks.
        let index: Int
        /// From 0.
        let numbers: Range<Int>
        /// Of each file in turn.
        let all: [[UInt8]]

        var records: [UInt8] { all[0] }
        var beside: [UInt8] { all[1] }
    }

    private func forEachBlock<Output: Sendable>(
        of files: FixedRecords..., compute: @escaping @Sendable (Block) throws -> Output,
        take: (Output) async throws -> Void
    ) async throws {
        guard files.allSatisfy({ $0.count == statement.count }) else { throw ShuffleFault.wrongCount }
        var readers = try files.map { try $0.reader() }
        var (index, first) = (0, 0)
        try await Pipeline(workers: workers).run { () throws -> Block? in
            let numbers = first..<min(first + blockCount, statement.count)
            guard !numbers.isEmpty else { return nil }
            var all: [[UInt8]] = []
            for number in readers.indices { all.append(try readers[number].next(numbers.count)) }
            defer { (index, first) = (index + 1, numbers.upperBound) }
            return Block(index: index, numbers: numbers, all: all)
        } compute: { block in
            try compute(block)
        } take: {
            try await take($0)
        }
    }
}

extension Range<Int> {
    /// Numbers that count from 1, as the protocol's do.
    var oneBased: Range<Int> { (lowerBound + 1)..<(upperBound + 1) }
}
