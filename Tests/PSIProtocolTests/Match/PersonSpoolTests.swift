import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// People who wait on the spool, and samples that are drawn of them. [P-36]
@Suite("People on the spool")
struct PersonSpoolTests {
    struct Person: Equatable {
        var tag: [UInt8]
        var items: [(register: UInt8, link: UInt8, capsule: [UInt8])]

        static func == (left: Person, right: Person) -> Bool {
            left.tag == right.tag && left.items.elementsEqual(right.items, by: ==)
        }
    }

    static func people(_ count: Int, capsuleByteCount: Int) -> [Person] {
        (0..<count).map { number in
            let digest = Digest.of(BigEndian.u32(number))
            return Person(
                tag: Array(digest[..<16]),
                items: (0..<UInt8(3)).filter { digest[16] >> $0 & 1 == 1 || $0 == number % 3 }.map {
                    ($0, digest[17], .filled(digest[18] &+ $0, capsuleByteCount))
                })
        }
    }

    static func spooled(_ people: [Person], capsuleByteCount: Int, spool: any Spool) throws -> PersonSpool {
        var writer = try PersonSpool.Writer(spool: spool, capsuleByteCount: capsuleByteCount)
        for person in people {
            writer.begin()
            for item in person.items {
                item.capsule.withUnsafeBytes { writer.add(register: item.register, link: item.link, capsule: $0) }
            }
            try person.tag.withUnsafeBytes { try writer.end(tag: Tag($0, at: 0)) }
        }
        return try writer.finish()
    }

    static func read(_ spool: PersonSpool) async throws -> [Person] {
        var read: [Person] = []
        try await spool.forEachPerson { person in
            let items = person.items
            read.append(
                Person(
                    tag: Array(person.tag),
                    items: items.map { (UInt8($0.register), $0.link, Array($0.capsule)) }))
            #expect(person.registers == items.reduce(0) { $0 | 1 << UInt32($1.register) })
        }
        return read
    }

    @Test("people come back as they were, as often as they are asked for", arguments: [0, 64], [0, 1, 9_000])
    func roundTrip(capsuleByteCount: Int, count: Int) async throws {
        let people = Self.people(count, capsuleByteCount: capsuleByteCount)
        let spooled = try Self.spooled(people, capsuleByteCount: capsuleByteCount, spool: MemorySpool())
        for _ in 0..<2 { #expect(try await Self.read(spooled) == people) }
    }

    @Test("somebody without an end is noticed", arguments: [1, 66, 70, 80])
    func cut(byteCount: Int) async throws {
        let people = Self.people(5_000, capsuleByteCount: 64).map { Person(tag: $0.tag, items: [$0.items[0]]) }
        let spooled = try Self.spooled(
            people, capsuleByteCount: 64, spool: DamagedSpool { $0.dropLast(byteCount) })
        await #expect(throws: ExternalSortError.truncatedRun) { _ = try await Self.read(spooled) }
    }

    @Test("samples of many people are the first of the keyed order, on any number of cores", arguments: [1, 4])
    func samples(workers: Int) async throws {
        let agreement = try SimulatedStudy(
            registers: ["a", "b", "c"],
            cohorts: [
                ("some", .sample(.register("a"), count: 2_000)),
                ("few", .sample(.except(.register("b"), .cohort("some")), count: 10)),
                ("rest", .except(.register("c"), .cohort("few"))),
            ],
            releasedFor: [:], options: .init(release: .none, padding: .none)
        ).agreement
        let people = Self.people(12_000, capsuleByteCount: 0)
        let round = try #require(RoundID(bytes: .filled(9, 32)))
        let result = try await MatchResult(
            agreement: agreement, round: round, overlap: [:],
            people: Self.spooled(people, capsuleByteCount: 0, spool: MemorySpool()), spool: MemorySpool(),
            linkage: nil, workers: Workers(count: workers))
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: round.bytes), info: Array("SIDOS-V1 sample".utf8) + [0],
            outputByteCount: 32)
        let orders = people.map { Array(HMAC<SHA256>.authenticationCode(for: $0.tag, using: key)) }
        func isIn(_ register: UInt8, _ person: Int) -> Bool {
            people[person].items.contains { $0.register == register }
        }
        func sample(_ members: [Int], _ count: Int) -> Set<Int> {
            Set(members.sorted { orders[$0].lexicographicallyPrecedes(orders[$1]) }.prefix(count))
        }
        let some = sample(people.indices.filter { isIn(0, $0) }, 2_000)
        let few = sample(people.indices.filter { isIn(1, $0) && !some.contains($0) }, 10)
        let rest = Set(people.indices.filter { isIn(2, $0) }).subtracting(few)
        #expect(result.cohortCounts == [2_000, 10, rest.count])
        for person in people.indices {
            let registers = people[person].items.reduce(0) { $0 | UInt32(1) << UInt32($1.register) }
            let member = [some, few, rest].enumerated().reduce(0) {
                $0 | ($1.element.contains(person) ? UInt64(1) << UInt64($1.offset) : 0)
            }
            #expect(result.evaluator.cohorts(registers: registers, order: orders[person]) == member)
        }
    }
}
