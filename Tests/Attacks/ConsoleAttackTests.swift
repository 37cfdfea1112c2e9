import AsyncHTTPClient
import Crypto
import Foundation
import Glibc
import Testing

@testable import SystemHarness

extension AttackTests {
    /// Others on the console's machine, other sites in its user's browser, and what others wrote that it shows.
    @Suite("A console that others can reach", .serialized)
    struct ConsoleAttackTests {
        private struct Answer {
            var status: Int
            var headers: [String: String]
            var text: String
        }

        private static func ask(
            _ method: String, _ url: String, _ headers: [String: String] = [:], body: String? = nil
        ) async throws -> Answer {
            var request = HTTPClientRequest(url: url)
            request.method = .RAW(value: method)
            for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
            if let body { request.body = .bytes(Array(body.utf8)) }
            let response = try await client.execute(request, timeout: .seconds(60))
            let text = String(buffer: try await response.body.collect(upTo: 4 << 20))
            let pairs = response.headers.map { ($0.name.lowercased(), $0.value) }
            return Answer(
                status: Int(response.status.code), headers: Dictionary(pairs, uniquingKeysWith: { $1 }), text: text)
        }

        private static let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

        /// The session's cookie.
        private static func enter(_ console: OpenedConsole) async throws -> String {
            let token = console.link.components(separatedBy: "/enter/")[1]
            let headers = ["Origin": console.base, "Content-Type": "application/x-www-form-urlencoded"]
            let answer = try await ask("POST", console.base + "/enter", headers, body: "token=\(token)")
            return String(try #require(answer.headers["set-cookie"]).split(separator: ";")[0])
        }

        /// SHA-256 of everything in a directory, by path.
        private static func digests(_ directory: URL) throws -> [String: String] {
            var found: [String: String] = [:]
            for case let path as String in try #require(FileManager.default.enumerator(atPath: directory.path)) {
                guard let data = FileManager.default.contents(atPath: directory.path + "/" + path) else { continue }
                found[path] = SHA256.hash(data: data).description
            }
            return found
        }

        @Test("Who has no session learns nothing, and no address but loopback's answers", .timeLimit(.minutes(5)))
        func strangers() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                try study.configureMember("a", port: 1)
                let console = try await study.console("a")
                let agreement = try study.agreementID()
                for path in ["/", "/rounds", "/agreements/\(agreement)", "/log", "/check", "/check/live", "/approvals"]
                {
                    let answer = try await Self.ask("GET", console.base + path)
                    #expect(answer.status == 403, "\(path)")
                    for secret in ["A study of invented people", study.directory.path, agreement, "register_a"] {
                        #expect(!answer.text.contains(secret), "\(path) tells \(secret)")
                    }
                }
                // All that the machine listens on is bound to loopback.
                let port = try #require(Int(console.base.split(separator: ":").last ?? ""))
                let listening = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).split(separator: "\n")
                    .filter { $0.contains(String(format: ":%04X 00000000:0000 0A", port)) }
                #expect(listening.count == 1)
                #expect(listening.allSatisfy { $0.contains(String(format: "0100007F:%04X", port)) })
                let six = (try? String(contentsOfFile: "/proc/net/tcp6", encoding: .utf8)) ?? ""
                #expect(!six.contains(String(format: ":%04X 0000", port)))
                // The link stands where the user sees it, and in no file of the participant's.
                let token = console.link.components(separatedBy: "/enter/")[1]
                _ = try await Self.enter(console)
                for (path, _) in try Self.digests(study.home("a")) {
                    let text = try? String(contentsOf: study.home("a").appending(path: path), encoding: .utf8)
                    #expect(text?.contains(token) != true, "\(path)")
                }
                #expect(!console.program.errors.contains(token))
            }
        }

        @Test("To look changes nothing, wherever a page leads", .timeLimit(.minutes(5)))
        func looking() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let office = Office(study: study, id: "a")
                try await office.found(["liisa", "matti"], eachRound: false)
                try study.configureMember("a", port: 1)
                let proposal = try await office.propose(["agreement", study.agreement.path], by: "liisa")
                try study.sign()
                let console = try await study.console("a", office.key("matti"))
                let cookie = try await Self.enter(console)
                let before = try Self.digests(study.directory)
                var seen: Set<String> = []
                var next = [
                    "/", "/check/start", "/approvals/\(proposal)/approve", "/agreements/sign", "/leave", "/language",
                ]
                while let path = next.popLast() {
                    guard seen.insert(path).inserted, seen.count < 200 else { continue }
                    let text = try await Self.ask("GET", console.base + path, ["Cookie": cookie]).text
                    next += text.matches(of: #/(?:href|action|data-live)="(\/[^"]*)"/#).map { String($0.output.1) }
                }
                #expect(seen.count > 15)
                let after = try Self.digests(study.directory)
                let changed = Set(after.keys).union(before.keys).filter { before[$0] != after[$0] }
                // The programs' own output aside.
                #expect(changed.filter { $0.hasPrefix("a/") || $0.hasPrefix("agreement") } == [])
            }
        }

        @Test("Another site cannot act by its user's browser", .timeLimit(.minutes(5)))
        func otherSite() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let office = Office(study: study, id: "a")
                try await office.found(["liisa", "matti"], eachRound: false)
                try study.configureMember("a", port: 1)
                let proposal = try await office.propose(["configuration"], by: "liisa")
                let console = try await study.console("a", office.key("matti"))
                // The site is another port of the same machine, to which the browser would send the cookie if it could.
                let page = """
                    <html><body><form id="f" method="post" action="\(console.base)/approvals/\(proposal)/approve">
                    <input name="sure" value="yes"><input name="note" value=""></form>
                    <iframe src="\(console.base)/"></iframe>
                    <script>window.done = 0; fetch("\(console.base)/log", {credentials: "include"})
                      .then(r => r.text()).then(t => { window.stolen = t; }).catch(() => {})
                      .finally(() => { window.done = 1; });
                    </script></body></html>
                    """
                let file = study.directory.appending(path: "evil.html")
                try Data(page.utf8).write(to: file)
                try await Browser.with(in: study.directory) { browser in
                    try await browser.enter(console)
                    try await browser.says("Proposals that wait for approval: 1.")
                    try await browser.open(file.absoluteString)
                    for _ in 0..<200 where try await browser.run("return window.done") as? Int != 1 {
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    #expect(try await browser.run("return typeof window.stolen") as? String == "undefined")
                    _ = try await browser.run("document.getElementById('f').submit()")
                    try await Task.sleep(for: .seconds(1))
                    #expect(try await browser.source().contains("did not come from a page of the console"))
                }
                #expect(try await office.run(["approval", "list", "-d", office.directory]).contains("liisa: open"))
            }
        }

        @Test("What a proposer wrote runs in nobody's browser", .timeLimit(.minutes(5)))
        func writtenMarkup() async throws {
            let script = "<script>document.title='caught'</script><img src=x onerror=\"document.title='caught'\">"
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let text = try String(contentsOf: study.agreement, encoding: .utf8)
                let quoted = script.replacing("\"", with: "\\\"")
                try Data(text.replacing("A study of invented people", with: quoted).utf8).write(to: study.agreement)
                let office = Office(study: study, id: "a")
                try await office.found(["liisa", "matti"], eachRound: false)
                try study.configureMember("a", port: 1)
                let proposal = try await office.propose(
                    ["agreement", study.agreement.path, "--note", script], by: "liisa")
                try study.sign()
                let console = try await study.console("a")
                try await Browser.with(in: study.directory) { browser in
                    try await browser.enter(console)
                    for path in [
                        "/approvals/\(proposal)", "/agreements", "/agreements/\(try study.agreementID())", "/log",
                        "/calendar",
                    ] {
                        try await browser.open(console.base + path)
                        #expect(try await browser.text(of: "main").contains("caught"), "\(path)")
                        #expect(try await !browser.title().hasPrefix("caught"), "\(path)")
                        #expect(try await !browser.has("main script, main img"), "\(path)")
                    }
                }
            }
        }
    }
}
