import Exchange
import Files
import Foundation
import Logging
import TestDirectories
import Testing

@testable import Daemon
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// A research environment's home of one test.
struct ResearchPlace {
    let directory: TemporaryDirectory
    let home: Home
    let folders: RoundFolders
    /// The round that is there, or could be.
    let round: RoundID

    init(directory: TemporaryDirectory, round: RoundID) throws {
        self.directory = directory
        self.round = round
        home = try Home(at: directory.file("home"), roles: [.research])
        folders = try RoundFolders(home: home)
    }

    /// A home with fresh keys, where nothing was received.
    static func fresh(round: RoundID = .digits("77")) throws -> ResearchPlace {
        let directory = try TemporaryDirectory()
        _ = try Home.create(
            at: directory.file("home"), id: "research", name: "Research", role: .research, alternativeNames: [],
            validityDays: 825)
        return try ResearchPlace(directory: directory, round: round)
    }

    /// How far a round has come here.
    enum Moment: CaseIterable {
        case incomplete, received, closed, settled
        /// Its record was altered, or is another program's.
        case damaged, unreadable
    }

    func folder() throws -> RoundFolder { try folders.folder(of: round) }

    /// Makes everything here look as at this moment.
    func arrange(_ moment: Moment) throws {
        let folder = try folder()
        switch moment {
        case .incomplete: try AtomicFile.remove(folder.receivedPath)
        case .received: break
        case .closed: try mark(isClosed: true, unsigned: ["b"])
        case .settled: try mark(isClosed: true, unsigned: [])
        case .damaged: try alter(folder.receivedPath, at: 100)
        case .unreadable: try seal(Array("{\"version\": 1}".utf8))
        }
    }

    func mark(isClosed: Bool, unsigned: [ParticipantID]) throws {
        var received = try #require(try folder().received())
        received.isClosed = isClosed
        received.unsigned = unsigned
        try folder().write(received)
    }

    /// Seals this as the round's record.
    func seal(_ bytes: [UInt8]) throws {
        let writer = try SealedFileWriter(
            folder().receivedPath, key: home.keys.stateKey, label: "received \(round)")
        try writer.append(bytes)
        _ = try writer.finish()
    }

    /// Flips a bit of a file.
    func alter(_ path: String, at index: Int) throws {
        var bytes = try Self.read(path)
        bytes[index] ^= 1
        try Self.write(bytes, to: path)
    }

    static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// Names of what is in the round's folder.
    func contents() throws -> [String] { try directory.contents(of: "home/rounds/\(round)") }

    /// Lends a member whose coordinator can't be reached, and its open state.
    func withMember<Result>(
        _ body: (ResearchMember, SealedState) async throws -> Result
    ) async throws -> Result {
        let identity = try TLSIdentity(
            certificateChainPEM: home.keys.tlsCertificatePEM, privateKeyPEM: home.keys.tlsPrivateKeyPEM)
        var configuration = ExchangeClientConfiguration(
            baseURL: "https://localhost:1", serverPins: [try #require(TLSPin(bytes: home.keys.tlsPin))],
            identity: identity)
        configuration.retry = .never
        let client = try ExchangeClient(configuration: configuration, logger: .silent)
        do {
            let state = try home.state()
            let member = try ResearchMember(
                home: home, workers: Workers(count: 1), client: client, state: state, logger: .silent)
            let result = try await body(member, state)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}

extension TemporaryDirectory {
    func write(_ bytes: [UInt8], to name: String) throws {
        try AtomicFile.write(bytes, to: file(name))
    }

    func contents(of name: String) throws -> [String] { try Directory.names(in: file(name)) }
}

extension RoundID {
    /// The round whose id begins with these digits, zeros after them.
    static func digits(_ prefix: String) -> RoundID {
        RoundID(hex: prefix + String(repeating: "0", count: 64 - prefix.count))!
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

extension WorkingStore {
    /// Everybody in a finished store without the pseudonym, as `ReceivedStudy.join` tells them.
    func portraits() throws -> [String] {
        var people: [Pseudonym: (cohorts: UInt64, rows: [String: [[FieldValue]]])] = [:]
        try forEachPerson { people[$0.pseudonym] = ($0.cohorts, [:]) }
        for (index, register) in layout.registers.enumerated() {
            try forEachPerson(inRegisterAt: index) { person, _, rows in people[person]?.rows[register.id] = rows }
        }
        return people.values.map { person in
            let cohorts = agreement.cohorts.enumerated().filter { person.cohorts >> UInt64($0.offset) & 1 == 1 }
            return ReceivedStudy.portrait(cohorts: Set(cohorts.map(\.element.id)), rows: person.rows)
        }.sorted()
    }
}
