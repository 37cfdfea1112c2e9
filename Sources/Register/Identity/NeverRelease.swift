internal import PSIProtocol
internal import Values

/// Who is never to be released, by the identities of today. Secret; it shows nothing of itself.
struct NeverRelease: CustomReflectable {
    /// People listed and marked together are no more.
    static let limit = 2_000_000

    /// Of the lists.
    private(set) var listed: Set<PersonIdentity> = []
    /// Of rows that the register marks.
    private var marked: Set<PersonIdentity> = []

    /// Reads all lists anew. Anything that cannot be read is an error: nobody may be released by mistake.
    init(
        reading sources: [NeverReleaseSource], withdrawn: WithdrawnCodes = WithdrawnCodes(), owner: ParticipantID,
        scheme: any IdentityScheme, history: IdentityHistory?
    ) throws(RegisterError) {
        for code in withdrawn.codes {
            // Judged when it was listed.
            guard let read = try? scheme.read(code[...], owner: owner).code else { continue }
            listed.insert((history?.current(of: read) ?? read).person)
        }
        for source in sources { try read(source, owner: owner, scheme: scheme, history: history) }
    }

    func contains(_ identity: PersonIdentity) -> Bool { listed.contains(identity) || marked.contains(identity) }

    /// - Throws: `tooManyNeverReleased`.
    mutating func mark(_ identity: PersonIdentity) throws(RegisterError.Kind) {
        marked.insert(identity)
        if listed.count + marked.count > Self.limit { throw .tooManyNeverReleased(limit: Self.limit) }
    }

    private mutating func read(
        _ source: NeverReleaseSource, owner: ParticipantID, scheme: any IdentityScheme, history: IdentityHistory?
    ) throws(RegisterError) {
        let file = source.table.name
        var records = try source.table.makeReader()
        let names = try ColumnNames(records, file: file)
        let indices = try names.indices(of: [source.identityColumn], reader: &records)
        guard let index = indices[source.identityColumn] else {
            throw RegisterError(.missingColumns([]), file: file)
        }
        records.select([index])
        while let record = try records.next() {
            let code: CodeIdentity
            do throws(RefusalReason) {
                code = try scheme.read(record[index], owner: owner).code
            } catch {
                throw RegisterError(.badNeverReleaseCode(error), at: record.place, column: source.identityColumn)
            }
            for holder in history?.holders(of: code) ?? [code] { listed.insert(holder.person) }
            guard listed.count <= Self.limit else {
                throw RegisterError(.tooManyNeverReleased(limit: Self.limit), file: file)
            }
        }
    }

    /// Without children, so that no reflection prints a code.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension RegisterReader {
    /// Who is never to be released, read now; nil if the source names neither lists nor a column.
    func readNeverRelease(_ history: IdentityHistory?) throws(RegisterError) -> NeverRelease? {
        guard source.screensPeople else { return nil }
        return try NeverRelease(
            reading: source.neverRelease, withdrawn: source.withdrawn, owner: declaration.owner, scheme: plan.scheme,
            history: history)
    }
}
