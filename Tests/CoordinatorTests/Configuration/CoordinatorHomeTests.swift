import ArgumentParser
import Files
import TestDirectories
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon

@Suite("The coordinator's directory")
struct CoordinatorHomeTests {
    private let place: TemporaryDirectory
    private let path: String

    init() throws {
        place = try TemporaryDirectory()
        path = place.file("hub")
    }

    @discardableResult
    private func create() throws -> CoordinatorHome {
        try CoordinatorHome.create(
            at: path, options: try InitOptions.parse(["--id", "hub", "--name", "Hub", "--host", "hub.example"]))
    }

    @Test("A new one has keys of two parties and a configuration, for its owner alone, and opens again")
    func created() throws {
        let made = try create()
        #expect(try place.contents() == ["hub"])
        #expect(try made.home.directory.names() == ["config.yaml", "keys", "operator"])
        for name in ["hub/keys", "hub/operator", "hub"] { #expect(try place.mode(name) == 0o700, "\(name)") }
        #expect(try place.mode("hub/config.yaml") == 0o600)
        let opened = try CoordinatorHome(at: path)
        #expect(opened.home.keys.id == "hub" && opened.home.keys.role == .coordinator)
        #expect(opened.home.keys.tlsPin == made.home.keys.tlsPin)
        let keys = try opened.operatorKeys()
        #expect(keys.id == "operator" && keys.name == "Operator of hub")
        #expect(keys.tlsPin != opened.home.keys.tlsPin)
        #expect(try opened.configuration().port == 7_443)
    }

    @Test("Everything that the coordinator keeps lies in its directory")
    func paths() throws {
        let home = try create()
        #expect(home.boardPath == path + "/board.sqlite")
        #expect(home.streamsPath == path + "/streams")
        #expect(home.home.statusPath == path + "/status.json")
        #expect(home.home.configurationPath == path + "/config.yaml")
    }

    @Test("One that is there is not made anew, and nothing in it changes")
    func notTwice() throws {
        let made = try create()
        try place.write("mine", to: "hub/config.yaml")
        #expect(throws: KeyError.self) { try create() }
        #expect(try place.read("hub/config.yaml") == Array("mine".utf8))
        #expect(try CoordinatorHome(at: path).home.keys.tlsPin == made.home.keys.tlsPin)
        #expect(try CoordinatorHome(at: path).operatorKeys().tlsPin == (try made.operatorKeys()).tlsPin)
    }

    @Test("Another role's directory is refused", arguments: [ParticipantRole.authority, .mixer, .research])
    func otherRole(_ role: ParticipantRole) throws {
        _ = try Home.create(
            at: path, id: "other", name: "Other", role: role, alternativeNames: [], validityDays: 1)
        #expect(throws: HomeError.otherRole(path: path, role: role, expected: ["coordinator"])) {
            try CoordinatorHome(at: path)
        }
    }

    @Test("A configuration that is gone is named")
    func noConfiguration() throws {
        let home = try create()
        try AtomicFile.remove(home.home.configurationPath)
        let error = try #require(throws: ConfigurationError.self) { try home.configuration() }
        #expect(error.cause == .notFound(path: path + "/config.yaml"))
        #expect(ErrorReport(error).exitStatus == .noInput)
    }
}
