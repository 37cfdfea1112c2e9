import Crypto
import Files
import Foundation
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// A round from keys to erased keys whose research environment has a home on the disk, as it was when everything had
/// been received, and the board at every moment.
struct ReceivedStudy: Sendable {
    static let rows = Task { try await ReceivedStudy(isLasting: false) }
    /// With pseudonyms that last, and a round in which `withdrawing` withdraw.
    static let lasting = Task { try await ReceivedStudy(isLasting: true) }
    static let withdrawing = ["person 2", "person 30", "person 99"]

    let fixture: BoardFixture
    /// What the research environment seals of the round at its beginning.
    let secrets: [UInt8]
    /// The round of withdrawals, when it has closed, and what its people are called by here. Nil where pseudonyms don't
    /// last.
    private(set) var withdrawal: (record: RoundRecord, names: [[UInt8]])?
    /// The home's files, by their paths in it.
    private let files: [String: [UInt8]]
    private let directories: [String]

    var round: RoundID { fixture.records[0].round }

    private init(isLasting: Bool) async throws {
        let place = try TemporaryDirectory()
        let home = try Home.create(
            at: place.file("home"), id: "research", name: "Research", role: .research, alternativeNames: [],
            validityDays: 825)
        let study = try Self.study(home, isLasting: isLasting)
        let round = SimulatedRound(Ristretto255.self, study: study, registers: Self.people)
        for holder in study.agreement.pseudonyms.holders { round.studyKeys[holder] = StudyKey.random() }
        try await round.run { $0.allReleased }
        secrets = try round.researchSecrets().serialized().withUnsafeBytes { Array($0) }
        try await Self.receive(round, home)
        try await round.run()
        fixture = try BoardFixture(study: study, board: round.board)
        if isLasting { withdrawal = try await Self.withdraw(from: study, keys: round.studyKeys, home) }
        (files, directories) = try Self.read(home.directory.path)
    }

    /// What the daemon does when all shares are there, but over streams in memory.
    private static func receive(_ round: SimulatedRound<Ristretto255>, _ home: Home) async throws {
        let record = try round.record()
        let folder = try RoundFolders(home: home).folder(of: record.round)
        let archive = FolderArchive(
            folder: folder, pseudonyms: try RoundPseudonyms.of(record, state: try home.state()),
            agreement: record.agreement, withdrawn: [], doubts: DoubtBook(folder),
            logger: .silent)
        let runner = ResearchRunner(
            me: "research", hpkeKey: home.keys.hpkeKey, port: round.streams, workers: Workers(count: 2))
        let copies = try await runner.receive(record: record, secrets: round.researchSecrets(), into: archive) {
            _, _ in []
        }
        let report = RoundReport(
            record, surveys: try SourceSurvey.all(in: record, keys: home.keys), linkage: nil,
            receivedAt: Date(timeIntervalSince1970: 2_000))
        try folder.write(ReceivedRound(record, copies: copies, report: report))
    }

    private static func withdraw(
        from study: SimulatedStudy, keys: [ParticipantID: SymmetricKey], _ home: Home
    ) async throws -> (record: RoundRecord, names: [[UInt8]]) {
        let people = Self.withdrawing.map { name in
            var person = SimulatedPerson(nil, rows: [])
            person.official = name
            return person
        }
        let round = SimulatedRound(Ristretto255.self, study: study, registers: ["withdrawals_2": people])
        round.purpose = .withdrawals
        round.studyKeys = keys
        try await round.run { $0.allReleased }
        let record = try round.record()
        let pseudonyms = try RoundPseudonyms.of(record, state: home.state())
        let archive = WithdrawalArchive { pseudonyms.pseudonym(ofElement: $0)?.bytes ?? [] }
        let runner = ResearchRunner(
            me: "research", hpkeKey: home.keys.hpkeKey, port: round.streams, workers: Workers(count: 2))
        _ = try await runner.receive(record: record, secrets: round.researchSecrets(), into: archive) { _, _ in [] }
        try await round.run()
        return (try round.record(), archive.names)
    }

    private static func read(_ root: String) throws -> (files: [String: [UInt8]], directories: [String]) {
        var files: [String: [UInt8]] = [:]
        var directories: [String] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: root).sorted() {
            if try FileStatus(of: "\(root)/\(path)").kind == .directory {
                directories.append(path)
            } else {
                files[path] = Array(try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)")))
            }
        }
        return (files, directories)
    }

    /// A copy of the home for one test.
    func place() throws -> ResearchPlace {
        let directory = try TemporaryDirectory()
        let home = directory.file("home")
        try Directory.make(home)
        for path in directories { try Directory.make("\(home)/\(path)") }
        for (path, bytes) in files { try directory.write(bytes, to: "home/\(path)") }
        return try ResearchPlace(directory: directory, round: round)
    }

    // MARK: Study

    /// Residents are told apart by whether the clinic has seen them. One client is never to be released.
    static let people: [RegisterID: [SimulatedPerson]] = named.mapValues { people in
        people.map { person in
            var person = person
            person.official = person.keys[0]
            return person
        }
    }

    private static let named: [RegisterID: [SimulatedPerson]] = [
        "residents": (0..<9).map { SimulatedPerson("person \($0)") },
        "clinic": [2, 3, 4, 20].map { number in
            var person = SimulatedPerson("person \(number)", rows: rows(number, count: number == 3 ? 8 : 1))
            person.isWithheld = number == 4
            return person
        },
        "income": [0, 1, 2, 4, 30].map { SimulatedPerson("person \($0)", rows: rows($0 + 50, count: 2)) },
    ]

    /// Rows that don't get shorter when they are deflated, so that eight need several cells.
    private static func rows(_ seed: Int, count: Int) -> [[FieldValue]] {
        (0..<count).map { index in
            let noise = Hex.encode(SHA256.hash(data: Array("\(seed) \(index)".utf8)))
            return [.integer(Int64(2_000 + index)), index == 1 ? .null : .text(noise)]
        }
    }

    /// What a join of the registers in the clear releases.
    static var join: [String] { join(without: []) }

    /// The same, without people who have withdrawn.
    static func join(without withdrawn: [String]) -> [String] {
        func register(_ id: RegisterID) -> [String: SimulatedPerson] {
            Dictionary((people[id] ?? []).map { ($0.keys[0] ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (clinic, income) = (register("clinic"), register("income"))
        return register("residents").keys.compactMap { name in
            guard !withdrawn.contains(name), clinic[name] != nil || income[name] != nil,
                clinic[name]?.isWithheld != true
            else { return nil }
            return portrait(
                cohorts: ["everybody", clinic[name] == nil ? "others" : "clients"],
                rows: ["clinic": clinic[name]?.rows ?? [], "income": income[name]?.rows ?? []])
        }.sorted()
    }

    static func portrait(cohorts: Set<String>, rows: [String: [[FieldValue]]]) -> String {
        let parts = rows.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key): \($0.value.map { "\($0)" }.sorted())" }
        return "\(cohorts.sorted()) \(parts)"
    }

    private static func study(_ home: Home, isLasting: Bool) throws -> SimulatedStudy {
        var signing: [ParticipantID: any MessageSigner] = ["research": home.keys.signingKey]
        var hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey] = ["research": home.keys.hpkeKey]
        var participants: [Participant] = []
        for id in ["a", "b", "c", "coordinator"] {
            let keys = (Curve25519.Signing.PrivateKey(), try XWingMLKEM768X25519.PrivateKey())
            signing[id] = keys.0
            hpke[id] = keys.1
            participants.append(
                Participant(
                    id: id, name: "Participant \(id)", role: id == "coordinator" ? .coordinator : .authority,
                    signingKey: Array(keys.0.publicKey.rawRepresentation),
                    hpkeKey: Array(keys.1.publicKey.rawRepresentation),
                    tlsPin: Array(SHA256.hash(data: Array(id.utf8)))))
        }
        let lasting = "pseudonyms: study\npseudonym_holders: [a, b]\n"
        let text = agreement(participants + [home.keys.participant])
        let file = Array((isLasting ? text + lasting : text).utf8)
        let installed = try home.agreements().sign(file, path: "agreement.yaml", keys: home.keyRing)
        return SimulatedStudy(agreement: installed.agreement, file: file, signing: signing, hpke: hpke)
    }

    private static func agreement(_ participants: [Participant]) -> String {
        let cards = participants.flatMap { participant in
            ParticipantCard(participant).lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
        }
        func register(_ id: String, _ owner: String, isReleased: Bool) -> String {
            let declaration = """
                  - id: \(id)
                    title: Register
                    owner: \(owner)
                    max_people: 100
                    max_cells_per_person: 8

                """
            let release = """
                    released_for: [clients, others]
                    columns:
                      - {name: year, type: integer, nullable: false, title: Year}
                      - {name: note, type: text, nullable: true, title: Note}

                """
            return isReleased ? declaration + release : declaration
        }
        return """
            sidos_agreement: 1
            study: {id: visits, title: Visits, purpose: Research, legal_basis: Consent, permit: T/1}
            valid: {from: 2026-01-01, until: 2036-12-31}
            suite: ristretto255-SHA512
            rounds_allowed: 9
            release: rows
            cell_bytes: 256
            deadline_minutes: 60
            retention_days: 30
            match_keys: [identity_code]
            participants:
            \(cards.joined(separator: "\n"))
            registers:

            """ + register("residents", "a", isReleased: false) + register("clinic", "b", isReleased: true)
                + register("income", "c", isReleased: true) + """
                    cohorts:
                      - {id: clients, title: Clients, expression: residents intersect clinic, max_people: 50}
                      - id: others
                        title: Others
                        expression: (residents intersect income) except clinic
                        max_people: 50
                      - {id: everybody, title: Everybody, expression: residents, max_people: 50}

                    """
    }
}
