internal import Agreement
public import PSIProtocol

/// Gathers each person's rows from all over a register, in memory bounded whatever the register's size.
///
/// A person is who has one identity code, by the owner's history the code of today. Rows without a usable code are
/// gathered by the owner's own name for the person, where there is one, and else by their match fields. Rows are sorted
/// by keyed hashes, under a key that is never written down: neither the people's nor the rows' order says anything of
/// the source's, and what the spool holds is in no order of codes. The whole register is read, judged and counted
/// before the first person is handed out, so a mistake in its last row stops it all.
public final class PersonGrouping {
    /// A person with more rows is refused.
    public static let maxRowsOfPerson = 100_000
    /// A person whose encoded rows take more bytes is refused: 16 MiB.
    public static let maxBytesOfPerson = 16 << 20

    private let plan: MatchPlan
    private let file: String
    private let history: IdentityHistory?
    private var gathering: RowGathering
    private var reader: RegisterReader
    private var survey: RegisterSurvey?
    private var personRun: PersonRun?
    private var people: PersonRunReader?

    /// How often, in rows, it is checked whether the task is cancelled.
    private static let rowsBetweenChecks = 4096

    /// - Parameter memoryByteCount: bytes of rows held before they go to the spool.
    /// - Throws: `RegisterError` of the register's history, or of the lists of people who are never to be released.
    public init(reader: RegisterReader, spool: any Spool, memoryByteCount: Int = 24 << 20) throws(RegisterError) {
        self.reader = reader
        plan = reader.plan
        file = reader.source.name
        history = try reader.readHistory()
        let neverRelease = try reader.readNeverRelease(history)
        self.reader.handsOutRowsOutside = neverRelease != nil
        gathering = RowGathering(
            plan, history: history, neverRelease: neverRelease, columns: reader.declaration.columns, spool: spool,
            memoryByteCount: memoryByteCount)
    }

    /// Reads and sorts the register. A second call gives the same answer without reading again.
    public func run() throws(RegisterError) -> RegisterSurvey {
        if let survey { return survey }
        do {
            var rowCount = 0
            while let row = try reader.next() {
                rowCount += 1
                if rowCount.isMultiple(of: Self.rowsBetweenChecks), Task.isCancelled {
                    throw RegisterError.Kind.cancelled
                }
                try gathering.add(row, hasGaps: reader.hasGaps)
            }
            let run = try gathering.finish()
            personRun = run
            people = try run.makeReader()
        } catch {
            throw registerError(error)
        }
        var survey = gathering.survey
        if let history { survey.history = history.counts }
        survey.rowsLeftOut = reader.rowsLeftOut
        survey.derivations = reader.derivationCounts
        survey.codeShapes = reader.codeShapes
        survey.dateFields = reader.dateFields
        survey.programWords = reader.programWords
        self.survey = survey
        return survey
    }

    /// What the rows are encoded by.
    var columns: [ColumnDeclaration] { reader.declaration.columns }

    /// The next person, or nil after the last. Runs the sort first when that wasn't done.
    public func nextPerson() throws(RegisterError) -> PersonRows? {
        _ = try run()
        do { return try people?.next(plan, history) } catch { throw registerError(error) }
    }

    /// Begins again with the first person.
    public func rewind() throws(RegisterError) {
        _ = try run()
        do { people = try personRun?.makeReader() } catch { throw registerError(error) }
    }

    private func registerError(_ error: any Error) -> RegisterError {
        switch error {
        case let error as RegisterError: error
        case let kind as RegisterError.Kind: RegisterError(kind, file: file)
        case is SpoolDamage, ExternalSortError.truncatedRun: RegisterError(.spoolDamaged, file: file)
        case ExternalSortError.recordTooLong:
            RegisterError(.personTooLarge(byteLimit: Self.maxBytesOfPerson), file: file)
        case RowCodecError.valueDoesNotFit(let name):
            RegisterError(
                .wrongType(expected: columns.first { $0.name == name }?.type ?? .text), file: file,
                column: name)
        default: RegisterError(.spoolFailed(String(describing: error)), file: file)
        }
    }
}
