import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Rounds whose heavy steps other machines compute come to what the same rounds do without: the tests of rounds run
/// once more, with everything that crosses to another machine as bytes, in another order, and some of it twice. [P-31]
/// [P-34] [P-38] [P-61]
@Suite("Rounds computed elsewhere")
struct ElsewhereRoundTests {
    static func elsewhere(
        _ steps: Set<StepName>, _ body: () async throws -> Void, source: SourceLocation = #_sourceLocation
    ) async throws {
        let engine = ElsewhereEngine(seed: 7)
        try await SimulationEngine.$current.withValue(engine) { try await body() }
        for step in StepName.allCases {
            #expect((engine.pieces(of: step) > 0) == steps.contains(step), "\(step)", sourceLocation: source)
        }
    }

    @Test("Rows, in every suite, against the plaintext join") func rows() async throws {
        try await Self.elsewhere([.declare, .mix, .select, .share, .open]) {
            try await RoundSimulationTests.simulate(
                Ristretto255.self, parties: 4, population: 60, seed: 71, options: .init(mixers: 1, parts: 4))
            try await RoundSimulationTests.simulate(
                P256.self, parties: 2, population: 30, seed: 72, options: .init(vaultAccess: .selected))
            try await RoundSimulationTests.simulate(
                FFDHE3072.self, parties: 2, population: 12, seed: 73, options: .init(padding: .none))
        }
    }

    @Test("Nobody at all") func empty() async throws {
        try await SimulationEngine.$current.withValue(ElsewhereEngine(seed: 1)) {
            try await RoundSimulationTests.simulate(
                Ristretto255.self, parties: 2, population: 0, seed: 74, options: .init(padding: .none))
        }
    }

    @Test("Counts only") func counts() async throws {
        try await Self.elsewhere([.declare, .mix]) {
            try await CountRoundTests().exact()
            try await CountRoundTests().padded()
        }
    }

    @Test("Verified rounds") func verified() async throws {
        try await Self.elsewhere([.declare, .shuffle, .select, .share, .open]) {
            try await VerifiedRoundTests().rows(parties: 3, mixers: 1, parts: 4)
            try await VerifiedRoundTests().nonces()
        }
    }

    @Test("Several keys, former codes and tokens") func keys() async throws {
        try await Self.elsewhere([.declare, .mix, .select, .share, .open]) {
            try await LinkageRoundTests().values(count: 3)
            try await LinkageRoundTests().tokens(count: 2)
        }
    }

    @Test("Pseudonyms that last", arguments: [0, 1]) func lasting(variant: Int) async throws {
        let options = LastingPseudonymTests.variety[variant]
        try await Self.elsewhere(
            options.verification == .off
                ? [.declare, .mix, .select, .share, .open] : [.declare, .shuffle, .select, .share, .open]
        ) {
            try await LastingPseudonymTests().same(options: options)
        }
    }

    @Test("Who is never released leaves the same sizes, and has nothing that lasts") func withheld() async throws {
        try await SimulationEngine.$current.withValue(ElsewhereEngine(seed: 2)) {
            try await NeverReleaseRoundTests().sameSizesWithDummyCell()
            try await NeverReleaseRoundTests().random(seed: 3)
            try await LastingPseudonymTests().withheld()
        }
    }

    @Test("A register over its caps is not declared") func caps() async throws {
        try await SimulationEngine.$current.withValue(ElsewhereEngine(seed: 3)) {
            try await ReleaseLimitTests().declarations()
        }
    }

    @Test("A hop's faults are found and said of the same records") func faults() async throws {
        for index in HopFaultTests.ringFaults.indices {
            try await SimulationEngine.$current.withValue(ElsewhereEngine(seed: 4)) {
                try await HopFaultTests().nextHop(index: index)
            }
        }
    }
}
