import AsyncHTTPClient
import Foundation
import Glibc

/// A headless Chromium, driven as a person would: by WebDriver, through Debian's chromedriver.
final class Browser: Sendable {
    struct Look: Sendable {
        /// CSS pixels.
        var width = 1_200
        var height = 1_000
        var isDark = false
        var runsScripts = true
        /// Pixels to a CSS pixel: 2 on half the width is a page enlarged to 200 %.
        var density = 1.0
    }

    private let driver: RunningProgram
    private let base: String
    private let session: String

    /// Nil where Chromium is not installed: `make setup` installs it.
    static let executable: URL? = {
        let path = URL(fileURLWithPath: "/usr/bin/chromedriver")
        return FileManager.default.isExecutableFile(atPath: path.path) ? path : nil
    }()

    private init(driver: RunningProgram, base: String, session: String) {
        self.driver = driver
        self.base = base
        self.session = session
    }

    /// Opens a browser for as long as the body runs.
    static func with<Result>(
        _ look: Look = Look(), in directory: URL, _ body: (Browser) async throws -> Result
    ) async throws -> Result {
        guard let executable else { throw HarnessError("there is no chromedriver: run `make setup`") }
        let name = "browser-\(UUID().uuidString.prefix(8))"
        // Port 0 lets the driver choose, which it tells on standard output.
        let driver = try RunningProgram(
            executable, name: "chromedriver", ["--port=0"], log: directory.appending(path: name),
            environment: ["HOME": directory.path, "TMPDIR": directory.path])
        do {
            try await wait(seconds: 60) { driver.output.contains("started successfully on port") }
            guard let port = driver.output.firstMatch(of: #/successfully on port (\d+)/#)?.output.1 else {
                throw HarnessError("chromedriver tells no port")
            }
            let browser = try await open(driver, "http://127.0.0.1:\(port)", look, in: directory)
            let result: Result
            do { result = try await body(browser) } catch {
                let source = (try? await browser.text(of: "main")) ?? ""
                _ = try? await browser.call("DELETE", "")
                throw HarnessError("\(error)\nThe page said: \(source.prefix(2_000))")
            }
            _ = try await browser.call("DELETE", "")
            // It has no more browsers, and takes its time over SIGTERM.
            try await driver.kill9()
            return result
        } catch {
            driver.send(SIGKILL)
            throw error
        }
    }

    private static func open(
        _ driver: RunningProgram, _ base: String, _ look: Look, in directory: URL
    ) async throws -> Browser {
        let profile = directory.appending(path: "profile-\(UUID().uuidString.prefix(8))").path
        var arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=\(profile)",
            "--window-size=\(look.width),\(look.height)",
        ]
        if look.isDark { arguments.append("--blink-settings=preferredColorScheme=0") }
        var options: [String: Any] = [
            "args": arguments,
            "prefs": ["profile.managed_default_content_settings.javascript": look.runsScripts ? 1 : 2],
        ]
        if look.width < 700 {
            // No window is that narrow.
            let metrics: [String: Any] = [
                "width": look.width, "height": look.height, "pixelRatio": look.density, "touch": false, "mobile": false,
            ]
            options["mobileEmulation"] = ["deviceMetrics": metrics]
        }
        let wanted: [String: Any] = [
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
        ]
        let answer = try await send(
            "POST", base + "/session", ["capabilities": ["alwaysMatch": wanted]])
        guard let session = (answer as? [String: Any])?["sessionId"] as? String else {
            throw HarnessError("chromedriver begins no session: \(answer)")
        }
        return Browser(driver: driver, base: base, session: session)
    }

    private static func send(_ method: String, _ url: String, _ body: [String: Any]?) async throws -> Any {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        if let body { request.body = .bytes(Array(try JSONSerialization.data(withJSONObject: body))) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let document = try JSONSerialization.jsonObject(with: Data(bytes.readableBytesView)) as? [String: Any]
        let value = document?["value"] ?? NSNull()
        guard response.status == .ok else { throw HarnessError("\(method) \(url): \(value)") }
        return value
    }

    @discardableResult
    private func call(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> Any {
        try await Self.send(method, "\(base)/session/\(session)\(path)", method == "POST" ? body ?? [:] : nil)
    }

    // MARK: Pages

    func open(_ url: String) async throws { try await call("POST", "/url", ["url": url]) }

    func url() async throws -> String { try await call("GET", "/url") as? String ?? "" }

    func title() async throws -> String { try await call("GET", "/title") as? String ?? "" }

    /// What the page has loaded, as it is now.
    func source() async throws -> String { try await call("GET", "/source") as? String ?? "" }

    /// Errors and warnings that the page's console has had since it was asked the last time.
    func complaints() async throws -> [String] {
        let entries = try await call("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.compactMap { $0["message"] as? String }
    }

    /// A PNG of what can be seen.
    func picture() async throws -> Data {
        Data(base64Encoded: try await call("GET", "/screenshot") as? String ?? "") ?? Data()
    }

    /// Runs a test's own script, which the page's policy does not concern.
    func run(_ script: String, _ arguments: [Any] = []) async throws -> Any {
        try await call("POST", "/execute/sync", ["script": script, "args": arguments])
    }

    /// Runs a script that calls its last argument when it is done.
    func runLong(_ script: String) async throws -> Any {
        try await call("POST", "/timeouts", ["script": 60_000])
        return try await call("POST", "/execute/async", ["script": script, "args": []])
    }

    // MARK: Elements

    /// Does something with an element as soon as the page has it: one that is being loaded may not have it yet, or may
    /// have had it a moment ago.
    @discardableResult
    private func withElement(
        _ selector: String, _ method: String, _ path: String, _ body: [String: Any]? = nil
    ) async throws -> Any {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            do {
                let found = try await call("POST", "/element", ["using": "css selector", "value": selector])
                let id = (found as? [String: String])?.values.first ?? ""
                return try await call(method, "/element/\(id)\(path)", body)
            } catch let error as HarnessError
                where error.description.contains("no such element") || error.description.contains("stale element")
            {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    func text(of selector: String) async throws -> String {
        try await withElement(selector, "GET", "/text") as? String ?? ""
    }

    func has(_ selector: String) async throws -> Bool {
        let found = try await call("POST", "/elements", ["using": "css selector", "value": selector])
        return !((found as? [Any]) ?? []).isEmpty
    }

    func click(_ selector: String) async throws { try await withElement(selector, "POST", "/click") }

    func type(_ text: String, into selector: String) async throws {
        try await withElement(selector, "POST", "/value", ["text": text])
    }

    /// Presses keys wherever the focus is.
    func press(_ keys: String...) async throws {
        let actions = keys.flatMap { key in
            [["type": "keyDown", "value": key], ["type": "keyUp", "value": key]]
        }
        try await call(
            "POST", "/actions", ["actions": [["type": "key", "id": "keyboard", "actions": actions] as [String: Any]]])
    }

    static let tab = "\u{E004}"
    static let enter = "\u{E007}"
    static let space = " "

    /// Clicks the button or link that shows these words.
    func choose(_ words: String) async throws {
        let script = """
            const all = [...document.querySelectorAll('a, button')].filter(e => e.textContent.trim() === arguments[0]);
            return all.length ? all[0] : null
            """
        let end = ContinuousClock.now + .seconds(30)
        while true {
            if let id = (try? await run(script, [words]) as? [String: String])?.values.first {
                try await call("POST", "/element/\(id)/click")
                return
            }
            guard ContinuousClock.now < end else { throw HarnessError("nothing says \(words)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Until the page, or another part of it than the main one, has these words.
    func says(_ words: String, in part: String = "main", within seconds: Double = 60) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            // A page that is being replaced has no main part for a moment.
            if let text = try? await text(of: part), text.contains(words) { return }
            guard ContinuousClock.now < end else {
                throw HarnessError("the page did not say \(words) within \(seconds) s")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
