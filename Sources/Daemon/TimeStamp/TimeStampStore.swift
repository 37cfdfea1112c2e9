internal import Files
public import PSIProtocol
public import Values

/// Time stamps of boards, beside them, each with the certificate by which it was checked.
///
/// ```
/// boards/ROUND.opening.tsr   the server's answer
/// boards/ROUND.opening.crt   the certificate, DER
/// boards/ROUND.end.tsr, .crt
/// ```
public struct TimeStampStore: Sendable {
    private let directory: PrivateDirectory

    public init(home: Home) throws { directory = try home.boards() }

    private static func path(
        _ round: RoundID, _ place: StampedHead, _ suffix: String, _ directory: PrivateDirectory
    ) -> String { directory.file("\(round).\(place.rawValue).\(suffix)") }

    private func path(_ round: RoundID, _ place: StampedHead, _ suffix: String) -> String {
        Self.path(round, place, suffix, directory)
    }

    /// The files of a time stamp.
    static func paths(of place: StampedHead, _ round: RoundID, in directory: PrivateDirectory) -> [String] {
        ["tsr", "crt"].map { path(round, place, $0, directory) }
    }

    public func has(_ place: StampedHead, of round: RoundID) -> Bool { FileStatus.exists(path(round, place, "tsr")) }

    /// - Throws: `FileError`.
    public func keep(_ stamp: TimeStamp, of place: StampedHead, of round: RoundID) throws {
        try AtomicFile.write(stamp.certificate.bytes, to: path(round, place, "crt"))
        // What says that it is there comes last.
        try AtomicFile.write(stamp.answer, to: path(round, place, "tsr"))
    }

    /// What is kept of a board's head; nil for nothing. It is not checked.
    func kept(_ place: StampedHead, of round: RoundID) throws -> (answer: [UInt8], certificate: [UInt8])? {
        guard has(place, of: round) else { return nil }
        let most = TimeStampCertificate.byteLimit
        return (
            try PublicFile.read(path(round, place, "tsr"), maxByteCount: most),
            try PublicFile.read(path(round, place, "crt"), maxByteCount: most)
        )
    }

    /// The time stamps that are kept of a board, checked against it.
    ///
    /// - Throws: `TimeStampError`, `FileError`.
    public func stamps(of board: ReplayedBoard) throws -> [StampedHead: TimeStamp] {
        var found: [StampedHead: TimeStamp] = [:]
        for place in StampedHead.allCases {
            guard let head = board.head(place), let kept = try kept(place, of: board.record.round) else { continue }
            guard let certificate = TimeStampCertificate(kept.certificate) else { throw TimeStampError.malformed }
            found[place] = try TimeStamp(
                kept.answer, of: StampedHead.digest(of: head, in: board.record.round), certificate: certificate)
        }
        return found
    }

    /// Removes a round's.
    ///
    /// - Throws: `FileError`.
    public func remove(_ round: RoundID) throws {
        for place in StampedHead.allCases {
            for path in Self.paths(of: place, round, in: directory) { try AtomicFile.remove(path) }
        }
    }
}
