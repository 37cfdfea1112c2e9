import Testing

@testable import PSIProtocol

/// Blinding under one, two and three keys against values computed by an independent implementation. [P-20] [P-21]
@Suite("Commutative cipher vectors")
struct CommutativeCipherTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct File: Decodable {
        struct Case: Decodable {
            var input_hex: String
            var H: String
            var k0H: String
            var k1H: String
            var k2H: String
            var k0k1H: String
            var k0k1k2H: String
        }
        struct Group: Decodable {
            var group: String
            var dst: String
            var keys: [String]
            var public_keys: [String]
            var cases: [Case]
        }
        var groups: [Group]
    }

    static func check<S: Suite>(_: S.Type, group name: String) throws {
        let file = try VectorFile.read("own_commutative_cipher", as: File.self)
        let group = try #require(file.groups.first { $0.group == name })
        let keys = try group.keys.map { try bytes($0) }
        #expect(keys.count == 3)
        for (key, publicKey) in zip(keys, group.public_keys) {
            #expect(S.multiplyGenerator(by: SecretScalar(key)) == (try bytes(publicKey)))
        }
        let cases = try VectorFile.nonEmpty(group.cases, name)
        #expect(cases.count == 44)
        func column(_ field: (File.Case) -> String) throws -> [UInt8] { try cases.flatMap { try bytes(field($0)) } }

        let domain = try #require(DomainSeparationTag(group.dst))
        let messages = try cases.map { try bytes($0.input_hex) }
        let hashed = S.hashToGroup(messages, domain: domain)
        #expect(hashed.bytes == (try column(\.H)))
        #expect(try S.blind(messages, domain: domain, by: SecretScalar(keys[0])).bytes == column(\.k0H))
        let blinded = try keys.map { try S.multiply(hashed, by: SecretScalar($0)) }
        #expect(blinded[0].bytes == (try column(\.k0H)))
        #expect(blinded[1].bytes == (try column(\.k1H)))
        #expect(blinded[2].bytes == (try column(\.k2H)))
        let twice = try S.multiply(blinded[0], by: SecretScalar(keys[1]))
        #expect(twice.bytes == (try column(\.k0k1H)))
        #expect(try S.multiply(blinded[1], by: SecretScalar(keys[0])) == twice)
        #expect(try S.multiply(twice, by: SecretScalar(keys[2])).bytes == column(\.k0k1k2H))
    }

    @Test("ristretto255") func ristretto() throws { try Self.check(Ristretto255.self, group: "ristretto255") }
    @Test("P-256") func p256() throws { try Self.check(P256.self, group: "P256") }
}
