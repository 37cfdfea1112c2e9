internal import Crypto
internal import Values

/// Checks a proof of shuffle in one pass over input, output and proof. It learns nothing of the permutation. [P-64]
///
/// Everything here is public to the checker. That lists and proof are those whose digests stand on the board is for
/// whoever reads them.
struct ShuffleChecker: Sendable {
    let statement: ShuffleStatement
    let generators: any ShuffleGenerators
    let workers: Workers
    /// Items that a core handles at once.
    var blockCount: Int

    private var layout: ShuffleLayout { statement.layout }

    init(statement: ShuffleStatement, generators: any ShuffleGenerators, workers: Workers) {
        self.statement = statement
        self.generators = generators
        self.workers = workers
        blockCount = statement.layout.blockCount
    }

    /// - Parameters:
    ///   - input, output, records: the next so many items, one after the other; fewer only at the end.
    /// - Throws: `ShuffleFault`, and what the readers throw.
    func check(
        head: ShuffleHead, input: (Int) async throws -> [UInt8], output: (Int) async throws -> [UInt8],
        records: (Int) async throws -> [UInt8]
    ) async throws {
        let seed = ShuffleChallenge.seed(statement: statement.hash, commitments: head.commitments)
        let challenge = head.challenge(seed: seed)
        guard !challenge.allSatisfy({ $0 == 0 }) else { throw ShuffleFault.wrong(equation: "challenge") }
        let block = BlockChecker(
            layout: layout, coefficients: ProofCoefficients(seed: seed),
            // The checker's own, so that nobody could have known them.
            weights: ProofCoefficients(seed: SecretBytes(randomByteCount: 32).withUnsafeBytes { Array($0) }),
            generators: generators, challenge: ScalarList(challenge)[0])
        var digests = [SHA256](repeating: SHA256(), count: 3)
        var sums = ShuffleSums(layout)
        var first = 0
        var last: [UInt8]?
        try await Pipeline(workers: workers).run { () async throws -> BlockChecker.Block? in
            let numbers = first..<min(first + blockCount, statement.count)
            guard !numbers.isEmpty else { return nil }
            let block = BlockChecker.Block(
                numbers: numbers, input: try await input(numbers.count), output: try await output(numbers.count),
                records: try await records(numbers.count), linkBefore: last)
            guard block.input.count == numbers.count * layout.itemByteCount, block.output.count == block.input.count
            else { throw ShuffleFault.wrongCount }
            guard block.records.count == numbers.count * ShuffleRecord.byteCount else { throw ShuffleFault.malformed }
            last = block.lastLink
            first = numbers.upperBound
            return block
        } compute: {
            ($0.points, try block.sums($0))
        } take: { points, part in
            for (number, column) in points.enumerated() { digests[number].update(data: column) }
            try sums.add(part)
        }
        guard digests.map({ Array($0.finalize()) }) == [head.commitments, head.chain, head.blinded] else {
            throw ShuffleFault.malformed
        }
        try ShuffleEquations(statement: statement, head: head, challenge: challenge, sums: sums, lastLink: last ?? [])
            .check()
    }
}

/// What a checker adds up over all items. Public. [P-64]
struct ShuffleSums: Sendable {
    /// Σ u_j·X_j and Σ s'_i·X'_i for each point X of an item.
    var input: [PointSum]
    var output: [PointSum]
    /// Σ c_j and Σ u_j·c_j
    var commitments = PointSum()
    var foldedCommitments = PointSum()
    /// Σ h_i and Σ s'_i·h_i
    var generators = PointSum()
    var foldedGenerators = PointSum()
    /// (7) in one sum with weights w: Σ w_i·s'_i·ĉ_(i−1) − Σ c·w_i·ĉ_i, without ĉ_0; Σ w_i·t̂_i; Σ w_i·ŝ_i; w_1·s'_1.
    var chain = PointSum()
    var blinded = PointSum()
    var chainResponse = ScalarSum()
    var firstResponse = ScalarSum()
    /// Π u_j
    var product = ScalarList.one

    init(_ layout: ShuffleLayout) {
        input = [PointSum](repeating: .identity, count: layout.pointCount)
        output = input
    }

    mutating func add(_ other: ShuffleSums) throws(GroupError) {
        for number in input.indices {
            try input[number].add(other.input[number])
            try output[number].add(other.output[number])
        }
        try commitments.add(other.commitments)
        try foldedCommitments.add(other.foldedCommitments)
        try generators.add(other.generators)
        try foldedGenerators.add(other.foldedGenerators)
        try chain.add(other.chain)
        try blinded.add(other.blinded)
        chainResponse.add(other.chainResponse)
        firstResponse.add(other.firstResponse)
        product = ScalarList(product).times(ScalarList(other.product)).bytes
    }
}

/// What one block adds to the sums.
private struct BlockChecker: Sendable {
    let layout: ShuffleLayout
    let coefficients: ProofCoefficients
    let weights: ProofCoefficients
    let generators: any ShuffleGenerators
    let challenge: SymmetricKey

    struct Block: Sendable {
        /// From 0.
        let numbers: Range<Int>
        let input: [UInt8]
        let output: [UInt8]
        let records: [UInt8]
        /// ĉ of the record before; nil before the first.
        let linkBefore: [UInt8]?

        var points: [[UInt8]] {
            [.commitment, .chain, .blinded].map { ShuffleRecord.column($0, of: records) }
        }

        var lastLink: [UInt8] {
            let start = records.count - ShuffleRecord.byteCount + 32
            return Array(records[start..<(start + 32)])
        }
    }

    func sums(_ block: Block) throws -> ShuffleSums {
        var sums = ShuffleSums(layout)
        let numbers = block.numbers.oneBased
        let u = coefficients.of(numbers)
        let responses = try scalars(.response, block)
        do { sums.input = try Ristretto255.publicSums(short: u, of: layout.points(of: block.input)) } catch {
            throw fault(error, in: block.input, of: block, isInput: true)
        }
        do { sums.output = try Ristretto255.publicSums(responses, of: layout.points(of: block.output)) } catch {
            throw fault(error, in: block.output, of: block, isInput: false)
        }
        let commitments = ShuffleRecord.points(.commitment, of: block.records)
        (sums.foldedCommitments, sums.commitments) = try ofProof {
            try Ristretto255.publicSum(short: u, of: commitments)
        }
        (sums.foldedGenerators, sums.generators) = try Ristretto255.publicSum(
            responses, ofCoordinates: try generators.coordinates(numbers))
        sums.product = product(of: u)
        try addChain(block, responses, to: &sums)
        return sums
    }

    private func addChain(_ block: Block, _ responses: borrowing ScalarList, to sums: inout ShuffleSums) throws {
        let count = block.numbers.count
        let short = weights.of(block.numbers.oneBased)
        let w = ScalarList(short: short)
        sums.blinded = try ofProof {
            try Ristretto255.publicSums(short: short, of: ShuffleRecord.points(.blinded, of: block.records))[0]
        }
        sums.chainResponse.add(products: w, try scalars(.chainResponse, block))
        // ĉ_i has −c·w_i, and w_(i+1)·s'_(i+1) besides where that record is of this block.
        let weighted = w.times(responses)
        let ahead = ScalarList(count: count)
        if count > 1 { ahead.replace(0, with: weighted.slice(1..<count)) }
        let scalars = w.negated().times(challenge, plus: ahead)
        sums.chain = try ofProof {
            try Ristretto255.publicSums(scalars, of: ShuffleRecord.points(.chain, of: block.records))[0]
        }
        if let before = block.linkBefore {
            try sums.chain.add(ofProof { try Ristretto255.publicSum(weighted.slice(0..<1).bytes, of: before) })
        } else {
            sums.firstResponse.add(weighted.slice(0..<1))
        }
    }

    private func scalars(_ field: ShuffleRecord.Field, _ block: Block) throws -> ScalarList {
        let bytes = ShuffleRecord.column(field, of: block.records)
        guard Ristretto255.areCanonical(scalars: bytes) else { throw ShuffleFault.malformed }
        return ScalarList(bytes)
    }

    /// What is no element is a fault of the list.
    private func fault(_ error: GroupError, in items: [UInt8], of block: Block, isInput: Bool) -> any Error {
        guard case .invalidElement(let index) = error else { return error }
        let start = index * layout.itemByteCount
        let elements = Array(items[start..<(start + 32 * layout.elementCount)])
        let isCapsule = (try? Ristretto255.validate(ElementBatch(trusted: elements))) != nil
        return ShuffleFault.invalidItem(
            isInput: isInput, index: block.numbers.lowerBound + index, isCapsule: isCapsule)
    }

    /// What is no element is a fault of the proof.
    private func ofProof<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch GroupError.invalidElement { throw ShuffleFault.malformed }
    }

    private func product(of coefficients: [UInt8]) -> [UInt8] {
        let u = ScalarList(short: coefficients)
        let one = SymmetricKey(data: ScalarList.one)
        let count = u.count
        return ScalarRecurrence(sum: one, product: one, r: ScalarList(count: count), u: u).products
            .slice(count..<(count + 1)).bytes
    }
}
