internal import Agreement
internal import Crypto
internal import Values

/// A declaration's work as another machine is told it, and its pieces as it gets them.
extension BatchWork {
    private struct Parameters: Codable {
        var layout: ItemLayout
        var heads: [HexBytes]
        var firstValue: Int
        var capsuleKey: HexBytes?
        var studyHead: HexBytes?
        var hasStudyKey: Bool
        var cells: Cells?
        var suite: String

        struct Cells: Codable {
            var byteCount: Int
            var most: Int
            var register: String
            var round: HexBytes
        }
    }

    init(_ task: StepTask) throws {
        let read = try task.parameters(of: .declare, Parameters.self)
        guard read.suite == S.id.rawValue, read.layout.isPlausible(for: S.self),
            read.heads.count == read.layout.elementCount, (0...1).contains(read.firstValue),
            read.firstValue < read.layout.elementCount, (read.capsuleKey != nil) == read.layout.hasCapsule,
            (read.cells != nil) == read.layout.hasCapsule, (read.studyHead != nil) == read.layout.hasStudyCapsule
        else { throw StepTaskError.malformed }
        let keys = try task.keys([
            S.scalarByteCount, read.hasStudyKey ? 32 : 0, read.cells == nil ? 0 : RegisterSecret.byteCount,
        ])
        self.init(
            layout: read.layout, heads: read.heads.map(\.bytes), firstValue: read.firstValue, tokens: nil,
            capsuleKey: try read.capsuleKey.map { try CapsuleKey(sumOf: [$0.bytes]) },
            studyHead: read.studyHead?.bytes, studyKey: read.hasStudyKey ? keys[1] : nil,
            cellSealer: try read.cells.map { cells in
                guard let round = RoundID(bytes: cells.round.bytes),
                    AgreementLimits.cellBytes.contains(cells.byteCount),
                    cells.most > 0
                else { throw StepTaskError.malformed }
                return CellSealer(
                    round: round, register: cells.register, cellByteCount: cells.byteCount, registerSecret: keys[2])
            }, keyElementCount: read.layout.elementCount - read.firstValue, maxCells: read.cells?.most ?? 1,
            blindingScalar: keys[0])
    }

    func task() throws -> StepTask {
        let cells = cellSealer.map { sealer in
            Parameters.Cells(
                byteCount: sealer.cellByteCount, most: maxCells, register: sealer.register,
                round: HexBytes(sealer.round.bytes))
        }
        let parameters = Parameters(
            layout: layout, heads: heads.map { HexBytes($0) }, firstValue: firstValue,
            capsuleKey: capsuleKey.map { HexBytes($0.bytes) }, studyHead: studyHead.map { HexBytes($0) },
            hasStudyKey: studyKey != nil, cells: cells, suite: S.id.rawValue)
        let secrets = [blindingScalar] + [studyKey, cellSealer?.registerSecret].compactMap { $0 }
        return try StepTask(.declare, parameters, secrets: secrets)
    }

    /// Kind (1), then 4 bytes that say how many; of people each person after the other.
    func encoded(_ input: BatchInput) throws -> [UInt8] {
        switch input {
        case .people(let people): return encoded(try declared(people))
        case .declared(let people): return encoded(people)
        case .dummies(let count): return [Kind.dummies.rawValue] + BigEndian.u32(count)
        case .cells(let count): return [Kind.cells.rawValue] + BigEndian.u32(count)
        }
    }

    private enum Kind: UInt8 { case people, dummies, cells }

    private func encoded(_ people: [DeclaredPerson]) -> [UInt8] {
        var bytes = [Kind.people.rawValue] + BigEndian.u32(people.count)
        /// A length more by one, so that 0 says that there is nothing.
        func append(_ value: [UInt8]?) {
            bytes += BigEndian.u32(value.map { $0.count + 1 } ?? 0)
            if let value { bytes += value }
        }
        for person in people {
            for value in person.values { append(value) }
            append(person.lastingIdentity?.bytes)
            bytes += BigEndian.u32(person.cells.rowCount)
            append(person.cells.rows)
        }
        return bytes
    }

    func decoded(_ bytes: [UInt8]) throws -> BatchInput {
        var cursor = EncodedPiece(bytes)
        guard let kind = Kind(rawValue: try cursor.byte()) else { throw StepTaskError.malformed }
        let count = try cursor.number()
        switch kind {
        case .dummies:
            guard cursor.isAtEnd, count <= 1 << 16 else { throw StepTaskError.malformed }
            return .dummies(count)
        case .cells:
            guard cursor.isAtEnd, count <= 1 << 16, cellSealer != nil else { throw StepTaskError.malformed }
            return .cells(count)
        case .people:
            var people: [DeclaredPerson] = []
            for _ in 0..<count {
                let values = try (firstValue..<layout.elementCount).map { _ in try cursor.optional() }
                let lasting = try cursor.optional().map { PersonIdentity(bytes: $0) }
                let rowCount = try cursor.number()
                people.append(
                    DeclaredPerson(
                        values: values, lastingIdentity: lasting,
                        cells: CellContent(rows: try cursor.optional(), rowCount: rowCount)))
            }
            guard cursor.isAtEnd else { throw StepTaskError.malformed }
            return .declared(people)
        }
    }
}

/// Reads what was encoded, field by field; whatever is missing is an error.
private struct EncodedPiece {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(StepTaskError) -> UInt8 {
        guard position < bytes.count else { throw .malformed }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws(StepTaskError) -> Int { Int(BigEndian.read(try take(4))) }

    mutating func optional() throws(StepTaskError) -> [UInt8]? {
        let count = try number()
        return count == 0 ? nil : Array(try take(count - 1))
    }

    private mutating func take(_ count: Int) throws(StepTaskError) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw .malformed }
        defer { position += count }
        return bytes[position..<(position + count)]
    }
}
