internal import Daemon
internal import Files
internal import PSIProtocol
internal import Values

/// The step of a round that is under way, with its keys, in the daemon's sealed state: when the daemon was killed, the
/// same step goes on where it was.
struct StepBook: Sendable {
    let state: SealedState
    let round: RoundID

    private var name: StateName { .step(of: round) }

    /// The step that was last begun and not finished, if it does the same and its folder is still there.
    ///
    /// - Throws: `SealedStateError`, `EngineError.folder`.
    func step(like keys: JobKeys, in folder: PrivateDirectory) throws -> (JobFolder, JobKeys)? {
        guard let value = try state.secret(name), value.byteCount > JobID.byteCount,
            let job = value.slice(0..<JobID.byteCount).withUnsafeBytes({ JobID(bytes: Array($0)) }),
            // Another version may have written it.
            let known = try? JobKeys(serialized: value.slice(JobID.byteCount..<value.byteCount)),
            known.doSame(as: keys), let found = try JobFolder(job, of: round, existingIn: folder)
        else { return nil }
        return (found, known)
    }

    func begin(_ job: JobID, _ keys: JobKeys) throws {
        let keys = try keys.serialized()
        let value = SecretBytes(count: JobID.byteCount + keys.byteCount) { output in
            output.copyBytes(from: job.bytes)
            keys.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: output[JobID.byteCount...]).copyBytes(from: bytes)
            }
        }
        try state.put(name, value)
    }

    func finish() throws { try state.remove(name) }
}

/// What had been done of a step when its daemon was killed.
struct FormerTickets {
    /// Tickets whose receipts are genuine and whose results are there, by number.
    private var done: [Int: [(ticket: Ticket, receipt: Receipt)]] = [:]
    /// Files of tickets that there are.
    private(set) var fileCount = 0

    /// Some thirty thousand tickets; what is longer is not read, and its tickets are done again.
    private static let mostFileBytes = 1 << 24

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
            // What cannot be read is no file of this daemon's: its tickets are given out anew.
            guard
                let bytes = try? PublicFile.read(job.directory.file(name), maxByteCount: Self.mostFileBytes)
            else { continue }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                guard let ticket = try? Ticket(line: String(line)), (try? ticket.check(keys.codeKey)) != nil,
                    done[ticket.number]?.contains(where: { $0.ticket == ticket }) != true,
                    let receipt = TicketWorker.receipt(of: ticket, keys, job)
                else { continue }
                done[ticket.number, default: []].append((ticket, receipt))
                if let file = receipt.file { kept.insert(file) }
            }
        }
        for name in names where Hex.decode(name)?.count == Ticket.fileNameByteCount && !kept.contains(name) {
            try? AtomicFile.remove(job.directory.file(name))
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
