public import PSIProtocol
internal import Values

/// Entries in words for people.
public enum EntryText {
    public static func count(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }

    /// A line for each kind: what was said, and by whom.
    public static func lines(_ entries: [SignedEntry]) -> [String] {
        var kinds: [String] = []
        var authors: [String: [ParticipantID]] = [:]
        for entry in entries {
            let kind = entry.body.kind
            if authors[kind] == nil { kinds.append(kind) }
            authors[kind, default: []].append(entry.author)
        }
        return kinds.map { kind in
            var seen: Set<ParticipantID> = []
            let named = (authors[kind] ?? []).filter { seen.insert($0).inserted }
            return "\(kind) by \(named.joined(separator: ", "))"
        }
    }
}
