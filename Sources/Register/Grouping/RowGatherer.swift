internal import Agreement
internal import PSIProtocol

/// Judges the rows of a batch and gives them to the sorts, on any core. Rows that the owner names people in are
/// gathered by that name first, so that all rows of a person are judged by the codes in any of them.
struct RowGatherer: Sendable {
    /// Has counted nothing.
    private let judge: RowJudge
    private let history: IdentityHistory?
    /// The lists; nil where everybody may be released.
    private let neverRelease: NeverRelease?
    private let codec: RowCodec
    private let worksWithoutCode: Bool
    private let named: PersonSort
    private let people: PersonSort

    init(
        _ judge: RowJudge, history: IdentityHistory?, neverRelease: NeverRelease?, named: PersonSort, people: PersonSort
    ) {
        self.judge = judge
        self.history = history
        self.neverRelease = neverRelease
        codec = RowCodec(columns: judge.declaration.columns)
        worksWithoutCode = judge.plan.worksWithoutCode
        self.named = named
        self.people = people
    }

    /// What becomes of a batch. Its rows are in the sorts then, unless it ends in an error.
    ///
    /// - Throws: what a sort throws.
    func gather(_ batch: any RecordBatch) throws -> GatheredBatch {
        let records = batch.split()
        var work = Work(
            gatherer: self, judge: judge, named: named.makeDealer(), people: people.makeDealer(),
            batch: GatheredBatch(records, judge: judge))
        for index in 0..<records.count {
            do {
                try work.add(records.record(index, from: BatchOrigin()))
            } catch {
                work.batch.failure = error
                break
            }
        }
        work.batch.judge = work.judge
        guard work.batch.failure == nil else { return work.batch }
        try named.add(work.named.deal())
        try people.add(work.people.deal())
        return work.batch
    }

    /// A batch's rows one after the other.
    private struct Work {
        let gatherer: RowGatherer
        var judge: RowJudge
        var named: RowDealer
        var people: RowDealer
        var batch: GatheredBatch
        /// Kept for their memory.
        private var values: [UInt8] = []

        init(
            gatherer: RowGatherer, judge: RowJudge, named: RowDealer, people: RowDealer, batch: GatheredBatch
        ) {
            self.gatherer = gatherer
            self.judge = judge
            self.named = named
            self.people = people
            self.batch = batch
        }

        mutating func add(_ record: SourceRecord) throws {
            switch try judge.judge(record) {
            case .leftOut: break
            case .refused(let reason, let quality):
                batch.survey.refuse(reason)
                batch.survey.count(.failure(reason), quality)
            case .row(let row): try add(row)
            }
        }

        private mutating func add(_ row: ReadRow) throws {
            let code = row.code.map { gatherer.history?.current(of: $0.code) ?? $0.code }
            var identity: PersonIdentity?
            if case .success(let code) = code { identity = code.person }
            var fate = row.fate
            switch fate {
            case .kept, .presence: break
            case .withheld: if let identity { batch.marks.append(identity) }
            case .outside:
                // Its code can be a listed one of somebody who is in the register. Else it puts nobody into the
                // register and says of nobody that they are on a list.
                guard let identity, gatherer.neverRelease?.listed.contains(identity) ?? false else { return }
                fate = .withheld
            }
            values.removeAll(keepingCapacity: true)
            var tally: RowTally?
            if fate == .kept {
                let counted = RowTally(row.code, row.quality)
                // Of whom a row is, and so whether it counts, is known at the end only.
                RelationCoding.append(row.relations, history: gatherer.history, to: &values)
                if gatherer.neverRelease == nil { batch.survey.count(counted) } else { tally = counted }
                do throws(RowCodecError) { try gatherer.codec.encode(row.values, into: &values) } catch {
                    // If a map lacks codes of the register, that is told after its last row.
                    if !judge.hasGaps, batch.unencodable == nil { batch.unencodable = (error, batch.marks.count) }
                }
            }
            let fields = FieldCoding.encode(row.fields)
            if let name = row.localPerson {
                try named.add(.name(name)) { [values] record in
                    GatheredRow.append(
                        code: code, fate: fate, fields: fields, tally: tally, values: values, to: &record)
                }
                return
            }
            let key: PersonKey
            if let identity {
                key = .code(identity)
            } else if gatherer.worksWithoutCode, row.fields.contains(where: { $0 != nil }) {
                key = .fields(fields)
            } else {
                // Nothing becomes of the row; it counts if it is one that the agreement asks for.
                guard fate == .kept, case .failure(let reason) = code else { return }
                batch.survey.refuse(reason)
                if let tally { batch.survey.count(tally) }
                return
            }
            try people.add(key) { [values] record in
                GatheredRow.append(code: nil, fate: fate, fields: fields, tally: tally, values: values, to: &record)
            }
        }
    }
}

/// What became of a batch of records, besides what went to the sorts.
struct GatheredBatch: Sendable {
    /// Rows and lines that the batch has.
    let extent: BatchOrigin
    var judge: RowJudge
    var survey = SurveyPart()
    /// People whom rows mark as never to be released, in order.
    var marks: [PersonIdentity] = []
    /// Why a row's values could not be encoded, which is told unless a map lacks codes of the register in an earlier
    /// row; and how many people were marked before.
    var unencodable: (error: RowCodecError, markCount: Int)?
    /// What ended the batch too early, a row and a line counted from its beginning.
    var failure: (any Error)?

    init(_ records: SplitRecords, judge: RowJudge) {
        var extent = BatchOrigin()
        extent.pass(records)
        self.extent = extent
        self.judge = judge
        failure = records.failure
    }
}
