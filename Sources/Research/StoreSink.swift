internal import Daemon
internal import Dataset
internal import Logging
internal import PSIProtocol

/// The pseudonyms of one round, under its study's key.
final class RoundPseudonyms: Sendable {
    private let key: PseudonymKey
    private let round: RoundID

    /// The study's key is made once and kept sealed: `studies/STUDY/pseudonym-key`.
    static func of(_ record: RoundRecord, state: SealedState) throws -> RoundPseudonyms {
        let name = "studies/\(record.agreement.study.id)/pseudonym-key"
        if let kept = try state.withValue(name, { RoundPseudonyms(keyBytes: $0, round: record.round) }) {
            guard let kept else {
                throw RoundRefusal(.keysLost, "the study's sealed pseudonym key cannot be read")
            }
            return kept
        }
        let fresh = PseudonymKey()
        try fresh.withUnsafeBytes { try state.put(name, contentsOf: $0) }
        return RoundPseudonyms(fresh, round: record.round)
    }

    private init(_ key: consuming PseudonymKey, round: RoundID) {
        self.key = key
        self.round = round
    }

    private convenience init?(keyBytes: UnsafeRawBufferPointer, round: RoundID) {
        guard let key = PseudonymKey(keyBytes) else { return nil }
        self.init(key, round: round)
    }

    /// Nil unless the tag has 16 bytes.
    func pseudonym(of tag: [UInt8]) -> Pseudonym? { Pseudonym(tag: tag, round: round, key: key) }
}

/// Puts opened people and rows into the working store under pseudonyms, and counts them. What is in the store already
/// changes nothing, so opening can begin anew after a crash.
struct StoreSink: OpenedRecords, Sendable {
    let store: WorkingStore
    let pseudonyms: RoundPseudonyms
    let registers: [RegisterDeclaration]
    let opened: OpenedRegister
    let clock: MachineClock
    let logger: Logger
    /// Cohorts that some register is released for. Others only help to define these.
    private let releasedCohorts: UInt64
    private(set) var people: [RegisterID: Int] = [:]
    private(set) var dummies: [RegisterID: Int] = [:]
    private var lastReport: Duration

    private static let reportInterval = Duration.seconds(5)

    init(
        store: WorkingStore, pseudonyms: RoundPseudonyms, registers: [RegisterDeclaration], opened: OpenedRegister,
        clock: MachineClock, logger: Logger
    ) {
        self.store = store
        self.pseudonyms = pseudonyms
        self.registers = registers
        self.opened = opened
        self.clock = clock
        self.logger = logger
        releasedCohorts = store.layout.registers.reduce(0) { $0 | $1.cohortMask }
        lastReport = clock.elapsed()
    }

    mutating func person(register index: Int, tag: [UInt8], cohorts: UInt64, link: Int?) async throws {
        try Task.checkCancellation()
        if let register = opened.id { people[register, default: 0] += 1 }
        report()
        // A register that only defines cohorts is opened to tell people from dummies, also for cohorts not released.
        guard registers.indices.contains(index) else { throw ProtocolViolation(.selectionWrong) }
        guard cohorts & releasedCohorts != 0 else {
            try store.append(undisclosed: pseudonym(tag), register: registers[index].id)
            return
        }
        try store.append(person: pseudonym(tag), cohorts: cohorts, register: registers[index].id, link: link)
    }

    mutating func rows(register index: Int, tag: [UInt8], rows: [[FieldValue]]) async throws {
        try Task.checkCancellation()
        guard registers.indices.contains(index) else { throw ProtocolViolation(.selectionWrong) }
        try store.append(register: registers[index].id, person: pseudonym(tag), rows: rows)
    }

    mutating func dummy(register index: Int, tag: [UInt8]) async throws {
        guard registers.indices.contains(index) else { throw ProtocolViolation(.selectionWrong) }
        try store.append(dummy: pseudonym(tag), register: registers[index].id)
        dummies[registers[index].id, default: 0] += 1
    }

    /// Drops everybody who has a dummy's cell among their records, and counts without them: their owner never releases
    /// them, and nobody is told of them. [P-44]
    mutating func dropWithheld() throws {
        for (register, dropped) in try store.dropWithheld() {
            people[register, default: 0] -= dropped.records
            dummies[register, default: 0] -= dropped.dummies
        }
    }

    private func pseudonym(_ tag: [UInt8]) throws -> Pseudonym {
        guard let pseudonym = pseudonyms.pseudonym(of: tag) else { throw ProtocolViolation(.selectionWrong) }
        return pseudonym
    }

    private mutating func report() {
        let now = clock.elapsed()
        guard now - lastReport >= Self.reportInterval, let register = opened.id else { return }
        lastReport = now
        // Without a number: before those who are withheld are dropped it would tell that there are some.
        logger.info("Opening", metadata: ["register": "\(register)"])
    }
}
