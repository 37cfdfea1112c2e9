public import Crypto

/// Where opened people and rows go. Called in no particular order; the same call may come again after a restart.
public protocol OpenedRecords {
    /// A selected person in the agreement's register of this index, known by the round's tag. Called before the person's
    /// rows there.
    ///
    /// - Parameter link: index among the agreement's `linkNames` of what joined this record to others; nil if it stands alone.
    mutating func person(register: Int, tag: [UInt8], cohorts: UInt64, link: Int?) async throws
    /// A person's rows in the agreement's register of this index.
    mutating func rows(register: Int, tag: [UInt8], rows: [[FieldValue]]) async throws
    /// A dummy's cell was among the selected of this register. Whoever has records under the same tag is not released. [P-44]
    mutating func dummy(register: Int, tag: [UInt8]) async throws
}

/// Finds stored cells by handle, for handles asked in strictly increasing order.
public protocol CellLookup {
    /// The whole stored cell of each handle, in order; nil where there is none.
    mutating func find(_ handles: [[UInt8]]) async throws -> [[UInt8]?]
    /// Ends the look-up: a look-up that streams the vault reads it to its end and checks count and digest.
    mutating func finish() async throws
}

/// The research environment's part: capsules to secrets, secrets to cells, cells to rows. [P-44]
///
/// Memory is bounded whatever the selection's size: secrets wait on a sealed spool sorted by handle, and are merged with the
/// vault, which is sorted by handle too.
public struct ReleaseOpener: Sendable {
    private let record: RoundRecord
    private let workers: Workers
    private let spool: any Spool
    private let registerSecrets: [SymmetricKey]

    /// - Parameter hpkeKey: opens the registers' secrets that the owners encapsulated on the board.
    public init(
        record: RoundRecord, hpkeKey: XWingMLKEM768X25519.PrivateKey, spool: any Spool, workers: Workers
    ) throws {
        self.record = record
        self.workers = workers
        self.spool = spool
        self.registerSecrets = try record.agreement.registers.map { register in
            guard let encapsulation = record.batches[register.id]?.encapsulation else {
                throw ProtocolViolation(.badBatch, by: register.owner)
            }
            do {
                return try RegisterSecret.decapsulate(
                    encapsulation.bytes, register: register.id, round: record.round, key: hpkeKey
                ).key
            } catch { throw ProtocolViolation(.badBatch, by: register.owner) }
        }
    }

    /// Reads the selection with every node's shares beside it, and opens the capsules.
    ///
    /// - Parameters:
    ///   - shares: one stream a node, in ring order.
    ///   - key: y_R.
    /// - Throws: `ProtocolViolation` by the coordinator for a selection that is not the one it announced or asked shares for,
    ///   by a node for shares that are not those it announced or no elements. A wrong share that is an element shows later:
    ///   its item's cell is not found.
    public func openCapsules(
        selection: some ByteSource, shares: [any ByteSource], key: borrowing SecretScalar<Ristretto255>
    ) async throws -> OpenedSecrets {
        guard let selected = record.selected, shares.count == record.ring.count else {
            throw ProtocolViolation(.selectionWrong, by: record.coordinator)
        }
        let secret = key.bytes.key
        var selectionReader = RecordReader(selection, width: SelectedItem.byteCount, by: record.coordinator)
        var shareReaders = zip(shares, record.ring).map { RecordReader(AnyByteSource($0), width: 32, by: $1) }
        var requests = SHA256()
        var opened = OpenedSecrets(agreement: record.agreement, spool: spool)
        var previous: [UInt8] = []
        while let block = try await selectionReader.next(most: 2_048) {
            guard selectionReader.count <= selected.selection.count else {
                throw ProtocolViolation(.wrongCount, by: record.coordinator)
            }
            let items = try parse(block, after: &previous)
            for item in items { requests.update(data: item.a) }
            let base = selectionReader.count - items.count
            var columns: [[UInt8]] = []
            for index in shareReaders.indices {
                columns.append(
                    try await Self.exactly(items.count, from: &shareReaders[index], by: record.ring[index]))
            }
            let (work, inputs) = (self, columns)
            let pieces = try await workers.map(items.count) { range in
                try work.open(Array(items[range]), shares: inputs, range: range, base: base, key: secret)
            }
            for piece in pieces { for entry in piece { try opened.add(entry) } }
        }
        try ListSummary(count: selectionReader.count, digest: selectionReader.digest())
            .check(against: selected.selection, by: record.coordinator)
        // The nodes' shares are for the announced requests: the selection must be about the same items.
        guard Array(requests.finalize()) == selected.requests.digest.bytes else {
            throw ProtocolViolation(.selectionWrong, by: record.coordinator)
        }
        for index in shareReaders.indices {
            let node = record.ring[index]
            guard try await shareReaders[index].next(most: 1) == nil, let released = record.released[node] else {
                throw ProtocolViolation(.sharesWrong, by: node)
            }
            try ListSummary(count: shareReaders[index].count, digest: shareReaders[index].digest())
                .check(against: released.shares, by: node)
        }
        return opened
    }

    private static func exactly(
        _ count: Int, from reader: inout RecordReader<AnyByteSource>, by node: ParticipantID
    ) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count * 32 {
            guard let more = try await reader.next(most: count - bytes.count / 32) else {
                throw ProtocolViolation(.sharesWrong, by: node)
            }
            bytes += more
        }
        return bytes
    }

    private func parse(_ block: [UInt8], after previous: inout [UInt8]) throws -> [SelectedItem] {
        var items: [SelectedItem] = []
        for start in stride(from: 0, to: block.count, by: SelectedItem.byteCount) {
            guard
                let item = SelectedItem(
                    encoded: block[start..<(start + SelectedItem.byteCount)], agreement: record.agreement),
                previous.isEmpty || previous.lexicographicallyPrecedes(item.a)
            else { throw ProtocolViolation(.selectionWrong, by: record.coordinator) }
            previous = item.a
            items.append(item)
        }
        return items
    }

    private func open(
        _ items: [SelectedItem], shares: [[UInt8]], range: Range<Int>, base: Int, key: SymmetricKey
    ) throws -> [OpenedSecrets.Entry] {
        let cut = (range.lowerBound * 32)..<(range.upperBound * 32)
        let secrets = try openBatch(
            items, shares: shares.map { Array($0[cut]) }, first: base + range.lowerBound, key: key)
        return items.enumerated().map { index, item in
            let secret = secrets.slice((index * 32)..<((index + 1) * 32))
            let handle = sealer(item.register).keys(for: secret.key).handle(0)
            return OpenedSecrets.Entry(
                register: item.register, handle: handle, secret: secret.withUnsafeBytes { Array($0) }, tag: item.tag,
                cohorts: item.cohorts, link: item.link)
        }
    }

    private func openBatch(
        _ items: [SelectedItem], shares: [[UInt8]], first: Int, key: SymmetricKey
    ) throws(ProtocolViolation) -> SecretBytes {
        do {
            return try Capsule.open(
                a: items.flatMap(\.a), b: items.flatMap(\.b), shares: shares, key: SecretScalar(SecretBytes(key)))
        } catch {
            for (node, share) in zip(record.ring, shares) {
                do { try Ristretto255.validate(ElementBatch(trusted: share)) } catch GroupError.invalidElement(
                    let index)
                {
                    throw ProtocolViolation(.sharesWrong, by: node, index: first + index)
                } catch { throw ProtocolViolation(.sharesWrong, by: node) }
            }
            // All shares are elements, so the capsules are not.
            throw ProtocolViolation(.selectionWrong, by: record.coordinator)
        }
    }

    func sealer(_ register: Int) -> CellSealer {
        CellSealer(
            round: record.round, register: record.agreement.registers[register].id,
            cellByteCount: record.agreement.cellByteCount,
            registerSecret: registerSecrets[register])
    }

    /// Opens the cells of one register's selected people and hands on what is in them.
    ///
    /// - Parameter makeLookup: a fresh look-up into the register's vault; made twice when somebody has several cells.
    public func openVault<Records: OpenedRecords>(
        _ opened: consuming OpenedSecrets.RegisterSecrets, into records: inout Records,
        makeLookup: () async throws -> any CellLookup
    ) async throws {
        let register = opened.register
        let declaration = record.agreement.registers[register]
        let sealer = sealer(register)
        var continuation = ExternalSorter(spool: spool)
        var payloads = ExternalSorter(spool: spool)

        var lookup = try await makeLookup()
        var secrets = try opened.sorted()
        while true {
            let entries = try OpenedSecrets.Entry.next(256, from: &secrets)
            if entries.isEmpty { break }
            let cells = try await lookup.find(entries.map(\.handle))
            for (entry, cell) in zip(entries, cells) {
                // The owner stored no such cell, or a node's share or a capsule was wrong: nobody can tell which.
                guard let cell else { throw ProtocolViolation(.vaultWrong) }
                let keys = sealer.keys(for: SymmetricKey(data: entry.secret))
                let payload = try open(cell, keys, 0, declaration)
                let header = try self.header(of: payload, sealer, declaration)
                if header.isDummy {
                    try await records.dummy(register: register, tag: entry.tag)
                    continue
                }
                try await records.person(
                    register: register, tag: entry.tag, cohorts: entry.cohorts,
                    link: entry.link == Clusters.noLink ? nil : Int(entry.link))
                if header.cellCount == 1 {
                    try await emit([payload], entry.tag, register, sealer, into: &records)
                    continue
                }
                try payloads.add(entry.tag + BigEndian.u32(0) + payload)
                for index in 1..<header.cellCount {
                    let rest = OpenedSecrets.Entry(
                        register: register, handle: keys.handle(index), secret: entry.secret, tag: entry.tag,
                        cohorts: UInt64(index), link: entry.link)
                    try continuation.add(rest.encoded())
                }
            }
        }
        try await lookup.finish()
        try await openContinuations(
            continuation, payloads, register, sealer, into: &records, makeLookup: makeLookup)
    }

    private func openContinuations<Records: OpenedRecords>(
        _ continuation: consuming ExternalSorter, _ payloads: ExternalSorter, _ register: Int, _ sealer: CellSealer,
        into records: inout Records, makeLookup: () async throws -> any CellLookup
    ) async throws {
        let declaration = record.agreement.registers[register]
        var payloads = payloads
        var rest = try continuation.sorted()
        var lookup: (any CellLookup)?
        while true {
            let entries = try OpenedSecrets.Entry.next(256, from: &rest)
            if entries.isEmpty { break }
            if lookup == nil { lookup = try await makeLookup() }
            let cells = try await lookup?.find(entries.map(\.handle)) ?? []
            for (entry, cell) in zip(entries, cells) {
                guard let cell else { throw ProtocolViolation(.vaultWrong, by: declaration.owner) }
                let index = Int(entry.cohorts)
                let keys = sealer.keys(for: SymmetricKey(data: entry.secret))
                try payloads.add(entry.tag + BigEndian.u32(index) + open(cell, keys, index, declaration))
            }
        }
        try await lookup?.finish()

        var sorted = try payloads.sorted()
        var tag: [UInt8] = []
        var cells: [[UInt8]] = []
        while let next = try sorted.next() {
            if Array(next[..<16]) != tag {
                if !cells.isEmpty { try await emit(cells, tag, register, sealer, into: &records) }
                tag = Array(next[..<16])
                cells = []
            }
            cells.append(Array(next[20...]))
        }
        if !cells.isEmpty { try await emit(cells, tag, register, sealer, into: &records) }
    }

    private func header(
        of payload: [UInt8], _ sealer: CellSealer, _ declaration: RegisterDeclaration
    ) throws -> CellSealer.Header {
        guard let header = try? sealer.header(of: payload), header.cellCount <= declaration.maxCellsPerPerson else {
            throw ProtocolViolation(.vaultWrong, by: declaration.owner)
        }
        return header
    }

    private func open(
        _ cell: [UInt8], _ keys: CellKeys, _ index: Int, _ declaration: RegisterDeclaration
    ) throws -> [UInt8] {
        guard let payload = try? keys.open(cell, index: index) else {
            throw ProtocolViolation(.vaultWrong, by: declaration.owner)
        }
        return payload
    }

    private func emit<Records: OpenedRecords>(
        _ cells: [[UInt8]], _ tag: [UInt8], _ register: Int, _ sealer: CellSealer, into records: inout Records
    ) async throws {
        let declaration = record.agreement.registers[register]
        guard !declaration.columns.isEmpty else { return }
        let violation = ProtocolViolation(.vaultWrong, by: declaration.owner)
        guard let header = try? sealer.header(of: cells[0]), let bytes = try? sealer.rows(from: cells) else {
            throw violation
        }
        let codec = RowCodec(columns: declaration.columns)
        var rows: [[FieldValue]] = []
        var position = 0
        for _ in 0..<header.rowCount {
            guard let row = try? codec.decode(bytes, at: &position) else { throw violation }
            rows.append(row)
        }
        guard position == bytes.count else { throw violation }
        try await records.rows(register: register, tag: tag, rows: rows)
    }
}
