internal import Values

/// A table of people who are never to be released: who has objected, or whose data is protected.
public struct NeverReleaseSource: Sendable, Equatable {
    public var location: RegisterSource.Location
    /// Name of the column of identity codes.
    public var identityColumn: String

    public init(_ location: RegisterSource.Location, identityColumn: String) {
        self.location = location
        self.identityColumn = identityColumn
    }
}

/// A column of the register itself that says of a row that its person is never to be released.
public struct NeverReleaseColumn: Sendable, Equatable {
    /// Name in the source.
    public var name: String
    /// The values that say so, as the source writes them without white space at the ends.
    public var values: Set<String>
    /// The values that say the opposite, besides a missing one.
    public var others: Set<String>

    public init(name: String, values: Set<String>, others: Set<String>) {
        self.name = name
        self.values = values
        self.others = others
    }

    /// Whether the field says so. A value that is missing does not; any that is not foreseen is an error, since nobody
    /// may be released because a mark is spelt in another way.
    func marks(_ field: SourceField) throws(RegisterError.Kind) -> Bool {
        let value: String
        switch field {
        case .null: return false
        case .characters(let text), .text(let text):
            value = String(decoding: WhiteSpace.trimmed(text), as: UTF8.self)
        case .integer(let number): value = String(number)
        case .real, .binary: throw .unreadableMark
        }
        if values.contains(value) { return true }
        guard value.isEmpty || others.contains(value) else { throw .unreadableMark }
        return false
    }
}

/// Who is never to be released, by the identities of today. Secret; it shows nothing of itself.
struct NeverRelease: CustomReflectable {
    /// People listed and marked together are no more.
    static let limit = 2_000_000

    /// Of the lists.
    private(set) var listed: Set<[UInt8]> = []
    /// Of rows that the register marks.
    private var marked: Set<[UInt8]> = []

    /// Reads all lists anew. Anything that cannot be read is an error: nobody may be released by mistake.
    init(
        reading sources: [NeverReleaseSource], owner: ParticipantID, scheme: any IdentityScheme,
        history: IdentityHistory?
    ) throws(RegisterError) {
        for source in sources { try read(source, owner: owner, scheme: scheme, history: history) }
    }

    func contains(_ identity: [UInt8]) -> Bool { listed.contains(identity) || marked.contains(identity) }

    mutating func mark(_ identity: [UInt8], file: String) throws(RegisterError) {
        marked.insert(identity)
        if listed.count + marked.count > Self.limit {
            throw RegisterError(.tooManyNeverReleased(limit: Self.limit), file: file)
        }
    }

    private mutating func read(
        _ source: NeverReleaseSource, owner: ParticipantID, scheme: any IdentityScheme, history: IdentityHistory?
    ) throws(RegisterError) {
        let opened = RegisterSource(source.location, identityColumn: source.identityColumn)
        var records = try opened.makeReader()
        let names = try ColumnNames(records, file: opened.path)
        let indices = try names.indices(of: [source.identityColumn], reader: &records)
        guard let index = indices[source.identityColumn] else {
            throw RegisterError(.missingColumns([]), file: opened.path)
        }
        records.select([index])
        while let record = try records.next() {
            let identity: PersonIdentity
            do throws(RefusalReason) {
                identity = try scheme.read(record[index], owner: owner).identity
            } catch {
                throw RegisterError(.badNeverReleaseCode(error), at: record.place, column: source.identityColumn)
            }
            listed.insert(history?.current(of: identity.bytes) ?? identity.bytes)
            guard listed.count <= Self.limit else {
                throw RegisterError(.tooManyNeverReleased(limit: Self.limit), file: opened.path)
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
            reading: source.neverRelease, owner: declaration.owner, scheme: plan.scheme, history: history)
    }
}
