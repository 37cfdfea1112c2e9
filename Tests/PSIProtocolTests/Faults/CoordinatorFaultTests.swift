import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// A coordinator that asks for more than it announced, or tells nodes and research environment different things.
/// [P-37] [P-38] [P-44]
@Suite("Faults of the coordinator")
struct CoordinatorFaultTests {
    typealias Fault = HopFaultTests.Fault

    /// Ten items were selected: six of left, four of right.
    static let requestFaults: [Fault] = [
        Fault(name: "fewer points", change: Records.drop(3, width: 32), kind: .wrongCount),
        Fault(name: "no points", change: { _ in [] }, kind: .wrongCount),
        Fault(name: "more points", change: { $0 + [UInt8].filled(0xff, 32) }, kind: .wrongCount),
        Fault(name: "a repeated point", change: Records.repeat(4, width: 32), kind: .notIncreasing, index: 5),
        Fault(name: "points out of order", change: Records.swap(0, width: 32), kind: .notIncreasing, index: 1),
        Fault(
            name: "the identity", change: Records.write(.filled(0, 32), at: 0, of: 0, width: 32), kind: .invalidElement,
            index: 0),
        Fault(
            name: "no element", change: Records.write(.filled(0xff, 32), at: 0, of: 9, width: 32),
            kind: .invalidElement, index: 9),
        Fault(name: "half a point", change: { Array($0.dropLast(16)) }, kind: .partialRecord, index: 9),
        Fault(name: "other points than announced", change: others, kind: .wrongDigest, isConsistent: false),
        Fault(name: "more than the cap", change: { $0 }, kind: .releaseCapExceeded, claim: 41),
        Fault(name: "fewer than sent", change: { $0 }, kind: .wrongCount, claim: 9),
    ]

    /// As many points, of somebody's choosing, in order.
    @Sendable static func others(_ bytes: [UInt8]) -> [UInt8] {
        let points = Ristretto255.randomElements(count: bytes.count / 32)
        return (0..<points.count).map { Array(points[$0]) }.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
    }

    @Test("a node computes no shares for anything but what was announced", arguments: requestFaults.indices)
    func requests(index: Int) async throws {
        let fault = Self.requestFaults[index]
        let fixture = try await FaultFixture.releasing.value
        #expect(fixture.record.selected?.requests.count == 10)
        let outcome = try await fixture.outcome(
            of: .authority(FaultFixture.mixer, .release), damaging: "mixer0/selection/0/0", fault.change
        ) { record, damaged in
            if fault.isConsistent { record.selected?.requests.digest = damaged.digest }
            if let claim = fault.claim { record.selected?.requests.count = claim }
        }
        HopFaultTests.check(fault, outcome, by: "coordinator")
    }

    @Test("a node's own cap is stricter than the agreement's")
    func ownCap() async throws {
        let fixture = try await FaultFixture.releasing.value
        let node = FaultFixture.mixer
        let simulated = SimulatedRound(Ristretto255.self, from: fixture.round, registers: [:])
        // Both registers are released for one cohort, so ten items need a cap of five people.
        for (cap, isAllowed) in [(4, false), (5, true), (1_000, true), (0, false), (.max, true)] {
            let runner = AuthorityRunner<Ristretto255>(
                me: node, hpkeKey: fixture.round.study.hpke[node]!, port: await fixture.streams.copy(),
                lists: simulated.streams.keeper(node), workers: Workers(count: 1), cohortCap: { _ in cap })
            var violation: ProtocolViolation?
            do {
                _ = try await runner.perform(.release, record: fixture.record, secrets: try simulated.secrets(of: node))
                {
                    SimulatedPeople(people: [], register: $0, agreement: fixture.round.study.agreement)
                }
            } catch let error as ProtocolViolation { violation = error }
            #expect(violation == (isAllowed ? nil : ProtocolViolation(.releaseCapExceeded, by: "coordinator")))
        }
    }

    static let width = SelectedItem.byteCount

    static let selectionFaults: [Fault] = [
        Fault(name: "fewer items", change: Records.drop(3, width: width), kind: .wrongCount),
        Fault(name: "no items", change: { _ in [] }, kind: .wrongCount),
        Fault(
            name: "more items", change: { $0 + [UInt8].filled(0xff, 64) + $0.suffix(width - 64) }, kind: .wrongCount),
        Fault(name: "a repeated item", change: Records.repeat(2, width: width), kind: .selectionWrong),
        Fault(name: "items out of order", change: Records.swap(5, width: width), kind: .selectionWrong),
        Fault(
            name: "an unknown register", change: Records.write([2], at: 64, of: 4, width: width),
            kind: .selectionWrong),
        Fault(
            name: "an unknown cohort", change: Records.write([2], at: 88, of: 4, width: width), kind: .selectionWrong),
        Fault(
            name: "the last cohort's bit", change: Records.write([0x80], at: 81, of: 4, width: width),
            kind: .selectionWrong),
        Fault(name: "no cohort", change: Records.write([0], at: 88, of: 4, width: width), kind: .selectionWrong),
        Fault(
            name: "a B that is no element", change: Records.write(.filled(0xff, 32), at: 32, of: 7, width: width),
            kind: .selectionWrong),
        Fault(
            name: "the first A replaced by a smaller element", change: smallerFirst, kind: .selectionWrong),
        Fault(name: "half an item", change: { Array($0.dropLast(16)) }, kind: .partialRecord, index: 9),
        Fault(
            name: "another tag behind the digest's back",
            change: Records.write([1, 2, 3], at: 65, of: 4, width: width),
            kind: .wrongDigest, isConsistent: false),
        Fault(name: "promises more", change: { $0 }, kind: .wrongCount, claim: 11),
        Fault(name: "promises fewer", change: { $0 }, kind: .wrongCount, claim: 9),
    ]

    /// The first item under another A, which is an element and keeps the order: only the nodes' requests tell.
    @Sendable static func smallerFirst(_ bytes: [UInt8]) -> [UInt8] {
        let points = Ristretto255.randomElements(count: 500)
        let least = (0..<500).map { Array(points[$0]) }.min { $0.lexicographicallyPrecedes($1) } ?? []
        return least + bytes.dropFirst(32)
    }

    @Test("the research environment opens only what the nodes were asked for", arguments: selectionFaults.indices)
    func selections(index: Int) async throws {
        let fault = Self.selectionFaults[index]
        let fixture = try await FaultFixture.receiving.value
        let outcome = try await fixture.outcome(
            of: .research(.receive), damaging: "research/selection/0/0", fault.change
        ) { record, damaged in
            if fault.isConsistent { record.selected?.selection.digest = damaged.digest }
            if let claim = fault.claim { record.selected?.selection.count = claim }
        }
        HopFaultTests.check(fault, outcome, by: "coordinator")
    }
}
