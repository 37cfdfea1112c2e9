/// A participant's identifier within an agreement, such as `kela`: 1…32 of a–z, 0–9, `_`, `-`, beginning with a letter.
public typealias ParticipantID = String
/// A register's identifier within an agreement, of the same form as a participant's with `_` only.
public typealias RegisterID = String
public typealias CohortID = String
