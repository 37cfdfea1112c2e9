import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Three small verified rounds for Tests/Interop/check_verified_transcript.py, which checks them by the documents as a
/// checker, an approver and the research environment do. [P-61] [P-62] [P-64] [P-70] [P-71] [P-72]
///
/// Written to the file that the environment variable SIDOS_VERIFIED_TRANSCRIPT names. The secrets are of this test's
/// rounds only.
@Suite("Verified transcript")
struct VerifiedTranscriptTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Transcript: Codable {
        /// What somebody has who checks, approves or receives; no more is needed.
        struct Reader: Codable {
            var hpke_key: String
            /// The reader's own, where it is a node.
            var salt_share: String?
            var noise_share: String?
            /// The research environment's y.
            var capsule_key: String?
        }
        struct Round: Codable {
            var agreement: String
            var board: [String]
            /// By name, without the part: each part before sealing.
            var streams: [String: [String]]
            /// Mixers, the coordinator and, where rows are released, the research environment.
            var readers: [String: Reader]
            /// By register, what everybody has under each match key.
            var people: [String: [[String?]]]
            /// Of every holder, where pseudonyms last.
            var study_keys: [String: String]
        }
        var note: String
        var rows: Round
        var counts: Round
        /// Rows, and pseudonyms that last.
        var lasting: Round
    }

    /// People as sets of numbers. Codes and names are the number's, but for those whose code is not known.
    private static func people(_ numbers: [Int], nameless: Set<Int> = [], codeless: Set<Int> = []) -> [SimulatedPerson]
    {
        numbers.map { number in
            var person = SimulatedPerson(
                keys: [
                    codeless.contains(number) ? nil : "code \(number)", nameless.contains(number) ? nil : "n\(number)",
                ],
                rows: [[.integer(Int64(number))]])
            person.official = person.keys[0]
            return person
        }
    }

    /// Two authorities, one of them with two registers, and two mixers; two match keys, two parts, a sample.
    static func rows(_ more: String = "") throws -> SimulatedRound<Ristretto255> {
        let released = ["both", "some", "seen"]
        let study = try WrittenStudy(
            owners: 2, mixers: 2,
            registers: [
                .init(id: "left", owner: 0, releasedFor: released), .init(id: "right", owner: 1, releasedFor: released),
                .init(id: "index", owner: 1),
            ],
            cohorts: [
                ("both", "left intersect right"), ("some", "sample(left except both, 2)"),
                ("seen", "(right union index) except (both union (index except right))"),
            ],
            settings: """
                release: rows
                parts: 2
                cell_bytes: 128
                normalisation: sidos-2
                match_fields: [{name: name, kind: text}]
                match_keys: [identity_code, {name: name, recipe: name}]
                \(more)
                """
        ).study
        return SimulatedRound(
            Ristretto255.self, study: study,
            registers: [
                "left": people(Array(0..<11), nameless: [1, 2], codeless: [3]),
                "right": people(Array(3..<12), nameless: [5], codeless: [4, 5, 7]),
                "index": people([1, 9, 10, 11, 20]),
            ])
    }

    /// Three authorities and a mixer, one checker a stage, counts with noise of all nodes.
    static func counts() throws -> SimulatedRound<Ristretto255> {
        let study = try WrittenStudy(
            owners: 3, mixers: 1,
            registers: [.init(id: "a", owner: 0), .init(id: "b", owner: 1), .init(id: "c", owner: 2)],
            cohorts: [
                ("ab", "a intersect b"), ("any", "a union b union c"), ("not_any", "(a union b) except c"),
                ("only_a", "a except (b union c)"), ("again", "c union b union a"), ("just_a", "a"),
            ],
            settings: """
                release: none
                checkers: 1
                smallest_cell: 3
                count_rounding: 2
                counts: {mechanism: discrete_laplace, epsilon: 1.5, total_epsilon: 3}
                """
        ).study
        func people(_ numbers: Range<Int>) -> [SimulatedPerson] { numbers.map { SimulatedPerson("code \($0)") } }
        return SimulatedRound(
            Ristretto255.self, study: study,
            registers: ["a": people(0..<12), "b": people(4..<15), "c": people(8..<18)])
    }

    /// Crashes before some entries, so that attempts are not all 0 and not all alike.
    private static func crashes(_ duties: [String: Int]) -> (ParticipantID, String) throws -> Void {
        var left = duties
        return { _, what in
            guard let count = left[what], count > 0 else { return }
            left[what] = count - 1
            throw SimulatedCrash()
        }
    }

    private static func transcript(_ round: SimulatedRound<Ristretto255>) async throws -> Transcript.Round {
        let record = try round.record()
        func hex(_ secret: borrowing SecretBytes) -> String { secret.withUnsafeBytes { Hex.encode($0) } }
        var readers: [String: Transcript.Reader] = [:]
        for participant in record.agreement.participants where participant.role != .authority {
            let key = try #require(round.study.hpke[participant.id])
            var reader = Transcript.Reader(hpke_key: Hex.encode(key.seedRepresentation))
            if participant.role == .mixer {
                let secrets = try round.secrets(of: participant.id)
                reader.salt_share = hex(secrets.saltShare)
                if record.drawsNoiseTogether {
                    reader.noise_share = hex(SecretBytes(secrets.noiseShare(round: record.round)))
                }
            }
            if participant.role == .research, record.releasesRows {
                reader.capsule_key = hex(try round.researchSecrets().capsuleScalar.bytes)
            }
            readers[participant.id] = reader
        }
        var streams: [String: [String]] = [:]
        for name in await round.streams.names where !name.hasPrefix("kept/") && name.hasSuffix("/0") {
            let stream = String(name.dropLast(2))
            streams[stream] = []
            for part in 0..<record.agreement.parts {
                streams[stream]?.append(Hex.encode(try #require(await round.streams.load("\(stream)/\(part)"))))
            }
        }
        return Transcript.Round(
            agreement: Hex.encode(round.study.file), board: round.board.map { Hex.encode($0) }, streams: streams,
            readers: readers, people: round.registers.mapValues { $0.map(\.keys) },
            study_keys: round.studyKeys.mapValues { hex(SecretBytes($0)) })
    }

    /// Every stream that the board announces, by its name.
    private static func announced(_ record: RoundRecord) -> [String: AnnouncedStream] {
        var found: [String: AnnouncedStream] = [:]
        func add(_ batch: String, _ stage: StreamStage, _ stream: AnnouncedStream?) {
            if let stream { found["\(batch)/\(stage)/\(stream.attempt)"] = stream }
        }
        for register in record.agreement.registers {
            for (stage, list) in record.stages[register.id] ?? [:] { add(register.id, .ring(stage), list) }
            for (stage, proof) in record.proofs[register.id] ?? [:] { add(register.id, .proof(stage), proof.stream) }
            add(register.id, .exit, record.exits[register.id])
            add(register.id, .vault, record.batches[register.id]?.vault)
        }
        for node in record.ring {
            add(node, .selection, record.selected?.requests)
            add(node, .release, record.released[node]?.shares)
        }
        if record.releasesRows { add("research", .selection, record.selected?.selection) }
        return found
    }

    @Test("has every stream that the boards of two verified rounds announce, and is written where it is asked for")
    func transcript() async throws {
        let (rows, counts) = (try Self.rows(), try Self.counts())
        let lasting = try Self.rows("pseudonyms: study\npseudonym_holders: [authority-0, mixer-1]")
        for holder in lasting.study.agreement.pseudonyms.holders { lasting.studyKeys[holder] = StudyKey.random() }
        for round in [rows, lasting] {
            round.beforeDuty = Self.crashes([
                "post mix(\"left\", stage: 1)": 2, "post mix(\"left\", stage: 3)": 1,
                "post prove(\"left\", stage: 1)": 3, "post prove(\"right\", stage: 2)": 1, "post release": 1,
                "post match": 1,
            ])
        }
        var written: [Transcript.Round] = []
        for round in [rows, counts, lasting] {
            try await round.run()
            let record = try round.record()
            #expect(record.ending == .closed && record.allApproved)
            let transcript = try await Self.transcript(round)
            for (name, stream) in Self.announced(record) {
                let parts = try #require(transcript.streams[name], "\(name)").map { try bytes($0) }
                #expect(Digest.of(parts: parts) == stream.digest.bytes, "\(name)")
            }
            for register in record.agreement.registers {
                let proved = record.proofs[register.id] ?? [:]
                #expect(Set(proved.keys) == Set(1..<record.ringCount))
            }
            written.append(transcript)
        }
        let attempts = try #require(try rows.record().proofs["left"]?[1]?.stream.attempt)
        #expect(attempts == 3, "what was begun anew has another number")
        // Seven are in both: four by code, three by name. Two are drawn, two are seen.
        #expect(rows.opened.people.count == 11)

        let transcript = Transcript(
            note: "Keys of a test's rounds: they protect nothing.", rows: written[0], counts: written[1],
            lasting: written[2])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let json = try encoder.encode(transcript)
        if let path = ProcessInfo.processInfo.environment["SIDOS_VERIFIED_TRANSCRIPT"] {
            try json.write(to: URL(fileURLWithPath: path), options: .atomic)
        }
        #expect(try JSONDecoder().decode(Transcript.self, from: json).rows.board == written[0].board)
    }
}
