internal import Crypto
internal import Values

/// What is sealed and blinded of one person. Secret; reflection shows no content.
struct DeclaredPerson: Sendable, CustomReflectable {
    /// What is hashed for each element of the item that can have a value; nil where the person has none.
    let values: [[UInt8]?]
    /// What a pseudonym that lasts follows from: nothing of somebody who is never released.
    let lastingIdentity: PersonIdentity?
    let cells: CellContent

    var customMirror: Mirror { Mirror(self, children: [:]) }
}

enum BatchEntry: Sendable {
    case person(DeclaredPerson)
    case dummy

    var lastingIdentity: PersonIdentity? {
        guard case .person(let person) = self else { return nil }
        return person.lastingIdentity
    }
}

/// What one piece of a declaration is made from.
enum BatchInput: Sendable {
    case people(PeoplePiece)
    /// The same, as another machine gets them.
    case declared([DeclaredPerson])
    case dummies(Int)
    /// Cells that belong to nobody, without items.
    case cells(Int)
}

/// The part of a declaration that runs on several cores: of each piece, its items and its cells. [P-31]
struct BatchWork<S: Suite>: StepWork {
    typealias Piece = BatchInput

    let layout: ItemLayout
    /// What begins the message of each element.
    let heads: [[UInt8]]
    /// Index of the first element that has a value; the one before it, if any, is always random.
    let firstValue: Int
    /// Makes the tokens of people; nil without tokens, and on other machines, where people come with their tokens.
    let tokens: TokenMaker?
    let capsuleKey: CapsuleKey?
    /// What begins the message that lasts for the study; nil where pseudonyms do not last.
    let studyHead: [UInt8]?
    let studyKey: SymmetricKey?
    let cellSealer: CellSealer?
    let keyElementCount: Int
    let maxCells: Int
    let blindingScalar: SymmetricKey

    func byteCount(of input: BatchInput) -> Int {
        let fixed = layout.itemByteCount + (cellSealer?.cellByteCount ?? 0)
        return switch input {
        case .people(let people): people.count * fixed + people.byteCount
        case .declared(let people): people.count * fixed
        case .dummies(let count), .cells(let count): count * fixed
        }
    }

    /// Items, then cells.
    var outputs: [StepOutput] {
        let items = StepOutput(width: layout.itemByteCount, fixedBits: S.fixedBits)
        return [items] + (cellSealer.map { [StepOutput(width: $0.cellByteCount)] } ?? [])
    }

    func compute(_ input: BatchInput) throws -> [[UInt8]] {
        switch input {
        case .dummies(let count): return try sealed([BatchEntry](repeating: .dummy, count: count))
        case .people(let people): return try sealed(declared(people).map { .person($0) })
        case .declared(let people): return try sealed(people.map { .person($0) })
        case .cells(let count):
            guard let cellSealer else { throw DeclarationError.noVault }
            return [[], (0..<count).flatMap { _ in cellSealer.randomCell() }]
        }
    }

    /// People with what is hashed of them.
    func declared(_ people: PeoplePiece) throws -> [DeclaredPerson] {
        try people.records().map { person in
            guard person.identities.count == keyElementCount else { throw DeclarationError.wrongKeyCount }
            return DeclaredPerson(
                values: person.identities.map { $0?.bytes } + (tokens?.tokens(of: person.features) ?? []),
                lastingIdentity: person.isWithheld ? nil : person.lastingIdentity,
                cells: person.isWithheld ? .dummy : CellContent(rows: person.rows, rowCount: person.rowCount))
        }
    }

    private func sealed(_ entries: [BatchEntry]) throws -> [[UInt8]] {
        let elements = try blind(entries)
        guard let capsuleKey, let cellSealer else { return [elements.bytes] }

        let sealed = Capsule.seal(count: entries.count, to: capsuleKey)
        let study = try studyHead.map {
            try StudyCapsule.seal(entries.map(\.lastingIdentity), head: $0, key: studyKey, to: capsuleKey)
        }
        let items = Records.joined([elements.bytes, sealed.capsules, study ?? []], count: entries.count)
        let people = entries.map { entry -> CellContent in
            guard case .person(let person) = entry else { return .dummy }
            return person.cells
        }
        do {
            return [items, try cellSealer.seal(people, secrets: sealed.secrets, maxCells: maxCells)]
        } catch VaultError.tooManyCells { throw DeclarationError.personTooLarge }
    }

    /// k·H(roundID ‖ kind ‖ x) for every element of every entry; random elements where there is nothing to hash.
    private func blind(_ entries: [BatchEntry]) throws -> ElementBatch<S> {
        var messages = MessageBatch(byteCount: entries.count * layout.elementCount * 128)
        var positions: [Int] = []
        positions.reserveCapacity(entries.count * layout.elementCount)
        for (index, entry) in entries.enumerated() {
            guard case .person(let person) = entry else { continue }
            for (offset, value) in person.values.enumerated() {
                guard let value else { continue }
                let position = firstValue + offset
                messages.append(heads[position], value)
                positions.append(index * layout.elementCount + position)
            }
        }
        let blinded = try S.blind(
            messages, domain: .matching(S.self), by: SecretScalar(SecretBytes(blindingScalar)))
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
