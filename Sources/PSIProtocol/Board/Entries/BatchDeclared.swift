public import Values

/// What the list of a register has, before anything of it leaves the owner. [P-32]
public struct BatchDeclared: EntryBody {
    public static let kind = "BatchDeclared"

    public var register: String
    /// Items of the list, dummies included.
    public var count: Int
    /// SHA-256 of the list's bytes at stage 0.
    public var digest: HexBytes
    /// X-Wing encapsulation of the register's secret to the research environment, 1,120 bytes; absent without release.
    public var encapsulation: HexBytes?
    public var vault: AnnouncedStream?
    /// What the owner read and refused, by counts, sealed to the research environment; absent without release.
    public var survey: HexBytes?
}

extension BatchDeclared: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard let register = record.register(register), register.owner == author else {
            throw ProtocolViolation(.notAllowed, by: author)
        }
        guard record.allManifestsSigned else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.batches[register.id] == nil else { throw ProtocolViolation(.repeated, by: author) }
        let padding = record.agreement.padding
        guard count >= 0, count <= Padding.size(of: register.maxPeople, mode: padding) else {
            throw ProtocolViolation(.capExceeded, by: author)
        }
        guard digest.bytes.count == 32, (vault != nil) == record.releasesRows,
            encapsulation?.bytes.count == (record.releasesRows ? SealedSecret.encapsulationByteCount : nil),
            survey?.bytes.count == (record.releasesRows ? SourceSurvey.sealedByteCount : nil)
        else { throw ProtocolViolation(.badBatch, by: author) }
        if let vault {
            let (most, overflow) = count.multipliedReportingOverflow(by: register.maxCellsPerPerson)
            guard vault.isWellFormed, vault.count >= count, !overflow,
                vault.count <= Padding.size(of: most, mode: padding)
            else { throw ProtocolViolation(.badBatch, by: author) }
        }
        record.batches[register.id] = self
    }
}
