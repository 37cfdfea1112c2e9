internal import Crypto
public import PSIProtocol

/// Gathers each person's rows from all over a register, in memory bounded whatever the register's size.
///
/// Rows are sorted by a keyed hash of their identity, under a key that is never written down: neither the people's nor
/// the rows' order says anything of the source's, and what the spool holds is in no order of codes. The whole register
/// is read, judged and counted before the first person is handed out, so a mistake in its last row stops it all.
public final class PersonGrouping {
    /// A person with more rows is refused.
    public static let maxRowsOfPerson = 100_000
    /// A person whose encoded rows take more bytes is refused: 16 MiB.
    public static let maxBytesOfPerson = 16 << 20

    private let spool: any Spool
    private let memoryByteCount: Int
    private let file: String
    private let columnCount: Int
    private var reader: RegisterReader
    private var survey: RegisterSurvey?
    private var people: PersonRunReader?

    private static let keyByteCount = 32
    /// How often, in rows, it is checked whether the task is cancelled.
    private static let rowsBetweenChecks = 4096

    /// - Parameter memoryByteCount: bytes of rows held before they go to the spool.
    public init(reader: RegisterReader, spool: any Spool, memoryByteCount: Int = 24 << 20) {
        self.reader = reader
        self.spool = spool
        self.memoryByteCount = memoryByteCount
        file = reader.source.path
        columnCount = reader.declaration.columns.count
    }

    /// Reads and sorts the register. A second call gives the same answer without reading again.
    public func run() throws(RegisterError) -> RegisterSurvey {
        if let survey { return survey }
        var survey = RegisterSurvey()
        do {
            let sorter = try sortRows(&survey)
            people = try gather(try sorter.sorted(), &survey)
        } catch {
            throw registerError(error)
        }
        self.survey = survey
        return survey
    }

    /// The next person, or nil after the last. Runs the sort first when that wasn't done.
    public func nextPerson() throws(RegisterError) -> PersonRows? {
        _ = try run()
        do {
            return try people?.next(columnCount: columnCount)
        } catch {
            throw registerError(error)
        }
    }

    /// Sorts records of key ‖ u16 identity length ‖ identity ‖ row.
    private func sortRows(_ survey: inout RegisterSurvey) throws -> ExternalSorter {
        var sorter = ExternalSorter(spool: spool, memoryByteCount: memoryByteCount)
        let keyed = RepeatedHMAC(key: SymmetricKey(size: .bits256))
        var record: [UInt8] = []
        while let row = try reader.next() {
            survey.rowsRead += 1
            if survey.rowsRead.isMultiple(of: Self.rowsBetweenChecks) { try checkCancellation() }
            switch row {
            case .refused(let reason): survey.refused[reason, default: 0] += 1
            case .row(let identity, let values):
                survey.rowsKept += 1
                record.removeAll(keepingCapacity: true)
                let code = identity.withUnsafeBytes { keyed.code(of: $0) }
                code.withUnsafeBytes { record.append(contentsOf: $0) }
                BigEndian.append(UInt64(identity.count), byteCount: 2, to: &record)
                record.append(contentsOf: identity)
                SortableRow.encode(values, into: &record)
                try sorter.add(record)
            }
        }
        return sorter
    }

    /// Writes the sorted rows person by person to one run, so that people are counted before the first is handed out.
    private func gather(_ sorted: consuming SortedRecords, _ survey: inout RegisterSurvey) throws -> PersonRunReader {
        var writer = try PersonRunWriter(spool: spool)
        /// The person's first record, of which key, length and identity are `headByteCount` bytes.
        var first: [UInt8] = []
        var headByteCount = 0
        var rows: [UInt8] = []
        var rowCount = 0
        var recordCount = 0

        func endPerson() throws {
            guard rowCount > 0 else { return }
            try writer.append(identity: first[(Self.keyByteCount + 2)..<headByteCount], rowCount: rowCount, rows: rows)
            survey.people += 1
            survey.mostRowsOfPerson = max(survey.mostRowsOfPerson, rowCount)
            survey.mostBytesOfPerson = max(survey.mostBytesOfPerson, rows.count)
            rows.removeAll(keepingCapacity: true)
            rowCount = 0
        }

        while let record = try sorted.next() {
            recordCount += 1
            if recordCount.isMultiple(of: Self.rowsBetweenChecks) { try checkCancellation() }
            var position = Self.keyByteCount
            guard let count = BigEndian.value(record, byteCount: 2, at: &position),
                record.count - position >= Int(count)
            else { throw RegisterError(.spoolDamaged, file: file) }
            position += Int(count)
            // Key, length and identity together: the first difference is in the key.
            if position != headByteCount || record[..<position] != first[..<position] {
                try endPerson()
                first = record
                headByteCount = position
            }
            rowCount += 1
            if rowCount > Self.maxRowsOfPerson {
                throw RegisterError(.tooManyRowsOfPerson(limit: Self.maxRowsOfPerson), file: file)
            }
            if rows.count + record.count - position > Self.maxBytesOfPerson {
                throw RegisterError(.personTooLarge(byteLimit: Self.maxBytesOfPerson), file: file)
            }
            rows.append(contentsOf: record[position...])
        }
        try endPerson()
        guard recordCount == survey.rowsKept else { throw RegisterError(.spoolDamaged, file: file) }
        return try writer.finish()
    }

    private func checkCancellation() throws(RegisterError) {
        if Task.isCancelled { throw RegisterError(.cancelled, file: file) }
    }

    private func registerError(_ error: any Error) -> RegisterError {
        switch error {
        case let error as RegisterError: error
        case is PersonRunDamage, ExternalSortError.truncatedRun: RegisterError(.spoolDamaged, file: file)
        case ExternalSortError.recordTooLong:
            RegisterError(.personTooLarge(byteLimit: Self.maxBytesOfPerson), file: file)
        default: RegisterError(.spoolFailed(String(describing: error)), file: file)
        }
    }
}
