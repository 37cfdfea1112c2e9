internal import Crypto
internal import Files
internal import Foundation
internal import Logging
internal import PSIProtocol
internal import Values

/// One step on the cluster: its folder, its keys at the hosts' agents, its tickets and their receipts.
///
/// What belongs to it is removed when it is done. Where the daemon is killed before, or the cluster fails, the same
/// step goes on with it: whatever is read, and comes to the same tickets, is not computed again. A step that draws a
/// key of its own each time it begins, as a declaration with rows does, is never the same again.
final class SparkJob {
    private let service: SparkService
    private let workers: Workers
    private let book: StepBook?
    private let job: JobFolder
    private let keys: JobKeys
    private var ticketCount = 0
    private var fileCount = 0
    private var stageCount: Int
    private let former: FormerTickets
    /// Receipts of tickets that were done before.
    private var formerReceipts: [Int: Receipt] = [:]
    /// Whether any ticket was done since this process began with the step.
    private var hasProgressed = false

    /// How often a stage that failed is tried again with the tickets that are not done.
    private static let tries = 3

    /// - Throws: `EngineError` when the folder or an agent does not do its part.
    init<Work: StepWork>(_ engine: SparkEngine, _ work: Work, outputs: [StepOutput]) async throws {
        service = engine.service
        workers = engine.workers
        book = engine.state.map { StepBook(state: $0, round: engine.round) }
        let fresh = JobKeys(
            task: try work.task(), outputs: outputs,
            rangeCount: outputs.isEmpty ? 1 : Self.rangeCount(engine.service.configuration.tasks))
        let round = try engine.service.folder().make(engine.round)
        if let (underWay, keys) = try book?.step(like: fresh, in: round) {
            (job, self.keys) = (underWay, keys)
            former = try FormerTickets(underWay, keys)
        } else {
            (keys, former) = (fresh, FormerTickets())
            job = try JobFolder(making: JobID(), of: engine.round, in: round)
            try book?.begin(job.job, fresh)
        }
        stageCount = former.fileCount
        try await sealKeys()
        service.logger.info(
            former.fileCount == 0 ? "Computing a step on Spark" : "Going on with a step on Spark",
            metadata: [
                "round": "\(engine.round)", "step": "\(keys.task.step.rawValue)", "job": "\(job.job)",
                "done": "\(former.count)",
            ])
    }

    deinit {
        // Without a book nothing could go on with it.
        if book == nil { try? Directory.removeTree(job.directory.path) }
    }

    /// Removes what belongs to the step, once all its results have been taken.
    ///
    /// - Throws: `SealedStateError`. A folder that cannot be removed goes with the next step, or with the round.
    func finish() throws {
        try? Directory.removeTree(job.directory.path)
        try book?.finish()
    }

    /// The power of two from `tasks` on.
    static func rangeCount(_ tasks: Int) -> Int {
        var count = 1
        while count < min(tasks, 1_024) { count *= 2 }
        return count
    }

    /// Does a part of the step. What a failure has made useless is removed, so that the next try begins anew.
    func part<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch {
            if !canGoOn(after: error) { try? finish() }
            throw error
        }
    }

    private func canGoOn(after error: any Error) -> Bool {
        // What fails on this participant's side, or was stopped, says nothing against what the cluster has done.
        guard let error = error as? EngineError else { return !(error is ProtocolViolation) }
        switch error {
        case .cannotStart, .driverEnded, .noAgent, .agentUnreachable: return true
        // A file that workers cannot read fails every time; whatever else happens to them lets some tickets through.
        case .stageFailed: return hasProgressed
        case .folder(.altered): return false
        case .folder: return true
        default: return false
        }
    }

    // MARK: Keys

    /// Waits for every host's key of the round, and seals the step's keys to it.
    private func sealKeys() async throws {
        let (clock, until) = (ContinuousClock(), ContinuousClock.now + service.patience)
        var waiting = service.configuration.agents
        guard let round = try service.folder().existing(job.round) else { throw EngineError.noKeys }
        while true {
            for (host, identity) in waiting.sorted(by: { $0.key < $1.key }) {
                let path = round.file(HostOffer.name(host: host))
                guard FileStatus.exists(path) else { continue }
                let bytes = try EngineError.inFolder { try PublicFile.read(path, maxByteCount: HostOffer.mostBytes) }
                let offer = try HostOffer(bytes, host: host, round: job.round, identity: identity, path: path)
                let sealed = try HostSeal.seal(keys, to: offer, job.round, job.job, host: host)
                try EngineError.inFolder {
                    try AtomicFile.write(sealed, to: job.directory.file(JobFolder.keysName(host: host)))
                }
                waiting[host] = nil
            }
            if waiting.isEmpty { return }
            guard clock.now < until else {
                throw EngineError.noAgent(hosts: waiting.keys.sorted(), folder: service.configuration.folder)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    // MARK: Tickets

    /// Has all pieces computed.
    ///
    /// - Returns: receipts, in the pieces' order.
    /// - Throws: as `run`. What fails while pieces are read or encoded is thrown once all that came before is computed,
    ///   so that the earliest failure is thrown, as on one machine.
    func compute<Work: StepWork>(_ work: Work, _ read: () async throws -> Work.Piece?) async throws -> [Receipt] {
        var failure: (any Error)?
        let tickets = try await tickets(of: work, failure: &failure, read)
        let receipts = try await run(tickets)
        if let failure { throw failure }
        return receipts
    }

    /// Writes pieces into files, each of which is one ticket's.
    private func tickets<Work: StepWork>(
        of work: Work, failure: inout (any Error)?, _ read: () async throws -> Work.Piece?
    ) async throws -> [Ticket] {
        var tickets: [Ticket] = []
        var writer: (file: SealedSectionsWriter, code: InputCode)?
        var byteCount = 0
        func finish() throws {
            guard let (file, code) = writer else { return }
            let ticket = try ticket(.compute, input: file.name, fileCount - 1, code)
            // Nobody will read what a ticket had that is done.
            if formerReceipts[ticket.number] == nil {
                try file.endSection()
                try file.finish()
            }
            tickets.append(ticket)
            (writer, byteCount) = (nil, 0)
        }
        do {
            // Pieces may be much larger than others, so they are counted by their bytes too.
            var underWay = 0
            try await Pipeline(workers: workers).run {
                underWay < 64 << 20
            } read: { () async throws -> Work.Piece? in
                guard let piece = try await read() else { return nil }
                underWay += work.byteCount(of: piece)
                return piece
            } compute: { piece in
                (bytes: try work.encoded(piece), byteCount: work.byteCount(of: piece))
            } take: { encoded in
                underWay -= encoded.byteCount
                // No person's rows are so long.
                guard encoded.bytes.count <= TicketWorker.mostFrameBytes else {
                    throw DeclarationError.personTooLarge
                }
                var open: (file: SealedSectionsWriter, code: InputCode)
                if let writer {
                    open = writer
                } else {
                    let file = try EngineError.inFolder {
                        try SealedSectionsWriter(
                            in: job.directory, key: keys.fileKey, label: job.label(.pieces, fileCount))
                    }
                    fileCount += 1
                    open = (file, InputCode(ticket: ticketCount, keys.codeKey))
                }
                let frame = BigEndian.u32(encoded.bytes.count) + encoded.bytes
                open.code.update(frame)
                try EngineError.inFolder { try open.file.append(frame) }
                writer = open
                // Dummies take a few bytes here and as much as people there.
                byteCount += max(encoded.bytes.count, encoded.byteCount)
                if byteCount >= service.configuration.pieceByteCount { try EngineError.inFolder { try finish() } }
            }
        } catch let error as EngineError { throw error } catch {
            // Also of a file of this machine's own, which is not the folder's fault.
            try Task.checkCancellation()
            failure = error
        }
        try EngineError.inFolder { try finish() }
        return tickets
    }

    /// For each range of a kind of record, the ticket that sorts it.
    func tickets(toSort output: Int, _ made: [Receipt]) throws -> [Ticket] {
        try EngineError.inFolder {
            let list = try SealedSectionsWriter(
                in: job.directory, key: keys.fileKey, label: job.label(.list, fileCount))
            fileCount += 1
            var code = InputCode(ticket: ticketCount, keys.codeKey)
            for receipt in made {
                guard let file = receipt.file else { continue }
                let entry = JobFolder.listEntry(number: receipt.number, name: file)
                code.update(entry)
                try list.append(entry)
            }
            try list.endSection()
            try list.finish()
            return try (0..<keys.rangeCount).map {
                try ticket(.sort, input: list.name, fileCount - 1, code, output: output, range: $0)
            }
        }
    }

    /// The next ticket, or one that was for the same and is done.
    private func ticket(
        _ work: Ticket.Work, input: String, _ inputNumber: Int, _ code: InputCode, output: Int = 0, range: Int = 0
    ) throws -> Ticket {
        defer { ticketCount += 1 }
        let ticket = Ticket(
            round: job.round, job: job.job, work: work, number: ticketCount, input: input, inputNumber: inputNumber,
            inputCode: code.bytes, output: output, range: range)
        if let known = former.ticket(like: ticket) {
            formerReceipts[known.ticket.number] = known.receipt
            return known.ticket
        }
        return try ticket.signed(keys.codeKey)
    }

    // MARK: Running

    /// Has tickets done on the cluster; those that were done when a driver or an agent failed are not done again.
    ///
    /// - Returns: their receipts, in the tickets' order.
    /// - Throws: what is wrong with the first piece that is at fault; `EngineError` when the cluster fails again and
    ///   again.
    func run(_ tickets: [Ticket]) async throws -> [Receipt] {
        let byNumber = Dictionary(tickets.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        var receipts = formerReceipts.filter { byNumber[$0.key] != nil }
        func take(_ line: String) {
            guard let number = Receipt.number(of: line), let ticket = byNumber[number],
                let receipt = Receipt(line: line, of: ticket, keys.codeKey)
            else { return }
            receipts[number] = receipt
            hasProgressed = true
        }
        for attempt in 1...Self.tries {
            let missing = tickets.filter { receipts[$0.number] == nil }
            if missing.isEmpty { break }
            do {
                if attempt > 1 { try await sealKeys() }
                let path = job.directory.file(JobFolder.ticketsMark + "\(stageCount)")
                stageCount += 1
                let lines = try missing.map { try $0.line() + "\n" }.joined()
                try EngineError.inFolder { try AtomicFile.write(Array(lines.utf8), to: path) }
                let warning = warnOfSilence()
                defer { warning.cancel() }
                for try await line in try await service.driver.run(ticketsAt: path) {
                    warning.cancel()
                    take(line)
                }
                try Task.checkCancellation()
                guard missing.allSatisfy({ receipts[$0.number] != nil }) else { throw EngineError.receiptWrong }
            } catch let error as EngineError {
                // Workers may have written receipts that the driver did not live to hand on.
                for ticket in missing {
                    let path = job.directory.file(ticket.receiptName)
                    if let bytes = try? PublicFile.read(path, maxByteCount: Receipt.mostBytes) {
                        take(String(decoding: bytes, as: UTF8.self))
                    }
                }
                let isDone = tickets.allSatisfy { receipts[$0.number] != nil }
                guard attempt < Self.tries || isDone else { throw error }
                service.logger.warning(
                    "A stage on Spark failed; the tickets that are not done are given out again",
                    metadata: [
                        "job": "\(job.job)", "error": "\(error.sentence)", "done": "\(receipts.count)",
                        "tickets": "\(tickets.count)",
                    ])
            }
        }
        for ticket in tickets where ticket.work == .compute { remove(ticket.input) }
        let ordered = tickets.compactMap { receipts[$0.number] }
        guard ordered.count == tickets.count else { throw EngineError.receiptWrong }
        if let fault = ordered.lazy.compactMap(\.fault).first { throw fault.error ?? EngineError.receiptWrong }
        return ordered
    }

    /// Says that nothing has come for some minutes: a cluster without a free executor waits without a word, and so does
    /// one whose folder is slow.
    private func warnOfSilence() -> Task<Void, Never> {
        let (logger, job, silence) = (service.logger, job.job, service.silence)
        return Task {
            guard (try? await Task.sleep(for: silence)) != nil else { return }
            logger.warning(
                """
                Spark has finished no ticket for some minutes: spark.log in this participant's directory says what it \
                does. The cluster may have no free executors, or the shared folder may be slow
                """,
                metadata: ["job": "\(job)"])
        }
    }

    // MARK: Results

    /// The first section of a result.
    func section(of receipt: Receipt, _ kind: JobFolder.FileKind) throws -> SealedSectionsReader.Section {
        try EngineError.inFolder { try reader(of: receipt, kind).section(0) }
    }

    /// How many records of each kind a ticket has made: in the result's last section, where nobody else sees it.
    func counts(of receipt: Receipt, _ kind: JobFolder.FileKind) throws -> [Int] {
        try EngineError.inFolder {
            let reader = try reader(of: receipt, kind)
            var section = try reader.section(reader.sectionCount - 1)
            var counts: [Int] = []
            while let next = try section.read(exactly: 8) {
                guard let count = Int(exactly: BigEndian.read(next)) else { throw EngineError.receiptWrong }
                counts.append(count)
            }
            return counts
        }
    }

    private func reader(of receipt: Receipt, _ kind: JobFolder.FileKind) throws -> SealedSectionsReader {
        guard let file = receipt.file else { throw EngineError.receiptWrong }
        return try SealedSectionsReader(
            in: job.directory, name: file, key: keys.fileKey, label: job.label(kind, receipt.number))
    }

    /// Removes a file that is not needed any more; whatever stays goes with the step.
    func remove(_ file: String?) {
        guard let file else { return }
        try? AtomicFile.remove(job.directory.file(file))
    }
}
