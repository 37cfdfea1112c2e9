/// The kinds of entries there are, in the order of a round. Nobody can sign or read any other.
enum EntryKinds {
    static let all: [any RuledEntry.Type] = [
        RoundOpened.self,
        KeyCommitted.self,
        KeyRevealed.self,
        ManifestSigned.self,
        BatchDeclared.self,
        StageCommitted.self,
        Proved.self,
        Checked.self,
        Selected.self,
        Counted.self,
        Approved.self,
        Released.self,
        Received.self,
        RoundClosed.self,
        Refused.self,
        Complained.self,
        RoundAborted.self,
        KeysErased.self,
    ]

    /// Nil for a kind that nobody knows.
    static func named(_ kind: String) -> (any RuledEntry.Type)? { all.first { $0.kind == kind } }
}
