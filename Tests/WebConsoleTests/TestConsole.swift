import AsyncHTTPClient
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import TestDirectories

@testable import WebConsole

/// A console of a test's own on a port of its own, with one section.
struct TestConsole {
    let base: String
    let token: String
    let sessions: ConsoleSessions
    let section: SampleSection

    /// Runs while the body does.
    static func with(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, _ body: (TestConsole) async throws -> Void
    ) async throws {
        let (links, told) = AsyncStream.makeStream(of: String.self)
        let sessions = ConsoleSessions(now: now)
        let section = SampleSection()
        let server = try ConsoleServer(
            address: .loopback(port: 0), owner: "omnia", command: "sidos-node console", signer: nil,
            sections: [SampleOverview(), section], sessions: sessions, logger: Logger(label: "test")
        ) { told.yield($0) }
        let group = ServiceGroup(services: [server], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var link: String?
            for await found in links {
                link = found
                break
            }
            let parts = (link ?? "").components(separatedBy: "/enter/")
            try await body(TestConsole(base: parts[0], token: parts[1], sessions: sessions, section: section))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    struct Answer {
        var status: Int
        var headers: [String: String]
        var text: String

        /// `NAME=VALUE` of the cookie that was set.
        var cookie: String? { headers["set-cookie"]?.split(separator: ";").first.map(String.init) }
        /// The token that forms of the page have.
        var csrf: String? { text.firstMatch(of: #/name="csrf" value="([0-9a-f]+)"/#).map { String($0.output.1) } }
    }

    /// Sends one request, with just these headers.
    func ask(
        _ method: String, _ path: String, form: String? = nil, headers: [String: String] = [:],
        isOwn: Bool = true
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .RAW(value: method)
        if let form {
            request.body = .bytes(Array(form.utf8))
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            if isOwn { request.headers.add(name: "Origin", value: base) }
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await Self.client.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 1 << 22)
        let pairs = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: Int(response.status.code), headers: Dictionary(pairs, uniquingKeysWith: { $1 }),
            text: String(buffer: body))
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await ask("GET", path, headers: headers)
    }

    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

    /// Enters by the link.
    ///
    /// - Returns: the cookie, and the token of forms.
    func enter() async throws -> (cookie: String, csrf: String) {
        let answer = try await ask("POST", "/enter", form: "token=\(token)")
        let cookie = answer.cookie ?? ""
        return (cookie, try await get("/sample", headers: ["Cookie": cookie]).csrf ?? "")
    }
}

struct SampleOverview: ConsoleSection {
    let path = ""
    func title(_ say: Say) -> String { say("Alku", "Början", "Start") }
    func show(_ request: ConsoleRequest) async throws -> ConsoleReply { .page(ConsolePage(title(request.say), [])) }
}

/// Shows what it is given, and counts what it is told to do.
final class SampleSection: ConsoleSection {
    let path = "sample"
    let acts = Mutex<[[String: String]]>([])
    let words = Mutex("nothing")

    func title(_ say: Say) -> String { say("Näyte", "Prov", "Sample") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let words = words.withLock { $0 }
        switch request.path {
        case []:
            return .page(
                ConsolePage(
                    title(request.say),
                    [
                        .paragraph(ConsoleText(words)), .form(ConsoleForm("/sample/act", submit: "Do")),
                    ]))
        case ["live"]: return .blocks([.paragraph(ConsoleText(words))])
        case ["file"]: return .file(name: "a.request", Array("bytes".utf8))
        case ["document"]: return .document(Array("<script>1</script>".utf8))
        case ["wrong"]: throw ConsoleMistake("This is a mistake.")
        default: return .notFound
        }
    }

    func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path == ["act"] else { return .notFound }
        acts.withLock { $0.append(request.form) }
        return .redirect("/sample", "It is done.")
    }
}
