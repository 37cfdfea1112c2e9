public import Agreement
public import Crypto
internal import Values

/// Blinds a register's people, seals their rows, pads, and yields the list and the vault in their sorted orders. [P-31]
public struct BatchBuilder<S: Suite>: ~Copyable {
    private let register: RegisterDeclaration
    private let agreement: Agreement
    private let layout: ItemLayout
    private let round: RoundID
    private let capsuleKey: CapsuleKey?
    private let studyKey: SymmetricKey?
    private let cellSealer: CellSealer?
    private let blindingScalar: SymmetricKey
    private let workers: Workers
    private let tokens: TokenMaker?
    private var listSorter: DistributionSorter
    private var vaultSorter: DistributionSorter
    private var peopleCount = 0

    /// - Parameters:
    ///   - capsuleKey: Y of the round, and `registerSecret` s_iR: nil in a count-only round.
    ///   - studyKey: s_i, if the owner holds one.
    ///   - tokens: makes the tokens of an agreement with tolerant matching; it has seen all the register's people.
    ///   - spool: where sorted runs wait; must seal what it writes to disk.
    public init(
        register: RegisterDeclaration, record: RoundRecord, key: borrowing SecretScalar<S>,
        capsuleKey: CapsuleKey?, studyKey: SymmetricKey? = nil, registerSecret: SymmetricKey?,
        tokens: TokenMaker? = nil, spool: any Spool,
        workers: Workers
    ) {
        self.register = register
        self.agreement = record.agreement
        self.layout = ItemLayout(S.self, agreement: record.agreement)
        self.round = record.round
        self.capsuleKey = capsuleKey
        self.studyKey = studyKey
        self.cellSealer = registerSecret.map {
            CellSealer(
                round: record.round, register: register.id, cellByteCount: record.agreement.cellByteCount,
                registerSecret: $0)
        }
        self.blindingScalar = key.bytes.key
        self.workers = workers
        self.tokens = tokens
        self.listSorter = DistributionSorter(spool: spool, width: layout.itemByteCount, fixed: S.fixedBits)
        self.vaultSorter = DistributionSorter(spool: spool, width: record.agreement.cellByteCount)
    }

    /// Adds distinct people, as many at a time as `next` gives: a few hundred; none ends it.
    ///
    /// - Throws: `DeclarationError` when the register has more people, or a person more rows, than the agreement
    ///   allows.
    public mutating func add(_ next: () async throws -> PeoplePiece) async throws {
        let maxPeople = register.maxPeople
        var count = peopleCount
        try await process { () async throws -> BatchInput? in
            let people = try await next()
            guard people.count <= maxPeople - count else { throw DeclarationError.tooManyPeople }
            count += people.count
            return people.isEmpty ? nil : .people(people)
        }
        peopleCount = count
    }

    private mutating func process(_ next: () async throws -> BatchInput?) async throws {
        let work = work
        // A person's rows may be many, so pieces are counted by their bytes too.
        var byteCount = 0
        try await Pipeline(workers: workers).run {
            byteCount < BatchWork<S>.memoryByteCount
        } read: { () async throws -> BatchInput? in
            guard let input = try await next() else { return nil }
            byteCount += work.byteCount(input)
            return input
        } compute: {
            try work.process($0)
        } take: { piece in
            byteCount -= piece.byteCount
            try listSorter.add(piece.items)
            try vaultSorter.add(piece.cells)
        }
    }

    /// Pads with dummies, then writes the list behind its random prefix.
    ///
    /// - Returns: what is left to write: nobody can be added any more.
    /// - Throws: `DeclarationError.samePersonTwice`.
    public consuming func finishList(into sink: inout some ByteSink) async throws -> DeclaredList {
        var missing = Padding.size(of: peopleCount, mode: agreement.padding) - peopleCount
        try await process { () async throws -> BatchInput? in
            let some = min(missing, 512)
            missing -= some
            return some > 0 ? .dummies(some) : nil
        }
        var writer = RecordWriter(.items(of: agreement), prefix: .random())
        var order = IncreasingOrder(keyByteCount: layout.elementByteCount)
        let width = layout.itemByteCount
        try await listSorter.sorted(workers: workers) { records in
            guard order.firstViolation(in: records, width: width) == nil else {
                throw DeclarationError.samePersonTwice
            }
            try await writer.write(records, width: width, to: &sink)
        }
        return DeclaredList(
            summary: try await writer.finish(to: &sink), cells: vaultSorter, sealer: cellSealer,
            padding: agreement.padding, partition: .tagsOrHandles(of: agreement), workers: workers)
    }

    private var work: BatchWork<S> {
        BatchWork(
            layout: layout, heads: agreement.positions.map { round.bytes + ExitSalt.framed($0.kind) },
            firstValue: agreement.hasRecordElement ? 1 : 0, tokens: tokens, capsuleKey: capsuleKey,
            studyHead: agreement.pseudonyms.isLasting ? StudyCapsule.head(of: agreement.study.id) : nil,
            studyKey: studyKey, cellSealer: cellSealer, keyElementCount: agreement.keyElementCount,
            maxCells: register.maxCellsPerPerson,
            blindingScalar: blindingScalar)
    }
}
