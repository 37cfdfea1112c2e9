internal import Daemon
internal import Files
internal import Register
internal import Values

/// Who has withdrawn from which study, by the codes that this authority knows them by: `withdrawals/STUDY`, sealed.
///
/// Outside the sealed state, which a running daemon keeps locked: lists are taken in while it serves.
struct Withdrawals {
    private let home: Home

    init(home: Home) { self.home = home }

    static let directory = "withdrawals"
    private static let lockName = "lock"
    /// Of a file: more codes than may be listed are never written.
    private static let byteLimit = 16 << 20

    private func label(_ study: String) -> String { "withdrawals \(study)" }

    /// None where nobody has withdrawn.
    ///
    /// - Throws: `FileError`, of which `.altered` for a file that was changed: nobody may be released by mistake.
    func codes(of study: String) throws -> WithdrawnCodes {
        let path = try home.directory.subdirectory(Self.directory).file(study)
        let reader: SealedFileReader
        do { reader = try SealedFileReader(path, key: home.keys.stateKey, label: label(study)) } catch FileError
            .notFound
        { return WithdrawnCodes() }
        var bytes: [UInt8] = []
        while let piece = try reader.next() {
            bytes += piece
            guard bytes.count <= Self.byteLimit else { throw FileError.altered(path: path) }
        }
        guard let codes = WithdrawnCodes(serialized: bytes) else { throw FileError.altered(path: path) }
        return codes
    }

    /// Adds codes to those of the study.
    ///
    /// - Parameter limit: how many there may be in all.
    /// - Returns: all of them.
    /// - Throws: `WithdrawalError.tooMany`, and nothing is noted.
    func add(_ codes: WithdrawnCodes, to study: String, limit: Int) throws -> WithdrawnCodes {
        let directory = try home.directory.subdirectory(Self.directory)
        let lock = try ProcessLock(in: directory, name: Self.lockName)
        defer { lock.release() }
        var all = try self.codes(of: study)
        all.add(codes)
        guard all.codes.count <= limit else { throw WithdrawalError.tooMany(study: study, limit: limit) }
        let writer = try SealedFileWriter(directory.file(study), key: home.keys.stateKey, label: label(study))
        try writer.append(all.serialized)
        _ = try writer.finish()
        return all
    }
}

enum WithdrawalError: Error, Equatable, ReportableError {
    case unknownStudy(String, known: [String])
    case pseudonymsDoNotLast(String)
    case tooMany(study: String, limit: Int)

    var sentence: String {
        switch self {
        case .unknownStudy(let study, let known):
            "no agreement of a study \(study) was signed here; those that were are of "
                + (known.isEmpty ? "no study" : known.joined(separator: ", "))
        case .pseudonymsDoNotLast(let study):
            "people have other pseudonyms in every round of the study \(study), so nobody can be found in what was "
                + "released. Name the list under `never_release` in config.yaml: from the next round on nothing of "
                + "these "
                + "people is released. What the research environment has of earlier rounds, its operator can remove "
                + "with `forget`, for everybody"
        case .tooMany(let study, let limit):
            "more than \(limit) people would have withdrawn from the study \(study), which is as many as a round of "
                + "withdrawals can tell of; nothing was noted. Talk to the study's operator: its agreement may have "
                + "to end"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .unknownStudy: .usage
        case .pseudonymsDoNotLast: .refused
        case .tooMany: .badData
        }
    }
}
