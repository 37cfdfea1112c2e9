import Exchange
import Files
import Foundation
import Glibc
import Logging
import Testing

@testable import Daemon
@testable import PSIProtocol
@testable import SystemHarness
@testable import Values

extension SystemTests {
    /// Time stamps by an authority of the tests' own. [P-79]
    @Suite("Time stamps", .serialized)
    struct TimeStampTests {
        private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        private static let digest = [UInt8](repeating: 7, count: 32)
        private static let nonce: [UInt8] = [0, 0x80, 1, 2, 3, 4, 5, 6]

        private static func answer(_ authority: TimeStampAuthority) async throws -> [UInt8] {
            let client = try #require(TimeStampClient(url: authority.url, timeout: .seconds(5), logger: quiet))
            return try await client.answer(to: TimeStamp.query(of: digest, nonce: nonce))
        }

        @Test(
            "An answer counts only for its digest, its nonce and the named certificate, or who has issued that",
            .timeLimit(.minutes(5)))
        func answers() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let authority = try await TimeStampAuthority(in: study)
                func certificate(_ name: String) throws -> TimeStampCertificate {
                    try TimeStampCertificate.read(authority.certificate(name))
                }
                let tsa = try certificate("tsa")
                #expect(tsa.subject.contains("Time stamps of tests, tsa"))
                let good = try await Self.answer(authority)
                for name in ["tsa", "ca"] {
                    let stamp = try TimeStamp(
                        good, of: Self.digest, nonce: Self.nonce, certificate: certificate(name))
                    let age = Double(stamp.seconds) - Date().timeIntervalSince1970
                    #expect(abs(age) < 600)
                }
                func error(
                    _ bytes: [UInt8], _ digest: [UInt8] = Self.digest, _ nonce: [UInt8]? = Self.nonce,
                    _ certificate: TimeStampCertificate? = nil
                ) -> TimeStampError? {
                    do throws(TimeStampError) {
                        _ = try TimeStamp(bytes, of: digest, nonce: nonce, certificate: certificate ?? tsa)
                        return nil
                    } catch { return error }
                }
                #expect(error(good, [UInt8](repeating: 8, count: 32)) == .other)
                #expect(error(good, Self.digest, [1, 2, 3, 4, 5, 6, 7, 8]) == .other)
                #expect(error(good, Self.digest, nil) == nil)
                for name in ["other", "other-ca"] {
                    #expect(error(good, Self.digest, nil, try certificate(name)) == .notSigned, "\(name)")
                }
                for bytes in [[], [0x30], Array(good.dropLast()), good + [0], [UInt8](repeating: 0x30, count: 70_000)] {
                    #expect(error(bytes) == .malformed)
                }
                try authority.set(.otherKey)
                #expect(error(try await Self.answer(authority)) == .notSigned)
                try authority.set(.refuse)
                #expect(error(try await Self.answer(authority)) == .refused)
                for mode in [TimeStampAuthority.Mode.status, .long, .silent] {
                    try authority.set(mode)
                    await #expect(throws: TimeStampFailure.self, "\(mode)") { try await Self.answer(authority) }
                }
                for url in ["ftp://a/", "http://", "https://user:word@a/", "a"] {
                    #expect(TimeStampClient(url: url, logger: Self.quiet) == nil, "\(url)")
                }
                // What the openssl command makes of the query.
                let query = study.directory.appendingPathComponent("query")
                try Data(try TimeStamp.query(of: Self.digest, nonce: Self.nonce)).write(to: query)
                let told = study.seenTo(
                    try RunningProgram(
                        URL(fileURLWithPath: "/usr/bin/openssl"), name: "openssl",
                        ["ts", "-query", "-in", query.path, "-text"], log: study.directory.appendingPathComponent("ts"))
                )
                #expect(try await told.end() == 0)
                #expect(told.output.contains("Version: 1") && told.output.contains("Hash Algorithm: sha256"))
                #expect(told.output.contains("Nonce: 0x80010203040506"))
                #expect(told.output.contains("Certificate required: yes"))
            }
        }

        @Test(
            "A server that is away or lies stops no round; when it answers, both time stamps come, and are shown",
            .timeLimit(.minutes(5)))
        func wholeRound() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m"]
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let authority = try await TimeStampAuthority(in: study)
                try authority.set(.status)
                try study.configureCoordinator(port: 0, more: authority.configuration())
                try await study.serve("coordinator")
                let port = try study.port()
                var node: RunningProgram?
                for id in study.design.participants where id != "coordinator" {
                    let more = id == "a" ? authority.configuration(certificate: "ca") : ""
                    try study.configureMember(id, port: port, more: more)
                    let running = try await study.serve(id)
                    if id == "a" { node = running }
                }
                let link = try study.link()
                #expect(try await link.end() == 0)
                let round = try link.openedRound()
                try await #require(node).says("A time stamp is missing", "status 503")
                try authority.set(.replay)
                try await study.researchIsDone(with: round)
                try authority.set(.good)
                for (id, other) in [("a", "other-ca"), ("coordinator", "other")] {
                    let file = try await stamped(id, round, study)
                    let name = id == "a" ? "ca" : "tsa"
                    let told = try await study.run(
                        .research, "evidence", "verify", file, "--time-stamp-certificate", authority.certificate(name))
                    #expect(told.status == 0, "\(told)")
                    #expect(told.output.contains("A time stamp shows that the opening was there at 20"), "\(told)")
                    #expect(told.output.contains("A time stamp shows that the end, and so everything before it,"))
                    let refused = try await study.run(
                        .research, "evidence", "verify", file, "--time-stamp-certificate", authority.certificate(other))
                    #expect(refused.status == 65 && refused.errors.contains("not the one that was named"), "\(refused)")
                    try await altered(file, study)
                }
                let none = try await study.run(
                    .node, "evidence", "export", "-d", study.home("b").path, round,
                    study.directory.appendingPathComponent("b.zip").path)
                #expect(none.status == 0, "\(none)")
            }
        }

        /// An export that has both time stamps.
        private func stamped(_ id: String, _ round: String, _ study: StudyOnDisk) async throws -> String {
            for attempt in 0..<300 {
                let file = study.directory.appendingPathComponent("\(id)-\(attempt).zip").path
                let export = try await study.run(
                    study.program(id), "evidence", "export", "-d", study.home(id).path, round, file)
                guard export.status == 0 else { throw HarnessError("\(export)") }
                let names = try ZipReader(file).entries.map(\.name)
                if names.contains("timestamps/opening.tsr"), names.contains("timestamps/end.tsr") { return file }
                try await Task.sleep(for: .milliseconds(500))
            }
            throw HarnessError("\(id) has no time stamps")
        }

        /// A time stamp of another head, or by another certificate, packed into the file.
        private func altered(_ file: String, _ study: StudyOnDisk) async throws {
            let zip = try ZipReader(file)
            let whole = try zip.entries.map { ($0.name, try zip.contents($0.name, maxByteCount: 1 << 24)) }
            let contents = Dictionary(whole) { first, _ in first }
            let changed = study.directory.appendingPathComponent("changed.zip").path
            for (name, bytes) in [
                ("timestamps/end.tsr", contents["timestamps/opening.tsr"]),
                ("timestamps/opening.tsr", contents["timestamps/end.tsr"]),
                ("timestamps/end.tsr", contents["timestamps/end.tsr"].map { $0 + [0] }),
                ("timestamps/end.crt", contents["agreement.yaml"]), ("timestamps/end.crt", nil),
                ("timestamps/end.tsr", nil),
            ] {
                try? FileManager.default.removeItem(atPath: changed)
                let writer = try ZipWriter(changed)
                for (known, own) in whole {
                    guard known == name else {
                        try writer.add(known, own)
                        continue
                    }
                    if let bytes { try writer.add(known, bytes) }
                }
                try writer.finish()
                let told = try await study.run(.node, "evidence", "verify", changed)
                #expect(told.status == 65 && told.output.isEmpty, "\(name): \(told)")
            }
        }

        @Test("A server that cannot be used is told before anything runs", .timeLimit(.minutes(5)))
        func configured() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let missing = study.directory.appendingPathComponent("none.pem").path
                for (id, line, says) in [
                    ("a", "{url: \"ftp://a/\", certificate: \"\(missing)\"}", "url"),
                    ("a", "{url: \"http://a/\"}", "certificate"),
                    ("research", "{url: \"http://a/\", certificate: \"\(missing)\"}", "none.pem"),
                    (
                        "coordinator", "{url: \"http://a/\", certificate: \"\(study.agreement.path)\"}",
                        "is no certificate"
                    ),
                ] {
                    let more = "time_stamps: \(line)\n"
                    if id == "coordinator" {
                        try study.configureCoordinator(port: 0, more: more)
                    } else {
                        try study.configureMember(id, port: 1, more: more)
                    }
                    let served = try await study.run(study.program(id), "serve", "-d", study.home(id).path)
                    #expect(served.status != 0 && served.errors.contains(says), "\(id) \(line): \(served.errors)")
                }
            }
        }
    }
}
