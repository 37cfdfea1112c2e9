import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Daemon
@testable import PSIProtocol

@Suite("Strict configuration")
struct StrictYAMLTests {
    enum Level: String, CaseIterable { case debug, info, warning }

    struct Example: Equatable {
        var listen = ""
        var port = 0
        var level = Level.debug
        var verbose = false
        var data = ""
        var note: String?
        var hosts: [String] = []
        var registers: [Register] = []
        var proxyHost: String?
        var day = 0

        struct Register: Equatable {
            var id: String
            var path: String
        }
    }

    static func decode(_ text: String, file: String = "/etc/sidos/node.yaml") throws(ConfigurationError) -> Example {
        try StrictYAML.decode(Array(text.utf8), file: file) { root in
            let proxy = root.optionalMapping("proxy")
            return Example(
                listen: root.string("listen"), port: root.int("port", in: 1...65_535),
                level: root.enumeration("level", Level.self, default: .info),
                verbose: root.bool("verbose", default: false), data: root.path("data"),
                note: root.optionalString("note"), hosts: root.strings("hosts", count: 0...3),
                registers: root.list("registers") { .init(id: $0.string("id"), path: $0.path("path")) },
                proxyHost: proxy?.string("host"),
                day: root.optionalValue("day", expected: "an even number") {
                    Int($0).flatMap { $0 % 2 == 0 ? $0 : nil }
                }
                    ?? 0)
        }
    }

    static let sound = """
        # A comment
        listen: 0.0.0.0
        port: 8443
        level: debug
        verbose: true
        data: ../var/data
        note: no
        hosts: [a.fi, "b.fi"]
        registers:
          - id: clients
            path: /srv/clients.csv
          - {id: services, path: services.csv}
        proxy: {host: proxy.fi}
        day: 4
        """

    @Test("A sound file")
    func accepts() throws {
        #expect(
            try Self.decode(Self.sound)
                == Example(
                    listen: "0.0.0.0", port: 8443, level: .debug, verbose: true, data: "/etc/var/data", note: "no",
                    hosts: ["a.fi", "b.fi"],
                    registers: [
                        .init(id: "clients", path: "/srv/clients.csv"),
                        .init(id: "services", path: "/etc/sidos/services.csv"),
                    ], proxyHost: "proxy.fi", day: 4))
        let least = try Self.decode("{listen: a, port: 1, data: /d}")
        #expect(least == Example(listen: "a", port: 1, level: .info, data: "/d"))
    }

    static let table: [(String, Int?, String, String)] = [
        ("port: 1\ndata: d\n", 1, "listen", "is missing: it must be text"),
        ("listen: a\nport: \"1\"\ndata: d\n", 2, "port", "a whole number from 1 to 65535, without quotes"),
        ("listen: a\nport: 0\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 01\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 0x10\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 1_0\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 99999999999999999999\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: [1]\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 1\ndata: d\nverbose: yes\n", 4, "verbose", "true or false"),
        ("listen: a\nport: 1\ndata: d\nverbose: \"true\"\n", 4, "verbose", "true or false"),
        ("listen: a\nport: 1\ndata: d\nlevel: inof\n", 4, "level", "one of debug, info, warning: did you mean `info`?"),
        ("listen: a\nport: 1\ndata: d\nlevel: loud\n", 4, "level", "one of debug, info, warning"),
        ("listen: {a: b}\nport: 1\ndata: d\n", 1, "listen", "must be text"),
        ("listen:\nport: 1\ndata: d\n", 1, "listen", "has no value"),
        ("listen: ~\nport: 1\ndata: d\n", 1, "listen", "has no value"),
        ("listen: a\nport: 1\ndata: d\nnote: null\n", 4, "note", "or leave the field out"),
        ("listen: a\nport: 1\ndata: ~/d\n", 3, "data", "`~`"),
        ("listen: a\nport: 1\ndata: \"\"\n", 3, "data", "path of a file or directory"),
        ("listen: a\nport: 1\ndata: d\nhosts: a.fi\n", 4, "hosts", "must be a list"),
        ("listen: a\nport: 1\ndata: d\nhosts: [a, b, c, d]\n", 4, "hosts", "from 0 to 3 items"),
        ("listen: a\nport: 1\ndata: d\nhosts:\n  - a\n  - [b]\n", 6, "hosts[1]", "must be text"),
        ("listen: a\nport: 1\ndata: d\nregisters:\n  - id: x\n", 5, "registers[0].path", "is missing"),
        ("listen: a\nport: 1\ndata: d\nregisters: [x]\n", 4, "registers[0]", "fields of its own"),
        (
            "listen: a\nport: 1\ndata: d\nregisters:\n  - {id: x, path: y, pth: z}\n", 5, "registers[0].pth",
            "not a field"
        ),
        ("listen: a\nport: 1\ndata: d\nproxy: x\n", 4, "proxy", "fields of its own"),
        ("listen: a\nport: 1\ndata: d\nproxy: {}\n", 4, "proxy.host", "is missing"),
        ("listen: a\nport: 1\ndata: d\nvebrose: true\n", 4, "vebrose", "did you mean `verbose`?"),
        ("listen: a\nport: 1\ndata: d\nxyzzy: 1\n", 4, "xyzzy", "is not a field that is known here"),
        ("listen: a\nport: 1\ndata: d\nday: 3\n", 4, "day", "must be an even number"),
        ("listen: a\nport: 1\ndata: d\nlisten: b\n", 1, "", "`listen` is given twice"),
        ("listen: &x a\nport: 1\ndata: *x\n", 1, "", "anchors"),
        ("listen: !!str a\nport: 1\ndata: d\n", 1, "", "tags"),
        ("listen: a\n  port: [\n", 2, "", "is not YAML"),
        ("- a\n- b\n", 1, "", "must be a list of fields"),
        ("", nil, "", "is empty"),
        ("listen: a\n---\nlisten: b\n", nil, "", "is not YAML"),
        ("? [a, b]\n: c\n", 1, "", "must be plain text"),
    ]

    @Test("Deep nesting and large files are refused")
    func bounds() throws {
        for (text, words) in [
            (String(repeating: "[", count: 5_000), "is not YAML"),
            (String(repeating: "- ", count: 5_000), "is not YAML"),
            ("a: \"" + String(repeating: "x", count: 300_000) + "\"", "is larger than"),
        ] {
            let error = try #require(throws: ConfigurationError.self) { try Self.decode(text) }
            #expect(error.description.contains(words))
        }
    }

    @Test("Each mistake is named with its line, field and remedy", arguments: table)
    func mistakes(text: String, line: Int?, path: String, words: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try Self.decode(text) }
        #expect(error.mistakes.count == 1, "\(error)")
        let mistake = try #require(error.mistakes.first)
        #expect(line == nil || mistake.line == line, "\(error)")
        #expect(mistake.path == path, "\(error)")
        #expect(mistake.reason.contains(words), "\(error)")
        #expect(error.description.hasPrefix("/etc/sidos/node.yaml: "))
    }

    @Test("All mistakes come at once, by line")
    func allAtOnce() throws {
        let text = "prot: 1\nlevel: loud\nverbose: 1\nregisters:\n  - path: ''\n    x: 1\nhosts: 4\n"
        let error = try #require(throws: ConfigurationError.self) { try Self.decode(text) }
        #expect(
            error.mistakes.map { "\($0.line ?? 0) \($0.path)" } == [
                "1 listen", "1 port", "1 data", "1 prot", "2 level", "3 verbose", "5 registers[0].id",
                "5 registers[0].path", "6 registers[0].x", "7 hosts",
            ])
        #expect(error.mistakes.first { $0.path == "prot" }?.reason.contains("did you mean `port`?") == true)
        #expect(ErrorReport(error).exitStatus == .configuration)
        let lines = ErrorReport(error).lines(program: "sidos-node")
        #expect(lines.count == 10)
        #expect(
            lines.contains { $0.hasPrefix("sidos-node: error: /etc/sidos/node.yaml: line 2, `level`: must be one of") })
    }

    @Test("Invalid UTF-8, a missing file, a directory are mistakes and no traps")
    func unreadable() throws {
        #expect(throws: ConfigurationError.self) { try StrictYAML.decode([0x61, 0x3A, 0xFF], file: "x") { _ in } }
        let place = try TemporaryDirectory()
        let missing = try #require(throws: ConfigurationError.self) {
            try StrictYAML.decode(file: place.file("none")) { _ in }
        }
        #expect(missing.cause == .notFound(path: place.file("none")))
        #expect(ErrorReport(missing).exitStatus == .noInput)
        let directory = try #require(throws: ConfigurationError.self) {
            try StrictYAML.decode(file: place.path) { _ in }
        }
        #expect(directory.cause == .notRegularFile(path: place.path))
    }

    @Test("A secret is never shown, and its file must be closed to others")
    func secrets() throws {
        let place = try TemporaryDirectory()
        try place.write("password: swordfish\n", to: "c.yaml")
        let secret = try StrictYAML.decode(file: place.file("c.yaml")) { $0.secret("password") }
        #expect(secret.value == "swordfish")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("swordfish")) }
        try place.write("password: swordfish\n", to: "c.yaml", mode: 0o640)
        let error = try #require(throws: ConfigurationError.self) {
            try StrictYAML.decode(file: place.file("c.yaml")) { $0.secret("password") }
        }
        #expect(error.description.contains("`chmod 600 \(place.file("c.yaml"))`"))
        #expect(!error.description.contains("swordfish"))
    }

    @Test("Random changes of a sound file never trap")
    func mutations() {
        var generator = SystemRandomNumberGenerator()
        let sound = Array(Self.sound.utf8)
        let marks = Array("{}[]:-,#&*!|>'\"%@`~? \n\t".utf8) + [0, 0x80, 0xFF]
        var refused = 0
        for _ in 0..<3_000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = marks.randomElement(using: &generator) ?? 0
                case 1: bytes.insert(marks.randomElement(using: &generator) ?? 0, at: index)
                default: bytes.remove(at: index)
                }
            }
            do throws(ConfigurationError) {
                _ = try StrictYAML.decode(bytes, file: "x") { root in
                    _ = root.string("listen")
                    _ = root.int("port", in: 1...65_535)
                    _ = root.list("registers") { $0.string("id") }
                    _ = root.optionalMapping("proxy")?.string("host")
                }
            } catch {
                refused += 1
                #expect(!error.mistakes.isEmpty)
            }
        }
        #expect(refused > 0)
    }

    @Test("What was probably meant")
    func nearest() {
        #expect(NearestName.of("lisetn", among: ["listen", "level"]) == "listen")
        #expect(NearestName.of("Listen", among: ["listen"]) == "listen")
        #expect(NearestName.of("x", among: ["id", "ip"]) == nil)
        #expect(NearestName.of("registers", among: ["participants"]) == nil)
        #expect(NearestName.of("", among: ["id"]) == nil)
    }
}
