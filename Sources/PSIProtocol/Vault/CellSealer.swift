public import Crypto
public import Values

/// A person's rows as cells of one fixed size, each under a key and handle of its own. [P-46]
///
/// A stored cell is handle (16 bytes) ‖ AES-256-GCM ciphertext ‖ tag (16 bytes), `cellByteCount` in all. Keys and
/// handles come from HKDF-SHA256 over the person's secret S and the register's secret shared with the research
/// environment; a key seals one cell only, so the nonce is zero.
public struct CellSealer: Sendable {
    public static let handleByteCount = 16
    static let tagByteCount = 16
    /// Version, flags, rows, bytes before and after compression.
    static let headerByteCount = 14
    /// A person's rows take no more than this before compression: 16 MiB.
    public static let maxRowByteCount = 16 << 20
    /// A person has no more rows than this.
    public static let maxRowCount = 100_000
    static let dummyFlag: UInt8 = 1

    public let cellByteCount: Int
    let round: RoundID
    let register: RegisterID
    let context: [UInt8]
    let derivation: CellDerivation
    let registerSecret: SymmetricKey
    /// HKDF-Extract, whose salt is the context.
    private let extract: RepeatedHMAC

    /// - Parameter registerSecret: s_iR, 32 bytes, which the owner encapsulated to the research environment.
    public init(round: RoundID, register: RegisterID, cellByteCount: Int, registerSecret: SymmetricKey) {
        self.cellByteCount = cellByteCount
        self.round = round
        self.register = register
        self.context = Label.cell.bytes + round.bytes + Array(register.utf8) + [0]
        self.registerSecret = registerSecret
        // A salt that is longer than a block is hashed first. [RFC 2104]
        let salt = context.count > SHA256.blockByteCount ? Array(SHA256.hash(data: context)) : context
        extract = RepeatedHMAC(key: SymmetricKey(data: salt))
        derivation = CellDerivation(registerSecret: registerSecret, extract: extract)
    }

    /// Bytes of payload in a cell.
    public var cellPayloadByteCount: Int { cellByteCount - Self.handleByteCount - Self.tagByteCount }

    /// Appends a person's sealed cells, or a dummy's.
    ///
    /// - Parameters:
    ///   - rows: encoded rows, one after the other; nil makes a dummy.
    ///   - cells: gets cells of `cellByteCount` bytes each; untouched after an error.
    /// - Returns: how many cells were appended.
    /// - Throws: `VaultError.tooManyCells` when the rows need more than `maxCells`.
    @discardableResult
    public func seal(
        rows: [UInt8]?, rowCount: Int, secret: SymmetricKey, maxCells: Int, into cells: inout [UInt8]
    ) throws(VaultError) -> Int {
        let sealed = try seal(
            [CellContent(rows: rows, rowCount: rowCount)], secrets: SecretBytes(secret), maxCells: maxCells)
        cells += sealed
        return sealed.count / cellByteCount
    }

    /// How many cells a person's encoded rows take.
    public static func cellCount(ofRows rows: [UInt8], cellByteCount: Int) throws(VaultError) -> Int {
        let payload = cellByteCount - handleByteCount - tagByteCount
        return try CellPayload(
            CellContent(rows: rows, rowCount: 0), cellPayloadByteCount: payload, deflater: Deflater()
        ).cellCount
    }

    /// A cell that opens to nobody, for padding a vault.
    public func randomCell() -> [UInt8] {
        SecretBytes(randomByteCount: cellByteCount).withUnsafeBytes { Array($0) }
    }

    /// What opens one person's cells in this register.
    public func keys(for secret: SymmetricKey) -> CellKeys {
        let key = secret.withUnsafeBytes { secret in
            registerSecret.withUnsafeBytes { extract.code(of: secret, $0) }
        }
        return CellKeys(pseudorandomKey: key.withUnsafeBytes { SymmetricKey(data: $0) }, context: context)
    }

    /// What the first cell says.
    public struct Header: Sendable, Equatable {
        public let isDummy: Bool
        public let rowCount: Int
        public let rowByteCount: Int
        public let compressedByteCount: Int
        /// Cells of the person in all.
        public let cellCount: Int
    }

    /// Reads the header of an opened first cell.
    public func header(of payload: [UInt8]) throws(VaultError) -> Header {
        guard payload.count == cellPayloadByteCount, payload.count > Self.headerByteCount, payload[0] == 1,
            payload[1] & ~Self.dummyFlag == 0
        else { throw .malformedCell }
        let rowCount = Int(BigEndian.read(payload[2..<6]))
        let rowByteCount = Int(BigEndian.read(payload[6..<10]))
        let compressedByteCount = Int(BigEndian.read(payload[10..<14]))
        guard rowByteCount <= Self.maxRowByteCount, compressedByteCount <= 2 * Self.maxRowByteCount,
            rowCount <= Self.maxRowCount, rowCount <= rowByteCount, rowCount > 0 || rowByteCount == 0
        else { throw .malformedCell }
        let total = Self.headerByteCount + compressedByteCount
        let header = Header(
            isDummy: payload[1] == Self.dummyFlag, rowCount: rowCount, rowByteCount: rowByteCount,
            compressedByteCount: compressedByteCount, cellCount: (total + payload.count - 1) / payload.count)
        // Whatever a dummy's cell holds besides is dropped unread, so it holds nothing.
        if header.isDummy {
            guard rowCount == 0, header.cellCount == 1, try rows(of: header, from: payload).isEmpty else {
                throw .malformedCell
            }
        }
        return header
    }

    /// The encoded rows from all of a person's opened cells, in order.
    public func rows(from payloads: [[UInt8]]) throws(VaultError) -> [UInt8] {
        guard let first = payloads.first else { throw .malformedCell }
        let header = try header(of: first)
        guard header.cellCount == payloads.count else { throw .malformedCell }
        return try rows(of: header, from: payloads.flatMap { $0 })
    }

    private func rows(of header: Header, from all: [UInt8]) throws(VaultError) -> [UInt8] {
        let end = Self.headerByteCount + header.compressedByteCount
        guard end <= all.count, all[end...].allSatisfy({ $0 == 0 }) else { throw .malformedCell }
        return try Deflate.decompress(
            Array(all[Self.headerByteCount..<end]), byteCount: header.rowByteCount)
    }
}
