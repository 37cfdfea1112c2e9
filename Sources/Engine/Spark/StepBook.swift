internal import Daemon
internal import Files
internal import PSIProtocol
internal import Values

/// The steps of a round that are under way, with their keys, in the daemon's sealed state: one whose daemon was killed
/// goes on where it was.
struct StepBook: Sendable {
    let state: SealedState
    let round: RoundID

    /// A step under way that does the same, and whose folder is still there; nil when there is none.
    ///
    /// Forgets steps whose folders are gone.
    ///
    /// - Throws: `SealedStateError`, `EngineError.folder`.
    func step(like keys: JobKeys, in folder: PrivateDirectory) throws -> (JobFolder, JobKeys)? {
        for name in state.names(.steps(of: round)) {
            guard let (job, known) = try read(name), let found = try JobFolder(job, of: round, existingIn: folder)
            else {
                try state.remove(name)
                continue
            }
            if known.doSame(as: keys) { return (found, known) }
        }
        return nil
    }

    /// The steps that are written down.
    func jobs() throws -> Set<JobID> { Set(try state.names(.steps(of: round)).compactMap { try read($0)?.0 }) }

    func write(_ job: JobID, _ keys: JobKeys) throws {
        let keys = try keys.serialized()
        let value = SecretBytes(count: JobID.byteCount + keys.byteCount) { output in
            output.copyBytes(from: job.bytes)
            keys.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: output[JobID.byteCount...]).copyBytes(from: bytes)
            }
        }
        try state.put(name(job), value)
    }

    func remove(_ job: JobID) throws { try state.remove(name(job)) }

    private func name(_ job: JobID) -> StateName { .step(of: round, job: job.bytes) }

    /// Nil for what another version has written.
    private func read(_ name: StateName) throws -> (JobID, JobKeys)? {
        guard let value = try state.secret(name), value.byteCount > JobID.byteCount else { return nil }
        let job = value.slice(0..<JobID.byteCount).withUnsafeBytes { JobID(bytes: Array($0)) }
        guard let job, let keys = try? JobKeys(serialized: value.slice(JobID.byteCount..<value.byteCount)) else {
            return nil
        }
        return (job, keys)
    }
}

/// What had been done of a step when its daemon was killed.
struct FormerTickets {
    /// Tickets whose receipts are genuine and whose results are there, by number.
    private var done: [Int: [(ticket: Ticket, receipt: Receipt)]] = [:]
    /// Files of tickets that there are.
    private(set) var fileCount = 0

    private static let mostFileBytes = 1 << 28

    var count: Int { done.count }

    init() {}

    /// Reads what the folder has, and removes whatever else is there.
    ///
    /// - Throws: `EngineError.folder`.
    init(_ job: JobFolder, _ keys: JobKeys) throws {
        var kept: Set<String> = []
        let names = try EngineError.inFolder { try job.directory.names() }
        for name in names where name.hasPrefix(JobFolder.ticketsMark) {
            fileCount += 1
            let bytes = try EngineError.inFolder {
                try PublicFile.read(job.directory.file(name), maxByteCount: Self.mostFileBytes)
            }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                guard let ticket = try? Ticket(line: String(line)), (try? ticket.check(keys.codeKey)) != nil,
                    let receipt = TicketWorker.receipt(of: ticket, keys, job)
                else { continue }
                done[ticket.number, default: []].append((ticket, receipt))
                if let file = receipt.file { kept.insert(file) }
            }
        }
        for name in names where Hex.decode(name)?.count == Ticket.fileNameByteCount && !kept.contains(name) {
            try EngineError.inFolder { try AtomicFile.remove(job.directory.file(name)) }
        }
    }

    /// A ticket for the same work on the same contents, which is done.
    func ticket(like ticket: Ticket) -> (ticket: Ticket, receipt: Receipt)? {
        done[ticket.number]?.first { former, _ in
            former.round == ticket.round && former.job == ticket.job && former.work == ticket.work
                && former.inputCode == ticket.inputCode && former.output == ticket.output
                && former.range == ticket.range
        }
    }
}
