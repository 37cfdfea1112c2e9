import Dataset
import PSIProtocol
import Testing
import Values

/// Pseudonyms of one study and round. [P-49]
@Suite struct PseudonymTests {
    private let tag = Array(UInt8(0)...15)

    private func key(_ first: UInt8 = 0) throws -> PseudonymKey {
        guard let key = PseudonymKey([first] + Array(UInt8(1)...31)) else { throw SampleStudy.Missing() }
        return key
    }

    @Test func isTheDocumentedFunction() throws {
        let pseudonym = Pseudonym(tag: tag, round: try SampleStudy.round(), key: try key())
        #expect(pseudonym.map { Hex.encode($0.bytes) } == "091ca4c361e57ee72619b2c7aef6a663")
        #expect(pseudonym?.text == "14ea9gv1wnzee9gspb3txxn6cc")
    }

    @Test func differsBetweenStudiesRoundsAndPeople() throws {
        let round = try SampleStudy.round()
        let texts = [
            Pseudonym(tag: tag, round: round, key: try key())?.text,
            Pseudonym(tag: tag, round: round, key: try key(1))?.text,
            Pseudonym(tag: tag, round: try SampleStudy.round(8), key: try key())?.text,
            Pseudonym(tag: tag.reversed(), round: round, key: try key())?.text,
        ]
        #expect(!texts.contains(nil))
        #expect(Set(texts).count == 4)
    }

    @Test func textSortsAsBytesAndKeepsEveryBit() throws {
        var generator = SystemRandomNumberGenerator()
        var pseudonyms = try [0, 1, 127, 128, 255].map { try SampleStudy.person($0) }
        for bit in 0..<128 {
            var bytes = Array(repeating: UInt8(0), count: 16)
            bytes[bit / 8] = 1 << UInt8(bit % 8)
            pseudonyms.append(try SampleStudy.required(Pseudonym(bytes: bytes)))
        }
        for _ in 0..<500 {
            let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let pseudonym = try SampleStudy.required(Pseudonym(bytes: bytes))
            #expect(pseudonym.bytes == bytes)
            pseudonyms.append(pseudonym)
        }
        let unique = Set(pseudonyms)
        #expect(Set(unique.map(\.text)).count == unique.count)
        #expect(unique.sorted().map(\.text) == unique.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        let allowed = Set("0123456789abcdefghjkmnpqrstvwxyz")
        #expect(unique.allSatisfy { $0.text.count == 26 && $0.text.allSatisfy(allowed.contains) })
        #expect(try SampleStudy.person(0).text == String(repeating: "0", count: 26))
        #expect(try SampleStudy.person(255).text == String(repeating: "z", count: 25) + "w")
    }

    @Test func refusesOtherLengthsAndDoesNotDescribeItself() throws {
        #expect(Pseudonym(tag: Array(tag.dropLast()), round: try SampleStudy.round(), key: try key()) == nil)
        #expect(Pseudonym(bytes: Array(repeating: 1, count: 17)) == nil)
        if PseudonymKey(Array(repeating: UInt8(1), count: 31)) != nil { Issue.record("31 bytes made a key") }
        let pseudonym = try SampleStudy.person(9)
        #expect(!"\(pseudonym)".contains(pseudonym.text))
    }

    @Test func keysAreFreshAndCanBeKept() throws {
        let first = PseudonymKey()
        let second = PseudonymKey()
        let firstBytes = first.withUnsafeBytes { Array($0) }
        #expect(firstBytes.count == PseudonymKey.byteCount)
        #expect(firstBytes != second.withUnsafeBytes { Array($0) })
        guard let kept = PseudonymKey(firstBytes) else { throw SampleStudy.Missing() }
        let round = try SampleStudy.round()
        #expect(Pseudonym(tag: tag, round: round, key: first) == Pseudonym(tag: tag, round: round, key: kept))
    }
}
