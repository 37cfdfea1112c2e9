internal import Agreement
internal import Crypto
internal import Files

/// What of a state may be in a backup.
extension StateName {
    /// Never round secrets, so that what was destroyed stays destroyed. Never what can be made again. Counters that
    /// only grow, what has been decided for good, and what a study's lasting pseudonyms would be lost without.
    func isKept(inBackupsOf role: ParticipantRole) -> Bool {
        let parts = text.split(separator: "/")
        switch (parts.first, role) {
        case ("rounds", .coordinator):
            // No noise, and no counts that may not be on the board yet: they are made of it.
            guard parts.count > 2 else { return false }
            return ["abort-reason", "ended", "cleared", "attempts"].contains(parts[2])
        case ("rounds", _): return false
        case ("studies", _):
            return parts.last.map {
                ["counts-spent", "study-key", "study-keys-seen", "lasting-pseudonym-key"].contains($0)
            } ?? false
        case ("over", _), ("over-until", _), ("agreements", _), ("openings", _): return true
        case ("restored", _): return true
        default: return false
        }
    }
}

extension SealedState {
    private static let copyTries = 200

    /// Copies values of a state to an empty directory, though another process may have it open: all of one moment,
    /// sealed as they are, under the same key.
    ///
    /// - Returns: the names of files in the copy; none where there is no state yet.
    /// - Throws: `BackupError.stateBusy`, `SealedStateError`, `FileError`.
    static func copy(
        from source: PrivateDirectory, to target: PrivateDirectory, key: SymmetricKey,
        where isKept: (StateName) -> Bool
    ) async throws -> [String] {
        for _ in 0..<copyTries {
            guard let before = try index(in: source, key) else { return [] }
            if let (copy, envelopes) = try take(before, source, isKept), let after = try index(in: source, key),
                kept(before, isKept) == kept(after, isKept)
            {
                for (file, bytes) in envelopes { try AtomicFile.write(bytes, to: target.file(file)) }
                try save(copy, target, key)
                return try target.names()
            }
            // Whoever changes it needs a moment to finish.
            try await Task.sleep(for: .milliseconds(5))
        }
        throw BackupError.stateBusy(path: source.path)
    }

    private static func kept(
        _ index: StateIndex, _ isKept: (StateName) -> Bool
    ) -> [String: StateIndex.Entry] {
        index.entries.filter { isKept(StateName($0.key)) }
    }

    /// The files of an index, and the index that has only them; nil if one is being changed.
    private static func take(
        _ index: StateIndex, _ source: PrivateDirectory, _ isKept: (StateName) -> Bool
    ) throws -> (StateIndex, [(file: String, bytes: [UInt8])])? {
        var copy = StateIndex()
        copy.generation = index.generation
        var envelopes: [(file: String, bytes: [UInt8])] = []
        for (name, entry) in index.entries.sorted(by: { $0.key < $1.key })
        where entry.change != .removal && isKept(StateName(name)) {
            guard let envelope = try read(name, source) else {
                // Announced, and not begun.
                if entry.settled == nil { continue }
                return nil
            }
            let digest = Array(SHA256.hash(data: envelope))
            guard allows(entry, digest) else { return nil }
            copy.entries[name] = .init(settled: digest, change: nil)
            envelopes.append((StateName.fileName(name), envelope))
        }
        return (copy, envelopes)
    }
}
