public import Agreement
public import Crypto
internal import Values

/// What an owner declares of one person of a register. Secret.
public struct PersonRecord: Sendable {
    /// What is hashed for each value of each match key, in the agreement's order; nil where the person lacks the key's parts
    /// or has fewer values.
    public let identities: [[UInt8]?]
    /// Of each group of features that tokens are made of, in the agreement's order, what the person has; empty without
    /// tokens.
    public let features: [[[UInt8]]]
    /// Rows encoded by `RowCodec`, one after the other; empty when nothing is released from the register.
    public let rows: [UInt8]
    public let rowCount: Int
    /// Whether the person is never to be released: their item is like others', and their cell a dummy's.
    public let isWithheld: Bool

    public init(
        identities: [[UInt8]?], features: [[[UInt8]]] = [], rows: [UInt8], rowCount: Int, isWithheld: Bool = false
    ) {
        self.identities = identities
        self.features = features
        self.rows = rows
        self.rowCount = rowCount
        self.isWithheld = isWithheld
    }
}

/// Blinds a register's people, seals their rows, pads, and yields the list and the vault in their sorted orders. [P-31]
public struct BatchBuilder<S: Suite>: ~Copyable {
    private let register: RegisterDeclaration
    private let agreement: Agreement
    private let layout: ItemLayout
    private let round: RoundID
    private let capsuleKey: CapsuleKey?
    private let cellSealer: CellSealer?
    private let blindingKey: SymmetricKey
    private let workers: Workers
    private let tokens: TokenMaker?
    private var listSorter: ExternalSorter
    private var vaultSorter: ExternalSorter
    private var peopleCount = 0
    private var cellCount = 0

    /// - Parameters:
    ///   - capsuleKey: Y of the round, and `registerSecret` s_iR: nil in a count-only round.
    ///   - tokens: makes the tokens of an agreement with tolerant matching; it has seen all the register's people.
    ///   - spool: where sorted runs wait; must seal what it writes to disk.
    public init(
        register: RegisterDeclaration, record: RoundRecord, key: borrowing SecretScalar<S>,
        capsuleKey: CapsuleKey?, registerSecret: SymmetricKey?, tokens: TokenMaker? = nil, spool: any Spool,
        workers: Workers
    ) {
        self.register = register
        self.agreement = record.agreement
        self.layout = ItemLayout(S.self, agreement: record.agreement)
        self.round = record.round
        self.capsuleKey = capsuleKey
        self.cellSealer = registerSecret.map {
            CellSealer(
                round: record.round, register: register.id, cellByteCount: record.agreement.cellByteCount,
                registerSecret: $0)
        }
        self.blindingKey = key.bytes.key
        self.workers = workers
        self.tokens = tokens
        self.listSorter = ExternalSorter(spool: spool)
        self.vaultSorter = ExternalSorter(spool: spool)
    }

    /// Adds distinct people; call with a few thousand at a time.
    ///
    /// - Throws: `DeclarationError` when the register has more people, or a person more rows, than the agreement allows.
    public mutating func add(_ people: [PersonRecord]) async throws {
        guard people.count <= register.maxPeople - peopleCount else { throw DeclarationError.tooManyPeople }
        for person in people where person.identities.count != agreement.keyElementCount {
            throw DeclarationError.wrongKeyCount
        }
        let work = work
        let pieces = try await workers.map(people.count) { try work.process(people[$0].map { .person($0) }) }
        try add(pieces)
        peopleCount += people.count
    }

    /// Pads with dummies and random cells, then writes the list behind its random prefix.
    public mutating func finishList<Sink: ByteSink>(into sink: inout Sink) async throws -> ListSummary {
        var missing = Padding.size(of: peopleCount, mode: agreement.padding) - peopleCount
        while missing > 0 {
            let some = min(missing, 4_096)
            let work = work
            try add(await workers.map(some) { try work.process($0.map { _ in .dummy }) })
            missing -= some
        }
        let sorter = listSorter
        listSorter = ExternalSorter(spool: MemorySpool())
        var records = try sorter.sorted()
        var writer = RecordWriter(sink, prefix: ListPrefix.random())
        var order = IncreasingOrder(keyByteCount: layout.elementByteCount)
        while let block = try records.nextBlock(type(of: writer).blockByteCount) {
            guard order.firstViolation(in: block.bytes, width: layout.itemByteCount) == nil else {
                throw DeclarationError.samePersonTwice
            }
            try await writer.write(records: block.bytes, count: block.count)
        }
        let summary = try await writer.finish()
        sink = writer.sink
        return summary
    }

    /// Writes the vault: after `finishList`, in a round that releases rows.
    public mutating func finishVault<Sink: ByteSink>(into sink: inout Sink) async throws -> ListSummary {
        guard let cellSealer else { throw DeclarationError.noVault }
        for _ in cellCount..<max(cellCount, Padding.size(of: cellCount, mode: agreement.padding)) {
            try vaultSorter.add(cellSealer.randomCell())
        }
        let sorter = vaultSorter
        vaultSorter = ExternalSorter(spool: MemorySpool())
        var records = try sorter.sorted()
        var writer = RecordWriter(sink)
        while let block = try records.nextBlock(type(of: writer).blockByteCount) {
            try await writer.write(records: block.bytes, count: block.count)
        }
        let summary = try await writer.finish()
        sink = writer.sink
        return summary
    }

    private mutating func add(_ pieces: [BatchPiece]) throws {
        for piece in pieces {
            try listSorter.add(records: piece.items, width: layout.itemByteCount)
            for cell in piece.cells { try vaultSorter.add(cell) }
            cellCount += piece.cells.count
        }
    }

    private var work: BatchWork<S> {
        BatchWork(
            layout: layout, heads: agreement.positions.map { round.bytes + ExitSalt.framed($0.kind) },
            firstValue: agreement.hasRecordElement ? 1 : 0, tokens: tokens, capsuleKey: capsuleKey,
            cellSealer: cellSealer, maxCells: register.maxCellsPerPerson, blindingKey: blindingKey)
    }
}

public enum DeclarationError: Error, Equatable {
    /// More people than the agreement's `max_people` for the register.
    case tooManyPeople
    /// A person's rows need more cells than `max_cells_per_person`.
    case personTooLarge
    /// A person record does not have one identity for each match key.
    case wrongKeyCount
    /// The same identity was added twice.
    case samePersonTwice
    /// The round releases nothing.
    case noVault
}

enum BatchEntry: Sendable {
    case person(PersonRecord)
    case dummy
}

struct BatchPiece: Sendable {
    var items: [UInt8] = []
    var cells: [[UInt8]] = []
}

/// The part of a declaration that runs on several cores.
struct BatchWork<S: Suite>: Sendable {
    let layout: ItemLayout
    /// What begins the message of each element.
    let heads: [[UInt8]]
    /// Index of the first element that has a value; the one before it, if any, is always random.
    let firstValue: Int
    let tokens: TokenMaker?
    let capsuleKey: CapsuleKey?
    let cellSealer: CellSealer?
    let maxCells: Int
    let blindingKey: SymmetricKey

    func process(_ entries: [BatchEntry]) throws -> BatchPiece {
        let elements = try blind(entries)
        guard let capsuleKey, let cellSealer else { return BatchPiece(items: elements.bytes, cells: []) }

        var piece = BatchPiece()
        let sealed = Capsule.seal(count: entries.count, to: capsuleKey)
        let elementsWidth = layout.elementsByteCount
        for (index, entry) in entries.enumerated() {
            piece.items += elements.bytes[(index * elementsWidth)..<((index + 1) * elementsWidth)]
            piece.items += sealed.capsules[(index * Capsule.byteCount)..<((index + 1) * Capsule.byteCount)]
            let secret = sealed.secrets.slice((index * 32)..<((index + 1) * 32))
            do {
                switch entry {
                case .person(let person) where !person.isWithheld:
                    piece.cells += try cellSealer.seal(
                        rows: person.rows, rowCount: person.rowCount, secret: secret.key, maxCells: maxCells)
                case .person, .dummy:
                    piece.cells += try cellSealer.seal(rows: nil, rowCount: 0, secret: secret.key, maxCells: 1)
                }
            } catch VaultError.tooManyCells { throw DeclarationError.personTooLarge }
        }
        return piece
    }

    /// k·H(roundID ‖ kind ‖ x) for every element of every entry; random elements where there is nothing to hash.
    private func blind(_ entries: [BatchEntry]) throws -> ElementBatch<S> {
        var messages: [[UInt8]] = []
        var positions: [Int] = []
        messages.reserveCapacity(entries.count * layout.elementCount)
        positions.reserveCapacity(entries.count * layout.elementCount)
        for (index, entry) in entries.enumerated() {
            guard case .person(let person) = entry else { continue }
            let tokens = tokens?.tokens(of: person.features) ?? []
            for (offset, value) in (person.identities + tokens).enumerated() {
                guard let value else { continue }
                let position = firstValue + offset
                messages.append(heads[position] + value)
                positions.append(index * layout.elementCount + position)
            }
        }
        let blinded = try S.blind(
            messages, domain: .matching(S.self), by: SecretScalar(SecretBytes(blindingKey)))
        let total = entries.count * layout.elementCount
        if positions.count == total { return blinded }

        let random = S.randomElements(count: total - positions.count)
        var output: [UInt8] = []
        output.reserveCapacity(total * layout.elementByteCount)
        var next = 0
        for position in 0..<total {
            if next < positions.count, positions[next] == position {
                output += blinded[next]
                next += 1
            } else {
                output += random[position - next]
            }
        }
        return ElementBatch(trusted: output)
    }
}
