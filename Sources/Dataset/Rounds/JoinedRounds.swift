public import Agreement
public import Values

/// The stores of several rounds of a study, of which one dataset is written.
///
/// The last round's agreement says what the dataset has. Whose pseudonym lasts is one person in all rounds. A person's
/// registers are those of all rounds, as `increments` has it, and the cohorts follow from them anew.
public struct JoinedRounds {
    /// A register of the dataset, and how a round has it.
    struct Part {
        /// The round's place among the stores.
        let round: Int
        /// Its place in that round's agreement.
        let declared: Int
        /// Its place among that round's released registers; nil if none of its rows are released there.
        let released: Int?
        /// By column of the dataset, the column's place in the round's; nil if it has none.
        let columns: [Int?]
    }

    /// Oldest first.
    let stores: [WorkingStore]
    /// Of the last round, but that columns which an earlier round lacks may be missing.
    public let agreement: Agreement
    public let layout: DatasetLayout
    /// By the agreement's register, the rounds that it is made of, oldest first.
    let parts: [[Part]]
    /// By round, what its ways of joining records are called in the dataset, as indexes.
    let linkNames: [[Int]]
    /// Registers of earlier rounds that the last round's agreement doesn't have, by round. Their rows are left out.
    public let leftOut: [(round: RoundID, registers: [RegisterID])]

    static let mostPeriods = 4_096

    /// - Parameter stores: finished, oldest first; at least one.
    /// - Throws: `DatasetError` if rounds cannot be put together.
    public init(_ stores: [WorkingStore]) throws(DatasetError) {
        guard let last = stores.last else { throw .nothingReleased }
        for store in stores {
            guard store.agreement.study.id == last.agreement.study.id else { throw .roundOfAnotherStudy(store.round) }
            guard store.agreement.pseudonyms.isLasting else { throw .roundWithoutLastingPseudonyms(store.round) }
            guard store.agreement.pseudonymGeneration == last.agreement.pseudonymGeneration else {
                throw .roundOfAnotherGeneration(store.round)
            }
        }
        var agreement = last.agreement
        var parts: [[Part]] = []
        for register in last.agreement.registers.indices {
            parts.append(try Self.parts(of: register, in: &agreement, stores))
        }
        self.stores = stores
        self.agreement = agreement
        self.parts = parts
        layout = try DatasetLayout(agreement)
        var linkNames: [[Int]] = []
        for store in stores {
            var names: [Int] = []
            for name in store.layout.linkNames {
                guard let index = last.layout.linkNames.firstIndex(of: name) else {
                    throw .roundLinksDiffer(store.round, link: name)
                }
                names.append(index)
            }
            linkNames.append(names)
        }
        self.linkNames = linkNames
        leftOut = stores.compactMap { store in
            let names = store.agreement.declaredRegisters.map(\.id).filter {
                last.agreement.register($0) == nil
            }
            return names.isEmpty ? nil : (store.round, names)
        }
    }

    private static func parts(
        of index: Int, in agreement: inout Agreement, _ stores: [WorkingStore]
    ) throws(DatasetError) -> [Part] {
        let register = agreement.registers[index]
        var parts: [Part] = []
        for (round, store) in stores.enumerated() {
            guard let declared = store.agreement.registers.firstIndex(where: { $0.id == register.id }) else { continue }
            let released = store.layout.registers.firstIndex { $0.declaredIndex == declared }
            var columns: [Int?] = []
            for (place, column) in register.columns.enumerated() {
                let found = store.agreement.registers[declared].columns.firstIndex { $0.name == column.name }
                columns.append(found)
                guard let found else {
                    if released != nil { agreement.registers[index].columns[place].nullable = true }
                    continue
                }
                // What was made finer than is agreed now must not come back.
                let former = store.agreement.registers[declared].columns[found]
                guard former.type == column.type, former.derivation == column.derivation else {
                    throw .roundColumnDiffers(store.round, register: register.id, column: column.name)
                }
                if former.nullable { agreement.registers[index].columns[place].nullable = true }
            }
            parts.append(Part(round: round, declared: declared, released: released, columns: columns))
        }
        return register.increments == .replace ? parts.suffix(1) : parts
    }

    /// The rounds, for the report.
    ///
    /// - Parameter reports: what is known of each, in the same order.
    public func described(_ reports: [RoundReport]) -> [ReportedRound] {
        zip(stores, reports).enumerated().map { index, round in
            ReportedRound(
                id: round.0.round.description, number: round.1.roundNumber,
                agreement: round.0.agreementID.description, openedAt: UTC.text(round.1.openedAt),
                receivedAt: UTC.text(round.1.receivedAt),
                registers: zip(agreement.registers, parts)
                    .filter { register, parts in register.isDeclared && parts.contains { $0.round == index } }
                    .map(\.0.id))
        }
    }
}

/// A round that a dataset of several is made of.
public struct ReportedRound: Sendable, Encodable {
    let id: String
    let number: Int
    let agreement: String
    let openedAt: String
    let receivedAt: String
    /// Registers whose people or rows are in the dataset from this round.
    let registers: [RegisterID]

    var registersText: String { registers.isEmpty ? "nothing of it" : registers.joined(separator: ", ") }
}
