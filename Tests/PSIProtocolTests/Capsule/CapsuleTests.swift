import CRistretto
import Testing

@testable import PSIProtocol

/// Capsules, their key and the shares that open them. [P-38] [P-40] [P-41]
@Suite("Capsules")
struct CapsuleTests {
    /// Key holders' scalars as bytes, and their public keys.
    static func keys(_ count: Int) -> (secrets: [[UInt8]], publics: [[UInt8]]) {
        var secrets: [[UInt8]] = []
        var publics: [[UInt8]] = []
        for _ in 0..<count {
            let key = Ristretto255.randomScalar()
            secrets.append(key.bytes.withUnsafeBytes { Array($0) })
            publics.append(Ristretto255.multiplyGenerator(by: key))
        }
        return (secrets, publics)
    }

    static func halves(_ capsules: [UInt8]) -> (a: [UInt8], b: [UInt8]) {
        var (a, b): ([UInt8], [UInt8]) = ([], [])
        for start in stride(from: 0, to: capsules.count, by: 64) {
            a += capsules[start..<(start + 32)]
            b += capsules[(start + 32)..<(start + 64)]
        }
        return (a, b)
    }

    static func open(_ capsules: [UInt8], nodes: ArraySlice<[UInt8]>, research: [UInt8]) throws -> [UInt8] {
        let (a, b) = halves(capsules)
        let points = try #require(ElementBatch<Ristretto255>(bytes: a))
        let shares = try nodes.map { try Capsule.shares(of: points, key: SecretScalar($0)).bytes }
        return try Capsule.open(a: a, b: b, shares: shares, key: SecretScalar(research))
            .withUnsafeBytes { Array($0) }
    }

    @Test("open ∘ re-randomise^n ∘ seal is the identity", arguments: [2, 3, 5])
    func roundTrip(nodes: Int) throws {
        let (secrets, publics) = Self.keys(nodes + 1)
        let key = try CapsuleKey(sumOf: publics)
        let sealed = Capsule.seal(count: 5, to: key)
        let expected = sealed.secrets.withUnsafeBytes { Array($0) }
        #expect(expected.count == 5 * 32)
        var capsules = sealed.capsules
        var seen = Set([capsules])
        for _ in 0..<nodes {
            capsules = try Capsule.rerandomize(capsules, for: key)
            seen.insert(capsules)
            let opened = try Self.open(capsules, nodes: secrets.dropLast(), research: secrets[nodes])
            #expect(opened == expected)
        }
        #expect(seen.count == nodes + 1)
        // Every half of every item changes on every hop.
        let again = try Capsule.rerandomize(capsules, for: key)
        for start in stride(from: 0, to: capsules.count, by: 32) {
            #expect(capsules[start..<(start + 32)] != again[start..<(start + 32)])
        }
    }

    @Test("a missing, doubled or foreign share does not open")
    func wrongShares() throws {
        let (secrets, publics) = Self.keys(4)
        let sealed = Capsule.seal(count: 2, to: try CapsuleKey(sumOf: publics))
        let expected = sealed.secrets.withUnsafeBytes { Array($0) }
        let capsules = sealed.capsules
        let foreign = Self.keys(1).secrets[0]
        let all = secrets[0..<3]
        #expect(try Self.open(capsules, nodes: all, research: secrets[3]) == expected)
        let wrong: [ArraySlice<[UInt8]>] = [
            secrets[0..<2], secrets[1..<3], all + [secrets[0]], ([foreign] + secrets[1..<3])[...], [],
        ]
        for nodes in wrong {
            let opened = try Self.open(capsules, nodes: nodes, research: secrets[3])
            #expect(opened[..<32] != expected[..<32])
            #expect(opened[32...] != expected[32...])
        }
        #expect(try Self.open(capsules, nodes: all, research: foreign) != expected)
        // Another key's re-randomisation spoils it.
        let other = try CapsuleKey(sumOf: Self.keys(2).publics)
        let spoiled = try Capsule.rerandomize(capsules, for: other)
        #expect(try Self.open(spoiled, nodes: all, research: secrets[3]) != expected)
    }

    @Test("invalid halves are refused at their index")
    func invalid() throws {
        let (secrets, publics) = Self.keys(2)
        let key = try CapsuleKey(sumOf: publics)
        let capsules = Capsule.seal(count: 3, to: key).capsules
        for (position, index) in [(0, 0), (32, 0), (64, 1), (160, 2)] {
            for byte in [UInt8(0), 255] {
                var wrong = capsules
                wrong.replaceSubrange(position..<(position + 32), with: [UInt8](repeating: byte, count: 32))
                #expect(throws: GroupError.invalidElement(index: index)) {
                    _ = try Capsule.rerandomize(wrong, for: key)
                }
            }
        }
        let (a, b) = Self.halves(capsules)
        let share = try Ristretto255.multiply(ElementBatch(trusted: a), by: SecretScalar(secrets[0])).bytes
        var wrong = share
        wrong.replaceSubrange(32..<64, with: [UInt8](repeating: 0, count: 32))
        #expect(throws: GroupError.invalidElement(index: 1)) {
            _ = try Capsule.open(a: a, b: b, shares: [wrong], key: SecretScalar(secrets[1]))
        }
        // Lists of different lengths are refused at the first item that one of them lacks.
        #expect(throws: GroupError.invalidElement(index: 2)) {
            _ = try Capsule.open(a: a, b: Array(b[..<64]), shares: [share], key: SecretScalar(secrets[1]))
        }
        #expect(throws: GroupError.invalidElement(index: 1)) {
            _ = try Capsule.open(a: a, b: b, shares: [Array(share[..<40])], key: SecretScalar(secrets[1]))
        }
        #expect(throws: GroupError.invalidElement(index: 1)) {
            _ = try Capsule.open(a: Array(a[..<40]), b: b, shares: [share], key: SecretScalar(secrets[1]))
        }
        #expect(throws: GroupError.invalidElement(index: 2)) {
            _ = try Capsule.rerandomize(Array(capsules.dropLast()), for: key)
        }
        #expect(try Capsule.rerandomize([], for: key).isEmpty)
        #expect(Capsule.seal(count: 0, to: key).capsules.isEmpty)
    }

    @Test("the key is the sum of all holders' keys")
    func sum() throws {
        let (secrets, publics) = Self.keys(3)
        let key = try CapsuleKey(sumOf: publics)
        let total = Ristretto255.sum(Ristretto255.sum(secrets[0], secrets[1]), secrets[2])
        #expect(key.bytes == Ristretto255.multiplyGenerator(by: SecretScalar(total)))
        #expect(try CapsuleKey(sumOf: [publics[1], publics[2], publics[0]]).bytes == key.bytes)
        #expect(try CapsuleKey(sumOf: [publics[0]]).bytes == publics[0])

        #expect(throws: GroupError.invalidElement(index: 0)) { _ = try CapsuleKey(sumOf: []) }
        #expect(throws: GroupError.invalidElement(index: 1)) {
            _ = try CapsuleKey(sumOf: [publics[0], [UInt8](repeating: 0, count: 32)])
        }
        #expect(throws: GroupError.invalidElement(index: 1)) { _ = try CapsuleKey(sumOf: [publics[0], []]) }
        // Keys that cancel leave the identity, to which everybody holds the key.
        var negative = [UInt8](repeating: 0, count: 32)
        sidos_r255_scalar_negate(&negative, secrets[0])
        let opposite = Ristretto255.multiplyGenerator(by: SecretScalar(negative))
        #expect(throws: GroupError.invalidElement(index: 1)) { _ = try CapsuleKey(sumOf: [publics[0], opposite]) }
    }
}
