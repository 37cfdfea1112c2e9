import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// A small round with all its secrets, for Tests/Interop/check_transcript.py, which recomputes it from the documents.
/// [P-13] [P-15] [P-21] [P-23] [P-27] [P-28] [P-30] [P-35] [P-38] [P-40] [P-41] [P-80] [P-81]
///
/// Written to the file that the environment variable SIDOS_TRANSCRIPT names. The secrets are of this test's round only.
@Suite("Transcript")
struct TranscriptTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Transcript: Codable {
        struct Node: Codable {
            var id: String
            var blinding_key: String
            var capsule_key: String
            var salt_share: String
            /// s of a node that holds a study key.
            var study_key: String?
            /// Δ for every selected item.
            var shares: String
        }
        struct Register: Codable {
            var id: String
            var owner: String
            var identities: [String]
            /// Those from which pseudonyms that last follow.
            var official: [String]
            /// Stages 0…N−1 as they were sent: 32 random bytes, then items, and tagged items in the last.
            var lists: [String]
            var vault: String
            var vault_secret: String
        }
        var note: String
        var suite: String
        var match_key: String
        var cell_bytes: Int
        var board: [String]
        var head: String
        var round: String
        var ring: [Node]
        var research_key: String
        var capsule_public_key: String
        var exit_salt: String
        var registers: [Register]
        /// Registers that everybody selected is in.
        var cohort: [String]
        var selection: String
        /// The study's id, where pseudonyms last.
        var study: String?
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Transcripts: Codable {
        var plain: Transcript
        /// A round in which pseudonyms last.
        var lasting: Transcript
        var several_keys: SeveralKeys
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    /// A count-only round of several keys and tokens.
    struct SeveralKeys: Codable {
        struct Node: Codable {
            var id: String
            var blinding_key: String
            var salt_share: String
        }
        struct Key: Codable {
            var name: String
            var values: Int
        }
        struct Tolerant: Codable {
            var tokens: Int
            var agree: Int
            var bits: Int
            var margin: Int
            var most_frequent: Int
            var patterns: [[Int]]
        }
        struct Person: Codable {
            /// What is hashed under each value of each key.
            var values: [String?]
            /// By group, in hexadecimal.
            var features: [[String]]
        }
        struct Register: Codable {
            var id: String
            var owner: String
            var people: [Person]
            var lists: [String]
        }
        var board: [String]
        var round: String
        var ring: [Node]
        var keys: [Key]
        var tolerant: Tolerant
        var registers: [Register]
    }

    static let registers: [RegisterID: [SimulatedPerson]] = [
        "clinic": ["131052-308T", "010100A123D", "ä \u{0} ö", ""],
        "school": ["131052-308T", "290200A999X", "", "010100A123D", "010100A1230"],
        "court": ["ä \u{0} ö", "131052-308T", "170393-917K"],
    ].mapValues {
        $0.map {
            var person = SimulatedPerson($0, rows: [[.integer(1), .text("row")]])
            // Of those here, the codes that say nothing of a person outside one register.
            person.official = $0.isEmpty || $0 == "290200A999X" ? nil : $0
            return person
        }
    }

    /// - Parameter holders: of the ring, by position, where pseudonyms last.
    static func make(holders: [Int] = []) async throws -> Transcript {
        let ids = ["clinic", "school", "court"]
        let study = try SimulatedStudy(
            registers: ids, cohorts: [("clinic_and_school", .intersect(.register("clinic"), .register("school")))],
            releasedFor: Dictionary(uniqueKeysWithValues: ids.map { ($0, ["clinic_and_school"]) }),
            options: .init(padding: .none, pseudonymHolders: holders))
        let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
        for holder in study.agreement.pseudonyms.holders { round.studyKeys[holder] = StudyKey.random() }
        try await round.run()
        let record = try round.record()
        func hex(_ name: String) async throws -> String { Hex.encode(try #require(await round.streams.load(name))) }
        func hex(_ secret: borrowing SecretBytes) -> String { secret.withUnsafeBytes { Hex.encode($0) } }

        var nodes: [Transcript.Node] = []
        for node in record.ring {
            let secrets = try round.secrets(of: node)
            nodes.append(
                Transcript.Node(
                    id: node, blinding_key: hex(secrets.blindingScalar.bytes),
                    capsule_key: hex(secrets.capsuleScalar.bytes),
                    salt_share: hex(secrets.saltShare),
                    study_key: secrets.studyKey.map { hex(SecretBytes($0)) },
                    shares: try await hex("\(node)/release/0/0")))
        }
        let first = record.ring[0]
        let salt = try round.secrets(of: first).exitSalt(for: first, in: record, hpkeKey: study.hpke[first]!)
        var contents: [Transcript.Register] = []
        for register in study.agreement.registers {
            let batch = try #require(record.batches[register.id])
            let secret = try RegisterSecret.decapsulate(
                try #require(batch.encapsulation).bytes, register: register.id, round: record.round,
                key: study.hpke["research"]!)
            var lists: [String] = []
            for stage in 0..<record.ringCount { lists.append(try await hex("\(register.id)/\(stage)/0/0")) }
            contents.append(
                Transcript.Register(
                    id: register.id, owner: register.owner,
                    identities: (registers[register.id] ?? []).compactMap { $0.keys[0] },
                    official: (registers[register.id] ?? []).compactMap(\.official), lists: lists,
                    vault: try await hex("\(register.id)/vault/0/0"), vault_secret: hex(secret)))
        }
        return Transcript(
            note: "Keys of a test's round: they protect nothing.", suite: study.agreement.suite.rawValue,
            match_key: study.agreement.matchKeys[0].name, cell_bytes: study.agreement.cellByteCount,
            board: round.board.map { Hex.encode($0) }, head: Hex.encode(record.head.hash),
            round: record.round.description, ring: nodes,
            research_key: hex(try round.researchSecrets().capsuleScalar.bytes),
            capsule_public_key: Hex.encode(try #require(try record.capsuleKey()).bytes),
            exit_salt: salt.key.withUnsafeBytes { Hex.encode($0) }, registers: contents, cohort: ["clinic", "school"],
            selection: try await hex("research/selection/0/0"),
            study: study.agreement.pseudonyms.isLasting ? study.agreement.study.id : nil)
    }

    /// Code, a former code, two names, and features by which the nameless resemble each other.
    static let peopleOfSeveralKeys: [RegisterID: [SimulatedPerson]] = {
        func person(_ keys: String?..., like: String? = nil) -> SimulatedPerson {
            var person = SimulatedPerson(keys: keys, rows: [])
            if let like {
                person.features = [[Array("^\(like)".utf8), Array("\(like)$".utf8)], [Array("born \(like)".utf8)]]
            }
            return person
        }
        return [
            "clinic": [
                person("A1", nil, "ann", nil, like: "common"), person("B2", "B1", "bea", "bob"),
                person(nil, nil, nil, nil, like: "rare"), person("D1", nil, "dan", nil, like: "common"),
                person("H3", "H1", nil, nil), person("Z1", nil, "zoe", nil),
            ],
            "school": [
                person("A1", nil, nil, nil), person("B1", nil, nil, nil), person(nil, nil, nil, nil, like: "rare"),
                person(nil, nil, "x", "dan", like: "common"), person("H1", nil, nil, nil), person("Z1", nil, nil, nil),
                person(nil, nil, "zoe", nil),
            ],
            "court": [person("A1", nil, nil, nil), person("H2", "H1", "bob", nil)],
        ]
    }()

    static func makeSeveralKeys() async throws -> SeveralKeys {
        let ids = ["clinic", "school", "court"]
        let keys = [
            MatchKey.identityCode, MatchKey("former_code", content: .formerCode),
            MatchKey("name", content: .recipe(MatchRecipe([.field("name")])), valueCount: 2),
        ]
        let tolerant = TolerantMatching(
            tokenCount: 4, agreeCount: 2, bits: 4, margin: 1, mostFrequent: 1,
            groups: ["name", "birth"].map { FeatureGroup(name: $0, features: []) }, patterns: [[0, 1], [0, 0, 1]])
        let study = try SimulatedStudy(
            registers: ids, cohorts: [("clinic_and_school", .intersect(.register("clinic"), .register("school")))],
            releasedFor: [:],
            options: .init(release: .none, padding: .none, matchKeys: keys, tolerantMatching: tolerant))
        let round = SimulatedRound(Ristretto255.self, study: study, registers: peopleOfSeveralKeys)
        try await round.run()
        let record = try round.record()
        func hex(_ secret: borrowing SecretBytes) -> String { secret.withUnsafeBytes { Hex.encode($0) } }
        var nodes: [SeveralKeys.Node] = []
        for node in record.ring {
            let secrets = try round.secrets(of: node)
            nodes.append(
                SeveralKeys.Node(
                    id: node, blinding_key: hex(secrets.blindingScalar.bytes), salt_share: hex(secrets.saltShare)))
        }
        var contents: [SeveralKeys.Register] = []
        for register in study.agreement.registers {
            var lists: [String] = []
            for stage in 0..<record.ringCount {
                lists.append(Hex.encode(try #require(await round.streams.load("\(register.id)/\(stage)/0/0"))))
            }
            contents.append(
                SeveralKeys.Register(
                    id: register.id, owner: register.owner,
                    people: (peopleOfSeveralKeys[register.id] ?? []).map { person in
                        SeveralKeys.Person(
                            values: person.keys, features: person.features.map { $0.map { Hex.encode($0) } })
                    }, lists: lists))
        }
        return SeveralKeys(
            board: round.board.map { Hex.encode($0) }, round: record.round.description, ring: nodes,
            keys: keys.map { SeveralKeys.Key(name: $0.name, values: $0.valueCount) },
            tolerant: SeveralKeys.Tolerant(
                tokens: tolerant.tokenCount, agree: tolerant.agreeCount, bits: tolerant.bits, margin: tolerant.margin,
                most_frequent: tolerant.mostFrequent, patterns: tolerant.patterns), registers: contents)
    }

    /// Keys that have blinded a register's list after `stage`.
    static func keys(_ transcript: Transcript, _ register: Transcript.Register, stage: Int) throws -> [[UInt8]] {
        let owner = try #require(transcript.ring.firstIndex { $0.id == register.owner })
        return try (0...stage).map { try bytes(transcript.ring[(owner + $0) % transcript.ring.count].blinding_key) }
    }

    @Test("says what its keys and identities make, and is written where it is asked for")
    func transcript() async throws {
        let transcript = try await Self.make()
        let salt = ExitSalt(
            key: SymmetricKey(data: try bytes(transcript.exit_salt)),
            round: try #require(RoundID(hex: transcript.round)))
        var tags: [[[UInt8]]] = []
        for register in transcript.registers {
            let messages = try register.identities.map {
                try bytes(transcript.round) + ExitSalt.framed("identity_code") + Array($0.utf8)
            }
            var elements = Ristretto255.hashToGroup(messages, domain: .matching(Ristretto255.self))
            for stage in transcript.ring.indices {
                let key = try #require(try Self.keys(transcript, register, stage: stage).last)
                elements = try Ristretto255.multiply(elements, by: SecretScalar(key))
                let isLast = stage == transcript.ring.count - 1
                let expected = (0..<elements.count).map { index in
                    isLast ? salt.tag(elements[index], kind: "identity_code") : Array(elements[index])
                }.sorted { $0.lexicographicallyPrecedes($1) }
                let width = isLast ? 80 : 96
                let list = Array(try bytes(register.lists[stage]).dropFirst(ListPrefix.byteCount))
                #expect(list.count == expected.count * width)
                let keys = stride(from: 0, to: list.count, by: width).map { start in
                    Array(list[start..<(start + width - 64)])
                }
                #expect(keys == expected)
                if isLast { tags.append(keys) }
            }
        }
        let matched = Set(tags[0]).intersection(tags[1])
        #expect(matched.count == 3)
        let selection = try bytes(transcript.selection)
        let selected = stride(from: 0, to: selection.count, by: SelectedItem.byteCount).map {
            Array(selection[($0 + 65)..<($0 + 81)])
        }
        #expect(Set(selected) == matched)

        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let json = try encoder.encode(
            Transcripts(
                plain: transcript, lasting: try await Self.make(holders: [0, 2]),
                several_keys: try await Self.makeSeveralKeys()))
        if let path = ProcessInfo.processInfo.environment["SIDOS_TRANSCRIPT"] {
            try json.write(to: URL(fileURLWithPath: path), options: .atomic)
        }
        #expect(
            try JSONDecoder().decode(Transcripts.self, from: json).plain.selection == transcript.selection)
    }
}
