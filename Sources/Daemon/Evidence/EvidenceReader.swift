internal import Agreement
public import Files
public import PSIProtocol
internal import Values

/// Evidence of a round that somebody shows, once all of it that needs no stream was checked. [P-77] [P-78]
public struct EvidenceReader: Sendable {
    public let path: String
    public let board: ReplayedBoard
    public let secrets: EvidenceSecrets
    public let stamps: [StampedHead: TimeStamp]
    private let zip: ZipReader

    public var record: RoundRecord { board.record }

    /// - Throws: `EvidenceError`, `ZipError`, `FileError`.
    public init(_ path: String) throws {
        self.path = path
        zip = try ZipReader(path)
        guard try zip.contents(EvidenceFile.readmeName, maxByteCount: EvidenceFile.readme.count) == EvidenceFile.readme
        else { throw EvidenceError.otherReadme(path: path) }
        let agreement = try zip.contents(EvidenceFile.agreementName, maxByteCount: AgreementLimits.byteLimit)
        let text = try zip.contents(EvidenceFile.boardName, maxByteCount: BoardText.byteLimit)
        guard let entries = BoardText.entries(text) else { throw EvidenceError.notABoard(path: path) }
        do throws(ReplayError) {
            board = try ReplayedBoard(agreement: agreement, board: entries)
        } catch { throw EvidenceError.wrong(path: path, error) }
        secrets = try Self.secrets(zip, board.record)
        stamps = try Self.stamps(zip, board)
        try Self.checkNames(zip, board.record, hasSecrets: !secrets.isEmpty, Set(stamps.keys))
    }

    private static func secrets(_ zip: ZipReader, _ record: RoundRecord) throws -> EvidenceSecrets {
        guard zip.entry(EvidenceFile.secretsName) != nil else { return EvidenceSecrets() }
        let bytes = try zip.contents(EvidenceFile.secretsName, maxByteCount: EvidenceSecrets.byteLimit)
        guard let shown = EvidenceSecrets(shown: bytes) else { throw EvidenceError.notSecrets(path: zip.path) }
        guard record.fitting(shown) == shown else { throw EvidenceError.otherSecrets(path: zip.path) }
        return shown
    }

    /// [P-79]
    private static func stamps(_ zip: ZipReader, _ board: ReplayedBoard) throws -> [StampedHead: TimeStamp] {
        var found: [StampedHead: TimeStamp] = [:]
        for place in StampedHead.allCases {
            let names = EvidenceFile.names(place)
            guard zip.entry(names.certificate) != nil || zip.entry(names.answer) != nil else { continue }
            let most = TimeStampCertificate.byteLimit
            let bytes = try zip.contents(names.certificate, maxByteCount: most)
            let answer = try zip.contents(names.answer, maxByteCount: most)
            do throws(TimeStampError) {
                guard let certificate = TimeStampCertificate(bytes), certificate.bytes == bytes,
                    let head = board.head(place)
                else { throw .malformed }
                found[place] = try TimeStamp(
                    answer, of: StampedHead.digest(of: head, in: board.record.round), certificate: certificate)
            } catch { throw EvidenceError.wrongStamp(path: zip.path, name: names.answer, error) }
        }
        return found
    }

    /// A file that nothing on the board explains could be anybody's.
    private static func checkNames(
        _ zip: ZipReader, _ record: RoundRecord, hasSecrets: Bool, _ stamps: Set<StampedHead>
    ) throws {
        var known: Set = [EvidenceFile.readmeName, EvidenceFile.agreementName, EvidenceFile.boardName]
        if hasSecrets { known.insert(EvidenceFile.secretsName) }
        for names in stamps.map(EvidenceFile.names) { known.formUnion([names.certificate, names.answer]) }
        for stream in record.complaints.values.flatMap(record.evidenceStreams(of:)) {
            known.formUnion(stream.named.parts.map { EvidenceFile.name($0.id) })
        }
        if let other = zip.entries.first(where: { !known.contains($0.name) }) {
            throw EvidenceError.unknownFile(path: zip.path, name: other.name)
        }
    }

    /// Whether any stream is here that the complaint is judged by.
    func hasStreams(of complaint: Complained) -> Bool {
        record.evidenceStreams(of: complaint).contains { stream in
            stream.named.parts.contains { zip.entry(EvidenceFile.name($0.id)) != nil }
        }
    }

    /// The file's streams, for whoever judges.
    func port(spool: any Spool) -> some StreamPort { Port(zip: zip, spool: spool) }

    private struct Port: StreamPort {
        let zip: ZipReader
        let spool: any Spool

        func source(
            of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
        ) async throws -> sending any ByteSource {
            let name = EvidenceFile.name(stream)
            guard zip.entry(name) != nil else { throw EvidenceGap.missingStream(name) }
            return Source(contents: try zip.contents(of: name))
        }
    }

    private struct Source: ByteSource {
        let contents: ZipReader.Contents
        mutating func next() async throws -> [UInt8]? { try contents.next() }
    }
}

/// Why a file is no evidence, or cannot be made.
public enum EvidenceError: Error, Equatable, CustomStringConvertible, ReportableError {
    case otherReadme(path: String)
    case notABoard(path: String)
    case wrong(path: String, ReplayError)
    case notSecrets(path: String)
    case otherSecrets(path: String)
    case unknownFile(path: String, name: String)
    case wrongStamp(path: String, name: String, TimeStampError)
    /// A time stamp is not by the certificate that the reader named.
    case otherAuthority(path: String, subject: String)
    /// What is kept here of the round would not pass.
    case unfit(ReplayError)
    case tooLong

    public var description: String {
        switch self {
        case .otherReadme(let path):
            "\(path): README.txt was altered, or this is the evidence of another version of Sidos"
        case .notABoard(let path):
            "\(path): board.txt was altered. It is not a board: each line must be 128 hexadecimal digits, a space, and "
                + "an entry"
        case .wrong(let path, let error):
            "\(path): \(error.sentence). The file was altered, or is not of one round"
        case .notSecrets(let path):
            "\(path): secrets.json was altered. It does not hold secrets as `evidence export` writes them"
        case .otherSecrets(let path):
            "\(path): secrets.json has a secret that is not the one on the board, or that no complaint is judged by"
        case .unknownFile(let path, let name):
            "\(path): \(name) is nothing that the round's board explains. Somebody has added it"
        case .wrongStamp(let path, let name, let error):
            "\(path): \(name) was altered, or is not of this round: \(error)"
        case .otherAuthority(let path, let subject):
            "\(path): its time stamps are checked by the certificate of \(subject), which is not the one that was named"
        case .unfit(let error): "what is kept here of the round can't be shown: \(error.sentence)"
        case .tooLong:
            "the round's board has more than \(BoardText.byteLimit >> 20) MiB, and can't be shown in one file"
        }
    }

    public var exitStatus: ExitStatus { .badData }
}

extension ReplayError {
    /// What is wrong, for people, without a full stop.
    var sentence: String {
        switch self {
        case .agreement(let error): "agreement.yaml is no agreement: \(error)"
        case .empty: "board.txt has no entry"
        case .entry(let number, let violation): "board.txt, line \(number): \(violation)"
        }
    }
}

extension ZipError: ReportableError {
    public var exitStatus: ExitStatus {
        switch self {
        case .otherForm, .tooLarge, .altered, .missing: .badData
        case .unwritable: .software
        }
    }
}
