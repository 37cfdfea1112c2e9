public import Agreement

/// Reads a register's rows as the agreement declares them: who they are about, then one typed value a column.
///
/// The first value that doesn't fit its column ends the reading, since a register that differs from its agreement must
/// not be used in part. So does an identity code in a released column.
public struct RegisterReader {
    /// Judges the rows that `next` gives, and says how others are judged.
    var judge: RowJudge
    /// Not to be read from by whoever calls `next`.
    var records: any SourceReader
    public var declaration: RegisterDeclaration { judge.declaration }
    public var source: RegisterSource { judge.source }
    var plan: MatchPlan { judge.plan }
    /// What became of the values of derived columns.
    public var derivationCounts: [DerivationCounts] { judge.derivationCounts }

    /// Opens the source and finds the columns.
    ///
    /// - Throws: `RegisterError`, among others with all missing columns at once.
    public init(
        declaration: RegisterDeclaration, source: RegisterSource, plan: MatchPlan
    ) throws(RegisterError) {
        do throws(RegisterError.Kind) { try RegisterColumns.check(source, against: declaration, plan) } catch {
            throw RegisterError(error, file: source.name)
        }
        records = try source.table.makeReader()
        let columns = try RegisterColumns(of: source, declaration, plan, in: &records)
        judge = RowJudge(declaration: declaration, source: source, plan: plan, columns: columns)
    }

    /// Whether it is counted which words of programs for a missing value are read as if they were none.
    public var countsProgramWords: Bool {
        get { judge.countsProgramWords }
        set { judge.countsProgramWords = newValue }
    }

    /// The next row, or nil at the end. After an error the reader is of no more use.
    ///
    /// - Throws: `unmappedValues` at the end, if the agreement's maps lack codes of the register.
    public mutating func next() throws(RegisterError) -> RegisterRow? {
        guard let record = try records.next() else {
            try judge.checkGaps()
            return nil
        }
        return try judge.judge(record)
    }
}
