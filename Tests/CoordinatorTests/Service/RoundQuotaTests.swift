import Exchange
import Testing

@testable import Agreement
@testable import Coordinator
@testable import PSIProtocol
@testable import RoundSimulation

/// How much a round and its streams may take. [P-52]
@Suite("Quota of a round")
struct RoundQuotaTests {
    /// Bytes that sealing adds to a stream cut into so many chunks. [P-51]
    private static func sealed(_ plaintext: Int, chunks: Int) -> Int { plaintext + 1_120 + 16 * chunks }

    @Test("Each stream may have what its entry can name, sealed in any way that is allowed, and not a record more")
    func streams() async throws {
        let record = try await BoardFixture.rows.value.before(RoundClosed.self)
        let agreement = record.agreement
        // With one match key: an element of 32 bytes or a tag, and a capsule of 64.
        let lists = try agreement.registers.flatMap { register in
            let count = try #require(record.batches[register.id]).count
            return try (0..<3).map { stage in
                let list = try #require(record.stages[register.id]?[stage])
                let id = StreamID(batch: register.id, stage: .ring(stage), attempt: 0)
                let record = try #require(record.namedStream(id)).recordByteCount
                #expect(list.count == count)
                return (id, 32 + count * record, record)
            }
        }
        let requests = try #require(record.selected).requests.count
        let shares = record.ring.map { (StreamID(batch: $0, stage: .release, attempt: 0), requests * 32, 32) }
        let vaults = agreement.registers.map { register in
            let cells = register.maxPeople * register.maxCellsPerPerson
            return (StreamID(batch: register.id, stage: .vault, attempt: 0), cells * agreement.cellByteCount, 256)
        }
        #expect(lists.count == 6 && shares.count == 3 && vaults.count == 2)
        for (id, byteCount, recordByteCount) in lists + shares + vaults {
            let limit = RoundQuota.quota(of: id, record, limit: nil).streamByteCount
            // Cut as these programs do, and as small as a chunk may be.
            #expect(Self.sealed(byteCount, chunks: byteCount >> 20 + 1) <= limit, "\(id)")
            #expect(Self.sealed(byteCount, chunks: byteCount / (65_536 - 1_136) + 1) <= limit, "\(id)")
            #expect(Self.sealed(byteCount + recordByteCount, chunks: 1) > limit, "\(id)")
        }
    }

    @Test("A stream that no entry can name may have no content")
    func nameless() async throws {
        let record = try await BoardFixture.rows.value.after(RoundOpened.self)
        for stream in ["left/0", "left/vault", "owner-left/release", "nobody/vault", "nobody/0"] {
            let parts = stream.split(separator: "/")
            let id = StreamID(
                batch: String(parts[0]), stage: try #require(StreamStage(parts[1])), attempt: 0)
            let limit = RoundQuota.quota(of: id, record, limit: nil).streamByteCount
            // A vault is bounded by the agreement, which is known from the beginning.
            #expect((limit < 2_000) == (stream != "left/vault"), "\(id)")
        }
    }

    /// All that an honest round at its agreement's caps stores, by P-50's table.
    private static func honest(_ agreement: Agreement) -> Int {
        let nodes = agreement.participants.count { $0.role == .authority || $0.role == .mixer }
        let isRows = agreement.release == .rows
        let item = 32 + (isRows ? 64 : 0)
        var total = 0
        var requests = 0
        for register in agreement.registers {
            let people = Padding.size(of: register.maxPeople, mode: agreement.padding)
            let list = 32 + people * item
            // Cut as small as a chunk may be, which is when sealing adds the most.
            total += nodes * sealed(list, chunks: list / 64_400 + 1)
            guard isRows else { continue }
            let cells = Padding.size(of: people * register.maxCellsPerPerson, mode: agreement.padding)
            total += cells * agreement.cellByteCount
            for cohort in agreement.cohorts where register.releasedFor.contains(cohort.id) {
                requests += cohort.maxPeople
            }
        }
        guard isRows else { return total }
        total += nodes * requests * 32 + requests * SelectedItem.byteCount
        return total + nodes * sealed(requests * 32, chunks: requests * 32 / 64_400 + 1)
    }

    struct Size: CustomTestStringConvertible, Sendable {
        var release: ReleaseMode
        var padding: PaddingMode
        var mixers: Int
        var people: Int
        var testDescription: String { "\(release.rawValue), \(padding.rawValue), \(mixers), \(people)" }
    }

    static let sizes: [Size] = [ReleaseMode.rows, .none].flatMap { release in
        [PaddingMode.none, .padme].flatMap { padding in
            [0, 14].flatMap { mixers in
                [1, 50, 80_000, 2_000_000_000].map {
                    Size(release: release, padding: padding, mixers: mixers, people: $0)
                }
            }
        }
    }

    private static func agreement(_ size: Size) throws -> Agreement {
        var options = SimulatedStudy.Options(release: size.release, padding: size.padding)
        options.mixers = size.mixers
        options.maxPeople = size.people
        return try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("everybody", .union(.register("left"), .register("right")))],
            releasedFor: size.release == .rows ? ["left": ["everybody"], "right": ["everybody"]] : [:],
            options: options
        ).agreement
    }

    @Test("An honest round at its caps fits in three times over, and the smallest has 256 MiB", arguments: sizes)
    func enough(_ size: Size) throws {
        let agreement = try Self.agreement(size)
        let honest = Self.honest(agreement)
        let byteCount = RoundQuota.byteCount(agreement, limit: nil)
        #expect(byteCount >= 3 * honest)
        #expect(byteCount >= 256 << 20)
        // Nobody can fill a disk with a small study.
        #expect(byteCount <= 4 * honest + 1 << 30)
    }

    @Test("A round may have a chunk for each 64 KiB that it may store, and 4,096 more for each node")
    func chunks() async throws {
        let record = try await BoardFixture.rows.value.after(RoundOpened.self)
        let stream = StreamID(batch: "left", stage: .vault, attempt: 0)
        for limit in [nil, 0, 65_536, 1 << 30] {
            let quota = RoundQuota.quota(of: stream, record, limit: limit)
            #expect(quota.byteCount == RoundQuota.byteCount(record.agreement, limit: limit))
            #expect(quota.chunkCount == quota.byteCount / 65_536 + 3 * 4_096)
            #expect(quota.attemptCount == 64 && quota.leastChunkByteCount == 65_536 && quota.partCount == 1)
        }
    }

    @Test("The operator can allow less than the agreement's caps, and not more")
    func operators() throws {
        let agreement = try Self.agreement(Size(release: .rows, padding: .padme, mixers: 1, people: 1_000))
        let byteCount = RoundQuota.byteCount(agreement, limit: nil)
        for limit in [0, 1, byteCount - 1, byteCount, byteCount + 1, .max] {
            #expect(RoundQuota.byteCount(agreement, limit: limit) == min(limit, byteCount), "\(limit)")
        }
    }

    @Test("Caps beyond all disks stop at the largest number instead of overflowing")
    func overflow() async throws {
        let fixture = try await BoardFixture.rows.value
        for padding in [PaddingMode.none, .padme] {
            for change in 0..<5 {
                var agreement = fixture.study.agreement
                agreement.padding = padding
                for index in agreement.registers.indices {
                    if change == 0 || change == 4 { agreement.registers[index].maxPeople = .max }
                    if change == 1 || change == 4 { agreement.registers[index].maxCellsPerPerson = .max }
                }
                if change == 2 || change == 4 { agreement.cohorts[0].maxPeople = .max }
                if change == 3 || change == 4 { agreement.cellByteCount = .max }
                #expect(RoundQuota.byteCount(agreement, limit: nil) == .max, "\(padding), \(change)")
                #expect(RoundQuota.byteCount(agreement, limit: 5) == 5)
                let record = try RoundRecord(
                    opening: fixture.board[0], agreement: agreement, file: fixture.study.file)
                let stream = StreamID(batch: "left", stage: .vault, attempt: 0)
                let quota = RoundQuota.quota(of: stream, record, limit: nil)
                #expect(quota.byteCount == .max && quota.chunkCount > 0 && quota.streamByteCount > 0)
            }
        }
    }
}
