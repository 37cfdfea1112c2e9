internal import Agreement
public import Files
internal import Foundation
public import PSIProtocol
internal import Values

/// A folder that shows an outsider who is right about a complaint:
///
/// ```
/// agreement.yaml                          what all have signed
/// board.txt                               the round's board, an entry a line
/// secrets.json                            secrets that the board has digests of, if the complaint needs any
/// streams/BATCH.STAGE.ATTEMPT.PART        the streams that the complaint is about, in the clear
/// ```
///
/// There are no names or codes in it, but whoever has it can compare blinded lists as a checker can: hand it over as
/// you would hand over a checker's view.
public struct EvidenceFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    private func file(_ name: String) -> String { "\(path)/\(name)" }

    private static func name(_ stream: StreamID) -> String {
        "\(stream.batch).\(stream.stage).\(stream.attempt).\(stream.part)"
    }

    // MARK: Writing

    /// Makes the folder, which must not exist. `board.txt` is written last: without it the folder is not whole.
    ///
    /// - Throws: `FileError`.
    public func create() throws(FileError) {
        let split = SplitPath(ofDirectory: path)
        guard !FileStatus.exists(path) else { throw .exists(path: path) }
        try Directory.make(split.name, below: split.parent)
        try Directory.make("streams", below: path)
    }

    public func write(_ source: inout some ByteSource, as stream: StreamID) async throws {
        let writer = try StreamedFileWriter(file("streams/" + Self.name(stream)))
        while let piece = try await source.next() { try writer.append(piece) }
        try writer.finish()
    }

    public func finish(agreement: [UInt8], secrets: EvidenceSecrets, board: [UInt8]) throws {
        try AtomicFile.write(agreement, to: file("agreement.yaml"))
        if !secrets.isEmpty {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try AtomicFile.write(try encoder.encode(secrets), to: file("secrets.json"))
        }
        try AtomicFile.write(board, to: file("board.txt"))
        try Directory.sync(path)
    }

    // MARK: Reading

    /// The round that the folder is about, with every signature and rule checked.
    ///
    /// - Throws: `EvidenceError`, `FileError`, `AgreementError`.
    public func record() throws -> RoundRecord {
        let file = try PublicFile.read(file("agreement.yaml"), maxByteCount: AgreementLimits.byteLimit)
        let agreement = try Agreement.parse(file)
        let text = try PublicFile.read(self.file("board.txt"), maxByteCount: BoardText.byteLimit)
        guard let entries = BoardText.entries(text), let first = entries.first else {
            throw EvidenceError.notABoard(path: self.file("board.txt"))
        }
        var number = 1
        do {
            var record = try RoundRecord(opening: first, agreement: agreement, file: file)
            let signatures = record.opening.signatures.map { participant, signature in
                AgreementSignature(agreement: record.agreementID, participant: participant, signature: signature.bytes)
            }
            _ = try SignedAgreement(bytes: file, signatures: signatures).verify()
            for entry in entries.dropFirst() {
                number += 1
                try record.append(entry)
            }
            return record
        } catch let violation as ProtocolViolation {
            throw EvidenceError.wrongEntry(path: self.file("board.txt"), line: number, violation)
        }
    }

    /// - Throws: `EvidenceError.notSecrets`, `FileError`.
    public func secrets() throws -> EvidenceSecrets {
        let path = file("secrets.json")
        guard FileStatus.exists(path) else { return EvidenceSecrets() }
        let bytes = try PublicFile.read(path, maxByteCount: EvidenceSecrets.byteLimit)
        do { return try JSONDecoder().decode(EvidenceSecrets.self, from: Data(bytes)) } catch {
            throw EvidenceError.notSecrets(path: path)
        }
    }

    /// The folder's streams, for whoever judges.
    public func port(spool: any Spool) -> some StreamPort { Port(folder: self, spool: spool) }

    private struct Port: StreamPort {
        let folder: EvidenceFolder
        let spool: any Spool

        func source(
            of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
        ) async throws -> sending any ByteSource {
            let name = "streams/" + EvidenceFolder.name(stream)
            do { return Source(reader: try StreamedFileReader(folder.file(name))) } catch FileError.notFound {
                throw EvidenceGap.missingStream(name)
            }
        }
    }

    private struct Source: ByteSource {
        let reader: StreamedFileReader
        mutating func next() async throws -> [UInt8]? { try reader.next() }
    }
}

/// Why a folder is no evidence.
public enum EvidenceError: Error, Equatable, CustomStringConvertible, ReportableError {
    case notABoard(path: String)
    case wrongEntry(path: String, line: Int, ProtocolViolation)
    case notSecrets(path: String)
    case noComplaint(path: String)

    public var description: String {
        switch self {
        case .notABoard(let path):
            "\(path) is not a board: each line must be 128 hexadecimal digits, a space, and an entry"
        case .wrongEntry(let path, let line, let violation):
            "\(path), line \(line): \(violation). The board must be exactly what the coordinator showed"
        case .notSecrets(let path): "\(path) does not hold secrets as `evidence export` writes them"
        case .noComplaint(let path): "\(path): nobody accuses anybody on this board, so there is nothing to judge"
        }
    }

    public var exitStatus: ExitStatus { .badData }
}
