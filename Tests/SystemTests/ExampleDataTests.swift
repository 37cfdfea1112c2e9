import Foundation
import TestDirectories
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Made-up datasets", .serialized)
    struct ExampleDataTests {
        @Test(
            "one has the structure of the dataset that a round gives under the same agreement",
            .timeLimit(.minutes(5)), arguments: [false, true])
        func structure(hasSeveralKeys: Bool) async throws {
            try await StudyOnDisk.with(hasSeveralKeys ? .severalKeys : .large) { study in
                // Before anybody has signed, and from the file alone.
                let made = study.directory.appendingPathComponent("made-up").path
                let command = try await study.run(
                    .research, "agreement", "example-data", study.agreement.path, "--people", "80", "--output", made)
                #expect(command.status == 0, "\(command.errors)")
                #expect(command.output.contains("made-up people"))
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.researchIsDone()
                let real = study.directory.appendingPathComponent("true").path
                for attempt in 1...20 {
                    let writing = try await study.run(
                        .research, "dataset", "--directory", study.home("research").path, "--output", real)
                    // 75 asks to try again: not all have signed the round's end yet.
                    if writing.status != 75 || attempt == 20 { #expect(writing.status == 0, "\(writing.errors)") }
                    if writing.status == 0 { break }
                    try await Task.sleep(for: .milliseconds(200))
                }
                let differences = try DatasetStructure(made).differences(from: DatasetStructure(real))
                #expect(differences == [])
            }
        }

        @Test("what cannot be made says why, and leaves nothing", .timeLimit(.minutes(5)))
        func refused() async throws {
            try await StudyOnDisk.with { study in
                let made = study.directory.appendingPathComponent("made-up").path
                for (arguments, status, words) in [
                    (["--people", "0"], Int32(64), "--people is a number from 1 to 100000"),
                    (["--people", "100001"], 64, "--people is a number from 1 to 100000"),
                    (["--seed", "x"], 64, "seed"),
                ] {
                    let refused = try study.start(
                        .research,
                        ["agreement", "example-data", study.agreement.path, "--output", made] + arguments,
                        log: "refused-\(arguments[1])")
                    #expect(try await refused.end() == status)
                    #expect(refused.errors.contains(words), "\(refused.errors)")
                }
                let unread = try await study.run(
                    .research, "agreement", "example-data", study.home("a").path + "/config.yaml", "--output", made)
                #expect(unread.status != 0)
                #expect(!FileManager.default.fileExists(atPath: made))
            }
        }
    }
}
