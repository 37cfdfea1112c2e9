internal import Agreement
internal import Crypto
internal import Daemon
internal import Files
internal import Logging
internal import PSIProtocol
internal import Values

/// Keeps what was released in the round's folder: items sealed and under pseudonyms, cells as they came. Each file
/// appears when it is whole.
struct FolderArchive: ReleaseArchive {
    let folder: RoundFolder
    let pseudonyms: RoundPseudonyms
    let agreement: Agreement
    /// By whose pseudonyms nothing is kept.
    let withdrawn: Set<[UInt8]>
    let doubts: DoubtBook
    let logger: Logger

    private var registers: [RegisterID] { agreement.registers.map(\.id) }

    func lastingPseudonym(of element: [UInt8]) -> [UInt8] {
        pseudonyms.pseudonym(ofElement: element)?.bytes ?? []
    }

    func noteDoubt(of tag: [UInt8], name: [UInt8]) throws {
        guard let person = pseudonyms.pseudonym(of: tag) else { throw ProtocolViolation(.selectionWrong) }
        try doubts.note(person.bytes, name: name, isWithdrawn: withdrawn.contains(name))
    }

    func items(of register: Int, secret: SymmetricKey) async throws -> sending any OpenedItemSink {
        guard registers.indices.contains(register) else { throw ProtocolViolation(.selectionWrong) }
        try doubts.finish()
        let writer = try SealedFileWriter(
            folder.itemsPath(register), key: folder.itemsKey, label: folder.itemsLabel(register))
        try writer.append(secret.withUnsafeBytes { Array($0) })
        return ItemFileSink(
            writer: writer, pseudonyms: pseudonyms, agreement: agreement,
            withdrawn: withdrawn.union(doubts.withdrawn))
    }

    func cells(of register: Int) async throws -> sending any StreamSink {
        guard registers.indices.contains(register) else { throw ProtocolViolation(.selectionWrong) }
        // One register after the other, whoever is selected.
        logger.info("Receiving a register", metadata: ["register": "\(registers[register])"])
        return CellFileSink(writer: try StreamedFileWriter(folder.cellsPath(register)))
    }
}

/// The register's secret (32 bytes), then items one after the other.
private struct ItemFileSink: OpenedItemSink {
    let writer: SealedFileWriter
    let pseudonyms: RoundPseudonyms
    let agreement: Agreement
    let withdrawn: Set<[UInt8]>

    mutating func write(_ item: OpenedItem) async throws {
        var item = item
        if item.name != .lasting {
            guard let pseudonym = pseudonyms.pseudonym(of: item.person) else {
                throw ProtocolViolation(.selectionWrong)
            }
            item.person = pseudonym.bytes
        }
        // Nobody can open their cells, then.
        if withdrawn.contains(item.person) { return }
        try writer.append(item.encoded(in: agreement))
    }

    mutating func finish() async throws { _ = try writer.finish() }
}

private struct CellFileSink: StreamSink {
    let writer: StreamedFileWriter

    mutating func write(_ bytes: [UInt8]) async throws { try writer.append(bytes) }
    mutating func finish() async throws { try writer.finish() }
}

/// A register's cells as they came.
struct CellFileSource: ByteSource {
    let reader: StreamedFileReader

    init(_ path: String) throws { reader = try StreamedFileReader(path) }

    mutating func next() async throws -> [UInt8]? { try reader.next() }
}

/// Reads a register's items back.
struct ItemFile: OpenedItemSource {
    let secret: SymmetricKey
    private let reader: SealedFileReader
    private let path: String
    private let agreement: Agreement

    init(_ folder: RoundFolder, register: Int, agreement: Agreement) throws {
        self.agreement = agreement
        path = folder.itemsPath(register)
        reader = try SealedFileReader(path, key: folder.itemsKey, label: folder.itemsLabel(register))
        guard let bytes = try Self.read(32, from: reader, path) else {
            throw ResearchError.unreadableRecord(path: path)
        }
        secret = SymmetricKey(data: bytes)
    }

    mutating func next() throws -> OpenedItem? {
        guard let bytes = try Self.read(OpenedItem.byteCount(in: agreement), from: reader, path) else { return nil }
        guard let item = OpenedItem(encoded: bytes, agreement: agreement) else {
            throw ResearchError.unreadableRecord(path: path)
        }
        return item
    }

    /// Exactly so many bytes; nil at the end.
    private static func read(_ byteCount: Int, from reader: SealedFileReader, _ path: String) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < byteCount {
            let piece = try reader.read(upTo: byteCount - bytes.count)
            if piece.isEmpty {
                if bytes.isEmpty { return nil }
                throw ResearchError.unreadableRecord(path: path)
            }
            bytes += piece
        }
        return bytes
    }
}
