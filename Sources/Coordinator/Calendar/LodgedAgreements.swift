internal import Agreement
internal import Daemon
internal import Files
internal import Foundation
internal import Values

/// Agreements that lie ready with everybody's signatures, so that the coordinator can open rounds on the days of their
/// calendars by itself: `lodged/ID.json` of its home, one file each.
struct LodgedAgreements {
    /// One of them, as it lies there.
    struct Lodged {
        let signed: SignedAgreement
        let agreement: Agreement
        /// Since when, in seconds since 1970.
        let since: Int64
    }

    private struct File: Codable {
        var agreement: Data
        var signatures: [Data]
        var since: Int64
    }

    private static let byteCountLimit = 4 << 20
    private let directory: PrivateDirectory

    /// - Throws: `FileError`.
    init(_ home: Home) throws { directory = try home.directory.subdirectory("lodged") }

    private func path(_ id: AgreementID) -> String { directory.file("\(id).json") }

    /// Lays an agreement there, in place of the same one if it is there already.
    ///
    /// - Throws: `FileError`.
    func lodge(_ signed: SignedAgreement, at time: Int64) throws {
        let file = File(
            agreement: Data(signed.bytes), signatures: signed.signatures.map { Data($0.json) }, since: time)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(Array(try encoder.encode(file)), to: path(signed.id))
    }

    /// Takes one away; false if it was not there.
    ///
    /// - Throws: `FileError`.
    func remove(_ id: AgreementID) throws -> Bool {
        guard try FileStatus.at(path(id)) != nil else { return false }
        try AtomicFile.remove(path(id))
        return true
    }

    /// The files that are there, as they are now.
    ///
    /// - Throws: `FileError`.
    func files() throws -> [AgreementID: FileStatus] {
        var files: [AgreementID: FileStatus] = [:]
        for name in try directory.names() where name.hasSuffix(".json") {
            guard let id = AgreementID(hex: name.dropLast(5)), let status = try FileStatus.at(path(id)) else {
                continue
            }
            files[id] = status
        }
        return files
    }

    /// One of them, its signatures checked again.
    ///
    /// - Throws: `FileError`, of which `.altered` for what is not as it was laid there; `AgreementError`.
    func read(_ id: AgreementID) throws -> Lodged {
        let bytes = try PublicFile.read(path(id), maxByteCount: Self.byteCountLimit)
        guard let file = try? JSONDecoder().decode(File.self, from: Data(bytes)) else {
            throw FileError.altered(path: path(id))
        }
        let signed = SignedAgreement(
            bytes: Array(file.agreement),
            signatures: try file.signatures.map { try AgreementSignature(json: Array($0)) })
        guard signed.id == id else { throw FileError.altered(path: path(id)) }
        return Lodged(signed: signed, agreement: try signed.verify(), since: file.since)
    }
}
