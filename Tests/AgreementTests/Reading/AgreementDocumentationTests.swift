import Foundation
import Testing

@testable import Agreement
@testable import Values

/// The examples of docs/agreement.md are what the programs accept.
struct AgreementDocumentationTests {
    /// The YAML blocks of the page, in order.
    static func blocks() throws -> [String] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/agreement.md")
        let text = try String(contentsOf: page.standardizedFileURL, encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
    }

    @Test func agreementIsValid() throws {
        let block = try #require(try Self.blocks().first)
        let yaml = try block.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            guard let match = line.firstMatch(of: #/\{id: ([a-z]+), name: /#) else { return String(line) }
            let participant = try AgreementSample.participant(String(match.1), .mixer)
            return String(line).replacing("ed25519:…", with: ParticipantKey.signing.text(participant.signingKey))
                .replacing("xwing:…", with: ParticipantKey.hpke.text(participant.hpkeKey))
                .replacing("sha256:…", with: ParticipantKey.tlsPin.text(participant.tlsPin))
        }.joined(separator: "\n")
        let agreement = try Agreement.parse(Array(yaml.utf8))
        #expect(agreement.study.id == "espoo-skills")
        #expect(agreement.participants.count == 5)
    }

    @Test func policyIsValid() throws {
        let block = try #require(try Self.blocks().last)
        let policy = try LocalPolicy.parse(Array(block.utf8))
        #expect(policy.studies == ["espoo-skills"])
        #expect(policy.registers?["residents"]?.columns == ["start_date"])
    }

    /// The page names every field of the format.
    @Test func everyFieldIsDescribed() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/agreement.md")
        let text = try String(contentsOf: page.standardizedFileURL, encoding: .utf8)
        for field in AgreementReader.fields + Participant.fields {
            #expect(text.contains("`\(field)`") || text.contains("`\(field)."), "\(field)")
        }
        for word in SuiteID.allCases.map(\.rawValue) + ColumnType.allCases.map(\.rawValue)
            + AgreementLimits.reservedIDs
        {
            #expect(text.contains("`\(word)`"), "\(word)")
        }
    }
}
