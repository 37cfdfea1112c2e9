internal import Agreement
internal import Values

/// What the research environment checks of a selection by itself: everything that its items tell, since nobody else can
/// see whom the coordinator selected. [P-44]
///
/// A register that is disclosed for one of a person's cohorts shows whether the person is in it, others do not: cohorts
/// are evaluated with what is known, and only a certain contradiction counts.
struct SelectionAudit {
    private let agreement: Agreement
    private let compiled: CompiledCohorts
    private let disclosed: [UInt64]
    private var sorter: ExternalSorter
    /// Whether registers and cohorts of a person agree; people of one kind are many.
    private var verdicts: [Kind: Bool] = [:]

    private static let mostVerdicts = 4_096
    /// Of a record on the spool: tag, register, cohorts.
    private static let byteCount = 25

    private struct Kind: Hashable {
        var registers: UInt32 = 0
        let cohorts: UInt64
    }

    enum Failure: Error {
        case breach(ProtocolViolation.Kind)
        case spool(any Error)
    }

    init(_ agreement: Agreement, spool: any Spool) throws {
        self.agreement = agreement
        compiled = try CompiledCohorts(registers: agreement.registers.map(\.id), cohorts: agreement.cohorts)
        disclosed = agreement.disclosedCohorts
        sorter = ExternalSorter(spool: spool, memoryByteCount: 8 << 20)
    }

    mutating func add(_ item: SelectedItem) throws {
        try sorter.add(item.tag + [UInt8(truncatingIfNeeded: item.register)] + BigEndian.u64(item.cohorts))
    }

    /// Looks at all items, person by person.
    mutating func finish() throws(Failure) {
        var people = [Int](repeating: 0, count: agreement.cohorts.count)
        do {
            let sorter = self.sorter
            var records = try sorter.sorted()
            var tag: [UInt8] = []
            var kind: Kind?
            while let record = try records.next() {
                guard record.count == Self.byteCount else { throw ExternalSortError.truncatedRun }
                let register = Int(record[16])
                let cohorts = BigEndian.read(record[17...])
                if Array(record[..<16]) != tag {
                    if let kind { try count(kind, &people) }
                    tag = Array(record[..<16])
                    kind = Kind(cohorts: cohorts)
                }
                // The same cohorts wherever the person is, one item a register, and none that is not to be opened.
                guard var person = kind, person.cohorts == cohorts, disclosed[register] & cohorts != 0,
                    person.registers >> UInt32(register) & 1 == 0
                else { throw Failure.breach(.selectionWrong) }
                person.registers |= 1 << UInt32(register)
                kind = person
            }
            if let kind { try count(kind, &people) }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .spool(error)
        }
        try check(people)
    }

    private mutating func count(_ kind: Kind, _ people: inout [Int]) throws(Failure) {
        if verdicts[kind] == nil {
            if verdicts.count >= Self.mostVerdicts { verdicts.removeAll(keepingCapacity: true) }
            verdicts[kind] = isConsistent(kind)
        }
        guard verdicts[kind] == true else { throw .breach(.selectionWrong) }
        for index in people.indices where kind.cohorts >> UInt64(index) & 1 == 1 { people[index] += 1 }
    }

    /// Whether somebody with these items can be in exactly these cohorts.
    private func isConsistent(_ kind: Kind) -> Bool {
        let shown = disclosed.indices.reduce(UInt32(0)) { mask, register in
            disclosed[register] & kind.cohorts != 0 ? mask | 1 << UInt32(register) : mask
        }
        let possible = compiled.possible(present: kind.registers, known: shown) { claimed, _ in
            (may: kind.cohorts >> UInt64(claimed) & 1, must: kind.cohorts >> UInt64(claimed) & 1)
        }
        return possible.must & ~kind.cohorts == 0 && kind.cohorts & ~possible.may == 0
    }

    private func check(_ people: [Int]) throws(Failure) {
        let bounds = agreement.cohortBounds
        for (index, cohort) in agreement.cohorts.enumerated() {
            guard people[index] <= bounds[index] else {
                throw .breach(people[index] > cohort.maxPeople ? .releaseCapExceeded : .selectionWrong)
            }
            // Where everybody of the cohort has an item in the selection, too small a cohort shows.
            guard agreement.smallestCell > 1, people[index] < agreement.smallestCell,
                agreement.registers.contains(where: { $0.releasedFor.contains(cohort.id) }), isShownWhole(index)
            else { continue }
            throw .breach(.selectionWrong)
        }
    }

    /// Whether nobody can be in the cohort without being in a register that is disclosed for it.
    private func isShownWhole(_ cohort: Int) -> Bool {
        let shown = disclosed.indices.reduce(UInt32(0)) { mask, register in
            disclosed[register] >> UInt64(cohort) & 1 == 1 ? mask | 1 << UInt32(register) : mask
        }
        let possible = compiled.possible(present: 0, known: shown) { earlier, found in
            (may: found.may >> UInt64(earlier) & 1, must: found.must >> UInt64(earlier) & 1)
        }
        return possible.may >> UInt64(cohort) & 1 == 0
    }
}
