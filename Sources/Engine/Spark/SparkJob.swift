internal import Crypto
internal import Files
internal import Foundation
internal import Logging
internal import PSIProtocol
internal import Values

/// One step on the cluster: its folder, its keys at the hosts' agents, its tickets and their receipts.
///
/// What belongs to it is removed when it is let go of.
final class SparkJob {
    private let service: SparkService
    private let workers: Workers
    private let job: JobFolder
    private let keys: JobKeys
    private var ticketCount = 0
    private var fileCount = 0

    /// How often a stage that failed is tried again with the tickets that are not done.
    private static let tries = 3

    /// - Throws: `EngineError` when the folder or an agent does not do its part.
    init<Work: StepWork>(_ engine: SparkEngine, _ work: Work, outputs: [StepOutput]) async throws {
        service = engine.service
        workers = engine.workers
        keys = JobKeys(
            task: try work.task(), outputs: outputs,
            rangeCount: outputs.isEmpty ? 1 : Self.rangeCount(engine.service.configuration.tasks))
        let round = try engine.service.folder.make(engine.round)
        job = try JobFolder(making: JobID(), of: engine.round, in: round)
        try await sealKeys()
        service.logger.info(
            "Computing a step on Spark",
            metadata: ["round": "\(engine.round)", "step": "\(keys.task.step.rawValue)", "job": "\(job.job)"])
    }

    deinit { try? Directory.removeTree(job.directory.path) }

    /// The power of two from `tasks` on.
    static func rangeCount(_ tasks: Int) -> Int {
        var count = 1
        while count < min(tasks, 1_024) { count *= 2 }
        return count
    }

    // MARK: Keys

    /// Waits for every host's key of the round, and seals the step's keys to it.
    private func sealKeys() async throws {
        let (clock, until) = (ContinuousClock(), ContinuousClock.now + service.patience)
        var waiting = service.configuration.agents
        guard let round = try service.folder.existing(job.round) else { throw EngineError.noKeys }
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
                throw EngineError.noAgent(hosts: waiting.keys.sorted(), folder: service.folder.directory.path)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    // MARK: Tickets

    /// Writes pieces into files, each of which is one ticket's.
    func tickets<Work: StepWork>(of work: Work, _ read: () async throws -> Work.Piece?) async throws -> [Ticket] {
        var tickets: [Ticket] = []
        var writer: SealedSectionsWriter?
        var byteCount = 0
        func finish() throws {
            guard let file = writer else { return }
            try file.endSection()
            try file.finish()
            tickets.append(try ticket(.compute, input: file.name, fileCount - 1))
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
                guard encoded.bytes.count <= TicketWorker.mostFrameBytes else { throw EngineError.receiptWrong }
                let file: SealedSectionsWriter
                if let writer {
                    file = writer
                } else {
                    file = try SealedSectionsWriter(
                        in: job.directory, key: keys.fileKey, label: job.label(.pieces, fileCount))
                    fileCount += 1
                    writer = file
                }
                try file.append(BigEndian.u32(encoded.bytes.count) + encoded.bytes)
                byteCount += encoded.bytes.count
                if byteCount >= service.configuration.pieceByteCount { try finish() }
            }
            try finish()
        } catch let error as FileError { throw EngineError.folder(error) }
        return tickets
    }

    /// For each range of a kind of record, the ticket that sorts it.
    func tickets(toSort output: Int, _ made: [Receipt]) throws -> [Ticket] {
        try EngineError.inFolder {
            let list = try SealedSectionsWriter(
                in: job.directory, key: keys.fileKey, label: job.label(.list, fileCount))
            fileCount += 1
            for receipt in made {
                guard let file = receipt.file else { continue }
                try list.append(JobFolder.listEntry(number: receipt.number, name: file))
            }
            try list.endSection()
            try list.finish()
            return try (0..<keys.rangeCount).map {
                try ticket(.sort, input: list.name, fileCount - 1, output: output, range: $0)
            }
        }
    }

    private func ticket(
        _ work: Ticket.Work, input: String, _ inputNumber: Int, output: Int = 0, range: Int = 0
    ) throws -> Ticket {
        defer { ticketCount += 1 }
        return try Ticket(
            round: job.round, job: job.job, work: work, number: ticketCount, input: input, inputNumber: inputNumber,
            output: output, range: range
        ).signed(keys.codeKey)
    }

    // MARK: Running

    /// Has tickets done on the cluster; those that were done when a driver or an agent failed are not done again.
    ///
    /// - Returns: their receipts, in the tickets' order.
    /// - Throws: what is wrong with the first piece that is at fault; `EngineError` when the cluster fails again and
    ///   again.
    func run(_ tickets: [Ticket]) async throws -> [Receipt] {
        let byNumber = Dictionary(tickets.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        var receipts: [Int: Receipt] = [:]
        func take(_ line: String) {
            guard let number = Receipt.number(of: line), let ticket = byNumber[number],
                let receipt = Receipt(line: line, of: ticket, keys.codeKey)
            else { return }
            receipts[number] = receipt
        }
        for attempt in 1...Self.tries {
            let missing = tickets.filter { receipts[$0.number] == nil }
            if missing.isEmpty { break }
            do {
                if attempt > 1 { try await sealKeys() }
                let path = job.directory.file("tickets-\(missing[0].number)-\(attempt)")
                let lines = try missing.map { try $0.line() + "\n" }.joined()
                try EngineError.inFolder { try AtomicFile.write(Array(lines.utf8), to: path) }
                for try await line in try await service.driver.run(ticketsAt: path) { take(line) }
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
                guard attempt < Self.tries else { throw error }
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

    // MARK: Results

    /// The first section of a result.
    func section(of receipt: Receipt, _ kind: JobFolder.FileKind) throws -> SealedSectionsReader.Section {
        guard let file = receipt.file else { throw EngineError.receiptWrong }
        return try EngineError.inFolder {
            try SealedSectionsReader(
                in: job.directory, name: file, key: keys.fileKey, label: job.label(kind, receipt.number)
            ).section(0)
        }
    }

    /// Removes a file that is not needed any more; whatever stays goes with the step.
    func remove(_ file: String?) {
        guard let file else { return }
        try? AtomicFile.remove(job.directory.file(file))
    }
}
