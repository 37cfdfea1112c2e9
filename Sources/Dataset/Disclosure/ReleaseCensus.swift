internal import Crypto
internal import PSIProtocol

/// Looks at what is handed to the files, apart from the plan that made it, and says whether it keeps what the agreement
/// asks for. A dataset that does not is thrown away before anybody sees it.
struct ReleaseCensus {
    private let rules: DisclosureRules
    private let releasedMask: UInt64
    private let quasi: [[Int]]
    private var people: [Pseudonym: Int] = [:]
    private var masks: [UInt64] = []
    /// By person, what the quasi-identifiers of the registers so far are.
    private var signatures: [UInt128] = []
    private var sensitive: [SensitiveColumn] = []
    private let sensitivePlaces: [(register: Int, column: Int, source: Int)]

    /// - Parameter count: people who will be written.
    init(layout: DatasetLayout, rules: DisclosureRules, count: Int) {
        self.rules = rules
        releasedMask = layout.releasedMask
        quasi = layout.registers.map { register in
            register.columns.indices.filter { column in
                let reference = ColumnReference(register.id, register.columns[column].name)
                return rules.smallestClass != nil && rules.quasiIdentifiers.contains { $0.column == reference }
            }
        }
        var places: [(register: Int, column: Int, source: Int)] = []
        for (source, reference) in rules.sensitive.enumerated() where rules.smallestClass != nil {
            for (index, register) in layout.registers.enumerated() where register.id == reference.register {
                for (column, declared) in register.columns.enumerated() where declared.name == reference.column {
                    places.append((index, column, source))
                }
            }
        }
        sensitivePlaces = places
        guard rules.smallestClass != nil else { return }
        sensitive = rules.sensitive.map { SensitiveColumn(reference: $0, personCount: count) }
        people.reserveCapacity(count)
    }

    /// A line of the people's table.
    mutating func person(_ person: Pseudonym, cohorts: UInt64) {
        guard rules.smallestClass != nil else { return }
        people[person] = masks.count
        masks.append(cohorts & releasedMask)
        signatures.append(0)
    }

    /// A person's lines of a register's table.
    mutating func rows(_ rows: [[FieldValue]], of person: Pseudonym, registerAt register: Int) throws(DatasetError) {
        guard rules.smallestClass != nil else { return }
        guard let index = people[person] else { throw .disclosureNotKept }
        for place in sensitivePlaces where place.register == register {
            sensitive[place.source].add(rows.map { $0[place.column] }, person: index)
        }
        guard !quasi[register].isEmpty, !rows.isEmpty else { return }
        var hash = SHA256()
        withUnsafeBytes(of: signatures[index]) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: UInt64(register)) { hash.update(bufferPointer: $0) }
        for column in quasi[register] {
            // A text has no U+0000, so a value ends where one is.
            let shown = Set(rows.map { $0[column] == .null ? "0" : "1" + $0[column].plainText }).sorted()
            for text in shown { hash.update(data: Array(text.utf8) + [0]) }
            hash.update(data: [0])
        }
        var signature: UInt128 = 0
        for byte in hash.finalize().prefix(16) { signature = signature << 8 | UInt128(byte) }
        signatures[index] = signature
    }

    /// Refuses what is not as private as was signed.
    func check() throws(DatasetError) {
        guard let smallestClass = rules.smallestClass else { return }
        var classes: [[UInt128]: [Int32]] = [:]
        for person in masks.indices {
            classes[[UInt128(masks[person]), signatures[person]], default: []].append(Int32(person))
        }
        for members in classes.values {
            guard members.count >= smallestClass else { throw .disclosureNotKept }
            guard let diversity = rules.diversity else { continue }
            guard sensitive.allSatisfy({ $0.variety(of: members).reaches(diversity) }) else { throw .disclosureNotKept }
        }
    }
}
