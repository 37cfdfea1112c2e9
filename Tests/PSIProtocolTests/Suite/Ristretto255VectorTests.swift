import CRistretto
import Testing

@testable import PSIProtocol

/// RFC 9496, appendix A. [P-20]
///
/// Its fourth list, SQRT_RATIO_M1, is inside the C kernel: Tests/CRistretto/field_powers.c checks it.
@Suite("ristretto255 vectors")
struct Ristretto255VectorTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct File: Decodable {
        struct Invalid: Decodable {
            var reason: String
            var encodings: [String]
        }
        struct Map: Decodable {
            var input: String
            var output: String
        }
        var generator_multiples: [String]
        var invalid_encodings: [Invalid]
        var hash_to_group: [Map]
        var sqrt_ratio_m1: [[String: JSONText]]
    }

    /// A value that the tests here only count.
    enum JSONText: Decodable {
        case some
        init(from decoder: any Decoder) throws { self = .some }
    }

    static func file() throws -> File { try VectorFile.read("rfc9496_ristretto255", as: File.self) }

    @Test("multiples of the generator")
    func multiples() throws {
        let multiples = try VectorFile.nonEmpty(try Self.file().generator_multiples, "generator_multiples").map(bytes)
        #expect(multiples.count == 16)
        for (number, expected) in multiples.enumerated() {
            let scalar = [UInt8(number)] + [UInt8](repeating: 0, count: 31)
            #expect(Ristretto255.multiplyGenerator(by: SecretScalar(scalar)) == expected, "\(number)·G")
            guard number > 0 else { continue }
            let generator = try #require(ElementBatch<Ristretto255>(bytes: multiples[1]))
            #expect(try Ristretto255.multiply(generator, by: SecretScalar(scalar)).bytes == expected)
            try Ristretto255.validate(try #require(ElementBatch<Ristretto255>(bytes: expected)))
        }
    }

    @Test("invalid encodings are refused, wherever they stand")
    func invalid() throws {
        let file = try Self.file()
        let groups = try VectorFile.nonEmpty(file.invalid_encodings, "invalid_encodings")
        let valid = try bytes(file.generator_multiples[5])
        var count = 0
        for group in groups {
            for text in try VectorFile.nonEmpty(group.encodings, group.reason) {
                let encoding = try bytes(text)
                for position in [0, 1, 3] {
                    var list = [[UInt8]](repeating: valid, count: 4)
                    list[position] = encoding
                    let batch = try #require(ElementBatch<Ristretto255>(bytes: Array(list.joined())))
                    let refusal = GroupError.invalidElement(index: position)
                    #expect(throws: refusal, "\(group.reason)") { try Ristretto255.validate(batch) }
                    #expect(throws: refusal, "\(group.reason)") {
                        _ = try Ristretto255.multiply(batch, by: Ristretto255.randomScalar())
                    }
                }
                count += 1
            }
        }
        #expect(count == 29)
    }

    @Test("one-way map")
    func oneWayMap() throws {
        let maps = try VectorFile.nonEmpty(try Self.file().hash_to_group, "hash_to_group")
        #expect(maps.count == 11)
        let inputs = try maps.flatMap { try bytes($0.input) }
        var outputs = [UInt8](repeating: 0, count: 32 * maps.count)
        #expect(sidos_r255_from_uniform_batch(&outputs, inputs, maps.count) == maps.count)
        #expect(outputs == (try maps.flatMap { try bytes($0.output) }))
    }

    @Test("the list that the kernel's own test checks is there")
    func squareRoots() throws { #expect(try Self.file().sqrt_ratio_m1.count == 5) }

    @Test("the kernel's self-test passes")
    func selfTest() {
        #expect(sidos_r255_self_test() == 1)
        #expect(String(cString: sidos_r255_backend()) != "none")
    }
}
