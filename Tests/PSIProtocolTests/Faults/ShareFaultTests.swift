import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Shares that are not those of the selected items under the node's key. [P-38] [P-44]
@Suite("Faults of shares")
struct ShareFaultTests {
    typealias Fault = HopFaultTests.Fault

    static let faults: [Fault] = [
        Fault(name: "a share too few", change: Records.drop(9, width: 32), kind: .sharesWrong),
        Fault(name: "none", change: { _ in [] }, kind: .sharesWrong),
        Fault(name: "a share too many", change: { $0 + $0.prefix(32) }, kind: .sharesWrong),
        Fault(name: "half a share too few", change: { Array($0.dropLast(16)) }, kind: .partialRecord, index: 9),
        Fault(name: "half a share too many", change: { $0 + $0.prefix(16) }, kind: .partialRecord, index: 10),
        Fault(
            name: "an identity", change: Records.write(.filled(0, 32), at: 0, of: 3, width: 32), kind: .sharesWrong,
            index: 3),
        Fault(
            name: "no element", change: Records.write(.filled(0xff, 32), at: 0, of: 8, width: 32), kind: .sharesWrong,
            index: 8),
        Fault(
            name: "another list behind its digest's back", change: CoordinatorFaultTests.others, kind: .wrongDigest,
            isConsistent: false),
    ]

    @Test("are blamed on their node, unless they may be the coordinator's", arguments: faults.indices)
    func shares(index: Int) async throws {
        let fault = Self.faults[index]
        let fixture = try await FaultFixture.receiving.value
        for node in [FaultFixture.left, FaultFixture.mixer] {
            let outcome = try await fixture.outcome(
                of: .research(.receive), damaging: "\(node)/release/0/0", fault.change
            ) { record, damaged in
                if fault.isConsistent { record.released[node]?.shares.digest = damaged.digest }
            }
            HopFaultTests.check(fault, outcome, by: HopFaultTests.accused(of: fault.kind, sender: node))
        }
    }

    @Test("put in another's place are nobody's for certain, whatever is wrong with them", arguments: faults.indices)
    func substituted(index: Int) async throws {
        let fault = Self.faults[index]
        let fixture = try await FaultFixture.receiving.value
        let outcome = try await fixture.outcome(
            of: .research(.receive), damaging: "\(FaultFixture.mixer)/release/0/0", fault.change
        ) { _, _ in }
        #expect(outcome.violation != nil && outcome.violation?.participant != FaultFixture.mixer, "\(fault.name)")
    }

    @Test("that are elements open nothing, and nobody can tell whose they are", arguments: [0, 1])
    func wrongElements(kind: Int) async throws {
        let changes: [@Sendable ([UInt8]) -> [UInt8]] = [CoordinatorFaultTests.others, Records.swap(1, width: 32)]
        for fixture in [try await FaultFixture.receiving.value, try await FaultFixture.fetching.value] {
            let opened = try await fixture.opened(damaging: "mixer0/release/0/0", changes[kind]) {
                $0.released[FaultFixture.mixer]?.shares.digest = $1.digest
            }
            #expect(opened.damagedRecords.values.reduce(0, +) == (kind == 0 ? 10 : 2))
        }
    }

    @Test("for another number of nodes are not read at all")
    func missingNode() async throws {
        let fixture = try await FaultFixture.receiving.value
        let opener = try ReleaseOpener(
            record: fixture.record, hpkeKey: fixture.round.study.hpke["research"]!, spool: MemorySpool(),
            workers: Workers(count: 1))
        await #expect(throws: ProtocolViolation(.selectionWrong, by: "coordinator")) {
            _ = try await opener.openCapsules(
                selection: MemorySource([]), shares: [MemorySource([])], key: Ristretto255.randomScalar(),
                naming: { $0 })
        }
        var record = fixture.record
        record.released[FaultFixture.right] = nil
        let round = SimulatedRound(
            Ristretto255.self, from: fixture.round, registers: [:], streams: await fixture.streams.copy())
        await #expect(throws: ProtocolViolation(.outOfPlace, by: FaultFixture.right)) {
            _ = try await round.perform(.research(.receive), on: record)
        }
    }

    @Test("an encapsulation that is none is its owner's fault")
    func encapsulation() async throws {
        let fixture = try await FaultFixture.receiving.value
        for bytes: [UInt8]? in [.filled(0, 1_120), .filled(0, 1_119), [], nil] {
            let outcome = try await fixture.outcome(
                of: .research(.receive), damaging: "right/vault/0/0", Records.unchanged
            ) { record, _ in
                record.batches["right"]?.encapsulation = bytes.map { HexBytes($0) }
            }
            #expect(outcome.violation == ProtocolViolation(.badBatch, by: FaultFixture.right))
        }
        // X-Wing opens an altered encapsulation to another secret without a word, and then no cell is found.
        let opened = try await fixture.opened(damaging: "right/vault/0/0", Records.unchanged) { record, _ in
            record.batches["right"]?.encapsulation?.bytes[500] ^= 1
        }
        #expect(opened.damagedRecords == [1: 4])
    }
}
