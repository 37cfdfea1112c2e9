import Foundation
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Passphrases at a terminal", .serialized)
    struct PassphraseTests {
        /// Answers each question that ends with a colon, on a terminal of its own; prints what that showed and the
        /// exit status.
        private static let script = """
            import os, pty, select, sys, time
            program, answers = sys.argv[1].split("|"), sys.argv[2].split("|")
            child, terminal = pty.fork()
            if child == 0:
                os.execv(program[0], program)
            shown, end = b"", time.time() + 60
            while time.time() < end:
                if select.select([terminal], [], [], 0.2)[0]:
                    try:
                        piece = os.read(terminal, 4096)
                    except OSError:
                        break
                    if not piece:
                        break
                    shown += piece
                if answers and shown.endswith(b": "):
                    os.write(terminal, answers.pop(0).encode() + b"\\n")
                    shown += b"\\n"
            print(shown.decode())
            print("status", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            """

        private static func answer(_ arguments: [String], _ answers: [String], in directory: URL) async throws -> String
        {
            let command = ([try SidosProgram.node.executable().path] + arguments).joined(separator: "|")
            let running = try RunningProgram(
                URL(fileURLWithPath: "/usr/bin/python3"), name: "python3",
                ["-c", script, command, answers.joined(separator: "|")],
                log: directory.appendingPathComponent(UUID().uuidString))
            guard try await running.end(within: 120) == 0 else { throw HarnessError(running.errors) }
            return running.output
        }

        @Test("They are asked for twice when they are new, are not shown, and open the key", .timeLimit(.minutes(10)))
        func asked() async throws {
            try await StudyOnDisk.withDirectory { directory in
                let key = directory.appendingPathComponent("liisa.key").path
                let make = ["approver", "init", "liisa", "--name", "Liisa", "--key", key]
                for (answers, words) in [
                    (["too short"], "fewer than 12"), (["correct horse", "correct house"], "are not the same"),
                    ([""], "is empty"),
                ] {
                    let told = try await Self.answer(make, answers, in: directory)
                    #expect(told.contains(words) && !told.contains("status 0"), "\(told)")
                    #expect(!FileManager.default.fileExists(atPath: key))
                }
                let made = try await Self.answer(make, ["correct horse", "correct horse"], in: directory)
                #expect(made.contains("status 0") && !made.contains("horse"), "\(made)")
                let card = ["approver", "card", "--key", key]
                let opened = try await Self.answer(card, ["correct horse"], in: directory)
                #expect(opened.contains("id: liisa") && !opened.contains("horse"), "\(opened)")
                let wrong = try await Self.answer(card, ["correct house"], in: directory)
                #expect(wrong.contains("does not open") && wrong.contains("status 77"), "\(wrong)")
                let change = ["approver", "passphrase", "--key", key]
                let changed = try await Self.answer(
                    change, ["correct horse", "battery staple", "battery staple"], in: directory)
                #expect(changed.contains("status 0"), "\(changed)")
                #expect(try await Self.answer(card, ["battery staple"], in: directory).contains("id: liisa"))
            }
        }

        @Test("Without a terminal the file is named that could have it", .timeLimit(.minutes(10)))
        func noTerminal() async throws {
            try await StudyOnDisk.withDirectory { directory in
                let running = try RunningProgram(
                    .node, ["approver", "card", "--key", "any"], log: directory.appendingPathComponent("log"))
                #expect(try await running.end() == 64)
                #expect(running.errors.contains("--passphrase-file"), "\(running.errors)")
            }
        }
    }
}
