import Foundation
import Glibc
import Testing

@testable import SystemHarness

extension SystemTests {
    /// The real programs in a real browser, as their users have them.
    @Suite("Console", .serialized)
    struct ConsoleTests {
        @Test("A round is opened, watched and handed over in browsers", .timeLimit(.minutes(10)))
        func round() async throws {
            try await StudyOnDisk.with(.simple(nodes: 3)) { study in
                try study.sign()
                // One node comes late, so that the round is seen while it waits.
                try await study.serveAll(except: ["b"])
                let (coordinator, node, research) =
                    (
                        try await study.console("coordinator"), try await study.console("a"),
                        try await study.console("research")
                    )
                try await Browser.with(in: study.directory) { browser in
                    try await browser.enter(coordinator)
                    try await browser.says("The service is running.")
                    try await browser.choose("Open a round")
                    try await browser.type(study.agreement.path, into: "input[name=file]")
                    try await browser.choose("Check")
                    try await browser.says("participants have signed the agreement")
                    try await browser.click("input[name=sure]")
                    try await browser.choose("Open the round")
                    try await browser.says("The round is open.")
                    try await browser.says("Waits for")
                    let round = try #require(try await browser.url().split(separator: "/").last.map(String.init))

                    // The node's own console tells of the same round.
                    try await browser.enter(node)
                    try await browser.choose("Rounds")
                    try await browser.choose(String(round.prefix(12)))
                    try await browser.says("register_a (a)")
                    try await browser.says("b")
                    let before = try await browser.text(of: "main")
                    #expect(before.contains("0 of 3"))

                    // The page moves without being asked.
                    try await study.serve("b")
                    try await browser.says("The round is done.", within: 120)
                    try await browser.says("Keys erased")

                    try await study.researchIsDone()
                    try await browser.enter(research)
                    try await browser.choose("Datasets")
                    try await browser.choose("Prepare the dataset")
                    try await browser.says("Done: \(round.prefix(12))-1", within: 120)
                    try await browser.choose("Done: \(round.prefix(12))-1")
                    try await browser.choose("Read the report")
                    #expect(try await browser.title().contains("A study of invented people"))
                    #expect(try await browser.run("return document.querySelectorAll('table').length") as? Int ?? 0 > 0)
                    try await browser.open("\(research.base)/datasets/\(round.prefix(12))-1")
                    let output = study.directory.appending(path: "handed over").path
                    try await browser.says("Hand over")
                    try await browser.type(output, into: "input[name=folder]")
                    try await browser.choose("Hand over")
                    try await browser.says("Handed over: \(output)")
                    #expect(FileManager.default.fileExists(atPath: output + "/datapackage.json"))
                    #expect(try await browser.complaints() == [])
                }
                let log = try String(
                    contentsOf: study.home("coordinator").appending(path: "log/operations.log"), encoding: .utf8)
                #expect(log.contains("round opened in the console"))
                try await study.checkDataset()
            }
        }

        @Test("Two people decide in two consoles, by the keyboard alone and without scripts", .timeLimit(.minutes(10)))
        func approvals() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                let office = Office(study: study, id: "a")
                try await office.found(["liisa", "matti"], eachRound: false)
                try study.configureMember("a", port: 1)
                let first = try await study.console("a", office.key("liisa"))
                let second = try await study.console("a", office.key("matti"))
                let look = Browser.Look(runsScripts: false)
                try await Browser.with(look, in: study.directory) { browser in
                    try await browser.enter(first)
                    #expect(try await browser.text(of: "header").contains("Signing as: Person liisa (liisa)"))
                    try await browser.choose("Agreements")
                    try await browser.type(study.agreement.path, into: "input[name=file]")
                    try await browser.choose("Read")
                    try await browser.says("A study of invented people")
                    try await browser.type("Read with the lawyer", into: "input[name=note]")
                    try await browser.choose("Propose that it is signed")
                    try await browser.says("Proposed. Now others answer.")
                    let proposal = try await browser.url()
                    // Whoever proposed it can withdraw it, and no more.
                    #expect(try await !browser.has("form[action$='/approve']"))

                    // The other by Tab and Enter alone, from the link on.
                    try await browser.open(second.link)
                    try await Self.reach("Open the console", browser)
                    try await browser.press(Browser.enter)
                    try await browser.says("Proposals that wait for approval: 1.")
                    try await Self.reach("Approvals", browser)
                    try await browser.press(Browser.enter)
                    let number = String(proposal.split(separator: "/").last?.prefix(12) ?? "")
                    try await browser.says("Proposals, the latest first")
                    try await Self.reach(number, browser)
                    try await browser.press(Browser.enter)
                    try await browser.says("Read with the lawyer")
                    try await Self.reach("I have read what stands above and approve it as Person matti.", browser)
                    try await browser.press(Browser.space)
                    try await Self.reach("Approve", browser)
                    try await browser.press(Browser.enter)
                    try await browser.says("You have approved it.")

                    // Approved, it can be signed here.
                    try await browser.choose("Agreements")
                    try await browser.type(study.agreement.path, into: "input[name=file]")
                    try await browser.choose("Read")
                    try await browser.click("input[name=sure]")
                    try await browser.choose("Sign")
                    try await browser.says("Signed. Send the signature to the others:")
                    #expect(FileManager.default.fileExists(atPath: study.signature("a").path))
                    try await browser.choose("Log")
                    try await browser.says("matti approves agreement")
                    #expect(try await browser.complaints() == [])
                }
                #expect(
                    try await office.run(["log", "verify", "-d", office.directory]).contains("none of them changed"))
            }
        }

        /// Goes on by Tab until what has the focus says so.
        private static func reach(_ words: String, _ browser: Browser) async throws {
            let focused = """
                const e = document.activeElement;
                return [(e.labels && e.labels.length ? e.labels[0] : e).textContent.trim(),
                    getComputedStyle(e).outlineStyle]
                """
            for _ in 0..<80 {
                try await browser.press(Browser.tab)
                let found = try await browser.run(focused) as? [String] ?? []
                guard found.first == words else { continue }
                // One sees where one is.
                #expect(found.last != "none", "\(words) does not show that it has the focus")
                return
            }
            throw HarnessError("Tab does not lead to \(words)")
        }

        /// Wide, a phone, dark, and enlarged to 200 % on a small screen.
        private static let looks: [Browser.Look] = [
            Browser.Look(), Browser.Look(width: 360, height: 740), Browser.Look(isDark: true),
            Browser.Look(width: 640, height: 512, density: 2), Browser.Look(width: 360, height: 740, isDark: true),
        ]

        @Test(
            "Every page can be used in every look and language, without anything from elsewhere",
            .timeLimit(.minutes(15)))
        func pages() async throws {
            try await StudyOnDisk.with(.simple(nodes: 3)) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end(within: 120) == 0)
                let round = try link.openedRound()
                try await study.researchIsDone()
                let office = Office(study: study, id: "research")
                try await office.found(["liisa", "matti"], eachRound: false)
                let name = round.prefix(12) + "-1"
                try await office.run(["dataset", "-d", office.directory, "--prepare"])
                let number = try await office.propose(["dataset", String(name)], by: "liisa")
                let common = [
                    "/", "/rounds", "/rounds/\(round)", "/agreements", "/agreements/\(try study.agreementID())",
                    "/calendar", "/log", "/alarms",
                ]
                let all = [
                    "a": common + ["/check", "/approvals", "/evidence", "/nothing"],
                    "coordinator": common + ["/open", "/ready"],
                    "research": common + [
                        "/datasets", "/datasets/\(name)", "/approvals", "/approvals/\(number)", "/evidence",
                    ],
                ]
                for (index, look) in Self.looks.enumerated() {
                    try await Browser.with(look, in: study.directory) { browser in
                        for (id, paths) in all {
                            let key = id == "research" ? office.key("matti") : []
                            let console = try await study.console(id, key)
                            try await browser.open(console.link)
                            #expect(try await browser.barriers() == [], "\(id) door, look \(index)")
                            try await browser.click("main button")
                            _ = try await browser.text(of: "nav")
                            for path in paths {
                                try await browser.open(console.base + path)
                                let faults = try await browser.barriers()
                                #expect(faults == [], "\(id)\(path), look \(index)")
                            }
                            guard index == 0 else { continue }
                            for (language, word) in [("fi", "Yleiskuva"), ("sv", "Översikt"), ("en", "Overview")] {
                                try await browser.click("button[value=\(language)]")
                                // Else the next page would stop this one on its way.
                                try await browser.says(word, in: "nav")
                                for path in paths {
                                    try await browser.open(console.base + path)
                                    try await browser.says(word, in: "nav")
                                    let faults = try await browser.barriers()
                                    #expect(faults == [], "\(id)\(path) in \(language)")
                                }
                            }
                            // Nothing but the pages that are not there was complained of.
                            let complaints = try await browser.complaints().filter { !$0.contains("/nothing") }
                            #expect(complaints == [])
                        }
                    }
                }
            }
        }
    }
}
