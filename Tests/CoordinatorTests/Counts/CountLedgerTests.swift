import Crypto
import Files
import TestDirectories
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

/// The account of noisy counts, through crashes. [A-73] [P-65]
@Suite("Ledger of counts")
struct CountLedgerTests {
    let place: TemporaryDirectory
    let directory: PrivateDirectory

    init() throws {
        place = try TemporaryDirectory()
        directory = try PrivateDirectory(place.path)
    }

    private func open() throws -> SealedState {
        try SealedState(in: directory, key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
    }

    static let noise = CountNoise(
        kind: .discreteLaplace, epsilon: Billionths(500_000_000), totalEpsilon: Billionths(1_000_000_000))
    static func round(_ number: UInt8) throws -> RoundID {
        try #require(RoundID(hex: String(repeating: "0\(number)", count: 32)))
    }

    /// A count of two registers' overlap.
    private func plan() throws -> NoisePlan {
        let registers = ["a", "b"].map {
            RegisterDeclaration(
                id: $0, title: $0, owner: $0, releasedFor: [], maxPeople: 9, maxCellsPerPerson: 1, columns: [])
        }
        let day = try #require(CalendarDate(iso: "2026-01-01"))
        var agreement = Agreement(
            study: Study(id: "s", title: "", purpose: "", legalBasis: "", permit: ""), validFrom: day, validUntil: day,
            suite: .ristretto255, roundsAllowed: 9, release: .none, vaultAccess: .whole, verification: .off,
            padding: .none, cellByteCount: 128, smallestCell: 1, countRounding: 1, deadlineMinutes: 1, retentionDays: 0,
            matchKeys: [.identityCode], participants: [], registers: registers, cohorts: [],
            twoPartiesAcknowledged: true)
        agreement.counts = .noise(Self.noise)
        return try #require(try NoisePlan(agreement))
    }

    @Test("A round's noise is the same after a restart, and costs once")
    func restart() throws {
        let plan = try plan()
        var draws: [[Int]] = []
        for _ in 0..<8 {
            let ledger = CountLedger(try open())
            draws.append(try ledger.noise(of: Self.round(1), study: "s", Self.noise, plan, others: [:]))
            try ledger.check(Self.noise, study: "s", others: [:])
        }
        #expect(Set(draws).count == 1 && draws[0].count == 1)
    }

    @Test("What is spent stays spent when the noise is destroyed, and no third round is paid for")
    func spent() throws {
        let plan = try plan()
        var state: SealedState? = try open()
        for number in 1...2 {
            let ledger = CountLedger(try #require(state))
            _ = try ledger.noise(of: Self.round(UInt8(number)), study: "s", Self.noise, plan, others: [:])
            try ledger.forgetNoise(of: Self.round(UInt8(number)))
            try ledger.forgetNoise(of: Self.round(UInt8(number)))
        }
        #expect(state?.names(StatePrefix("")) == [.countsSpent(study: "s")])
        state = nil
        let ledger = CountLedger(try open())
        let overspent = CountLedgerError.overspent(Billionths(1_000_000_000), Self.noise)
        #expect(throws: overspent) { try ledger.check(Self.noise, study: "s", others: [:]) }
        #expect(throws: overspent) {
            try ledger.noise(of: Self.round(3), study: "s", Self.noise, plan, others: [:])
        }
        try ledger.check(Self.noise, study: "other", others: [:])
        #expect(overspent.description.contains("cost an epsilon of 1, and a round costs 0.5"))
    }

    @Test("A process killed after the entry and before the noise goes on, without paying twice")
    func killedBetween() throws {
        let plan = try plan()
        let state = try open()
        let ledger = CountLedger(state)
        _ = try ledger.noise(of: Self.round(1), study: "s", Self.noise, plan, others: [:])
        try state.remove(.noise(of: Self.round(1)))
        _ = try ledger.noise(of: Self.round(1), study: "s", Self.noise, plan, others: [:])
        try ledger.check(Self.noise, study: "s", others: [:])
    }

    @Test("[P-72] Noise that nodes draw together costs once, from when it is known, and is not kept")
    func drawnTogether() throws {
        let plan = try plan()
        let state = try open()
        let ledger = CountLedger(state)
        for _ in 0..<2 { try ledger.enter(Self.round(1), study: "s", Self.noise, others: [:]) }
        let drawn = try ledger.noise(of: Self.round(1), study: "s", Self.noise, plan, together: [7], others: [:])
        #expect(drawn == [7])
        #expect(!state.contains(.noise(of: try Self.round(1))))
        // A second round can be paid for, a third cannot, although the first may never have told a number.
        try ledger.enter(Self.round(2), study: "s", Self.noise, others: [:])
        #expect(throws: CountLedgerError.self) {
            try ledger.enter(Self.round(3), study: "s", Self.noise, others: [:])
        }
        #expect(throws: CountLedgerError.self) {
            try ledger.noise(of: Self.round(3), study: "s", Self.noise, plan, together: [7], others: [:])
        }
    }

    @Test("Rounds on the boards count if the ledger was lost, and once if it was not")
    func boards() throws {
        let ledger = CountLedger(try open())
        let (first, second) = (try Self.round(1), try Self.round(2))
        #expect(throws: CountLedgerError.self) {
            try ledger.check(Self.noise, study: "s", others: [first: Self.noise, second: Self.noise])
        }
        _ = try ledger.noise(of: first, study: "s", Self.noise, plan(), others: [:])
        try ledger.check(Self.noise, study: "s", others: [first: Self.noise])
    }

    @Test("What does not fit is refused, not guessed")
    func damaged() throws {
        let state = try open()
        try state.put(.countsSpent(study: "s"), [1, 2, 3])
        #expect(throws: CountLedgerError.damaged) { try CountLedger(state).check(Self.noise, study: "s", others: [:]) }
        try state.put(.noise(of: Self.round(1)), Array("[1,2,3]".utf8))
        #expect(throws: CountLedgerError.damaged) {
            try CountLedger(state).noise(of: Self.round(1), study: "t", Self.noise, plan(), others: [:])
        }
    }
}
