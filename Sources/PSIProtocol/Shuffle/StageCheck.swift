internal import Agreement
internal import Crypto
internal import Values

/// Checks a stage of a list: that input, output and proof are what the board names, that the proof holds, and at the
/// last stage that the tags are those of the elements. [P-64]
struct StageCheck<Lists: ByteSource, Proof: ByteSource> {
    private let statement: ShuffleStatement
    private let agreement: Agreement
    private let layout: ItemLayout
    private var input: AlignedReader<Lists>
    private var output: AlignedReader<Lists>
    private var proof: ProofReader<Proof>
    private let generators: any ShuffleGenerators
    private let exit: ExitSalt?
    private let keeper: ParticipantID
    private let spool: any Spool
    private let workers: Workers

    /// What is wrong, and with whose work.
    enum Fault: Equatable {
        /// With the list that the stage began with.
        case input(ComplaintCode)
        case stage(ComplaintCode)
    }

    /// - Parameters:
    ///   - keeper: who stores the streams.
    ///   - exit: what makes tags, for the last stage.
    init(
        statement: ShuffleStatement, agreement: Agreement, input: ListReader<Lists>, output: ListReader<Lists>,
        proof: ProofReader<Proof>, generators: any ShuffleGenerators, exit: ExitSalt?,
        keeper: ParticipantID, spool: any Spool, workers: Workers
    ) {
        self.statement = statement
        self.agreement = agreement
        layout = ItemLayout(agreement)
        self.input = AlignedReader(input)
        self.output = AlignedReader(output)
        self.proof = proof
        self.generators = generators
        self.exit = exit
        self.keeper = keeper
        self.spool = spool
        self.workers = workers
    }

    /// - Parameter tags: the list of tags that was announced, at the last stage.
    /// - Returns: nil if everything is right.
    /// - Throws: `ProtocolViolation` by the keeper, which must have refused what is wrong.
    mutating func run(tags: AnnouncedStream?) async throws -> Fault? {
        var kept = exit == nil ? nil : try FixedRecords.Writer(spool: spool, byteCount: layout.itemByteCount)
        do {
            let head = try await proof.head()
            try await ShuffleChecker(statement: statement, generators: generators, workers: workers).check(
                head: head, input: { try await input.next($0, isInput: true) },
                output: { count in
                    let items = try await output.next(count, isInput: false)
                    try kept?.append(items)
                    return items
                }, records: { try await proof.next($0) })
        } catch let failure as ReadingFailure {
            return try await listFault(failure.violation, isInput: failure.isInput)
        } catch let fault as ShuffleFault {
            return try await self.fault(fault)
        }
        if let fault = try await listsFault() { return fault }
        guard try await proof.isTheAnnounced() else { return .stage(.streamUnreadable) }
        if proof.hasSurplus { return .stage(.proofMalformed) }
        guard let exit, let tags, let items = try kept?.finish() else { return nil }
        defer { items.discard() }
        return try await digestOfTags(items, exit) == tags.digest.bytes ? nil : .stage(.tagsWrong)
    }

    // MARK: Faults

    private mutating func fault(_ fault: ShuffleFault) async throws -> Fault {
        switch fault {
        case .invalidItem(let isInput, let index, let isCapsule):
            return try await listFault(
                ProtocolViolation(isCapsule ? .invalidCapsule : .invalidElement, by: nil, index: index),
                isInput: isInput)
        case .wrongCount:
            // One of the lists was shorter than announced: which, its own reader says.
            return try await listsFault() ?? .stage(.proofMalformed)
        case .malformed:
            return try await proof.isTheAnnounced() ? .stage(.proofMalformed) : .stage(.streamUnreadable)
        case .wrong:
            // An equation says nothing unless all that is in it is what the board names.
            if let fault = try await listsFault() { return fault }
            return try await proof.isTheAnnounced() ? .stage(.proofWrong) : .stage(.streamUnreadable)
        }
    }

    /// Whether both lists, which have been read to their ends, are the announced ones.
    private mutating func listsFault() async throws -> Fault? {
        do { try await input.finish() } catch let violation as ProtocolViolation {
            return try await listFault(violation, isInput: true)
        }
        do { try await output.finish() } catch let violation as ProtocolViolation {
            return try await listFault(violation, isInput: false)
        }
        return nil
    }

    private mutating func listFault(_ violation: ProtocolViolation, isInput: Bool) async throws -> Fault {
        let found =
            isInput
            ? try await input.attributed(violation, keeper: keeper)
            : try await output.attributed(violation, keeper: keeper)
        if found.participant == keeper { throw found }
        // Of a stream that is not the announced one nobody can tell who altered it.
        let code = found.kind == .wrongDigest ? .streamUnreadable : ComplaintCode(rawValue: found.kind.rawValue)
        guard let code else { throw found }
        return isInput ? .input(code) : .stage(code)
    }

    // MARK: Tags

    private func digestOfTags(_ items: FixedRecords, _ exit: ExitSalt) async throws -> [UInt8] {
        // Each part of both lists begins with the same bytes.
        var nowhere = NoSink()
        return try await ItemTagger(layout: layout, positions: agreement.positions, exit: exit).write(
            items, .tagsOrHandles(of: agreement), prefix: .of(output.prefixes), spool: spool, workers: workers,
            to: &nowhere
        ).digest
    }
}

/// Takes bytes and keeps none.
struct NoSink: ByteSink {
    mutating func write(_ bytes: [UInt8]) async throws {}
    mutating func nextPart() async throws {}
}

/// What is wrong with one of two lists that are read side by side.
private struct ReadingFailure: Error {
    let violation: ProtocolViolation
    let isInput: Bool
}

/// Gives a list's records so many at a time, whatever its parts are.
private struct AlignedReader<Source: ByteSource> {
    private var reader: ListReader<Source>
    private var pending: [UInt8] = []
    private let width: Int

    init(_ reader: ListReader<Source>) {
        self.reader = reader
        width = reader.width
    }

    var prefixes: [[UInt8]] { reader.prefixes }

    /// - Returns: fewer only at the end.
    mutating func next(_ count: Int, isInput: Bool) async throws -> [UInt8] {
        do {
            while pending.count < count * width,
                let records = try await reader.next(most: count - pending.count / width)
            {
                pending += records.records
            }
        } catch let violation as ProtocolViolation {
            throw ReadingFailure(violation: violation, isInput: isInput)
        }
        defer { pending.removeFirst(min(count * width, pending.count)) }
        return Array(pending.prefix(count * width))
    }

    /// Reads what is left, and checks that all was the announced list.
    mutating func finish() async throws {
        while try await reader.next(most: 2_048) != nil {}
        try reader.check()
    }

    mutating func attributed(
        _ violation: ProtocolViolation, keeper: ParticipantID
    ) async throws -> ProtocolViolation {
        try await reader.attributed(violation, keeper: keeper)
    }
}
