internal import Agreement
internal import Daemon
internal import Dataset
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// Datasets that were written here and wait until others have approved that they are handed over.
///
/// `prepared/NAME`, a directory each; NAME is the round's first digits and a number.
struct PreparedDatasets {
    private let home: Home
    private let directory: PrivateDirectory
    private static let limit = 1_000

    struct Entry {
        let name: String
        let directory: String
        var dataset: PreparedDataset { PreparedDataset(directory: directory) }
    }

    init(home: Home) throws {
        self.home = home
        directory = try home.directory.subdirectory("prepared")
    }

    private func entry(_ name: String) -> Entry { Entry(name: name, directory: directory.file(name)) }

    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].utf8.count == 12 && Hex.decode(parts[0]) != nil
            && Int(parts[1]).map { (1...limit).contains($0) && String($0) == parts[1] } == true
    }

    /// Where the round's next one goes.
    func next(_ round: RoundID) throws -> Entry {
        let begin = String(round.description.prefix(12)) + "-"
        let taken = Set(try directory.names())
        guard let number = (1...Self.limit).first(where: { !taken.contains(begin + String($0)) }) else {
            throw FileError.tooLarge(path: directory.path, maxByteCount: Self.limit)
        }
        return entry(begin + String(number))
    }

    func all() throws -> [Entry] { try directory.names().filter(Self.isName).map(entry) }

    /// - Throws: `ResearchError.notPrepared`.
    func find(_ name: String) throws -> Entry {
        guard Self.isName(name), FileStatus.exists(directory.file(name)) else { throw ResearchError.notPrepared(name) }
        return entry(name)
    }

    /// Copies what was approved to where researchers get it.
    ///
    /// - Returns: the dataset's whole path.
    /// - Throws: `ApprovalError.notApproved`, `DatasetError.preparedChanged`; `ResearchError.withdrawnSince` where the
    ///   daemon has yet to discard it.
    func release(_ name: String, to output: String, replace: Bool, by approvals: ApprovalBook) throws -> String {
        let entry = try find(name)
        let files = try entry.dataset.files()
        try approvals.demand(ApprovalSubject(.dataset, entry.document(files)), what: "the dataset \(name)")
        return try WithdrawnPeople(home: home).exclusively(patience: WithdrawnPeople.commandPatience) { people in
            guard try isWithoutWithdrawn(name, people) else { throw ResearchError.withdrawnSince(name) }
            try entry.dataset.copy(to: output, expecting: files, replace: replace)
            let path = URL(fileURLWithPath: output).path
            try approvals.note("dataset handed over", ["dataset": name, "directory": path])
            return path
        }
    }

    /// Whether whoever has withdrawn is gone from what it was written of.
    private func isWithoutWithdrawn(_ name: String, _ people: WithdrawnPeople) throws -> Bool {
        let folders = try RoundFolders(home: home)
        for round in try folders.all() where name.hasPrefix(round.description.prefix(12)) {
            guard let folder = try folders.existing(round), let received = try folder.received(),
                let id = AgreementID(hex: Hex.encode(received.agreement.bytes)),
                let agreement = try home.agreements().load(id)?.agreement, agreement.pseudonyms.isLasting
            else { continue }
            guard try people.list(of: agreement.study.id).mark == folder.withdrawnMark() else { return false }
        }
        return true
    }

    func discard(_ name: String, noting approvals: ApprovalBook) throws {
        try find(name).dataset.remove()
        try approvals.note("prepared dataset discarded", ["dataset": name])
    }
}

extension PreparedDatasets.Entry {
    /// What approvers approve: the list of its files.
    func document() throws -> [UInt8] { document(try dataset.files()) }

    func document(_ files: [PreparedDataset.File]) -> [UInt8] {
        let lines = files.map { "\(Hex.encode($0.sha256))  \($0.byteCount)  \($0.name)" }
        let text = ["dataset: \(name)", "directory: \(directory)", "files, by SHA-256, length and name:"] + lines
        return Array(text.map { $0 + "\n" }.joined().utf8)
    }
}

enum ResearchDocuments: ApprovalDocuments {
    static func configuration(_ home: Home) throws -> [UInt8] { try ResearchConfiguration(home: home).document }

    static func dataset(_ name: String, _ home: Home) throws -> [UInt8]? {
        try PreparedDatasets(home: home).find(name).document()
    }
}
