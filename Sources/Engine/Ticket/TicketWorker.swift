internal import Crypto
internal import Daemon
internal import Files
internal import Foundation
public import PSIProtocol
internal import Values

/// Does tickets: one process of `sidos-worker`, on whichever host.
public actor TicketWorker {
    private let folder: SharedFolder
    private let agent: AgentClient
    private let spool: any Spool
    private let workers: Workers
    /// Of the steps that this process has had tickets of.
    private var keys: [JobID: JobKeys] = [:]

    /// Bytes of a piece's encoding, and of what it becomes: 1 GiB would be nobody's.
    static let mostFrameBytes = 1 << 27
    private static let mostJobs = 8

    /// - Parameters:
    ///   - spool: on this host's own disk, where records wait to be sorted; must seal what it writes.
    ///   - workers: cores of one ticket. Several tickets run on a host at once.
    public init(folder: SharedFolder, agent: AgentClient, spool: any Spool, workers: Workers) {
        self.folder = folder
        self.agent = agent
        self.spool = spool
        self.workers = workers
    }

    /// Does one ticket and writes its receipt into the step's folder.
    ///
    /// - Returns: the receipt's line.
    /// - Throws: `EngineError`; nothing but a sealed file that nobody asks for is then left behind.
    public func perform(_ line: String) async throws -> String {
        let ticket = try Ticket(line: line)
        let keys = try await keys(ticket)
        try ticket.check(keys.codeKey)
        let job = try JobFolder(ticket.job, of: ticket.round, in: folder)
        let began = ContinuousClock.now
        func receipt(_ file: String?, _ fault: StepFault? = nil) -> Receipt {
            let took = (ContinuousClock.now - began).components
            return Receipt(
                of: ticket, file: file, fault: fault,
                milliseconds: Int(took.seconds) * 1_000 + Int(took.attoseconds / 1_000_000_000_000_000))
        }
        // A slice of tickets is given out again when its worker dies at the last of them.
        if let before = Self.receipt(of: ticket, keys, job) { return try before.line(keys.codeKey) }
        let done: Receipt
        do {
            done = receipt(try await make(ticket, keys, job))
        } catch let error as FileError { throw EngineError.folder(error) } catch {
            guard let fault = StepFault(error) else { throw error }
            done = receipt(nil, fault)
        }
        let text = try done.line(keys.codeKey)
        try EngineError.inFolder {
            try AtomicFile.write(Array(text.utf8), to: job.directory.file(ticket.receiptName))
        }
        return text
    }

    /// The receipt that a ticket has already, if its file is there too.
    static func receipt(of ticket: Ticket, _ keys: JobKeys, _ job: JobFolder) -> Receipt? {
        guard
            let bytes = try? PublicFile.read(
                job.directory.file(ticket.receiptName), maxByteCount: Receipt.mostBytes)
        else { return nil }
        guard let receipt = Receipt(line: String(decoding: bytes, as: UTF8.self), of: ticket, keys.codeKey),
            receipt.file.map({ FileStatus.exists(job.directory.file($0)) }) ?? true
        else { return nil }
        return receipt
    }

    private func keys(_ ticket: Ticket) async throws -> JobKeys {
        if let known = keys[ticket.job] { return known }
        let fresh = try await agent.keys(ticket.job, of: ticket.round)
        if keys.count >= Self.mostJobs { keys = [:] }
        keys[ticket.job] = fresh
        return fresh
    }

    /// - Returns: the result's file.
    private func make(_ ticket: Ticket, _ keys: JobKeys, _ job: JobFolder) async throws -> String {
        switch ticket.work {
        case .compute: try await compute(try keys.task.work(), ticket, keys, job)
        case .sort: try await sort(ticket, keys, job)
        }
    }

    // MARK: Computing

    private func compute(
        _ work: some StepWork, _ ticket: Ticket, _ keys: JobKeys, _ job: JobFolder
    ) async throws -> String {
        let pieces = try SealedSectionsReader(
            in: job.directory, name: ticket.input, key: keys.fileKey, label: job.label(.pieces, ticket.inputNumber))
        var frames = FrameReader(try pieces.section(0))
        let writer = try SealedSectionsWriter(
            in: job.directory, key: keys.fileKey, label: job.label(.made, ticket.number))
        var counts = keys.outputs.map { _ in 0 }
        if keys.outputs.isEmpty {
            try await Pipeline(workers: workers).run {
                try frames.next()
            } compute: {
                try work.compute(encoded: $0)
            } take: { made in
                try writer.append(BigEndian.u16(made.count))
                for bytes in made { try writer.append(BigEndian.u32(bytes.count) + bytes) }
            }
            try writer.endSection()
        } else {
            var sorters = keys.outputs.map { RangeSorter($0, rangeCount: keys.rangeCount, spool: spool) }
            try await Pipeline(workers: workers).run {
                try frames.next()
            } compute: {
                try work.compute(encoded: $0)
            } take: { made in
                for (output, records) in made.enumerated() where output < sorters.count {
                    try sorters[output].add(records)
                }
            }
            counts = sorters.map(\.count)
            for sorter in sorters {
                var current = 0
                try await sorter.sorted(workers: workers) { range, records in
                    while current < range {
                        try writer.endSection()
                        current += 1
                    }
                    try writer.append(Array(records))
                }
                while current < keys.rangeCount {
                    try writer.endSection()
                    current += 1
                }
            }
        }
        try finish(writer, counts)
        return writer.name
    }

    /// Ends a result with how many records of each kind are in it.
    private func finish(_ writer: SealedSectionsWriter, _ counts: [Int]) throws {
        for count in counts { try writer.append(BigEndian.u64(UInt64(count))) }
        try writer.endSection()
        try writer.finish()
    }

    // MARK: Sorting

    private func sort(_ ticket: Ticket, _ keys: JobKeys, _ job: JobFolder) async throws -> String {
        guard ticket.output < keys.outputs.count, ticket.range < keys.rangeCount else { throw EngineError.ticketWrong }
        let output = keys.outputs[ticket.output]
        let list = try SealedSectionsReader(
            in: job.directory, name: ticket.input, key: keys.fileKey, label: job.label(.list, ticket.inputNumber))
        var names = try list.section(0)
        var sorter = RangeSorter(output, rangeCount: keys.rangeCount, spool: spool)
        while let entry = try names.read(exactly: JobFolder.listEntryByteCount) {
            let (number, name) = JobFolder.listEntry(entry)
            let made = try SealedSectionsReader(
                in: job.directory, name: name, key: keys.fileKey, label: job.label(.made, number))
            var section = try made.section(ticket.output * keys.rangeCount + ticket.range)
            let blockByteCount = max(1, (1 << 18) / output.width) * output.width
            while let records = try section.read(upToWhole: blockByteCount, width: output.width) {
                try sorter.add(records)
            }
        }
        let count = sorter.count
        let writer = try SealedSectionsWriter(
            in: job.directory, key: keys.fileKey, label: job.label(.sorted, ticket.number))
        try await sorter.sorted(workers: workers) { range, records in
            guard range == ticket.range else { throw EngineError.receiptWrong }
            try writer.append(Array(records))
        }
        try writer.endSection()
        try finish(writer, [count])
        return writer.name
    }
}

extension JobFolder {
    /// A file that was made, in the list of all: its number in 8 bytes, and its name as 32.
    static let listEntryByteCount = 40

    static func listEntry(number: Int, name: String) -> [UInt8] {
        BigEndian.u64(UInt64(number)) + (Hex.decode(name) ?? [])
    }

    static func listEntry(_ bytes: [UInt8]) -> (number: Int, name: String) {
        (Int(truncatingIfNeeded: BigEndian.read(bytes[..<8])), Hex.encode(Array(bytes[8...])))
    }
}

extension SealedSectionsReader.Section {
    /// Whole records of `width` bytes, up to `byteCount` bytes of them; nil at the end.
    mutating func read(upToWhole byteCount: Int, width: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < byteCount {
            let some = try read(upTo: byteCount - bytes.count)
            if some.isEmpty { break }
            bytes += some
        }
        guard bytes.count.isMultiple(of: width) else { throw EngineError.receiptWrong }
        return bytes.isEmpty ? nil : bytes
    }
}

/// Pieces behind one another in a section, each after its length in 4 bytes.
struct FrameReader {
    private var section: SealedSectionsReader.Section

    init(_ section: SealedSectionsReader.Section) { self.section = section }

    /// The next piece; nil at the end.
    mutating func next() throws -> [UInt8]? {
        guard let head = try section.read(exactly: 4) else { return nil }
        return try body(head)
    }

    /// The results of the next piece, of each kind; nil at the end.
    mutating func nextResults() throws -> [[UInt8]]? {
        guard let head = try section.read(exactly: 2) else { return nil }
        return try (0..<Int(BigEndian.read(head))).map { _ in
            guard let length = try section.read(exactly: 4) else { throw EngineError.receiptWrong }
            return try body(length)
        }
    }

    private mutating func body(_ length: [UInt8]) throws -> [UInt8] {
        let count = Int(BigEndian.read(length))
        guard count <= TicketWorker.mostFrameBytes, let bytes = try section.read(exactly: count) else {
            throw EngineError.receiptWrong
        }
        return bytes
    }
}
