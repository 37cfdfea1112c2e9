import Testing

@testable import StrictYAML

@Suite("Strict configurations")
struct StrictMappingTests {
    enum Level: String, CaseIterable { case debug, info, warning }

    struct Example: Equatable {
        var listen = ""
        var port = 0
        var level = Level.debug
        var verbose = false
        var data = ""
        var note: String?
        var hosts: [String] = []
        var keys: [String] = []
        var registers: [Register] = []
        var proxyHost: String?
        var day = 0

        struct Register: Equatable {
            var id: String
            var path: String
        }
    }

    struct Refused: Error {
        let mistakes: [YAMLMistake]
    }

    static func read<Value>(
        _ bytes: [UInt8], limit: Int = 1 << 18, _ body: (StrictMapping) -> Value
    ) throws(Refused) -> Value {
        let origin = ConfigurationOrigin(file: "node.yaml") { "/etc/\($0)" }
        let mistakes = MistakeCollector()
        guard let value = StrictMapping.decode(bytes, limit: limit, from: origin, mistakes, body) else {
            throw Refused(mistakes: mistakes.sorted)
        }
        return value
    }

    static func decode(_ text: String) throws(Refused) -> Example {
        try read(Array(text.utf8)) { root in
            let proxy = root.optionalMapping("proxy")
            proxy?.refuse("password", "A password does not belong here. Write it into a file.")
            return Example(
                listen: root.string("listen"), port: root.int("port", in: 1...65_535),
                level: root.enumeration("level", Level.self, default: .info),
                verbose: root.bool("verbose", default: false), data: root.path("data"),
                note: root.optionalString("note"), hosts: root.strings("hosts", count: 0...3),
                keys: root.has("keys") ? root.paths("keys", count: 1...2) : [],
                registers: root.list("registers") { .init(id: $0.string("id"), path: $0.path("path")) },
                proxyHost: proxy?.string("host"),
                day: root.optionalValue("day", expected: "an even number") {
                    Int($0).flatMap { $0 % 2 == 0 ? $0 : nil }
                } ?? 0)
        }
    }

    static let sound = """
        # A comment
        listen: 0.0.0.0
        port: 8443
        level: debug
        verbose: true
        data: data
        note: no
        hosts: [a.fi, "b.fi"]
        keys: [a.pem]
        registers:
          - id: clients
            path: clients.csv
          - {id: services, path: services.csv}
        proxy: {host: proxy.fi}
        day: 4
        """

    @Test("A sound file")
    func accepts() throws {
        #expect(
            try Self.decode(Self.sound)
                == Example(
                    listen: "0.0.0.0", port: 8443, level: .debug, verbose: true, data: "/etc/data", note: "no",
                    hosts: ["a.fi", "b.fi"], keys: ["/etc/a.pem"],
                    registers: [
                        .init(id: "clients", path: "/etc/clients.csv"),
                        .init(id: "services", path: "/etc/services.csv"),
                    ], proxyHost: "proxy.fi", day: 4))
        let least = try Self.decode("{listen: a, port: 1, data: d}")
        #expect(least == Example(listen: "a", port: 1, level: .info, data: "/etc/d"))
        // Quotes make a text of what YAML takes for no value.
        #expect(try Self.decode("{listen: '~', port: 1, data: d, note: \"\"}").note == "")
    }

    static let table: [(text: String, line: Int, path: String, reason: String)] = [
        ("port: 1\ndata: d\n", 1, "listen", "This field is missing. Write text."),
        (
            "listen: a\nport: \"1\"\ndata: d\n", 2, "port",
            "The quotes make a text of '1'. Write a whole number from 1 to 65535, without quotes."
        ),
        (
            "listen: a\nport: 0\ndata: d\n", 2, "port",
            "'0' does not fit. Write a whole number from 1 to 65535, digits only."
        ),
        ("listen: a\nport: 01\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 0x10\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 1_0\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: 99999999999999999999\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport: [1]\ndata: d\n", 2, "port", "from 1 to 65535"),
        ("listen: a\nport:\ndata: d\n", 2, "port", "This field is empty. Write a whole number"),
        (
            "listen: a\nport: 1\ndata: d\nverbose: yes\n", 4, "verbose",
            "'yes' is not allowed here. Write true or false."
        ),
        ("listen: a\nport: 1\ndata: d\nverbose: \"true\"\n", 4, "verbose", "true or false, without quotes"),
        (
            "listen: a\nport: 1\ndata: d\nlevel: inof\n", 4, "level",
            "'inof' is not allowed here (did you mean info?). Write one of debug, info, warning."
        ),
        ("listen: a\nport: 1\ndata: d\nlevel: loud\n", 4, "level", "one of debug, info, warning"),
        ("listen: {a: b}\nport: 1\ndata: d\n", 1, "listen", "Write text here, not a list or further fields."),
        ("listen:\nport: 1\ndata: d\n", 1, "listen", "This field is empty. Write text."),
        ("listen: ~\nport: 1\ndata: d\n", 1, "listen", "This field is empty. Write text."),
        ("listen: a\nport: 1\ndata: d\nnote: null\n", 4, "note", "Write a value, or remove the field."),
        ("listen: a\nport: 1\ndata: ~/d\n", 3, "data", "Write the whole path."),
        ("listen: a\nport: 1\ndata: \"\"\n", 3, "data", "Write the path of a file or directory."),
        ("listen: a\nport: 1\ndata: \"d\\0\"\n", 3, "data", "Write the path of a file or directory."),
        ("listen: a\nport: 1\ndata: d\nhosts: a.fi\n", 4, "hosts", "Write a list here: texts"),
        ("listen: a\nport: 1\ndata: d\nhosts: [a, b, c, d]\n", 4, "hosts", "has 4 items; at most 3"),
        ("listen: a\nport: 1\ndata: d\nhosts:\n  - a\n  - [b]\n", 6, "hosts[1]", "Write text here"),
        ("listen: a\nport: 1\ndata: d\nhosts: [a, ~]\n", 4, "hosts[1]", "This field is empty"),
        ("listen: a\nport: 1\ndata: d\nkeys: []\n", 4, "keys", "Write at least 1."),
        ("listen: a\nport: 1\ndata: d\nkeys: [~/a]\n", 4, "keys[0]", "Write the whole path."),
        ("listen: a\nport: 1\ndata: d\nkeys:\n", 4, "keys", "Write a list here: paths"),
        ("listen: a\nport: 1\ndata: d\nregisters:\n  - id: x\n", 5, "registers[0].path", "This field is missing."),
        ("listen: a\nport: 1\ndata: d\nregisters: [x]\n", 4, "registers[0]", "Write fields such as 'name: value'"),
        (
            "listen: a\nport: 1\ndata: d\nregisters:\n  - {id: x, path: y, pth: z}\n", 5, "registers[0].pth",
            "This field is unknown; did you mean path?"
        ),
        ("listen: a\nport: 1\ndata: d\nproxy: x\n", 4, "proxy", "Write fields such as 'name: value' here"),
        ("listen: a\nport: 1\ndata: d\nproxy: {}\n", 4, "proxy.host", "This field is missing."),
        ("listen: a\nport: 1\ndata: d\nproxy: {host: h, password: p}\n", 4, "proxy.password", "Write it into a file."),
        ("listen: a\nport: 1\ndata: d\nproxy: {host: h, pasword: p}\n", 4, "proxy.pasword", "fields here are: host."),
        (
            "listen: a\nport: 1\ndata: d\nvebrose: true\n", 4, "vebrose",
            "This field is unknown; did you mean verbose?"
        ),
        (
            "listen: a\nport: 1\ndata: d\nxyzzy: 1\n", 4, "xyzzy",
            "This field is unknown. The fields here are: proxy, listen"
        ),
        ("listen: a\nport: 1\ndata: d\nday: 3\n", 4, "day", "'3' does not fit. Write an even number."),
        ("listen: a\nport: 1\ndata: d\nlisten: b\n", 4, "listen", "there twice; the first is on line 1"),
        ("listen: &x a\nport: 1\ndata: d\n", 1, "", "an anchor"),
        ("listen: !!str a\nport: 1\ndata: d\n", 1, "", "a tag"),
        ("- a\n- b\n", 1, "", "Write fields such as 'name: value' here"),
    ]

    @Test("Each mistake is named with its line, field and remedy", arguments: table)
    func mistakes(_ expected: (text: String, line: Int, path: String, reason: String)) throws {
        let refused = try #require(throws: Refused.self) { try Self.decode(expected.text) }
        #expect(refused.mistakes.count == 1, "\(refused)")
        let mistake = try #require(refused.mistakes.first)
        #expect(mistake.line == expected.line, "\(mistake)")
        #expect(mistake.path == expected.path, "\(mistake)")
        #expect(mistake.reason.contains(expected.reason), "\(mistake)")
        #expect(mistake.reason.hasSuffix(".") || mistake.reason.hasSuffix("?"), "\(mistake)")
    }

    @Test("All mistakes come at once, by line")
    func allAtOnce() throws {
        let text = "prot: 1\nlevel: loud\nverbose: 1\nregisters:\n  - path: ''\n    x: 1\nhosts: 4\n"
        let refused = try #require(throws: Refused.self) { try Self.decode(text) }
        #expect(
            refused.mistakes.map { "\($0.line) \($0.path)" } == [
                "1 data", "1 listen", "1 port", "1 prot", "2 level", "3 verbose", "5 registers[0].id",
                "5 registers[0].path", "6 registers[0].x", "7 hosts",
            ])
        #expect(refused.mistakes.first { $0.path == "prot" }?.reason.contains("did you mean port?") == true)
        #expect(
            refused.mistakes.first { $0.path == "level" }?.description
                == "line 2, column 8: level: 'loud' is not allowed here. Write one of debug, info, warning.")
    }

    @Test("Nothing is missed in a mapping that is not there, or is none", arguments: ["{}", "{listen: here}"])
    func standIn(text: String) throws {
        let refused = try #require(throws: Refused.self) {
            try Self.read(Array(text.utf8)) { root in
                let listen = root.mapping("listen")
                listen.reject("host", "Never reported.")
                #expect(!listen.has("host") && listen.names.isEmpty)
                return (listen.string("host"), listen.int("port", in: 3...4), listen.enumeration("l", Level.self))
            }
        }
        #expect(refused.mistakes.map(\.path) == ["listen"])
    }

    @Test("A key of the operator's own cannot forge a line of the log")
    func forgedLines() throws {
        let refused = try #require(throws: Refused.self) {
            try Self.read(Array("columns: {\"a\\nb\\e[31m\": [x]}".utf8)) { root in
                let columns = root.mapping("columns")
                return columns.names.map { columns.string($0) }
            }
        }
        #expect(refused.mistakes.map(\.path) == ["columns.'a b [31m'"])
    }

    @Test("A large file is refused")
    func bounds() throws {
        let refused = try #require(throws: Refused.self) {
            try Self.read(Array("a: bcd".utf8), limit: 5) { $0.string("a") }
        }
        #expect(refused.mistakes.map(\.reason) == ["The file is larger than 5 bytes."])
        #expect(try Self.read(Array("a: bc".utf8), limit: 5) { $0.string("a") } == "bc")
    }

    @Test("Random changes of a sound file never trap")
    func mutations() {
        var generator = SystemRandomNumberGenerator()
        let sound = Array(Self.sound.utf8)
        let marks = Array("{}[]:-,#&*!|>'\"%@`~? \n\t".utf8) + [0, 0x80, 0xFF]
        var refusedCount = 0
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
            do throws(Refused) {
                _ = try Self.read(bytes) { root in
                    _ = root.string("listen")
                    _ = root.int("port", in: 1...65_535)
                    _ = root.list("registers") { $0.string("id") }
                    _ = root.optionalMapping("proxy")?.string("host")
                }
            } catch {
                refusedCount += 1
                #expect(!error.mistakes.isEmpty)
            }
        }
        #expect(refusedCount > 0)
    }
}
