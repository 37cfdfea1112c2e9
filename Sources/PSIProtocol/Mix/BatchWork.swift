internal import Crypto

enum BatchEntry: Sendable {
    case person(PersonRecord)
    case dummy

    /// What a pseudonym that lasts follows from: nothing of a dummy, nor of somebody who is never released.
    var lastingIdentity: PersonIdentity? {
        guard case .person(let person) = self, !person.isWithheld else { return nil }
        return person.lastingIdentity
    }
}

/// What one piece of a declaration is made from.
enum BatchInput: Sendable {
    case people(PeoplePiece)
    case dummies(Int)
}

struct BatchPiece: Sendable {
    var items: [UInt8] = []
    /// Cells of one size, one after the other.
    var cells: [UInt8] = []
    /// What was read for it, and what it became at least.
    var byteCount = 0
}

/// The part of a declaration that runs on several cores.
struct BatchWork<S: Suite>: Sendable {
    /// Memory for what is read and not yet sorted; the last piece may exceed it.
    static var memoryByteCount: Int { 24 << 20 }

    let layout: ItemLayout
    /// What begins the message of each element.
    let heads: [[UInt8]]
    /// Index of the first element that has a value; the one before it, if any, is always random.
    let firstValue: Int
    let tokens: TokenMaker?
    let capsuleKey: CapsuleKey?
    /// What begins the message that lasts for the study; nil where pseudonyms do not last.
    let studyHead: [UInt8]?
    let studyKey: SymmetricKey?
    let cellSealer: CellSealer?
    let keyElementCount: Int
    let maxCells: Int
    let blindingScalar: SymmetricKey

    /// Bytes that people and what they become take in memory, roughly.
    func byteCount(_ input: BatchInput) -> Int {
        let fixed = layout.itemByteCount + (cellSealer?.cellByteCount ?? 0)
        return switch input {
        case .people(let people): people.count * fixed + people.byteCount
        case .dummies(let count): count * fixed
        }
    }

    func process(_ input: BatchInput) throws -> BatchPiece {
        var piece = try sealed(try entries(input))
        piece.byteCount = byteCount(input)
        return piece
    }

    private func entries(_ input: BatchInput) throws -> [BatchEntry] {
        switch input {
        case .dummies(let count): return [BatchEntry](repeating: .dummy, count: count)
        case .people(let people):
            return try people.records().map { person in
                guard person.identities.count == keyElementCount else { throw DeclarationError.wrongKeyCount }
                return .person(person)
            }
        }
    }

    private func sealed(_ entries: [BatchEntry]) throws -> BatchPiece {
        let elements = try blind(entries)
        guard let capsuleKey, let cellSealer else { return BatchPiece(items: elements.bytes, cells: []) }

        var piece = BatchPiece()
        let sealed = Capsule.seal(count: entries.count, to: capsuleKey)
        let study = try studyHead.map {
            try StudyCapsule.seal(entries.map(\.lastingIdentity), head: $0, key: studyKey, to: capsuleKey)
        }
        piece.items = Records.joined([elements.bytes, sealed.capsules, study ?? []], count: entries.count)
        let people = entries.map { entry -> CellContent in
            guard case .person(let person) = entry, !person.isWithheld else { return .dummy }
            return CellContent(rows: person.rows, rowCount: person.rowCount)
        }
        do {
            piece.cells = try cellSealer.seal(people, secrets: sealed.secrets, maxCells: maxCells)
        } catch VaultError.tooManyCells { throw DeclarationError.personTooLarge }
        return piece
    }

    /// k·H(roundID ‖ kind ‖ x) for every element of every entry; random elements where there is nothing to hash.
    private func blind(_ entries: [BatchEntry]) throws -> ElementBatch<S> {
        var messages = MessageBatch(byteCount: entries.count * layout.elementCount * 128)
        var positions: [Int] = []
        positions.reserveCapacity(entries.count * layout.elementCount)
        for (index, entry) in entries.enumerated() {
            guard case .person(let person) = entry else { continue }
            let tokens = tokens?.tokens(of: person.features) ?? []
            for (offset, value) in (person.identities.map { $0?.bytes } + tokens).enumerated() {
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
