import Testing

@testable import Agreement
@testable import PSIProtocol

/// What every suite must do, whatever its group. [P-20]
@Suite("Suite properties")
struct SuitePropertyTests {
    /// Encodings that no suite accepts, of the suite's own length.
    static func refused<S: Suite>(_: S.Type) -> [[UInt8]] {
        let zeros = [UInt8](repeating: 0, count: S.elementByteCount)
        let ones = [UInt8](repeating: 255, count: S.elementByteCount)
        return [zeros, ones] + particular[S.id, default: []]
    }

    /// What a suite refuses besides.
    static let particular: [SuiteID: [[UInt8]]] = {
        func bytes(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
        // Zeros are the identity; p + 0 and p + 1 are not canonical; odd numbers are negative.
        let p = [0xed] + bytes(255, 30) + [0x7f]
        // The point at infinity and uncompressed or hybrid forms have other lengths or prefixes.
        let prime = [255, 255, 255, 255, 0, 0, 0, 1] + bytes(0, 12) + bytes(255, 12)
        return [
            .ristretto255: [p, [0xee] + p.dropFirst(), [1] + bytes(0, 31)],
            .p256: [[2] + prime, [4] + bytes(0, 32), [5] + bytes(0, 32), [0] + prime],
            .ffdhe3072: [bytes(0, 383) + [1]],
        ]
    }()

    static func checkCommutativity<S: Suite>(_: S.Type) throws {
        let messages = (0..<5).map { Array("message \($0)".utf8) } + [[], [0], [UInt8](repeating: 7, count: 300)]
        let hashed = S.hashToGroup(messages, domain: .matching(S.self))
        #expect(hashed.count == messages.count)
        #expect(Set((0..<hashed.count).map { Array(hashed[$0]) }).count == messages.count)
        let a = S.randomScalar()
        let b = S.randomScalar()
        let ab = try S.multiply(try S.multiply(hashed, by: a), by: b)
        #expect(ab == (try S.multiply(try S.multiply(hashed, by: b), by: a)))
        #expect(ab != hashed)

        // Order is kept: the batch of the reversed list is the reversed batch.
        let reversed = S.hashToGroup(messages.reversed(), domain: .matching(S.self))
        let product = try S.multiply(reversed, by: a)
        let straight = try S.multiply(hashed, by: a)
        for index in 0..<hashed.count { #expect(product[hashed.count - 1 - index] == straight[index]) }
        #expect(try S.multiply(ElementBatch(trusted: []), by: a).count == 0)
        #expect(S.hashToGroup([], domain: .matching(S.self)).count == 0)
        #expect(try S.blind(messages, domain: .matching(S.self), by: a) == straight)
        #expect(try S.blind([], domain: .matching(S.self), by: a).count == 0)

        // The generator's multiples are elements, and multiply alike.
        let point = try #require(ElementBatch<S>(bytes: S.multiplyGenerator(by: a)))
        try S.validate(point)
        let other = try #require(ElementBatch<S>(bytes: S.multiplyGenerator(by: b)))
        #expect(try S.multiply(point, by: b) == S.multiply(other, by: a))
        let random = S.randomElements(count: 4)
        try S.validate(random)
        #expect(Set((0..<4).map { Array(random[$0]) }).count == 4)
        #expect(S.randomElements(count: 0).count == 0)
        #expect(S.randomScalar().bytes.byteCount == S.scalarByteCount)
    }

    static func checkRefusals<S: Suite>(_: S.Type) throws {
        let valid = S.randomElements(count: 3)
        for encoding in refused(S.self) {
            #expect(encoding.count == S.elementByteCount)
            for position in 0..<3 {
                var list = valid.bytes
                let start = position * S.elementByteCount
                list.replaceSubrange(start..<(start + S.elementByteCount), with: encoding)
                // A second fault later does not hide the first.
                list.replaceSubrange((2 * S.elementByteCount)..<list.count, with: encoding)
                let batch = try #require(ElementBatch<S>(bytes: list))
                #expect(throws: GroupError.invalidElement(index: position)) { try S.validate(batch) }
                #expect(throws: GroupError.invalidElement(index: position)) {
                    _ = try S.multiply(batch, by: S.randomScalar())
                }
            }
        }
        #expect(ElementBatch<S>(bytes: Array(valid.bytes.dropLast())) == nil)
        #expect(ElementBatch<S>(bytes: valid.bytes + [0]) == nil)
        #expect(ElementBatch<S>(bytes: [])?.count == 0)
    }

    @Test("an agreement's word stands for one group, and the group knows its word", arguments: SuiteID.allCases)
    func words(suite: SuiteID) {
        #expect(suite.type.id == suite)
        #expect(SuiteID.allCases.filter { $0.type == suite.type } == [suite])
        #expect(SuiteID.allCases.filter { $0.type.hashToGroupID == suite.type.hashToGroupID } == [suite])
        #expect(!suite.type.backend.isEmpty)
    }

    @Test("commutes and keeps order", arguments: SuiteID.allCases)
    func commutes(suite: SuiteID) throws {
        try Self.checkCommutativity(suite.type)
    }

    @Test("refuses what is no element, at its index", arguments: SuiteID.allCases)
    func refuses(suite: SuiteID) throws {
        try Self.checkRefusals(suite.type)
    }

    @Test("work cut into pieces is joined in order", arguments: [1, 2, 7])
    func workers(count: Int) async throws {
        for total in [0, 1, 63, 64, 65, 500] {
            let pieces = try await Workers(count: count).map(total) { Array($0) }
            #expect(pieces.flatMap { $0 } == Array(0..<total))
            #expect(pieces.count <= count)
        }
        #expect(Workers(count: -3).count == 1)
    }
}
