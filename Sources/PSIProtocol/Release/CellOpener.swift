public import Agreement
public import Crypto
public import Values

/// Opens the cells of what was received, once the round has closed. Nobody but the research environment's own operator
/// hears what comes of it. [P-44]
///
/// Memory is bounded whatever the selection's size: items come in the order of their handles and are merged with the
/// cells, which are in that order too; the further cells of those who have several are looked for in a second pass.
public struct CellOpener: Sendable {
    private let agreement: Agreement
    private let round: RoundID
    private let spool: any Spool

    public init(agreement: Agreement, round: RoundID, spool: any Spool) {
        self.agreement = agreement
        self.round = round
        self.spool = spool
    }

    /// Opens one register, and hands on what is in it. Calling it again hands on the same.
    ///
    /// - Parameters:
    ///   - register: index in the agreement.
    ///   - secret: s_iR.
    ///   - expected: how many cells were received, and their digest.
    ///   - cells: the copy of the register's vault, from its beginning.
    /// - Throws: `ReleaseError.copyDamaged`; what the sources and `records` throw.
    public func open<Records: OpenedRecords>(
        register: Int, secret: SymmetricKey, items: any OpenedItemSource, expected: ListSummary,
        into records: inout Records, cells: () throws -> any ByteSource
    ) async throws {
        let declaration = agreement.registers[register]
        let work = RegisterOpening(
            register: register, declaration: declaration,
            sealer: CellSealer(
                round: round, register: declaration.id, cellByteCount: agreement.cellByteCount, registerSecret: secret))
        var items = items
        var rest = ExternalSorter(spool: spool)
        var payloads = ExternalSorter(spool: spool)

        var scan = VaultScan(try cells(), expected: expected, cellByteCount: agreement.cellByteCount)
        var handle: [UInt8] = []
        // Opened together: a MiB of cells at most.
        let most = max(1, min(256, (1 << 20) / agreement.cellByteCount))
        var block: [OpenedItem] = []
        var found: [[UInt8]?] = []
        var upcoming = try items.next()
        while let item = upcoming {
            upcoming = try items.next()
            // Two items with one secret: a hop put somebody's capsule in another's place, and nobody can tell whose it
            // is.
            let isShared = item.handle == handle || item.handle == upcoming?.handle
            handle = item.handle
            block.append(item)
            found.append(isShared ? nil : try await scan.find(handle))
            guard block.count == most || upcoming == nil else { continue }
            let opened = work.sealer.openFirst(found, secrets: SecretBytes(joining: block.map(\.secret)))
            for (item, payload) in zip(block, opened) {
                guard let payload, let header = work.header(of: payload) else {
                    try await records.damaged(register: register, tag: item.person)
                    continue
                }
                if header.isDummy {
                    try await records.dummy(register: register, tag: item.person)
                    continue
                }
                // Where codes alone link, one person has one code: somebody did what no owner and no hop does. [P-83]
                if item.name == .doubtful, !agreement.linksInSeveralWays {
                    try await records.damaged(register: register, tag: item.person)
                    continue
                }
                try await records.person(
                    register: register, tag: item.person, cohorts: item.cohorts,
                    link: item.link == Clusters.noLink ? nil : Int(item.link), name: item.name)
                if header.cellCount == 1 {
                    try await work.emit([payload], item.person, into: &records)
                    continue
                }
                try payloads.add(item.person + BigEndian.u32(0) + payload)
                let handles = work.sealer.handles(of: SecretBytes(joining: [item.secret]), count: header.cellCount)
                for index in 1..<header.cellCount {
                    let handle = handles[(index * CellSealer.handleByteCount)...].prefix(CellSealer.handleByteCount)
                    try rest.add(Array(handle) + item.person + item.secret + BigEndian.u32(index))
                }
            }
            block.removeAll(keepingCapacity: true)
            found.removeAll(keepingCapacity: true)
        }
        try await scan.finish()
        try await openRest(rest, payloads, work, expected, into: &records, cells: cells)
    }

    /// The further cells of those who have several.
    private func openRest<Records: OpenedRecords>(
        _ rest: consuming ExternalSorter, _ payloads: ExternalSorter, _ work: RegisterOpening, _ expected: ListSummary,
        into records: inout Records, cells: () throws -> any ByteSource
    ) async throws {
        var payloads = payloads
        var rest = try rest.sorted()
        var scan: VaultScan?
        while let wanted = try rest.next() {
            guard wanted.count == 68 else { throw ExternalSortError.truncatedRun }
            if scan == nil { scan = VaultScan(try cells(), expected: expected, cellByteCount: agreement.cellByteCount) }
            let cell = try await scan?.find(Array(wanted[..<16]))
            let index = Int(BigEndian.read(wanted[64...]))
            let keys = work.sealer.keys(for: SymmetricKey(data: wanted[32..<64]))
            // Nothing stands for a cell that is missing or does not open.
            let payload = cell.flatMap { try? keys.open($0, index: index) } ?? []
            try payloads.add(Array(wanted[16..<32]) + BigEndian.u32(index) + payload)
        }
        try await scan?.finish()

        var sorted = try payloads.sorted()
        var person: [UInt8] = []
        var pieces: [[UInt8]] = []
        while let next = try sorted.next() {
            if Array(next[..<16]) != person {
                if !pieces.isEmpty { try await work.emit(pieces, person, into: &records) }
                person = Array(next[..<16])
                pieces = []
            }
            pieces.append(Array(next[20...]))
        }
        if !pieces.isEmpty { try await work.emit(pieces, person, into: &records) }
    }
}

/// One register while it is opened.
private struct RegisterOpening {
    let register: Int
    let declaration: RegisterDeclaration
    let sealer: CellSealer

    /// Nil where no owner writes such a first piece.
    func header(of payload: [UInt8]) -> CellSealer.Header? {
        guard let header = try? sealer.header(of: payload), header.cellCount <= declaration.maxCellsPerPerson else {
            return nil
        }
        // A dummy's cell, and one of a register of which nothing is released, hold no rows.
        if header.isDummy || declaration.columns.isEmpty {
            guard header.cellCount == 1, header.rowCount == 0, let rows = try? sealer.rows(from: [payload]),
                rows.isEmpty
            else { return nil }
        }
        return header
    }

    func emit<Records: OpenedRecords>(_ pieces: [[UInt8]], _ person: [UInt8], into records: inout Records) async throws
    {
        guard !declaration.columns.isEmpty else { return }
        guard let rows = rows(in: pieces) else {
            return try await records.damaged(register: register, tag: person)
        }
        try await records.rows(register: register, tag: person, rows: rows)
    }

    private func rows(in pieces: [[UInt8]]) -> [[FieldValue]]? {
        guard pieces.allSatisfy({ $0.count == sealer.cellPayloadByteCount }), let first = pieces.first,
            let header = try? sealer.header(of: first), let bytes = try? sealer.rows(from: pieces)
        else { return nil }
        let codec = RowCodec(columns: declaration.columns)
        var rows: [[FieldValue]] = []
        var position = 0
        for _ in 0..<header.rowCount {
            guard let row = try? codec.decode(bytes, at: &position) else { return nil }
            rows.append(row)
        }
        return position == bytes.count ? rows : nil
    }
}
