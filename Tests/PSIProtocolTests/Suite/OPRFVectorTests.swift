import COpenSSL
import CRistretto
import Crypto
import Testing

@testable import PSIProtocol
@testable import Values

/// What the tests need of a curve suite beyond `Suite` to recompute RFC 9497's values.
protocol OPRFSuite: Suite {
    associatedtype Hash: ManyHash
    /// The ciphersuite's name in the RFC.
    static var identifier: String { get }
    /// Bytes that HashToScalar expands to.
    static var scalarExpansion: Int { get }
    static func reduce(_ uniform: [UInt8]) -> [UInt8]
    static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8]
    static func inverse(_ a: [UInt8]) -> [UInt8]
}

extension Ristretto255: OPRFSuite {
    typealias Hash = SHA512
    static let identifier = "ristretto255-SHA512"
    static let scalarExpansion = 64
    static func reduce(_ uniform: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        sidos_r255_scalar_reduce64(&output, uniform)
        return output
    }
    static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        sidos_r255_scalar_mul_add(&output, a, [1] + [UInt8](repeating: 0, count: 31), b)
        return output
    }
    static func inverse(_ a: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        sidos_r255_scalar_invert(&output, a)
        return output
    }
}

extension PSIProtocol.P256: OPRFSuite {
    typealias Hash = SHA256
    static let identifier = "P256-SHA256"
    static let scalarExpansion = 48
    static func reduce(_ uniform: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        sidos_p256_scalar_reduce(&output, uniform)
        return output
    }
    static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        sidos_p256_scalar_mul_add(&output, a, [UInt8](repeating: 0, count: 31) + [1], b)
        return output
    }
    static func inverse(_ a: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        sidos_p256_scalar_invert(&output, a)
        return output
    }
}

/// RFC 9497's test vectors: hash to the group, blind, evaluate and finalise, in its three modes. [P-20] [P-21]
@Suite("OPRF vectors")
struct OPRFVectorTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Group: Decodable {
        struct Vector: Decodable {
            var Batch: Int
            var Blind: String
            var BlindedElement: String
            var EvaluationElement: String
            var Info: String?
            var Input: String
            var Output: String
        }
        var groupDST: String
        var identifier: String
        var mode: Int
        var pkSm: String?
        var skSm: String
        var vectors: [Vector]
    }

    static func groups(_ identifier: String) throws -> [Group] {
        let all = try VectorFile.read("rfc9497_allVectors", as: [Group].self)
        let groups = try VectorFile.nonEmpty(all.filter { $0.identifier == identifier }, identifier)
        #expect(groups.map(\.mode) == [0, 1, 2])
        return groups
    }

    /// The key that evaluates: skS, or in the partially oblivious mode 1/(skS + HashToScalar(framed info)).
    static func evaluationKey<S: OPRFSuite>(_: S.Type, _ group: Group, _ vector: Group.Vector) throws -> [UInt8] {
        let key = try bytes(group.skSm)
        guard let info = try vector.Info.map({ try bytes($0) }) else { return key }
        let framed = Array("Info".utf8) + BigEndian.u16(info.count) + info
        let context = Array("HashToScalar-OPRFV1-".utf8) + [UInt8(group.mode)] + Array("-\(S.identifier)".utf8)
        let expanded = ExpandMessage<S.Hash>(domain: try .ascii(context), count: S.scalarExpansion)
            .xmd(MessageBatch([framed]))
        return S.inverse(S.sum(S.reduce(Array(expanded.bytes)), key))
    }

    static func output<S: OPRFSuite>(_: S.Type, input: [UInt8], info: [UInt8]?, element: ArraySlice<UInt8>) -> [UInt8] {
        var hash = S.Hash()
        hash.update(data: BigEndian.u16(input.count) + input)
        if let info { hash.update(data: BigEndian.u16(info.count) + info) }
        hash.update(data: BigEndian.u16(element.count) + element + Array("Finalize".utf8))
        return Array(hash.finalize())
    }

    static func check<S: OPRFSuite>(_: S.Type) throws {
        for group in try groups(S.identifier) {
            if let publicKey = group.pkSm {
                #expect(S.multiplyGenerator(by: SecretScalar(try bytes(group.skSm))) == (try bytes(publicKey)))
            } else {
                #expect(group.mode == 0)
            }
            let domain = try DomainSeparationTag.ascii(bytes(group.groupDST))
            for vector in try VectorFile.nonEmpty(group.vectors, "\(S.identifier) mode \(group.mode)") {
                func list(_ text: String) throws -> [[UInt8]] { try text.split(separator: ",").map { try bytes($0) } }
                let (inputs, blinds, blinded, evaluated, outputs) = (
                    try list(vector.Input), try list(vector.Blind), try list(vector.BlindedElement),
                    try list(vector.EvaluationElement), try list(vector.Output)
                )
                #expect(
                    [blinds.count, blinded.count, evaluated.count, outputs.count].allSatisfy { $0 == vector.Batch })
                let hashed = S.hashToGroup(inputs, domain: domain)
                let key = try evaluationKey(S.self, group, vector)
                for index in inputs.indices {
                    let element = try #require(ElementBatch<S>(bytes: Array(hashed[index])))
                    let blindedHere = try S.multiply(element, by: SecretScalar(blinds[index]))
                    #expect(blindedHere.bytes == blinded[index])
                    let evaluatedHere = try S.multiply(blindedHere, by: SecretScalar(key))
                    #expect(evaluatedHere.bytes == evaluated[index])
                    let unblinded = try S.multiply(evaluatedHere, by: SecretScalar(S.inverse(blinds[index])))
                    #expect(unblinded == (try S.multiply(element, by: SecretScalar(key))))
                    let info = try vector.Info.map { try bytes($0) }
                    #expect(output(S.self, input: inputs[index], info: info, element: unblinded[0]) == outputs[index])
                }
            }
        }
    }

    @Test("ristretto255-SHA512") func ristretto() throws { try Self.check(Ristretto255.self) }
    @Test("P256-SHA256") func p256() throws { try Self.check(PSIProtocol.P256.self) }
}
