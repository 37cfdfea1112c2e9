internal import Values

/// What a board entry says: JSON with sorted keys and no others than the type's own; byte strings are lower-case
/// hexadecimal. [P-12]
///
/// A new kind of entry is a file beside this one, with what it says and its rule, and a line in `EntryKinds`. If its
/// rule has to remember something, that is a property of `RoundRecord`.
public protocol EntryBody: Codable, Sendable, Equatable {
    /// What the board calls it: the entry's `type`.
    static var kind: String { get }
}

extension EntryBody {
    /// Of whichever entry this is.
    public var kind: String { Self.kind }

    /// Whether both say the same.
    public func isEqual(to other: any EntryBody) -> Bool { other as? Self == self }
}

/// An entry that the board knows: with the rule who may say it, and when. [P-14]
protocol RuledEntry: EntryBody {
    /// Notes in the record of the board what the entry says.
    ///
    /// - Throws: `ProtocolViolation` by the author, before anything is noted, unless the entry is allowed here.
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation)

    /// How many entries of the board its author must have seen to say this.
    func mustHaveSeen(in record: RoundRecord, by author: ParticipantID) -> Int
}

extension RuledEntry {
    func mustHaveSeen(in record: RoundRecord, by author: ParticipantID) -> Int { 0 }
}
