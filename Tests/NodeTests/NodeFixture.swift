import Exchange
import Files
import Foundation
import Logging
import Member
import Synchronization
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Node
@testable import PSIProtocol
@testable import Register
@testable import RoundSimulation
@testable import Values

/// A node's directory with the register `left`, and a study that it shares with a simulated owner of `right`.
final class NodeFixture {
    static let node = BoardFixture.left

    let place: TemporaryDirectory
    let home: Home
    let study: SimulatedStudy
    let transport = KeptChunks()
    let messages = KeptLines()
    /// Beside those that `registers` names.
    private let policy: String?
    let state: SealedState

    /// - Parameters:
    ///   - people: rows of the register, each a code, a year and a note.
    ///   - policy: what `policy.yaml` says after its first line.
    ///   - roundsAllowed: by the agreement.
    init(
        people: [(String, Int, String)] = NodeFixture.people(3), policy: String? = nil, roundsAllowed: Int = 3,
        release: ReleaseMode = .rows
    ) throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("node"), id: Self.node, name: "Left", role: .authority, alternativeNames: [],
            validityDays: 30)
        self.policy = policy
        var options = SimulatedStudy.Options(release: release, padding: .none)
        options.maxPeople = 50
        options.maxCellsPerPerson = 4
        options.roundsAllowed = roundsAllowed
        study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("everybody", .union(.register("left"), .register("right")))],
            releasedFor: release == .rows ? ["left": ["everybody"], "right": ["everybody"]] : [:], options: options
        ).with(home.keys.participant, signing: home.keys.signingKey, hpke: home.keys.hpkeKey)
        state = try home.state()
        try write(people)
        try configure(Self.register)
    }

    static let register = """
        registers:
          - id: left
            identity: hetu
            csv: {file: left.csv}
        """

    /// Codes of people born in January 1950, with right check characters; nobody's.
    static func code(_ index: Int) -> String {
        let (day, number) = (index / 99 + 1, index % 99 + 901)
        let digits = String(format: "%02d0150%03d", day, number)
        let check = Array("0123456789ABCDEFHJKLMNPRSTUVWXY")[Int(digits)! % 31]
        return String(format: "%02d0150-%03d", day, number) + String(check)
    }

    static func people(_ count: Int) -> [(String, Int, String)] {
        (0..<count).map { (code($0), 2_000 + $0, "note \($0)") }
    }

    /// Rows of one person that no compression makes fit into the cells that a person may have.
    static func largePerson() -> [(String, Int, String)] {
        var generator = SystemRandomNumberGenerator()
        return (0..<200).map { (code(0), $0, String(generator.next(), radix: 16)) }
    }

    func write(_ people: [(String, Int, String)]) throws {
        try place.write(
            "hetu,year,note\n" + people.map { "\($0),\($1),\($2)\n" }.joined(), to: "node/left.csv")
    }

    /// Writes `config.yaml`, and `policy.yaml` if there is a policy.
    func configure(_ registers: String) throws {
        var text = """
            sidos_node: 1
            coordinator: {url: "https://localhost:1", pin: "sha256:\(String(repeating: "A", count: 43))="}
            cores: 2

            """
        if let policy {
            try place.write("sidos_policy: 1\n" + policy + "\n", to: "node/policy.yaml")
            text += "policy: policy.yaml\n"
        }
        try place.write(text + registers + "\n", to: "node/config.yaml")
    }

    /// The node as it is after a start.
    func start() throws -> NodeMember {
        try NodeMember(
            home: home, configuration: NodeConfiguration(home: home), transport: transport, state: state,
            logger: messages.logger)
    }

    /// A round in which this node does what the left owner has to.
    ///
    /// - Parameter restarting: whether the node starts anew before each of its duties.
    func round(restarting: Bool = false) throws -> SimulatedRound<Ristretto255> {
        let round = SimulatedRound(Ristretto255.self, study: study, registers: ["right": [SimulatedPerson("x")]])
        var member = try start()
        round.standIns[Self.node] = { [self] record in
            if restarting { member = try start() }
            return try await member.step(record)
        }
        return round
    }

    /// The record of a round that has just been opened.
    ///
    /// - Parameter former: what the round's agreement amends.
    func opened(amending former: AgreementID? = nil) throws -> RoundRecord {
        var agreement = study.agreement
        agreement.amends = former
        return try RoundRecord(opening: try study.opening().bytes, agreement: agreement, file: study.file)
    }

    /// All that the node has written under its directory but its registers, its keys and its configuration.
    func written() throws -> [UInt8] {
        var bytes: [UInt8] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: place.file("node")) {
            if ["left.csv", "config.yaml", "policy.yaml"].contains(name) || name.hasPrefix("keys") { continue }
            if let file = FileManager.default.contents(atPath: place.file("node/" + name)) { bytes += Array(file) }
        }
        return bytes
    }
}

/// Chunks that a node has sent, by stream.
final class KeptChunks: ChunkTransport {
    private let kept = Mutex<[String: [StoredChunk]]>([:])

    var all: [StoredChunk] { kept.withLock { $0.values.flatMap { $0 } } }

    func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws {
        kept.withLock { kept in
            var chunks = kept["\(round) \(stream)", default: []]
            if seq == chunks.count { chunks.append(StoredChunk(bytes: chunk, isLast: last)) }
            kept["\(round) \(stream)"] = chunks
        }
    }

    func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk {
        try #require(kept.withLock { $0["\(round) \(stream)"]?.dropFirst(seq).first })
    }
}

/// What a program would have written on its log or its terminal.
final class KeptLines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    var console: Console {
        Console(terminal: Terminal(isInteractive: false, width: 80)) { [self] new in bytes.withLock { $0 += new } }
    }

    var logger: Logger {
        let console = console
        return Logger(label: "node") { _ in EventLog(level: .trace, console: console) }
    }
}
