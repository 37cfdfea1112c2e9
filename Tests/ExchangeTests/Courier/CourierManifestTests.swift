import Crypto
import Testing

@testable import Exchange
@testable import PSIProtocol
@testable import Values

/// The list of a carried disk. [P-75]
@Suite struct CourierManifestTests {
    private static let hex = String(repeating: "ab", count: 32)
    private static let round = String(repeating: "01", count: 32)

    private static let lines = [
        "sidos-courier 1", "from omnia \(hex)", "to hub \(hex)", "made 1790000000", "follows \(round)",
        "follows \(hex)", "holds \(round) clients/0/2/0", "holds \(round) clients/proof1/0/3",
        "file \(hex) 7 rounds/\(round)/entries",
        "file \(hex) 65536 rounds/\(round)/streams/clients/exit/0/0/00000000.chunk",
        "file \(hex) 0 rounds/\(round)/streams/clients/exit/0/0/00000001.last",
    ]

    private static func text(_ lines: [String]) -> [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

    @Test("It is read as it is written, and written as it was read")
    func whole() throws {
        let manifest = try #require(CourierManifest(text: Self.text(Self.lines)))
        #expect(manifest.text == Self.text(Self.lines))
        #expect(manifest.from.id == "omnia" && manifest.to.id == "hub" && manifest.made == 1_790_000_000)
        #expect(manifest.follows.count == 2 && manifest.holds.count == 2 && manifest.files.count == 3)
        let round = try #require(RoundID(hex: Self.round))
        #expect(manifest.holds[1].stream == StreamID(batch: "clients", stage: .proof(1), attempt: 0, part: 3))
        #expect(
            manifest.files[1].path
                == .chunk(round, StreamID(batch: "clients", stage: .exit, attempt: 0), seq: 0, last: false))
        #expect(CourierManifest(text: Self.text(Array(Self.lines.prefix(4)))) != nil)
    }

    @Test("Nothing else is read: no other order, form, path or repetition")
    func strict() {
        var wrong: [[UInt8]] = [[], Array("\n".utf8), Self.text([]), Array(Self.text(Self.lines).dropLast())]
        for index in Self.lines.indices {
            var lines = Self.lines
            lines.insert(lines[index], at: index)
            wrong.append(Self.text(lines))
            if index < 4 {
                lines = Self.lines
                lines.remove(at: index)
                wrong.append(Self.text(lines))
            }
            if index + 1 < Self.lines.count {
                lines = Self.lines
                lines.swapAt(index, index + 1)
                wrong.append(Self.text(lines))
            }
            for change in [" ", "\r", "x", " x"] {
                lines = Self.lines
                lines[index] += change
                wrong.append(Self.text(lines))
            }
            lines = Self.lines
            lines[index] = lines[index].replacingOccurrences(of: "ab", with: "AB")
            if lines != Self.lines { wrong.append(Self.text(lines)) }
        }
        for path in [
            "rounds/\(Self.round)/../entries", "/etc/passwd", "rounds/\(Self.round)/entries/",
            "rounds//entries", "rounds/\(Self.hex.uppercased())/entries", "rounds/\(Self.round)/other",
            "rounds/\(Self.round)/streams/clients/0/0/0/0.chunk",
            "rounds/\(Self.round)/streams/../0/0/0/00000000.chunk",
            "rounds/\(Self.round)/streams/clients/16/0/0/00000000.chunk",
            "rounds/\(Self.round)/streams/clients/0/65536/0/00000000.chunk",
            "rounds/\(Self.round)/streams/clients/0/00/0/00000000.chunk",
            "rounds/\(Self.round)/streams/clients/0/0/0/09999999.chunk",
            "rounds/\(Self.round)/streams/clients/0/0/0/00000000.part", "courier.txt",
        ] {
            wrong.append(Self.text(Self.lines.prefix(4) + ["file \(Self.hex) 1 \(path)"]))
        }
        // Longer than a file of its kind can be, or with another number than decimal.
        for (count, path) in [
            ("67108865", "entries"), ("4194305", "streams/clients/0/0/0/00000000.last"), ("-1", "entries"),
            ("01", "entries"), ("+1", "entries"), ("9223372036854775808", "entries"),
        ] {
            wrong.append(Self.text(Self.lines.prefix(4) + ["file \(Self.hex) \(count) rounds/\(Self.round)/\(path)"]))
        }
        for made in ["made -1", "made 01", "made", "made 1 2"] {
            wrong.append(Self.text(Self.lines.prefix(3) + [made]))
        }
        let many = (0...1_024).map {
            "follows " + Hex.encode(BigEndian.u64(UInt64($0)) + [UInt8](repeating: 0, count: 24))
        }
        #expect(CourierManifest(text: Self.text(Self.lines.prefix(4) + many.dropLast())) != nil)
        wrong.append(Self.text(Self.lines.prefix(4) + many))
        for text in wrong {
            #expect(CourierManifest(text: text) == nil, "\(String(decoding: text.prefix(600), as: UTF8.self))")
        }
    }

    @Test("It is signed under a label of its own, by the key that it names")
    func signature() throws {
        let key = Curve25519.Signing.PrivateKey()
        let party = CourierManifest.Party(id: "omnia", signingKey: Array(key.publicKey.rawRepresentation))
        let text = Self.text(Self.lines)
        let signature = try key.sign(Array("SIDOS-V1 courier".utf8) + [0] + text)
        #expect(CourierManifest.isSigned(text, by: signature, party))
        #expect(!CourierManifest.isSigned(text + [10], by: signature, party))
        #expect(!CourierManifest.isSigned(text, by: try key.sign(text), party))
        #expect(!CourierManifest.isSigned(text, by: Array(signature.dropLast()), party))
        let other = CourierManifest.Party(id: "omnia", signingKey: [UInt8](repeating: 3, count: 32))
        #expect(!CourierManifest.isSigned(text, by: signature, other))
    }

    @Test("Entries are read back, and no other bytes are entries")
    func entries() {
        let entries = [[1], testBytes(65_536), [2, 3]]
        let bytes = CourierEntries.encode(entries)
        #expect(CourierEntries.decode(bytes) == entries)
        #expect(CourierEntries.decode([]) == [])
        for wrong in [
            Array(bytes.dropLast()), bytes + [0], bytes + [0, 0, 0, 0], [0, 0, 0, 2, 1],
            [0, 1, 0, 1] + testBytes(65_537),
        ] {
            #expect(CourierEntries.decode(wrong) == nil)
        }
    }
}
