import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// What a source's text becomes before a scheme judges it. [P-22]
@Suite struct CodeTextTests {
    private func read(_ text: String) throws -> (String, Bool) {
        let text = try CodeText(Array(text.utf8)[...])
        return (String(decoding: text.bytes, as: UTF8.self), text.isRepaired)
    }

    private func refusal(_ bytes: [UInt8]) -> RefusalReason? {
        do throws(RefusalReason) {
            _ = try CodeText(bytes[...])
            return nil
        } catch {
            return error
        }
    }

    @Test func everyCharacterOfTheFirstPlanesHasItsMeaning() throws {
        let dashes: Set<UInt32> = [
            0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D,
        ]
        let invisible: Set<UInt32> = [0xAD, 0x200B, 0x2060, 0xFEFF]
        for value in UInt32(0)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "1\(Character(scalar))2"
            let bytes = Array("1".utf8) + Array(String(Character(scalar)).utf8) + Array("2".utf8)
            let expected: (String, Bool)? =
                if scalar.properties.isWhitespace || invisible.contains(value) {
                    ("12", true)
                } else if dashes.contains(value) {
                    ("1-2", true)
                } else if (0x21...0x7E).contains(value) {
                    (text.uppercased(), false)
                } else if (0xFF01...0xFF5E).contains(value), let ascii = Unicode.Scalar(value - 0xFEE0) {
                    ("1\(ascii)2".uppercased(), true)
                } else {
                    nil
                }
            if let expected {
                let found = try CodeText(bytes[...])
                #expect(String(decoding: found.bytes, as: UTF8.self) == expected.0, "\(value)")
                #expect(found.isRepaired == expected.1, "\(value)")
            } else {
                #expect(refusal(bytes) == .malformed, "\(value)")
            }
            if value >= 0x80 {
                let begins = LookAlike.leading(Array(String(Character(scalar)).utf8)[...]) != nil
                #expect(begins == (LookAlike.meaning(of: value) != nil))
                if begins { #expect(LookAlike.canBegin(bytes[1])) }
            }
        }
    }

    @Test func endsAndCaseAreNoRepair() throws {
        #expect(try read("ab1") == ("AB1", false))
        #expect(try read("\u{3000} ab1\r\n") == ("AB1", false))
        #expect(try read("AB1") == ("AB1", false))
        #expect(try read("a b1") == ("AB1", true))
        #expect(try read("\u{FEFF}ab1") == ("AB1", true))
        #expect(try read(" \u{FEFF} ab1") == ("AB1", true))
        #expect(try read("ａｂ１") == ("AB1", true))
    }

    @Test func textIsBounded() throws {
        let longest = String(repeating: "1", count: 64)
        #expect(try read(longest) == (longest, false))
        #expect(try read(String(repeating: " ", count: 1000) + longest + "\u{2003}") == (longest, false))
        #expect(refusal(Array((longest + "1").utf8)) == .malformed)
        #expect(refusal(Array(("1" + String(repeating: " ", count: 63) + "1").utf8)) == .malformed)
        for empty in ["", " ", "\t\u{3000}", "\u{FEFF}", "\u{AD}\u{200B} \u{2060}"] {
            #expect(refusal(Array(empty.utf8)) == .missing)
        }
        #expect(refusal(Array(String(repeating: "\u{FEFF}", count: 22).utf8)) == .malformed)
    }

    @Test func whatIsNotUTF8IsMalformedAndTrapsNothing() {
        for bytes: [UInt8] in [
            [0x31, 0xC2], [0xE2], [0xE2, 0x80], [0x31, 0xEF, 0xBC], [0xEF, 0xBC, 0x31], [0x80], [0xFF], [0xC2, 0x31],
            [0xF0, 0x9F, 0x98, 0x80], [0xC0, 0xAD], [0x31, 0x00], [0x7F], [0xE0, 0x80, 0xAD],
        ] {
            #expect(refusal(bytes) == .malformed)
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = refusal(bytes)
            for id in IdentitySchemeID.allCases {
                let scheme = id.scheme(today: nil)
                _ = try? scheme.read(bytes[...], owner: "kela")
            }
            _ = CodeGuard.finding(in: (bytes + bytes)[...])
        }
    }

    @Test func aSliceInTheMiddleOfARecordIsReadAlone() throws {
        let record = Array("x;13\u{2013}1;y\u{2013}".utf8)
        let text = try CodeText(record[2..<(record.count - 5)])
        #expect(Array(text.bytes) == Array("13-1".utf8))
        let canonical = try CodeText(record[2..<4])
        #expect(Array(canonical.bytes) == Array("13".utf8))
        #expect(!"\(text)".contains("49"))
    }
}
