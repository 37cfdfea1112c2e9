public import Daemon
public import Exchange
public import PSIProtocol
public import Values

/// A participant's view of one board: reads on from where it is, checks every entry, and posts its own.
public struct BoardFollower: Sendable {
    private let client: any CoordinatorPort
    private let keys: KeyDirectory
    private let agreement: AgreementStore.Installed
    private let opening: SignedEntry
    /// Where what is read is kept; nil for nowhere.
    private let keeper: BoardKeeper?
    public private(set) var record: RoundRecord
    /// Own entries that are carried to the coordinator, in their order; nil before they were looked for.
    private var onTheirWay: [SignedEntry]?
    /// What the board will say once these are there too: what goes by it does nothing twice.
    public private(set) var expected: RoundRecord
    /// After answers that came early and said nothing.
    private var idle = Backoff()

    /// Reads a board's first entry, from which everything else follows.
    public static func opening(of round: RoundID, client: any CoordinatorPort) async throws -> SignedEntry {
        let page = try await client.entries(of: round, after: 0)
        guard let first = page.entries.first else { throw ProtocolViolation(.badOpening) }
        let entry = try SignedEntry(bytes: first.bytes)
        // Whoever it says that it is by has not been found to have signed it.
        guard entry.openedRound == round else { throw ProtocolViolation(.badOpening) }
        return entry
    }

    /// - Parameter studyKeys: what is known of the study's keys from earlier rounds.
    public init(
        opening: SignedEntry, agreement: AgreementStore.Installed, client: any CoordinatorPort, keys: KeyDirectory,
        keeper: BoardKeeper? = nil, studyKeys: [ParticipantID: [UInt8]] = [:]
    ) throws {
        self.client = client
        self.keys = keys
        self.agreement = agreement
        self.opening = opening
        self.keeper = keeper
        self.record = try RoundRecord(
            opening: opening.bytes, agreement: agreement.agreement, file: agreement.bytes, studyKeys: studyKeys)
        self.expected = record
    }

    /// Takes in what is new, waiting up to `wait` for it, and no less if nothing comes: a coordinator that does not let
    /// its callers wait, does not make them ask without a pause.
    public mutating func refresh(wait: Duration = .zero) async throws {
        let start = ContinuousClock.now
        let before = record.head
        // Before the board, so that none is overlooked that has just arrived there.
        if onTheirWay == nil { onTheirWay = try await client.entriesOnTheirWay(to: record.round) }
        var asked = wait
        if before.count == 1 { try keep([opening.bytes]) }
        while true {
            let page = try await client.entries(of: record.round, after: record.head.count, wait: asked)
            try take(page.entries.map(\.bytes))
            if page.isLast { break }
            asked = .zero
        }
        expect()
        guard record.head == before else {
            idle = Backoff()
            return
        }
        try await checkEnd()
        let rest = wait - (ContinuousClock.now - start)
        if rest > .seconds(1) { try await Task.sleep(for: min(rest, idle.next())) }
    }

    /// Takes new entries in and keeps them, up to one that is wrong.
    private mutating func take(_ entries: [[UInt8]]) throws {
        var taken: [[UInt8]] = []
        do {
            for bytes in entries {
                try record.fold(bytes)
                taken.append(bytes)
                onTheirWay?.removeAll { $0.bytes == bytes }
            }
        } catch {
            try keep(taken)
            throw error
        }
        try keep(taken)
    }

    /// - Throws: `ProtocolViolation(.boardForked)` where others are kept in their place.
    private func keep(_ entries: [[UInt8]]) throws(ProtocolViolation) {
        try keeper?.keep(entries, of: record, agreement: agreement.bytes)
    }

    /// What no longer fits the board, such as anything after a round's end, will not come onto it.
    private mutating func expect() {
        expected = record
        onTheirWay = onTheirWay?.filter { entry in
            guard let next = try? expected.expecting(entry) else { return false }
            expected = next
            return true
        }
    }

    /// Own entries that are carried to the coordinator.
    public var onTheirWayCount: Int { onTheirWay?.count ?? 0 }

    /// Whether nothing more can be said before what was said is on the board.
    public var mustWait: Bool { onTheirWay?.contains(where: \.mustBeSeenNext) ?? false }

    /// That the board still has what it had: a coordinator that was put back to an older copy shows a shorter one, to
    /// which nothing new seems to come. [P-13]
    ///
    /// - Throws: `ProtocolViolation(.boardForked)`.
    private func checkEnd() async throws {
        let count = record.head.count
        guard count > 0 else { return }
        let last = try await client.entries(of: record.round, after: count - 1).entries.first
        guard let last, record.heads[count - 1].appending(last.bytes) == record.heads[count] else {
            throw ProtocolViolation(.boardForked, by: record.coordinator)
        }
    }

    /// Signs and posts an entry, and takes in the board up to it; or puts it on its way there.
    public mutating func post(_ body: any EntryBody) async throws {
        let entry = try SignedEntry(
            body: body, author: keys.id, round: record.round, seen: record.head, key: keys.signingKey)
        // What is on its way is said: a second entry in its place is a mistake of this program.
        if client.isCarried { _ = try expected.expecting(entry) }
        guard case .onBoard(let number) = try await client.post(entry.bytes, to: record.round) else {
            onTheirWay = (onTheirWay ?? []) + [entry]
            expect()
            return
        }
        try await refresh()
        // Else the same entry would be due and posted again at once, for ever.
        guard number >= 1, number < record.heads.count,
            record.heads[number - 1].appending(entry.bytes) == record.heads[number]
        else { throw BoardError.entryMissing(number: number) }
    }

    /// Why a board cannot be followed now.
    enum BoardError: Error, CustomStringConvertible, ReportableError {
        /// The coordinator took an entry and does not show it.
        case entryMissing(number: Int)

        var description: String {
            switch self {
            case .entryMissing(let number):
                "the coordinator said that it took an entry as number \(number), and shows a board without it"
            }
        }

        var exitStatus: ExitStatus { .unavailable }
    }

    /// Says no to a round whose agreement this participant does not know.
    public static func refuse(
        _ code: RefusalCode, opening: SignedEntry, round: RoundID, client: any CoordinatorPort, keys: KeyDirectory
    ) async throws {
        let entry = try SignedEntry(
            body: Refused(code: code), author: keys.id, round: round,
            seen: BoardHead.empty.appending(opening.bytes), key: keys.signingKey)
        _ = try await client.post(entry.bytes, to: round)
    }
}
