import Foundation
import Testing

@testable import Agreement
@testable import PlainWords

/// Damaged files: an error with a place, or a valid agreement, and never a trap.
struct AgreementMutationTests {
    private static let snippets = [
        "", " ", "\n", "\r\n", "\t", ":", ": ", "- ", "? ", "{", "}", "[", "]", ",", "#", " #", "&a ", "*a", "!t ",
        "|\n", ">\n",
        "\"", "'", "---\n", "...\n", "<<: ", "~", "null", "\\", "\"\\x", "%", "@", "`", "é", "\u{2028}", "\u{E000}",
        "😀", "0",
        "-1", "99999999999999999999", "sample(", ")", "union", "id: ", "  ", "title: x\n", "\u{0}",
    ]

    @Test func randomEdits() throws {
        let original = Array(try AgreementSample.yaml().utf8)
        let sample = try Agreement.parse(original)
        var random = SeededNumbers(1)
        var accepted = 0
        for _ in 0..<1500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Half of the edits hit the first lines: the rest of the file is mostly keys.
                let reach = Bool.random(using: &random) ? bytes.count : min(400, bytes.count)
                let start = Int.random(in: 0...reach, using: &random)
                let end = min(bytes.count, start + [0, 1, 2, 8, 60].randomElement(using: &random)!)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.replaceSubrange(start..<end, with: [UInt8.random(in: 0...255, using: &random)])
                case 1:
                    let copy = Int.random(in: 0..<original.count, using: &random)
                    bytes.replaceSubrange(start..<end, with: original[copy..<min(original.count, copy + 80)])
                default:
                    bytes.replaceSubrange(start..<end, with: Array(Self.snippets.randomElement(using: &random)!.utf8))
                }
            }
            let lineCount = bytes.count { $0 == 10 } + 2
            do throws(AgreementError) {
                let agreement = try Agreement.parse(bytes)
                accepted += 1
                #expect(!agreement.participants.isEmpty)
                #expect(!AgreementSummary(agreement).text.isEmpty)
                #expect(AgreementChanges(from: sample, to: agreement).sections.isEmpty == (agreement == sample))
            } catch {
                #expect(!error.mistakes.isEmpty)
                #expect(
                    error.mistakes.allSatisfy { (1...lineCount).contains($0.line) && !$0.reason.isEmpty }, "\(error)")
            }
        }
        // Edits of titles and comments leave a valid agreement now and then; otherwise the edits would be too coarse.
        #expect(accepted > 10)
    }

    @Test func randomYAML() {
        var random = SeededNumbers(2)
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 1...40, using: &random))
                .map { _ in Self.snippets.randomElement(using: &random)! }.joined()
            for parse in [Self.parsesAgreement, Self.parsesCard, Self.parsesPolicy] { _ = parse(Array(text.utf8)) }
        }
    }

    private static func parsesAgreement(_ bytes: [UInt8]) -> Bool { (try? Agreement.parse(bytes)) != nil }
    private static func parsesCard(_ bytes: [UInt8]) -> Bool { (try? ParticipantCard.parse(bytes)) != nil }
    private static func parsesPolicy(_ bytes: [UInt8]) -> Bool { (try? LocalPolicy.parse(bytes)) != nil }
}
