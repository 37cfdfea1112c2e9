import Crypto
import Testing

@testable import PSIProtocol

/// expand_message_xmd and P-256's hash to the curve, RFC 9380 appendices J and K. [P-20] [P-21]
@Suite("Hash to group vectors")
struct ExpandMessageTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct ExpandFile: Decodable {
        struct Case: Decodable {
            var len_in_bytes: String
            var msg: String
            var uniform_bytes: String
        }
        var DST: String
        var tests: [Case]
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct CurveFile: Decodable {
        struct Point: Decodable {
            var x: String
            var y: String
        }
        struct Vector: Decodable {
            var msg: String
            var P: Point
        }
        var dst: String
        var ciphersuite: String
        var vectors: [Vector]
    }

    static func expand<H: ManyHash>(
        _ messages: [[UInt8]], count: Int, domain: DomainSeparationTag, using _: H.Type
    ) -> [UInt8] {
        let output = ExpandMessage<H>(domain: domain, count: count).xmd(MessageBatch(messages))
        return Array(output.bytes)
    }

    static func check<H: ManyHash>(_ name: String, using _: H.Type) throws {
        let file = try VectorFile.read(name, as: ExpandFile.self)
        let domain = try #require(DomainSeparationTag(file.DST))
        for vector in try VectorFile.nonEmpty(file.tests, name) {
            let count = try #require(Int(vector.len_in_bytes.dropFirst(2), radix: 16))
            let output = expand([Array(vector.msg.utf8)], count: count, domain: domain, using: H.self)
            #expect(output == (try bytes(vector.uniform_bytes)), "\(name), \(count) bytes of \(vector.msg.prefix(20))")
        }
    }

    @Test("SHA-256") func sha256() throws { try Self.check("expand_message_xmd_SHA256_38", using: SHA256.self) }
    @Test("SHA-512") func sha512() throws { try Self.check("expand_message_xmd_SHA512_38", using: SHA512.self) }

    @Test("many messages of many lengths give what each gives alone", arguments: [0, 1, 17, 300])
    func many(messageCount: Int) throws {
        let domain = try #require(DomainSeparationTag("many"))
        let messages = (0..<messageCount).map { index in (0..<(index * 37 % 300)).map { UInt8(($0 + index) % 251) } }
        for count in [1, 96, 448] {
            let (short, long) = (
                messages.map { Self.expand([$0], count: count, domain: domain, using: SHA256.self) },
                messages.map { Self.expand([$0], count: count, domain: domain, using: SHA512.self) }
            )
            #expect(Self.expand(messages, count: count, domain: domain, using: SHA256.self) == Array(short.joined()))
            #expect(Self.expand(messages, count: count, domain: domain, using: SHA512.self) == Array(long.joined()))
            #expect(count < 96 || Set(long).count == long.count)
        }
    }

    @Test("tags that RFC 9380 would shorten by a hash are refused: this protocol has none")
    func longTags() throws {
        let file = try VectorFile.read("expand_message_xmd_SHA256_256", as: ExpandFile.self)
        _ = try VectorFile.nonEmpty(file.tests, "long tags")
        #expect(file.DST.utf8.count == 256)
        #expect(DomainSeparationTag(file.DST) == nil)
        #expect(DomainSeparationTag("") == nil)
        #expect(DomainSeparationTag(String(file.DST.dropLast()))?.bytes.count == 255)
    }

    @Test("P256_XMD:SHA-256_SSWU_RO_")
    func curve() throws {
        let file = try VectorFile.read("P256_XMD-SHA-256_SSWU_RO_", as: CurveFile.self)
        #expect(file.ciphersuite == PSIProtocol.P256.hashToGroupID)
        let domain = try #require(DomainSeparationTag(file.dst))
        let vectors = try VectorFile.nonEmpty(file.vectors, "P-256")
        #expect(vectors.count == 5)
        let hashed = PSIProtocol.P256.hashToGroup(vectors.map { Array($0.msg.utf8) }, domain: domain)
        for (index, vector) in vectors.enumerated() {
            let isOdd = try bytes(vector.P.y)[31] & 1
            #expect(Array(hashed[index]) == [2 | isOdd] + (try bytes(vector.P.x)), "\(vector.msg.prefix(20))")
        }
    }

    @Test("each suite hashes under a tag of its own")
    func tags() {
        let tags = [
            DomainSeparationTag.matching(Ristretto255.self), .matching(PSIProtocol.P256.self),
            .matching(FFDHE3072.self),
        ]
        #expect(
            tags.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                "SIDOS-V1-ristretto255_XMD:SHA-512_R255MAP_RO_", "SIDOS-V1-P256_XMD:SHA-256_SSWU_RO_",
                "SIDOS-V1-ffdhe3072_XMD:SHA-512_MODPQ_RO_",
            ])
    }
}
