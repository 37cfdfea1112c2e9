public import Agreement
public import Files
internal import Foundation
public import Values

/// A dataset of made-up people with the files, columns, types, labels, cohorts, loaders and reports that a round under
/// the agreement would give, so that researchers write their programs before there is any.
///
/// Made of the agreement alone. It goes through a working store and the writer of true datasets, disclosure rules
/// included, so the two cannot come to differ. The same agreement, number, seed and version give the same bytes.
public struct ExampleData: Sendable {
    public static let peopleLimits = 1...100_000
    /// Values of all people's rows together, at most.
    static let valueLimit = 20_000_000
    /// Rows of one person in one register, at most.
    private static let rowLimit = 3

    private let agreement: Agreement
    private let agreementID: AgreementID
    private let layout: DatasetLayout
    private let count: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - agreementID: of the file.
    ///   - people: how many, at most: an agreement's caps and samples may leave fewer.
    /// - Throws: `ExampleDataError` where the agreement has no dataset, or the number is beyond the limits.
    public init(
        _ agreement: Agreement, agreementID: AgreementID, people: Int, seed: UInt64
    ) throws(ExampleDataError) {
        let layout: DatasetLayout
        do throws(DatasetError) { layout = try DatasetLayout(agreement) } catch { throw .dataset(error) }
        let width = layout.registers.reduce(1) { $0 + ($1.columns.count + 1) * Self.rowLimit }
        let most = min(Self.peopleLimits.upperBound, max(1, Self.valueLimit / width))
        guard people <= most else { throw .tooManyPeople(most: most) }
        guard people >= Self.peopleLimits.lowerBound else { throw .tooFewPeople(least: Self.peopleLimits.lowerBound) }
        self.agreement = agreement
        self.agreementID = agreementID
        self.layout = layout
        count = people
        self.seed = seed
    }

    /// Writes it and says how much there is.
    ///
    /// - Parameters:
    ///   - directory: where the dataset shall be; its parent must exist.
    ///   - replace: whether a dataset that is there already is replaced once the new one is complete.
    ///   - scratch: a private directory for the working store, which the caller removes.
    ///   - toolVersion: as in a round's report.
    public func write(
        to directory: String, replace: Bool, scratch: PrivateDirectory, toolVersion: String
    ) throws(ExampleDataError) -> Tally {
        var numbers = ExampleNumbers(seed: seed, salt: agreementID.bytes)
        let people = try ExamplePeople(agreement, layout, count: count, numbers: &numbers)
        do throws(DatasetError) {
            var survey = ExampleReport(agreement, layout)
            let store = try store(people, scratch.file("example.sqlite"), &survey, &numbers)
            let day = survey.firstDay
            let tally = try DatasetWriter(directory: directory, replace: replace)
                .write(
                    store, report: survey.report(toolVersion: toolVersion),
                    created: day.addingTimeInterval(ExampleReport.created))
            try store.close()
            return tally
        } catch {
            switch error {
            case .cohortBelowSmallestCell, .disclosureUnreachable, .disclosureNotKept: throw .rulesNotKept(error)
            default: throw .dataset(error)
            }
        }
    }

    /// A finished store of these people and their rows.
    private func store(
        _ example: ExamplePeople, _ path: String, _ survey: inout ExampleReport, _ numbers: inout ExampleNumbers
    ) throws(DatasetError) -> WorkingStore {
        guard let round = RoundID(bytes: [UInt8](repeating: 0, count: 32)) else { throw .badPath(path: path) }
        let store = try WorkingStore(path: path, agreement: agreement, agreementID: agreementID, round: round)
        // Moved dates are the same for the same seed, like everything else.
        try store.keep(shiftKey: numbers.order())
        let columns = layout.registers.map { register in
            register.columns.map {
                ExampleColumn(
                    $0, of: agreement.registers[register.declaredIndex], in: agreement, numbers: &numbers)
            }
        }
        var relations = ExampleRelations(agreement, layout, example.people.map(\.cohorts))
        let disclosed = agreement.disclosedCohorts
        for (number, person) in example.people.enumerated() {
            guard let pseudonym = MadeUp.pseudonym(number + 1) else { throw .badPath(path: path) }
            let links = self.links(of: person, &numbers)
            for index in agreement.registers.indices where person.registers >> UInt32(index) & 1 == 1 {
                let register = agreement.registers[index].id
                // As in a round: of registers that are not released for the person, nothing is opened, except where
                // they define the cohort.
                survey.note(register: index, link: links[index], people: person.registers)
                guard disclosed[index] & person.cohorts != 0 else { continue }
                try store.append(
                    person: pseudonym, cohorts: person.cohorts, register: register, link: links[index],
                    isLasting: agreement.pseudonyms.isLasting)
            }
            for (index, register) in layout.registers.enumerated()
            where person.registers >> UInt32(register.declaredIndex) & 1 == 1
                && person.cohorts & register.cohortMask != 0
            {
                var rows = rows(of: person, register, columns[index], &numbers)
                relations.fill(&rows, registerAt: index, &numbers)
                try store.append(register: register.id, person: pseudonym, rows: rows)
                survey.note(rows: rows, of: register)
            }
            survey.note(person: person.registers)
        }
        try relations.append(to: store)
        try store.dropWithheld()
        try store.finish()
        survey.noteOpened(try store.opened())
        return store
    }

    /// What first joined each of the person's records to another: mostly the first of the agreement's ways.
    private func links(of person: ExamplePeople.Person, _ numbers: inout ExampleNumbers) -> [Int?] {
        let isAlone = person.registers.nonzeroBitCount == 1
        return agreement.registers.indices.map { _ in
            isAlone ? nil : numbers.happens(percent: 80) ? 0 : numbers.below(layout.linkNames.count)
        }
    }

    private func rows(
        of person: ExamplePeople.Person, _ register: DatasetLayout.Register, _ columns: [ExampleColumn],
        _ numbers: inout ExampleNumbers
    ) -> [[FieldValue]] {
        let declared = agreement.registers[register.declaredIndex]
        let anonymity = agreement.disclosure.anonymity
        let isDivided = anonymity.smallestClass != nil
        // Somebody may be in a register of which no row is kept. Whether they have rows, and how many where these are
        // counted, tells people apart whatever is made coarser, so there it is the same for all.
        if !isDivided, declared.rows?.people == .keep, numbers.happens(percent: 15) { return [] }
        let most = min(Self.rowLimit, declared.maxCellsPerPerson)
        let rowCount = anonymity.countedRows.contains(register.id) ? 1 : 1 + numbers.below(most)
        let sensitive = register.columns.map { column in
            anonymity.sensitive.contains(ColumnReference(register.id, column.name))
        }
        return (0..<rowCount).map { _ in
            columns.indices.map { index in
                sensitive[index]
                    ? Self.varied(columns[index].values, person.place, anonymity.diversity)
                    : columns[index].value(&numbers)
            }
        }
    }

    /// A sensitive value: given out in turn among people who are alike, one a person, so that every class can be varied
    /// enough. Where there are few more values than must differ, just these are used.
    private static func varied(_ values: [FieldValue], _ place: Int, _ diversity: Diversity?) -> FieldValue {
        guard !values.isEmpty else { return .null }
        let wanted = diversity?.count ?? 1
        let used = values.count >= 2 * wanted ? values.count : min(wanted, values.count)
        return values[place % used]
    }
}
