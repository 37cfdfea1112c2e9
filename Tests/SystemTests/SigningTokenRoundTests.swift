import Foundation
import Glibc
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("A node whose signing key is in a security module", .serialized)
    struct SigningTokenRoundTests {
        @Test("It signs the agreement and its part of a round by the module", .timeLimit(.minutes(10)))
        func round() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let module = "/usr/lib/softhsm/libsofthsm2.so"
                let tokens = study.directory.appendingPathComponent("tokens").path
                try FileManager.default.createDirectory(atPath: tokens, withIntermediateDirectories: false)
                let settings = study.directory.appendingPathComponent("softhsm2.conf").path
                try Data("directories.tokendir = \(tokens)\n".utf8).write(to: URL(fileURLWithPath: settings))
                study.environment.withLock { $0["SOFTHSM2_CONF"] = settings }
                let pin = study.directory.appendingPathComponent("pin").path
                try Data("2468\n".utf8).write(to: URL(fileURLWithPath: pin))
                #expect(chmod(pin, 0o600) == 0)
                for (program, arguments) in [
                    ("softhsm2-util", ["--init-token", "--free", "--label", "t", "--pin", "2468", "--so-pin", "1357"]),
                    (
                        "pkcs11-tool",
                        [
                            "--module", module, "--token-label", "t", "--login", "--pin", "2468", "--keypairgen",
                            "--key-type", "EC:edwards25519", "--label", "k", "--id", "01", "--usage-sign",
                        ]
                    ),
                ] {
                    let executable = URL(fileURLWithPath: "/usr/bin/" + program)
                    let log = study.directory.appendingPathComponent(program)
                    let running = study.seenTo(
                        try RunningProgram(
                            executable, name: program, arguments, log: log,
                            environment: ["SOFTHSM2_CONF": settings]))
                    #expect(try await running.end() == 0, "\(running.errors)")
                }
                let home = study.home("a").path
                try FileManager.default.removeItem(atPath: home)
                let made = try await study.run(
                    .node, "init", "-d", home, "--id", "a", "--name", "Participant a", "--token-module", module,
                    "--token", "t", "--token-key", "k", "--token-pin-file", pin)
                #expect(made.status == 0, "\(made.errors)")
                #expect(!FileManager.default.fileExists(atPath: home + "/keys/signing.key"))
                try FileManager.default.removeItem(atPath: home + "/config.yaml")
                try study.writeAgreement()
                try study.sign(["b", "coordinator", "research"])
                let signed = try await study.run(.node, "agreement", "sign", "-d", home, study.agreement.path)
                #expect(signed.status == 0, "\(signed.errors)")
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                try await study.checkDataset()
            }
        }
    }
}
