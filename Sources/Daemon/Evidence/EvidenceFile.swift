internal import Files
public import PSIProtocol
internal import Values

/// What a participant shows of a round, in one file that anybody can check: a zip of plain files. [P-77]
///
/// ```
/// README.txt                              what the file is, the same in every one
/// agreement.yaml                          what all have signed
/// board.txt                               the round's board, an entry a line
/// secrets.json                            secrets that the board has digests of, if a complaint needs any
/// streams/BATCH.STAGE.ATTEMPT.PART        the streams that complaints are about, in the clear
/// timestamps/{end,opening}.{crt,tsr}      time stamps, each with the certificate that it is checked by
/// ```
///
/// Without streams nothing in it is about a person but the counts that the agreement lets all participants see. Whoever
/// has its streams can compare blinded lists as a checker can: hand it over as you would hand over a checker's view.
public enum EvidenceFile {
    static let readmeName = "README.txt"
    static let agreementName = "agreement.yaml"
    static let boardName = "board.txt"
    static let secretsName = "secrets.json"
    static let streamsName = "streams/"

    /// The certificate and the answer of a time stamp.
    static func names(_ place: StampedHead) -> (certificate: String, answer: String) {
        ("timestamps/\(place.rawValue).crt", "timestamps/\(place.rawValue).tsr")
    }

    static func name(_ stream: StreamID) -> String {
        "\(streamsName)\(stream.batch).\(stream.stage).\(stream.attempt).\(stream.part)"
    }

    /// Version 1 of the form has these bytes.
    static let readme = Array(
        """
        Evidence of a round of Sidos, form 1.

        To check it, on any machine, without keys and without a network:

            sidos-node evidence verify FILE

        sidos-coordinator and sidos-research have the same command. How to check it by another program is written in
        docs/protocol.md of Sidos, sections 2 and 12.

        """.utf8)

    /// What is shown.
    public struct Contents: Sendable {
        /// The agreement's exact file.
        public var agreement: [UInt8]
        /// Entries with their signatures, from the opening.
        public var board: [[UInt8]]
        public var secrets = EvidenceSecrets()
        public var stamps: [StampedHead: TimeStamp] = [:]

        public init(agreement: [UInt8], board: [[UInt8]]) {
            self.agreement = agreement
            self.board = board
        }
    }

    /// A part of a stream, in the clear. It is read twice: its length stands before it.
    public struct Stream {
        let id: StreamID
        let open: () async throws -> any ByteSource

        public init(_ id: StreamID, open: @escaping () async throws -> any ByteSource) {
            self.id = id
            self.open = open
        }
    }

    /// Checks what is to be shown as its reader will.
    public static func replayed(_ contents: Contents) throws(EvidenceError) -> ReplayedBoard {
        do throws(ReplayError) {
            return try ReplayedBoard(agreement: contents.agreement, board: contents.board)
        } catch { throw .unfit(error) }
    }

    /// Checks what is to be shown as its reader will, and writes it.
    ///
    /// - Returns: the board.
    /// - Throws: `EvidenceError.unfit` for what would not pass, before anything is written; `FileError`, of which
    ///   `.exists`; what streams throw.
    @discardableResult
    public static func write(
        _ contents: Contents, streams: [Stream] = [], to path: String
    ) async throws -> ReplayedBoard {
        let board = try replayed(contents)
        let text = contents.board.flatMap(BoardText.line(of:))
        guard text.count <= BoardText.byteLimit else { throw EvidenceError.tooLong }
        let zip = try ZipWriter(path)
        try zip.add(readmeName, readme)
        try zip.add(agreementName, contents.agreement)
        try zip.add(boardName, text)
        if !contents.secrets.isEmpty { try zip.add(secretsName, contents.secrets.shown()) }
        for stream in streams.sorted(by: { name($0.id).utf8.lexicographicallyPrecedes(name($1.id).utf8) }) {
            var measured = try await stream.open()
            var byteCount = 0
            while let piece = try await measured.next() { byteCount += piece.count }
            try zip.begin(name(stream.id), byteCount: byteCount)
            var source = try await stream.open()
            while let piece = try await source.next() { try zip.append(piece) }
        }
        for place in StampedHead.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let stamp = contents.stamps[place] else { continue }
            try zip.add(names(place).certificate, stamp.certificate.bytes)
            try zip.add(names(place).answer, stamp.answer)
        }
        try zip.finish()
        return board
    }
}
