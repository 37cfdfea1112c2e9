import StrictYAML
import TestDirectories
import Testing

@testable import Daemon
@testable import PSIProtocol

@Suite("Configuration files")
struct ConfigurationFileTests {
    @Test("Paths are resolved beside the file")
    func paths() throws {
        func paths(_ file: String) throws -> [String] {
            try ConfigurationFile.decode(Array("list: [../data, a/./b, /srv/c.csv]".utf8), path: file) {
                $0.paths("list")
            }
        }
        #expect(try paths("/etc/sidos/node.yaml") == ["/etc/data", "/etc/sidos/a/b", "/srv/c.csv"])
        let place = try TemporaryDirectory()
        try place.write("data: d\n", to: "c.yaml")
        #expect(try ConfigurationFile.decode(path: place.file("c.yaml")) { $0.path("data") } == place.file("d"))
    }

    @Test("Each mistake is a line that begins with the file's name")
    func lines() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.decode(Array("port: no\nhots: a\n".utf8), path: "/etc/sidos/node.yaml") {
                ($0.int("port", in: 1...9), $0.string("host"))
            }
        }
        #expect(error.cause == nil)
        #expect(ErrorReport(error).exitStatus == .configuration)
        #expect(
            ErrorReport(error).lines(program: "sidos-node") == [
                "sidos-node: error: /etc/sidos/node.yaml: line 1, column 1: host: This field is missing. Write text.",
                "sidos-node: error: /etc/sidos/node.yaml: line 1, column 7: port: 'no' does not fit. "
                    + "Write a whole number from 1 to 9, digits only.",
                "sidos-node: error: /etc/sidos/node.yaml: line 2, column 1: hots: "
                    + "This field is unknown; did you mean host?",
            ])
    }

    @Test("Invalid UTF-8, a missing file, a directory, a large file are mistakes and no traps")
    func unreadable() throws {
        let noText = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.decode([0x61, 0x3A, 0xFF], path: "x") { _ in }
        }
        #expect(noText.description == "x: line 1: This line is not UTF-8. Save the file as UTF-8.")
        let large = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.decode([UInt8](repeating: 97, count: 1 << 18 + 1), path: "x") { _ in }
        }
        #expect(large.description == "x: line 1: The file is larger than 262144 bytes.")
        let place = try TemporaryDirectory()
        let missing = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.decode(path: place.file("none")) { _ in }
        }
        #expect(missing.cause == .notFound(path: place.file("none")))
        #expect(missing.description.contains("\(place.file("none")) does not exist"))
        #expect(ErrorReport(missing).exitStatus == .noInput)
        let directory = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.decode(path: place.path) { _ in }
        }
        #expect(directory.cause == .notRegularFile(path: place.path))
    }
}
