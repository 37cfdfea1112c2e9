public import Agreement
public import Crypto
internal import Values

/// Blinds a register's people, seals their rows, pads, and yields the list and the vault in their sorted orders. [P-31]
public struct BatchBuilder<S: Suite>: ~Copyable {
    private let maxPeople: Int
    private let padding: PaddingMode
    private let layout: ItemLayout
    private let partition: StreamPartition
    private let vaultPartition: StreamPartition
    private let cellByteCount: Int?
    private let step: any SortingStep<BatchWork<S>>
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
    ) async throws {
        let agreement = record.agreement
        layout = ItemLayout(S.self, agreement: agreement)
        let cellSealer = registerSecret.map {
            CellSealer(
                round: record.round, register: register.id, cellByteCount: agreement.cellByteCount, registerSecret: $0)
        }
        let work = BatchWork<S>(
            layout: layout, heads: agreement.positions.map { record.round.bytes + ExitSalt.framed($0.kind) },
            firstValue: agreement.hasRecordElement ? 1 : 0, tokens: tokens, capsuleKey: capsuleKey,
            studyHead: agreement.pseudonyms.isLasting ? StudyCapsule.head(of: agreement.study.id) : nil,
            studyKey: studyKey, cellSealer: cellSealer, keyElementCount: agreement.keyElementCount,
            maxCells: register.maxCellsPerPerson, blindingScalar: key.bytes.key)
        step = try await workers.sorting(work, work.outputs, spool: spool)
        maxPeople = register.maxPeople
        padding = agreement.padding
        partition = .items(of: agreement)
        vaultPartition = .tagsOrHandles(of: agreement)
        cellByteCount = cellSealer?.cellByteCount
    }

    /// Adds distinct people, as many at a time as `next` gives: a few hundred; none ends it.
    ///
    /// - Throws: `DeclarationError` when the register has more people, or a person more rows, than the agreement
    ///   allows.
    public mutating func add(_ next: () async throws -> PeoplePiece) async throws {
        let maxPeople = maxPeople
        var count = peopleCount
        try await step.add { () async throws -> BatchInput? in
            let people = try await next()
            guard people.count <= maxPeople - count else { throw DeclarationError.tooManyPeople }
            count += people.count
            return people.isEmpty ? nil : .people(people)
        }
        peopleCount = count
    }

    /// Pads with dummies, then writes the list behind its random prefix.
    ///
    /// - Returns: what is left to write: nobody can be added any more.
    /// - Throws: `DeclarationError.samePersonTwice`.
    public consuming func finishList(into sink: inout some ByteSink) async throws -> DeclaredList<S> {
        var missing = Padding.size(of: peopleCount, mode: padding) - peopleCount
        try await step.add { () async throws -> BatchInput? in
            let some = min(missing, 512)
            missing -= some
            return some > 0 ? .dummies(some) : nil
        }
        var writer = RecordWriter(partition, prefix: .random())
        var order = IncreasingOrder(keyByteCount: layout.elementByteCount)
        let width = layout.itemByteCount
        try await step.sorted(0) { records in
            guard order.firstViolation(in: records, width: width) == nil else {
                throw DeclarationError.samePersonTwice
            }
            try await writer.write(records, width: width, to: &sink)
        }
        return DeclaredList(
            summary: try await writer.finish(to: &sink), step: step, cellByteCount: cellByteCount, padding: padding,
            partition: vaultPartition)
    }
}
