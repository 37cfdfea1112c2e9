import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// A round stopped at a point where somebody reads what another has stored, to be damaged there.
struct FaultFixture: Sendable {
    let round: PreparedRound
    let streams: MemoryStreams

    /// Left's list is on its way to the next hop.
    static let ring = Task { try await FaultFixture { $0.stages["left"]?[0] != nil } }
    /// All tags are at the coordinator.
    static let matching = Task { try await FaultFixture { $0.allStagesDone } }
    /// Nodes are asked for shares.
    static let releasing = Task { try await FaultFixture { $0.selected != nil } }
    /// The research environment can open everything.
    static let receiving = Task { try await FaultFixture { $0.allReleased } }
    /// The same, with cells fetched one by one.
    static let fetching = Task { try await FaultFixture(vaultAccess: .selected) { $0.allReleased } }

    static let left = "owner-left"
    static let right = "owner-right"
    static let mixer = "mixer0"

    static let people: [RegisterID: [SimulatedPerson]] = {
        var random = SeededRandom(seed: 3)
        func person(_ name: String, rows count: Int) -> SimulatedPerson {
            SimulatedPerson(
                name,
                rows: (0..<count).map { _ in
                    [.integer(.random(in: .min ... .max, using: &random)), .text("note of \(name)")]
                })
        }
        // The last of left needs several cells.
        return [
            "left": ["a", "b", "c", "d", "e"].map { person($0, rows: 1) } + [person("f", rows: 40)],
            "right": ["d", "e", "f", "g"].map { person($0, rows: 2) },
        ]
    }()

    init(vaultAccess: VaultAccess = .whole, until stop: (RoundRecord) -> Bool) async throws {
        var options = SimulatedStudy.Options(vaultAccess: vaultAccess, padding: .none)
        options.mixers = 1
        options.cellByteCount = 128
        options.maxPeople = 20
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("everybody", .union(.register("left"), .register("right")))],
            releasedFor: ["left": ["everybody"], "right": ["everybody"]], options: options)
        let round = SimulatedRound(Ristretto255.self, study: study, registers: Self.people)
        try await round.run(until: stop)
        self.round = try round.prepared()
        self.streams = round.streams
    }

    var record: RoundRecord { round.record }

    /// What stops `duty` after `name` and the record were changed, and the streams that it stored nevertheless.
    func outcome(
        of duty: SimulatedDuty, damaging name: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 },
        record changeRecord: (inout RoundRecord, _ damaged: AnnouncedStream) -> Void = { _, _ in }
    ) async throws -> (violation: ProtocolViolation?, stored: [String]) {
        let found = try await find(duty, name, change, changeRecord)
        return (found.violation, found.stored)
    }

    /// What is opened after `name` and the record were changed: receiving is to find nothing wrong.
    func opened(
        damaging name: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 },
        record changeRecord: (inout RoundRecord, _ damaged: AnnouncedStream) -> Void = { _, _ in }
    ) async throws -> CollectedRecords {
        let found = try await find(.research(.receive), name, change, changeRecord)
        if let violation = found.violation { throw violation }
        return found.opened
    }

    private func find(
        _ duty: SimulatedDuty, _ name: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8],
        _ changeRecord: (inout RoundRecord, _ damaged: AnnouncedStream) -> Void
    ) async throws -> (violation: ProtocolViolation?, stored: [String], opened: CollectedRecords) {
        let streams = await streams.copy()
        let before = await streams.names
        try await streams.damage(name, change)
        var record = record
        let bytes = await streams.load(name) ?? []
        changeRecord(&record, AnnouncedStream(attempt: 0, count: 0, digest: HexBytes(Digest.of(bytes))))
        let round = SimulatedRound(Ristretto255.self, from: round, registers: Self.people, streams: streams)
        do {
            _ = try await round.perform(duty, on: record)
        } catch let violation as ProtocolViolation {
            let stored = await streams.names.filter { !before.contains($0) }
            #expect(round.opened.people.isEmpty)
            return (violation, stored, round.opened)
        }
        return (nil, await streams.names.filter { !before.contains($0) }, round.opened)
    }
}

/// Edits of lists of records of one width.
enum Records {
    /// The same edit of a list, whose records come behind its random prefix.
    static func ofList(_ change: @escaping @Sendable ([UInt8]) -> [UInt8]) -> @Sendable ([UInt8]) -> [UInt8] {
        { $0.prefix(ListPrefix.byteCount) + change(Array($0.dropFirst(ListPrefix.byteCount))) }
    }

    static func drop(_ index: Int, width: Int) -> @Sendable ([UInt8]) -> [UInt8] {
        { Array($0[..<(index * width)] + $0[((index + 1) * width)...]) }
    }

    /// Puts a copy of record `source` in front of record `index`.
    static func insert(_ source: Int, at index: Int, width: Int) -> @Sendable ([UInt8]) -> [UInt8] {
        { Array($0[..<(index * width)] + $0[(source * width)..<((source + 1) * width)] + $0[(index * width)...]) }
    }

    static func `repeat`(_ index: Int, width: Int) -> @Sendable ([UInt8]) -> [UInt8] {
        {
            var bytes = $0
            bytes.replaceSubrange(
                ((index + 1) * width)..<((index + 2) * width), with: $0[(index * width)..<((index + 1) * width)])
            return bytes
        }
    }

    static let unchanged: @Sendable ([UInt8]) -> [UInt8] = { $0 }

    static func swap(_ index: Int, width: Int) -> @Sendable ([UInt8]) -> [UInt8] {
        {
            let (start, middle, end) = (index * width, (index + 1) * width, (index + 2) * width)
            return Array($0[..<start] + $0[middle..<end] + $0[start..<middle] + $0[end...])
        }
    }

    /// Overwrites bytes at `offset` of record `index`.
    static func write(_ new: [UInt8], at offset: Int, of index: Int, width: Int) -> @Sendable ([UInt8]) -> [UInt8] {
        {
            var bytes = $0
            bytes.replaceSubrange((index * width + offset)..<(index * width + offset + new.count), with: new)
            return bytes
        }
    }
}
