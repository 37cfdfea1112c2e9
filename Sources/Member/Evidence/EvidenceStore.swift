internal import Crypto
public import Daemon
public import Exchange
internal import Files
internal import Foundation
public import PSIProtocol
public import Values

/// What this participant keeps of rounds in which somebody accused another, besides the board: the streams that it can
/// read as they came, sealed, and secrets that a judge needs, sealed to itself. [P-73]
///
/// ```
/// evidence/ROUND.json       until when it is kept
/// evidence/ROUND.secrets    secrets, sealed
/// evidence/rounds/ROUND/…   streams, sealed
/// evidence/ROUND.board.txt  the board, where a former version kept it
/// ```
public struct EvidenceStore: Sendable {
    private let home: Home
    private let directory: PrivateDirectory
    private let streams: StreamStore
    private let clock: MachineClock

    public init(home: Home, clock: MachineClock = .system) throws {
        self.home = home
        self.clock = clock
        directory = try home.evidence()
        streams = try StreamStore(root: directory.path)
    }

    /// Until when a round's evidence is kept.
    public struct Kept: Sendable, Codable, Equatable {
        public var agreement: String
        /// Seconds since 1970.
        public var until: Int64
    }

    private func path(_ round: RoundID, _ suffix: String) -> String { directory.file("\(round).\(suffix)") }

    // MARK: Keeping

    /// Notes secrets before they die with the round's keys; those noted before stay.
    public func keep(_ secrets: EvidenceSecrets, of record: RoundRecord) throws {
        guard !secrets.isEmpty else { return }
        var all = try self.secrets(of: record.round) ?? EvidenceSecrets()
        all.add(secrets)
        guard all != (try self.secrets(of: record.round)) else { return }
        try note(record)
        let json = try JSONEncoder().encode(all)
        var sender = try HPKE.Sender(
            recipientKey: XWingMLKEM768X25519.PublicKey(
                rawRepresentation: home.keys(pinnedBy: record.agreement).participant.hpkeKey),
            ciphersuite: Self.ciphersuite, info: Self.info(record.round))
        let sealed = try sender.seal(json)
        try AtomicFile.write(Array(sender.encapsulatedKey) + Array(sealed), to: path(record.round, "secrets"))
    }

    /// Fetches the streams of complaints that this participant can read. What is here already is not fetched again.
    ///
    /// - Throws: `EvidenceLoss` if the coordinator shows a stream of another length than the board says;
    ///   `ExchangeProblem`, `StoreError`, `FileError`.
    public func keep(_ complaints: [Complained], of record: RoundRecord, from client: any CoordinatorPort) async throws
    {
        try note(record)
        var lost: (any Error)?
        for stream in complaints.flatMap(record.evidenceStreams(of:))
        where stream.named.sealing.isReadable(by: home.keys.id) {
            for part in stream.named.parts {
                // What is lost of one stream must not cost the others.
                do { try await keep(part, of: record.round, from: client) } catch {
                    try Task.checkCancellation()
                    lost = lost ?? error
                }
            }
        }
        if let lost { throw lost }
    }

    private func note(_ record: RoundRecord) throws {
        let kept = Kept(
            agreement: "\(record.agreementID)",
            until: clock.unixSeconds() + Int64(record.agreement.retentionDays) * 86_400)
        guard try self.kept(record.round) == nil else { return }
        try AtomicFile.write(try JSONEncoder().encode(kept), to: path(record.round, "json"))
    }

    private func keep(_ part: NamedStream, of round: RoundID, from client: any CoordinatorPort) async throws {
        let limit = part.byteCount.map {
            SealedStreamLength.storedByteCountLimit(plaintext: $0, sealing: part.sealing)
        }
        guard let limit else { throw EvidenceLoss.stream("\(part.id)") }
        var status = try await streams.status(of: part.id, round: round)
        while !status.isComplete {
            guard let chunk = try await client.getChunk(seq: status.chunkCount, stream: part.id, round: round),
                status.byteCount + chunk.bytes.count <= limit,
                // Else a stream could be cut into more files than a disk has. [P-52]
                chunk.isLast || chunk.bytes.count >= StreamQuota.leastChunkByteCount
            else { throw EvidenceLoss.stream("\(part.id)") }
            try await streams.put(
                chunk.bytes, seq: status.chunkCount, last: chunk.isLast, stream: part.id, round: round)
            status = try await streams.status(of: part.id, round: round)
        }
    }

    // MARK: What is kept

    public func rounds() throws -> [RoundID] {
        try directory.names().filter { $0.hasSuffix(".json") }.sorted().compactMap { RoundID(hex: $0.dropLast(5)) }
    }

    public func kept(_ round: RoundID) throws -> Kept? {
        let path = path(round, "json")
        guard FileStatus.exists(path) else { return nil }
        return try JSONDecoder().decode(Kept.self, from: Data(PublicFile.read(path, maxByteCount: 4_096)))
    }

    func secrets(of round: RoundID) throws -> EvidenceSecrets? {
        let path = path(round, "secrets")
        guard FileStatus.exists(path) else { return nil }
        let sealed = try PublicFile.read(path, maxByteCount: EvidenceSecrets.byteLimit + 2_048)
        guard sealed.count > Self.encapsulationByteCount else { throw FileError.altered(path: path) }
        for keys in home.keyRing.all {
            guard
                var recipient = try? HPKE.Recipient(
                    privateKey: keys.hpkeKey, ciphersuite: Self.ciphersuite, info: Self.info(round),
                    encapsulatedKey: Data(sealed[..<Self.encapsulationByteCount])),
                let opened = try? recipient.open(sealed[Self.encapsulationByteCount...])
            else { continue }
            guard let secrets = try? JSONDecoder().decode(EvidenceSecrets.self, from: opened) else { break }
            return secrets
        }
        throw FileError.altered(path: path)
    }

    private static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
    private static let encapsulationByteCount = 1_120
    private static func info(_ round: RoundID) -> Data { Data("Sidos evidence \(round)".utf8) }

    /// What has been kept for long enough.
    public func expired() throws -> [RoundID] {
        let now = clock.unixSeconds()
        return try rounds().filter { try kept($0).map { $0.until < now } ?? false }
    }

    /// Removes what has been kept for long enough.
    public func removeExpired() async throws {
        for round in try expired() {
            try await streams.deleteRound(round)
            // What says that there is something goes last.
            for suffix in ["secrets", "board.txt", "json"] { try AtomicFile.remove(path(round, suffix)) }
        }
    }

    // MARK: Showing it

    /// Opens what is kept of a round, and writes it where anybody can check it. [P-77]
    ///
    /// - Parameter withStreams: also the streams and secrets that complaints are judged by, in the clear.
    /// - Returns: the board, and streams that this participant does not have.
    /// - Throws: `EvidenceExportError`, `EvidenceError`, `FileError`.
    @discardableResult
    public func export(
        _ round: RoundID, withStreams: Bool, to path: String
    ) async throws -> (ReplayedBoard, missing: [String]) {
        let kept = try board(of: round)
        let board: ReplayedBoard
        do throws(ReplayError) {
            board = try ReplayedBoard(agreement: kept.agreement, board: kept.entries)
        } catch { throw EvidenceError.unfit(error) }
        var contents = EvidenceFile.Contents(agreement: kept.agreement, board: kept.entries)
        var shown: [EvidenceFile.Stream] = []
        var missing: [String] = []
        if withStreams {
            if let secrets = try secrets(of: round) { contents.secrets = board.record.fitting(secrets) }
            (shown, missing) = try await streams(of: board.record)
        }
        contents.stamps = try TimeStampStore(home: home).stamps(of: board)
        try await EvidenceFile.write(contents, streams: shown, to: path)
        return (board, missing)
    }

    private func streams(of record: RoundRecord) async throws -> ([EvidenceFile.Stream], missing: [String]) {
        var shown: [EvidenceFile.Stream] = []
        var missing: [String] = []
        var done: Set<StreamID> = []
        for stream in record.complaints.values.flatMap(record.evidenceStreams(of:)) {
            for part in stream.named.parts where done.insert(part.id).inserted {
                guard stream.named.sealing.isReadable(by: home.keys.id),
                    try await streams.status(of: part.id, round: record.round).isComplete
                else {
                    missing.append("\(part.id)")
                    continue
                }
                shown.append(
                    EvidenceFile.Stream(part.id) { try download(part, by: stream.author, of: record) })
            }
        }
        return (shown, missing.sorted())
    }

    /// The board that is kept, or what a former version kept beside the streams.
    private func board(of round: RoundID) throws -> KeptBoard {
        if let kept = try BoardArchive(home: home).board(of: round), !kept.entries.isEmpty { return kept }
        let path = path(round, "board.txt")
        guard let kept = try kept(round), FileStatus.exists(path) else {
            throw EvidenceExportError.notKept(round: "\(round)")
        }
        guard let id = AgreementID(hex: kept.agreement), let installed = try home.agreements().load(id) else {
            throw EvidenceExportError.noAgreement(id: kept.agreement)
        }
        let text = try PublicFile.read(path, maxByteCount: BoardText.byteLimit)
        guard let entries = BoardText.entries(text) else { throw FileError.altered(path: path) }
        return KeptBoard(round: round, agreement: installed.bytes, entries: entries)
    }

    private func download(
        _ part: NamedStream, by author: ParticipantID, of record: RoundRecord
    ) throws -> StreamDownload {
        let transport = StoreChunkTransport(store: streams)
        let (round, key) = (record.round, home.keys(pinnedBy: record.agreement).hpkeKey)
        switch part.sealing {
        case .plain: return StreamDownload(plain: part.id, round: round, transport: transport)
        case .sealed(let receiver):
            return try StreamDownload(
                sealedBy: author, receiver: receiver, privateKey: key, stream: part.id, round: round,
                transport: transport)
        case .shared(let readers):
            return try StreamDownload(
                sealedBy: author, receiver: home.keys.id, readers: readers, privateKey: key,
                stream: part.id, round: round, transport: transport)
        }
    }
}

/// What of the evidence the coordinator does not give.
public enum EvidenceLoss: Error, Equatable, CustomStringConvertible, ReportableError {
    case stream(String)
    /// Not all of it before the complaint is posted.
    case time

    public var description: String {
        switch self {
        case .stream(let name): "the coordinator does not give stream \(name) as the board has it"
        case .time: "the coordinator gives it too slowly; the rest is fetched when the round has ended"
        }
    }

    public var exitStatus: ExitStatus { .unavailable }
}

public enum EvidenceExportError: Error, Equatable, CustomStringConvertible, ReportableError {
    case notKept(round: String)
    case noAgreement(id: String)

    public var description: String {
        switch self {
        case .notKept(let round):
            "nothing is kept of round \(round): `evidence list` says of which rounds there is something"
        case .noAgreement(let id): "agreement \(id) of the round is not here any more"
        }
    }

    public var exitStatus: ExitStatus { .noInput }
}
