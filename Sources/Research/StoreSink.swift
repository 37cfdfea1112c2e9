internal import Agreement
internal import Dataset
internal import PSIProtocol
internal import Values

/// Puts opened people and rows into the working store. What is in the store already changes nothing, so opening can
/// begin anew after a crash.
struct StoreSink: OpenedRecords, Sendable {
    let store: WorkingStore
    let registers: [RegisterDeclaration]
    /// Cohorts that some register is released for. Others only help to define these.
    private let releasedCohorts: UInt64

    init(store: WorkingStore, registers: [RegisterDeclaration]) {
        self.store = store
        self.registers = registers
        releasedCohorts = store.layout.registers.reduce(0) { $0 | $1.cohortMask }
    }

    mutating func person(
        register index: Int, tag: [UInt8], cohorts: UInt64, link: Int?, name: PersonName
    ) async throws {
        let (register, person) = try known(index, tag)
        // A register that only defines cohorts is opened to tell people from dummies, also for cohorts not released.
        guard cohorts & releasedCohorts != 0 else {
            return try store.append(undisclosed: person, register: register)
        }
        try store.append(
            person: person, cohorts: cohorts, register: register, link: link, isLasting: name == .lasting)
    }

    mutating func rows(register index: Int, tag: [UInt8], rows: [[FieldValue]]) async throws {
        let (register, person) = try known(index, tag)
        do throws(DatasetError) { try store.append(register: register, person: person, rows: rows) } catch {
            guard error.isOfSender else { throw error }
            try store.append(damaged: person, register: register)
        }
    }

    mutating func dummy(register index: Int, tag: [UInt8]) async throws {
        let (register, person) = try known(index, tag)
        try store.append(dummy: person, register: register)
    }

    mutating func damaged(register index: Int, tag: [UInt8]) async throws {
        let (register, person) = try known(index, tag)
        try store.append(damaged: person, register: register)
    }

    private func known(_ index: Int, _ tag: [UInt8]) throws -> (RegisterID, Pseudonym) {
        guard registers.indices.contains(index), let person = Pseudonym(bytes: tag) else {
            throw ReleaseError.copyDamaged
        }
        return (registers[index].id, person)
    }
}
