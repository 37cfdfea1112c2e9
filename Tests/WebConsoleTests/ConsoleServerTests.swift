import Foundation
import Glibc
import Logging
import ServiceLifecycle
import TestDirectories
import Testing

@testable import Files
@testable import WebConsole

/// Whom the console answers, over real connections.
@Suite("The console's door")
struct ConsoleServerTests {
    @Test("The link opens one session, once; what it shows changes nothing")
    func link() async throws {
        try await TestConsole.with { console in
            #expect(try await console.get("/").status == 403)
            // A mail program or a browser that looks ahead does not use the link up.
            for _ in 0..<3 {
                let door = try await console.get("/enter/\(console.token)")
                #expect(door.status == 200 && door.cookie == nil)
            }
            let entered = try await console.ask("POST", "/enter", form: "token=\(console.token)")
            let set = try #require(entered.headers["set-cookie"])
            #expect(entered.status == 303 && entered.headers["location"] == "/")
            for word in ["HttpOnly", "SameSite=Strict", "Path=/"] { #expect(set.contains(word)) }
            let cookie = try #require(entered.cookie)
            #expect(try await console.get("/", headers: ["Cookie": cookie]).status == 200)
            #expect(try await console.ask("POST", "/enter", form: "token=\(console.token)").status == 403)
            #expect(try await console.get("/", headers: ["Cookie": cookie + "0"]).status == 403)
            // The session ends for good.
            let csrf = try await console.get("/sample", headers: ["Cookie": cookie]).csrf ?? ""
            #expect(
                try await console.ask("POST", "/leave", form: "csrf=\(csrf)", headers: ["Cookie": cookie]).status == 403
            )
            #expect(try await console.get("/", headers: ["Cookie": cookie]).status == 403)
        }
    }

    @Test("Wrong tokens open nothing, and after twenty not even the right one does")
    func guesses() async throws {
        try await TestConsole.with { console in
            for _ in 0..<ConsoleSessions.tryLimit {
                let wrong = String(repeating: "0", count: 64)
                let answer = try await console.ask("POST", "/enter", form: "token=\(wrong)")
                #expect(answer.status == 403 && answer.cookie == nil)
            }
            #expect(try await console.ask("POST", "/enter", form: "token=\(console.token)").status == 403)
        }
    }

    @Test("Another name than this machine's is not answered, whatever stands behind it")
    func hosts() async throws {
        try await TestConsole.with { console in
            let (cookie, _) = try await console.enter()
            let port = console.base.split(separator: ":").last ?? ""
            for host in ["evil.example", "evil.example:\(port)", "127.0.0.1.evil.example:\(port)", "127.0.0.1:1", ""] {
                let answer = try? await console.get("/", headers: ["Cookie": cookie, "Host": host])
                #expect(answer.map { $0.status >= 400 && !$0.text.contains("omnia") } ?? true, "\(host)")
            }
            #expect(
                try await console.get("/", headers: ["Cookie": cookie, "Host": "localhost:\(port)"]).status == 200)
        }
    }

    @Test("A form is taken from the console's own pages only, with the session's token")
    func forms() async throws {
        try await TestConsole.with { console in
            let (cookie, csrf) = try await console.enter()
            let own = ["Cookie": cookie]
            func act(_ form: String, _ headers: [String: String], isOwn: Bool = true) async throws -> Int {
                try await console.ask("POST", "/sample/act", form: form, headers: headers, isOwn: isOwn).status
            }
            #expect(try await act("csrf=\(csrf)", own, isOwn: false) == 403)
            #expect(try await act("csrf=\(csrf)", own.merging(["Origin": "null"]) { $1 }) == 403)
            #expect(try await act("csrf=\(csrf)", own.merging(["Origin": "http://evil.example"]) { $1 }) == 403)
            #expect(try await act("csrf=\(csrf)", own.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }) == 403)
            #expect(try await act("csrf=\(csrf)", own.merging(["Sec-Fetch-Site": "same-site"]) { $1 }) == 403)
            #expect(try await act("csrf=\(csrf.dropLast())0x", own) == 403)
            #expect(try await act("", own) == 403)
            #expect(try await act("csrf=\(csrf)", [:]) == 403)
            #expect(try await act("csrf=\(csrf)", own.merging(["Content-Type": "text/plain"]) { $1 }) == 400)
            for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
                #expect(try await console.ask(method, "/sample/act", headers: own).status == 405, "\(method)")
            }
            #expect(try await console.get("/sample/act", headers: own).status == 404)
            #expect(console.section.acts.withLock { $0.isEmpty })
            #expect(try await act("csrf=\(csrf)&note=a%26b", own) == 303)
            #expect(console.section.acts.withLock { $0.map { $0["note"] } } == ["a&b"])
            // What was done is said once.
            #expect(try await console.get("/sample", headers: own).text.contains("It is done."))
            #expect(try await !console.get("/sample", headers: own).text.contains("It is done."))
        }
    }

    @Test("A body that is too long is refused, and the console goes on")
    func longBody() async throws {
        try await TestConsole.with { console in
            let (cookie, csrf) = try await console.enter()
            let long = "csrf=\(csrf)&note=" + String(repeating: "a", count: ConsoleResponder.bodyLimit)
            let answer = try? await console.ask("POST", "/sample/act", form: long, headers: ["Cookie": cookie])
            #expect(answer?.status == 413)
            #expect(console.section.acts.withLock { $0.isEmpty })
            #expect(try await console.get("/sample", headers: ["Cookie": cookie]).status == 200)
        }
    }

    @Test("Every answer forbids scripts and loads from elsewhere, framing and keeping")
    func headers() async throws {
        try await TestConsole.with { console in
            let (cookie, _) = try await console.enter()
            let paths = [
                "/", "/sample", "/sample/live", "/sample/file", "/sample/document", "/sample/wrong", "/nothing",
                "/enter/0", "/console.css", "/console.js", "/console.svg", "/a%2Fb", "/sample/../x",
            ]
            for (path, cookie) in paths.flatMap({ [($0, cookie), ($0, "")] }) {
                let headers = try await console.get(path, headers: ["Cookie": cookie]).headers
                let policy = try #require(headers["content-security-policy"], "\(path)")
                #expect(policy.hasPrefix("default-src 'none'"))
                #expect(!policy.contains("script-src 'unsafe") && !policy.contains("*") && !policy.contains("http"))
                #expect(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"))
                #expect(headers["cache-control"] == "no-store" && headers["x-content-type-options"] == "nosniff")
                #expect(headers["x-frame-options"] == "DENY" && headers["referrer-policy"] == "same-origin")
            }
            // A program's own page may not even run what it brings.
            let report = try await console.get("/sample/document", headers: ["Cookie": cookie])
            #expect(report.headers["content-security-policy"]?.contains("sandbox") == true)
            #expect(report.headers["content-security-policy"]?.contains("script-src") == false)
            let file = try await console.get("/sample/file", headers: ["Cookie": cookie])
            #expect(file.headers["content-disposition"] == "attachment; filename=\"a.request\"")
        }
    }

    @Test("What somebody wrote stays text")
    func markup() async throws {
        try await TestConsole.with { console in
            let (cookie, _) = try await console.enter()
            let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{title}}{{{owner}}}"
            console.section.words.withLock { $0 = evil }
            for path in ["/sample", "/sample/live"] {
                let text = try await console.get(path, headers: ["Cookie": cookie]).text
                #expect(text.contains("&lt;script&gt;alert(1)"))
                #expect(!text.contains("<script>alert") && !text.contains("<img") && text.contains("{{title}}"))
            }
        }
    }

    @Test("The language is the reader's choice, and the browser's before that")
    func language() async throws {
        try await TestConsole.with { console in
            let door = try await console.get("/enter/0", headers: ["Accept-Language": "de, sv-FI;q=0.9, en"])
            #expect(door.text.contains("<html lang=\"sv\">") && door.text.contains("Öppna konsolen"))
            let (cookie, csrf) = try await console.enter()
            func page() async throws -> String { try await console.get("/sample", headers: ["Cookie": cookie]).text }
            #expect(try await page().contains("<html lang=\"en\">"))
            for (code, word) in [("fi", "Näyte"), ("sv", "Prov"), ("en", "Sample")] {
                let change = try await console.ask(
                    "POST", "/language", form: "csrf=\(csrf)&language=\(code)&back=/sample", headers: ["Cookie": cookie]
                )
                #expect(change.headers["location"] == "/sample")
                #expect(try await page().contains("<h1>\(word)</h1>"))
            }
            // It leads nowhere else.
            for back in ["//evil.example", "https://evil.example", "/\\evil.example", "/sample%0d%0aX-Y: 1"] {
                let change = try await console.ask(
                    "POST", "/language", form: "csrf=\(csrf)&language=fi&back=\(back)", headers: ["Cookie": cookie])
                #expect(change.headers["location"] == "/", "\(back)")
                #expect(change.headers["x-y"] == nil)
            }
        }
    }

    @Test("A socket is for this account alone, and goes with the console; what else is there stays")
    func socket() async throws {
        let place = try TemporaryDirectory()
        let path = place.path + "/console.sock"
        let (links, told) = AsyncStream.makeStream(of: String.self)
        func server() throws -> ConsoleServer {
            try ConsoleServer(
                address: .socket(path: path), owner: "omnia", command: "sidos-node console", signer: nil,
                sections: [SampleOverview()], logger: Logger(label: "test")
            ) { told.yield($0) }
        }
        #expect(chmod(place.path, 0o750) == 0)
        await #expect(throws: ConsoleError.openDirectory(place.path)) { try await server().run() }
        #expect(chmod(place.path, 0o700) == 0)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        await #expect(throws: ConsoleError.inTheWay(path)) { try await server().run() }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        try FileManager.default.removeItem(atPath: path)
        for _ in 0..<2 {
            let group = ServiceGroup(services: [try server()], logger: Logger(label: "test"))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                for await link in links {
                    #expect(link.hasPrefix("http://localhost:8080/enter/"))
                    break
                }
                let status = try #require(try FileStatus.at(path))
                #expect(status.kind == .other)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(!FileStatus.exists(path))
        }
        await #expect(throws: ConsoleError.longPath(String(repeating: "a", count: 120))) {
            try await ConsoleServer(
                address: .socket(path: String(repeating: "a", count: 120)), owner: "", command: "", signer: nil,
                sections: [], logger: Logger(label: "test")
            ) { _ in }.run()
        }
    }

    @Test("A port that is taken is named")
    func takenPort() async throws {
        try await TestConsole.with { console in
            let port = try #require(Int(console.base.split(separator: ":").last ?? ""))
            let second = try ConsoleServer(
                address: .loopback(port: port), owner: "", command: "", signer: nil, sections: [],
                logger: Logger(label: "test")
            ) { _ in }
            await #expect(throws: ConsoleError.self) { try await second.run() }
        }
    }
}
