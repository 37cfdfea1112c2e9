internal import Agreement
internal import Values

extension ApprovalBook {
    private static let signed = "agreement signed"

    /// Writes down that an agreement was signed here.
    func noteSigned(_ id: AgreementID) throws { try note(Self.signed, ["agreement": "\(id)"]) }

    /// The agreement that this one amends, if it was signed here; else the one of the same study that was signed here
    /// last, other than this one. Nil if there is none.
    ///
    /// Those that the log does not know, as it was begun later, came before the others.
    ///
    /// - Parameter document: an agreement's file. Of one that cannot be read, nil.
    /// - Throws: `OperationsLogError`, `FileError`, `AgreementError`.
    func formerAgreement(_ document: [UInt8], in store: AgreementStore) throws -> AgreementStore.Installed? {
        guard let agreement = try? Agreement.parse(document) else { return nil }
        if let amended = try agreement.amends.flatMap(store.load) { return amended }
        let study = agreement.study.id
        let lines = try log.files().flatMap { $0 }
        let others = try store.all().filter { $0.agreement.study.id == study && $0.bytes != document }
        return others.map { (installed: $0, place: Self.place($0.id, lines)) }.max { $0.place < $1.place }?.installed
    }

    /// Number of the last line that says that the agreement was signed; 0 if there is none.
    private static func place(_ id: AgreementID, _ lines: [OperationsLog.Line]) -> Int {
        lines.last { line in
            line.kind == .event && line.content.hasPrefix("\(signed) ") && line.content.hasSuffix(" agreement=\(id)")
        }?.number ?? 0
    }
}
