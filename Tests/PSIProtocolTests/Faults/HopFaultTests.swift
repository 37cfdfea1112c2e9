import Crypto
import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Digests of streams, by the words of P-59 and nothing else.
enum Digest {
    static func of(_ bytes: [UInt8]) -> [UInt8] { of(parts: [bytes]) }

    static func of(parts: [[UInt8]]) -> [UInt8] {
        hash(
            "digest",
            BigEndian.u32(parts.count)
                + parts.flatMap { part in
                    let pieces = stride(from: 0, to: part.count, by: 1_048_576).flatMap { start in
                        hash("piece", Array(part[start..<min(start + 1_048_576, part.count)]))
                    }
                    return hash("part", pieces + BigEndian.u64(UInt64(part.count)))
                })
    }

    private static func hash(_ label: String, _ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array("SIDOS-V1 \(label)\0".utf8) + bytes))
    }
}

/// A hop that does not pass on what it promised is found by whoever reads its list, who commits to nothing.
/// [P-33] [P-34]
@Suite("Faults of a hop")
struct HopFaultTests {
    struct Fault: Sendable {
        let name: String
        let change: @Sendable ([UInt8]) -> [UInt8]
        let kind: ProtocolViolation.Kind
        var index: Int?
        /// Whether the sender also commits to the digest of what it really sent.
        var isConsistent = true
        /// Items that it commits to; six when nil.
        var claim: Int?
    }

    /// Faults of a list of six records, `width` bytes each, that begin with `key` bytes of sorted key.
    static func common(width: Int, key: Int) -> [Fault] {
        [
            Fault(name: "drops an item", change: Records.drop(2, width: width), kind: .wrongCount),
            Fault(name: "drops all", change: { _ in [] }, kind: .wrongCount),
            Fault(
                name: "adds an item at the end", change: { $0 + [UInt8].filled(0xff, key) + $0.suffix(width - key) },
                kind: .wrongCount),
            Fault(
                name: "sends twice the list", change: { $0 + $0 }, kind: .wrongCount, isConsistent: false),
            Fault(
                name: "repeats an item", change: Records.repeat(1, width: width), kind: .notIncreasing, index: 2),
            Fault(
                name: "repeats the first", change: Records.repeat(0, width: width), kind: .notIncreasing, index: 1),
            Fault(
                name: "inserts a repetition, and says so", change: Records.insert(3, at: 4, width: width),
                kind: .notIncreasing, index: 4, claim: 7),
            Fault(name: "swaps two items", change: Records.swap(2, width: width), kind: .notIncreasing, index: 3),
            Fault(
                name: "reverses the list",
                change: { bytes in
                    stride(from: bytes.count - width, through: 0, by: -width).flatMap { bytes[$0..<($0 + width)] }
                }, kind: .notIncreasing, index: 1),
            Fault(name: "cuts an item", change: { Array($0.dropLast(7)) }, kind: .partialRecord, index: 5),
            Fault(name: "adds some bytes", change: { $0 + [1, 2, 3] }, kind: .partialRecord, index: 6),
            Fault(
                name: "passes one capsule off for another's behind its digest's back",
                change: { bytes in bytes.dropLast(64) + bytes[(5 * width - 64)..<(5 * width)] }, kind: .wrongDigest,
                isConsistent: false),
            Fault(name: "promises more", change: { $0 }, kind: .wrongCount, claim: 7),
            Fault(name: "promises fewer", change: { $0 }, kind: .wrongCount, claim: 5),
            Fault(name: "promises none", change: { $0 }, kind: .wrongCount, claim: 0),
        ]
    }

    static let ringFaults =
        common(width: 96, key: 32) + [
            Fault(
                name: "an identity", change: Records.write(.filled(0, 32), at: 0, of: 0, width: 96),
                kind: .invalidElement, index: 0),
            Fault(
                name: "no element", change: Records.write(.filled(0xff, 32), at: 0, of: 5, width: 96),
                kind: .invalidElement, index: 5),
            Fault(
                name: "a capsule's identity", change: Records.write(.filled(0, 32), at: 32, of: 2, width: 96),
                kind: .invalidCapsule, index: 2),
            Fault(
                name: "a capsule's other half", change: Records.write(.filled(0xff, 32), at: 64, of: 4, width: 96),
                kind: .invalidCapsule, index: 4),
        ]

    /// Whom a node blames for a list that `sender` promised and the coordinator handed on.
    static func accused(of kind: ProtocolViolation.Kind, sender: ParticipantID) -> ParticipantID? {
        switch kind {
        case .partialRecord, .wrongCount: "coordinator"
        case .wrongDigest: nil
        default: sender
        }
    }

    static func check(
        _ fault: Fault, _ outcome: (violation: ProtocolViolation?, stored: [String]), by: ParticipantID?
    ) {
        #expect(outcome.violation == ProtocolViolation(fault.kind, by: by, index: fault.index), "\(fault.name)")
        #expect(outcome.stored.isEmpty, "\(fault.name)")
    }

    @Test("the next hop notices", arguments: ringFaults.indices)
    func nextHop(index: Int) async throws {
        let fault = Self.ringFaults[index]
        let fixture = try await FaultFixture.ring.value
        let outcome = try await fixture.outcome(
            of: .authority(FaultFixture.right, .mix("left", stage: 1)), damaging: "left/0/0/0",
            Records.ofList(fault.change)
        ) { record, damaged in
            if fault.isConsistent { record.stages["left"]?[0]?.digest = damaged.digest }
            if let claim = fault.claim { record.stages["left"]?[0]?.count = claim }
        }
        Self.check(fault, outcome, by: Self.accused(of: fault.kind, sender: FaultFixture.left))
    }

    @Test(
        "a list put in another's place is nobody's for certain, whatever is wrong with it",
        arguments: ringFaults.indices)
    func substituted(index: Int) async throws {
        let fault = Self.ringFaults[index]
        let fixture = try await FaultFixture.ring.value
        // The sender's promise is of another list than the one that the coordinator hands on, sealed by itself.
        let outcome = try await fixture.outcome(
            of: .authority(FaultFixture.right, .mix("left", stage: 1)), damaging: "left/0/0/0",
            Records.ofList(fault.change)
        ) { record, _ in
            if let claim = fault.claim { record.stages["left"]?[0]?.count = claim }
        }
        #expect(outcome.violation?.participant != FaultFixture.left, "\(fault.name)")
        #expect(outcome.violation != nil && outcome.stored.isEmpty, "\(fault.name)")
    }

    @Test("the coordinator notices at the exit", arguments: common(width: 80, key: 16).indices)
    func exit(index: Int) async throws {
        let fault = Self.common(width: 80, key: 16)[index]
        let fixture = try await FaultFixture.matching.value
        let outcome = try await fixture.outcome(
            of: .coordinator(.match), damaging: "left/2/0/0", Records.ofList(fault.change)
        ) {
            if fault.isConsistent { $0.stages["left"]?[2]?.digest = $1.digest }
            if let claim = fault.claim { $0.stages["left"]?[2]?.count = claim }
        }
        Self.check(fault, outcome, by: FaultFixture.mixer)
    }

    @Test("the coordinator does not pass on a capsule that is none, and knows whose it is", arguments: [16, 48])
    func capsules(offset: Int) async throws {
        let fixture = try await FaultFixture.matching.value
        for (register, hop) in [("left", FaultFixture.mixer), ("right", FaultFixture.left)] {
            let outcome = try await fixture.outcome(
                of: .coordinator(.match), damaging: "\(register)/2/0/0",
                Records.ofList(Records.write(.filled(0xff, 32), at: offset, of: 1, width: 80))
            ) { $0.stages[register]?[2]?.digest = $1.digest }
            #expect(outcome.violation == ProtocolViolation(.invalidCapsule, by: hop, index: 1))
            #expect(outcome.stored.isEmpty)
        }
    }

    @Test("a list without its whole prefix, or with another than it was promised with, is noticed")
    func prefix() async throws {
        // The coordinator sees itself what it was sent; a node gets it from the coordinator.
        let readings: [(Task<FaultFixture, any Error>, SimulatedDuty, String, [ParticipantID?])] = [
            (
                FaultFixture.ring, .authority(FaultFixture.right, .mix("left", stage: 1)), "left/0/0/0",
                ["coordinator", nil]
            ),
            (
                FaultFixture.matching, .coordinator(.match), "left/2/0/0", [FaultFixture.mixer, FaultFixture.mixer]
            ),
        ]
        for (fixture, duty, name, accused) in readings {
            let fixture = try await fixture.value
            for count in [0, 1, 31] {
                let outcome = try await fixture.outcome(of: duty, damaging: name, { Array($0.prefix(count)) })
                #expect(outcome.violation == ProtocolViolation(.partialRecord, by: accused[0], index: 0))
                #expect(outcome.stored.isEmpty)
            }
            let other = try await fixture.outcome(of: duty, damaging: name, { [$0[0] ^ 1] + $0.dropFirst() })
            #expect(other.violation == ProtocolViolation(.wrongDigest, by: accused[1]))
            #expect(other.stored.isEmpty)
        }
    }

    @Test("an owner whose kept list changed on its disk sends nothing")
    func keptList() async throws {
        let fixture = try await FaultFixture.ring.value
        let changes: [@Sendable ([UInt8]) -> [UInt8]] = [
            Records.ofList(Records.drop(1, width: 96)), Records.ofList(Records.swap(0, width: 96)), { $0 + [0] },
            { _ in [] }, { Array($0.dropFirst()) }, { [$0[0] ^ 1] + $0.dropFirst() },
        ]
        for change in changes {
            let outcome = try await fixture.outcome(
                of: .authority(FaultFixture.right, .send("right")), damaging: "kept/owner-right/right/0", change)
            #expect(outcome.violation == ProtocolViolation(.wrongDigest, by: FaultFixture.right))
        }
    }

    @Test("what a node is not asked to do it does not do")
    func outOfPlace() async throws {
        let fixture = try await FaultFixture.ring.value
        let duties: [SimulatedDuty] = [
            .authority(FaultFixture.right, .mix("left", stage: 2)),
            .authority(FaultFixture.right, .mix("none", stage: 1)),
            .authority(FaultFixture.right, .mix("left", stage: 0)), .authority(FaultFixture.right, .send("left")),
            .authority(FaultFixture.right, .declare("left")), .authority(FaultFixture.left, .release),
        ]
        for duty in duties {
            let outcome = try await fixture.outcome(of: duty, damaging: "left/0/0/0")
            #expect(outcome.violation == ProtocolViolation(.outOfPlace, by: duty.who))
            #expect(outcome.stored.isEmpty)
        }
    }
}
