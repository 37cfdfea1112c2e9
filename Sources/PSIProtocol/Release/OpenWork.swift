internal import Agreement
internal import Crypto
internal import Values

/// Opens the capsules of selected items with every node's shares. [P-44]
struct OpenWork: StepWork {
    /// Items of the selection, and every node's shares for them.
    struct Piece: Sendable {
        /// Encoded, one after the other.
        let items: [UInt8]
        /// In ring order.
        let shares: [[UInt8]]
        /// Number of the first item.
        let first: Int
    }

    private let isLasting: Bool
    /// Registers' ids, in the agreement's order.
    private let registers: [String]
    private let cellByteCount: Int
    private let round: RoundID
    private let ring: [ParticipantID]
    private let coordinator: ParticipantID
    /// y_R.
    private let key: SymmetricKey
    private let sealers: [CellSealer]
    private let registerSecrets: [SymmetricKey]

    init(
        _ agreement: Agreement, round: RoundID, ring: [ParticipantID], coordinator: ParticipantID, key: SymmetricKey,
        registerSecrets: [SymmetricKey]
    ) {
        self.init(
            isLasting: agreement.pseudonyms.isLasting, registers: agreement.registers.map(\.id),
            cellByteCount: agreement.cellByteCount, round: round, ring: ring, coordinator: coordinator, key: key,
            registerSecrets: registerSecrets)
    }

    private init(
        isLasting: Bool, registers: [String], cellByteCount: Int, round: RoundID, ring: [ParticipantID],
        coordinator: ParticipantID, key: SymmetricKey, registerSecrets: [SymmetricKey]
    ) {
        self.isLasting = isLasting
        self.registers = registers
        self.cellByteCount = cellByteCount
        self.round = round
        self.ring = ring
        self.coordinator = coordinator
        self.key = key
        self.registerSecrets = registerSecrets
        sealers = zip(registers, registerSecrets).map {
            CellSealer(round: round, register: $0, cellByteCount: cellByteCount, registerSecret: $1)
        }
    }

    // MARK: Elsewhere

    private struct Parameters: Codable {
        var cellByteCount: Int
        var coordinator: String
        var isLasting: Bool
        var registers: [String]
        var ring: [String]
        var round: HexBytes
    }

    init(_ task: StepTask) throws {
        let read = try task.parameters(of: .open, Parameters.self)
        guard let round = RoundID(bytes: read.round.bytes), AgreementLimits.cellBytes.contains(read.cellByteCount),
            (1...256).contains(read.registers.count), (1...64).contains(read.ring.count)
        else { throw StepTaskError.malformed }
        let keys = try task.keys(
            [Ristretto255.scalarByteCount] + read.registers.map { _ in RegisterSecret.byteCount })
        self.init(
            isLasting: read.isLasting, registers: read.registers, cellByteCount: read.cellByteCount, round: round,
            ring: read.ring, coordinator: read.coordinator, key: keys[0], registerSecrets: Array(keys.dropFirst()))
    }

    func task() throws -> StepTask {
        let parameters = Parameters(
            cellByteCount: cellByteCount, coordinator: coordinator, isLasting: isLasting, registers: registers,
            ring: ring, round: HexBytes(round.bytes))
        return try StepTask(.open, parameters, secrets: [key] + registerSecrets)
    }

    /// Bytes of an item, and of one node's shares for it.
    private var itemByteCount: Int { SelectedItem.byteCount + (isLasting ? Capsule.byteCount : 0) }
    private var shareByteCount: Int { isLasting ? 64 : 32 }

    /// The number as 8 bytes, then the items, then each node's shares.
    func encoded(_ piece: Piece) -> [UInt8] {
        BigEndian.u64(UInt64(piece.first)) + piece.items + piece.shares.flatMap { $0 }
    }

    func decoded(_ bytes: [UInt8]) throws -> Piece {
        let width = itemByteCount + ring.count * shareByteCount
        guard bytes.count >= 8, (bytes.count - 8).isMultiple(of: width),
            let first = Int(exactly: BigEndian.read(bytes[..<8])), first <= 1 << 48
        else { throw StepTaskError.malformed }
        let count = (bytes.count - 8) / width
        let end = 8 + count * itemByteCount
        return Piece(
            items: Array(bytes[8..<end]),
            shares: ring.indices.map { index in
                let start = end + index * count * shareByteCount
                return Array(bytes[start..<(start + count * shareByteCount)])
            }, first: first)
    }

    // MARK: Computing

    /// Opens both capsules of items, or the one that they have.
    ///
    /// - Returns: for each item its register (1), handle, secret and whose it is, and where pseudonyms last what its
    ///   study capsule holds. Secret.
    func compute(_ piece: Piece) throws -> [[UInt8]] {
        let count = piece.items.count / itemByteCount
        func column(_ range: Range<Int>) -> [UInt8] { Records.column(range, of: piece.items, width: itemByteCount) }
        func shares(_ range: Range<Int>) -> [[UInt8]] {
            piece.shares.map { Records.column(range, of: $0, width: shareByteCount) }
        }
        let secrets = try open(a: column(0..<32), b: column(32..<64), shares: shares(0..<32), first: piece.first)
        let rest = isLasting ? 128 : 64
        let numbers = column(rest..<(rest + 1))
        var handles = [[UInt8]](repeating: [], count: count)
        for (number, indexes) in Dictionary(grouping: 0..<count, by: { Int(numbers[$0]) }) {
            guard number < sealers.count else { throw StepTaskError.malformed }
            let ofRegister = SecretBytes(count: indexes.count * 32) { output in
                secrets.withUnsafeBytes { secrets in
                    for (place, index) in indexes.enumerated() {
                        UnsafeMutableRawBufferPointer(rebasing: output[(place * 32)...]).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: secrets[(index * 32)..<((index + 1) * 32)]))
                    }
                }
            }
            let first = sealers[number].handles(of: ofRegister, count: 1)
            for (place, index) in indexes.enumerated() {
                handles[index] = Array(
                    first[(place * CellSealer.handleByteCount)...].prefix(CellSealer.handleByteCount))
            }
        }
        var columns = [numbers, handles.flatMap { $0 }, secrets.withUnsafeBytes { Array($0) }]
        columns.append(column((rest + 1)..<itemByteCount))
        if isLasting {
            let held = try open(a: column(64..<96), b: column(96..<128), shares: shares(32..<64), first: piece.first)
            columns.append(held.withUnsafeBytes { Array($0) })
        }
        return [Records.joined(columns, count: count)]
    }

    private func open(
        a: [UInt8], b: [UInt8], shares: [[UInt8]], first: Int
    ) throws(ProtocolViolation) -> SecretBytes {
        do {
            return try Capsule.open(a: a, b: b, shares: shares, key: SecretScalar(SecretBytes(key)))
        } catch {
            for (node, share) in zip(ring, shares) {
                do { try Ristretto255.validate(ElementBatch(trusted: share)) } catch GroupError.invalidElement(
                    let index)
                {
                    throw ProtocolViolation(.sharesWrong, by: node, index: first + index)
                } catch { throw ProtocolViolation(.sharesWrong, by: node) }
            }
            // All shares are elements, so the capsules are not.
            throw ProtocolViolation(.selectionWrong, by: coordinator)
        }
    }

    typealias Opened = (item: OpenedItem, register: Int, held: [UInt8]?)

    /// The items of what `compute` returned, and what their study capsules hold.
    func opened(_ made: [[UInt8]]) throws -> [Opened] {
        let width = 1 + OpenedItem.byteCount + (isLasting ? 32 : 0)
        guard made.count == 1, made[0].count.isMultiple(of: width) else { throw StepTaskError.malformed }
        return try stride(from: 0, to: made[0].count, by: width).map { start in
            let bytes = made[0][start..<(start + width)]
            guard let item = OpenedItem(round: bytes.dropFirst().prefix(OpenedItem.byteCount)) else {
                throw StepTaskError.malformed
            }
            return (item, Int(bytes[start]), isLasting ? Array(bytes.suffix(32)) : nil)
        }
    }
}
