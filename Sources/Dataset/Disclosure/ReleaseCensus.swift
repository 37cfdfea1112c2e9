internal import Agreement
internal import Crypto
internal import GRDB
internal import Values

/// Reads the written dataset back, apart from the plan that made it, and says whether it keeps what the agreement asks
/// for and what the report tells. A dataset that does not is thrown away before anybody sees it.
struct ReleaseCensus {
    private let layout: DatasetLayout
    private let anonymity: Anonymity
    private let rareValues: [RareValues]
    private var people: [String: Int32] = [:]
    private var masks: [UInt64] = []
    /// By person, what everything that belongs to a class is in the registers so far.
    private var signatures: [UInt128] = []
    private var sensitive: [SensitiveColumn] = []
    private var tally = Tally(people: 0, cohorts: [:], registers: [:])

    /// - Parameters:
    ///   - path: of the finished `dataset.sqlite`.
    ///   - tally: what the report tells of people and rows.
    ///   - classes: what the report tells of classes; nil where no k is asked for.
    static func check(
        _ path: String, layout: DatasetLayout, rules: DisclosureRules, tally: Tally,
        classes: (count: Int, smallest: Int)?
    ) throws(DatasetError) {
        guard !rules.isEmpty else { return }
        var census = ReleaseCensus(layout, rules)
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let database = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? database.close() }
            try database.read { database in
                try census.readPeople(database)
                for index in layout.registers.indices { try census.readRegister(at: index, database) }
            }
        } catch let error as DatasetError {
            throw error
        } catch {
            throw DatasetError.disclosureNotKept
        }
        guard census.agrees(with: tally) else { throw .disclosureNotKept }
        if let smallestClass = census.anonymity.smallestClass { try census.checkClasses(smallestClass, told: classes) }
    }

    private init(_ layout: DatasetLayout, _ rules: DisclosureRules) {
        self.layout = layout
        anonymity = rules.anonymity
        rareValues = rules.rareValues
    }

    /// Somebody may be in a register without rows, and is in none of the written tables then.
    private func agrees(with told: Tally) -> Bool {
        told.people == tally.people && told.cohorts == tally.cohorts
            && tally.registers.allSatisfy { id, counts in
                told.registers[id].map { $0.rows == counts.rows && $0.people >= counts.people } == true
            }
    }

    private mutating func readPeople(_ database: Database) throws {
        for cohort in layout.cohorts { tally.cohorts[cohort.id] = 0 }
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM persons")
        while let row = try rows.next() {
            var mask: UInt64 = 0
            for (index, cohort) in layout.cohorts.enumerated() where row[index + 1] as Int == 1 {
                mask |= 1 << UInt64(cohort.bit)
                tally.cohorts[cohort.id, default: 0] += 1
            }
            people[row[0]] = Int32(masks.count)
            masks.append(mask)
        }
        tally.people = masks.count
        signatures = Array(repeating: 0, count: masks.count)
        sensitive = anonymity.sensitive.map { SensitiveColumn(reference: $0, personCount: masks.count) }
    }

    private mutating func readRegister(at index: Int, _ database: Database) throws {
        let register = layout.registers[index]
        let first = layout.hasLinkColumn ? 2 : 1
        var counts = Tally.Register(people: 0, rows: 0)
        var rare: [ColumnReference: [String: Int]] = [:]
        var seen = Array(repeating: false, count: masks.count)
        var person: Int32?
        var rows: [[FieldValue]] = []
        func finish() throws {
            guard let person else { return }
            guard !seen[Int(person)] else { throw DatasetError.disclosureNotKept }
            seen[Int(person)] = true
            counts.people += 1
            counts.rows += rows.count
            note(rows, of: Int(person), registerAt: index, &rare)
        }
        let cursor = try Row.fetchCursor(
            database, sql: "SELECT * FROM \(quotedIdentifier(register.id)) ORDER BY rowid")
        while let row = try cursor.next() {
            guard let next = people[row[0]] else { throw DatasetError.disclosureNotKept }
            if next != person {
                try finish()
                (person, rows) = (next, [])
            }
            rows.append(
                try register.released.enumerated().map { column, declared in
                    let stored: DatabaseValue = row[first + column]
                    if declared.type == .person {
                        // Of people nobody is named who is not in the dataset.
                        guard let name = String.fromDatabaseValue(stored) else { return .null }
                        guard people[name] != nil else { throw DatasetError.disclosureNotKept }
                        return .code(name)
                    }
                    guard let value = StoredRow.decode(stored, as: declared.type) else {
                        throw DatasetError.disclosureNotKept
                    }
                    return value
                })
        }
        try finish()
        tally.registers[register.id] = counts
        for rule in rareValues where isChecked(rule) {
            guard let values = rare[rule.column], values.count > 1 else { continue }
            guard values.values.allSatisfy({ $0 >= rule.people }) else { throw DatasetError.disclosureNotKept }
        }
    }

    /// Whether values are shown as they came or as the rule's one value, so that all that is shown can be counted.
    private func isChecked(_ rule: RareValues) -> Bool {
        anonymity.quasiIdentifiers.first { $0.column == rule.column }?.steps.isEmpty ?? true
    }

    private mutating func note(
        _ rows: [[FieldValue]], of person: Int, registerAt index: Int, _ rare: inout [ColumnReference: [String: Int]]
    ) {
        let register = layout.registers[index]
        var hash = SHA256()
        withUnsafeBytes(of: signatures[person]) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: UInt64(index)) { hash.update(bufferPointer: $0) }
        if anonymity.countedRows.contains(register.id) {
            withUnsafeBytes(of: UInt64(rows.count)) { hash.update(bufferPointer: $0) }
        }
        for (column, declared) in register.columns.enumerated() {
            let reference = ColumnReference(register.id, declared.name)
            if let place = anonymity.sensitive.firstIndex(of: reference) {
                sensitive[place].add(rows.map { $0[column] }, person: person)
            }
            if rareValues.contains(where: { $0.column == reference }) {
                for text in Set(rows.filter { $0[column] != .null }.map { $0[column].plainText }) {
                    rare[reference, default: [:]][text, default: 0] += 1
                }
            }
            guard anonymity.quasiIdentifiers.contains(where: { $0.column == reference }) else { continue }
            // A text has no U+0000, so a value ends where one is.
            let shown = Set(rows.map { $0[column] == .null ? "0" : "1" + $0[column].plainText }).sorted()
            for text in shown { hash.update(data: Array(text.utf8) + [0]) }
            hash.update(data: [0])
        }
        var signature: UInt128 = 0
        for byte in hash.finalize().prefix(16) { signature = signature << 8 | UInt128(byte) }
        signatures[person] = signature
    }

    private func checkClasses(
        _ smallestClass: Int, told: (count: Int, smallest: Int)?
    ) throws(DatasetError) {
        var classes: [[UInt128]: [Int32]] = [:]
        for person in masks.indices {
            classes[[UInt128(masks[person]), signatures[person]], default: []].append(Int32(person))
        }
        let smallest = classes.values.map(\.count).min() ?? 0
        // Classes that are made apart may look the same in the end.
        guard let told, told.count >= classes.count, told.smallest <= smallest else { throw .disclosureNotKept }
        for members in classes.values {
            guard members.count >= smallestClass else { throw .disclosureNotKept }
            guard let diversity = anonymity.diversity else { continue }
            guard sensitive.allSatisfy({ $0.variety(of: members).reaches(diversity) }) else { throw .disclosureNotKept }
        }
    }
}
