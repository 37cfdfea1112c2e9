public import Agreement
public import Crypto
public import Values

/// A release kept in memory, for simulations.
public actor MemoryArchive: ReleaseArchive {
    private var secrets: [Int: SymmetricKey] = [:]
    private var items: [Int: [OpenedItem]] = [:]
    private var cells: [Int: [UInt8]] = [:]

    /// As of a study: rounds that share it have the same lasting pseudonyms.
    private nonisolated let pseudonymKey: SymmetricKey

    public init(pseudonymKey: SymmetricKey = SymmetricKey(size: .bits256)) { self.pseudonymKey = pseudonymKey }

    public nonisolated func lastingPseudonym(of element: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: element, using: pseudonymKey).prefix(16))
    }

    public func items(of register: Int, secret: SymmetricKey) async throws -> sending any OpenedItemSink {
        secrets[register] = secret
        return ItemSink(register: register, archive: self)
    }

    public func cells(of register: Int) async throws -> sending any StreamSink {
        CellSink(register: register, archive: self)
    }

    /// Opens everything that was kept.
    ///
    /// - Parameter expected: what receiving it returned.
    public func open<Records: OpenedRecords & Sendable>(
        _ agreement: Agreement, round: RoundID, expected: [ListSummary], into records: Records
    ) async throws -> Records {
        let opener = CellOpener(agreement: agreement, round: round, spool: MemorySpool())
        var records = records
        for (register, expected) in expected.enumerated() {
            guard let secret = secrets[register], let bytes = cells[register] else { throw ReleaseError.copyDamaged }
            try await opener.open(
                register: register, secret: secret, items: ItemSource(items: items[register] ?? []), expected: expected,
                into: &records
            ) { Bytes(bytes: bytes) }
        }
        return records
    }

    fileprivate func keep(_ items: [OpenedItem], of register: Int) { self.items[register] = items }
    fileprivate func keep(_ cells: [UInt8], of register: Int) { self.cells[register] = cells }

    private struct ItemSink: OpenedItemSink {
        let register: Int
        let archive: MemoryArchive
        var items: [OpenedItem] = []

        init(register: Int, archive: MemoryArchive) {
            self.register = register
            self.archive = archive
        }

        mutating func write(_ item: OpenedItem) async throws { items.append(item) }
        mutating func finish() async throws { await archive.keep(items, of: register) }
    }

    private struct CellSink: StreamSink {
        let register: Int
        let archive: MemoryArchive
        var bytes: [UInt8] = []

        init(register: Int, archive: MemoryArchive) {
            self.register = register
            self.archive = archive
        }

        mutating func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
        mutating func finish() async throws { await archive.keep(bytes, of: register) }
    }

    private struct ItemSource: OpenedItemSource {
        let items: [OpenedItem]
        var position = 0

        init(items: [OpenedItem]) { self.items = items }

        mutating func next() throws -> OpenedItem? {
            guard position < items.count else { return nil }
            defer { position += 1 }
            return items[position]
        }
    }

    private struct Bytes: ByteSource {
        var bytes: [UInt8]?

        mutating func next() async throws -> [UInt8]? {
            defer { bytes = nil }
            return bytes?.isEmpty == false ? bytes : nil
        }
    }
}
