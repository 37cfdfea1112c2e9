import Files
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Member
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// [P-49]
@Suite("Pseudonyms of rounds")
struct RoundPseudonymsTests {
    private let place: ResearchPlace
    private let study: SimulatedStudy

    init() throws {
        place = try ResearchPlace.fresh()
        study = try SimulatedStudy(registers: ["a", "b"], cohorts: [], releasedFor: [:])
    }

    /// A new round of the study of this id.
    private func round(of id: String = "simulated") throws -> RoundRecord {
        var agreement = study.agreement
        agreement.study.id = id
        return try RoundRecord(opening: study.opening().bytes, agreement: agreement, file: study.file)
    }

    private static let tag = [UInt8](0..<16)

    private func pseudonym(_ record: RoundRecord, tag: [UInt8] = tag) throws -> [UInt8] {
        try #require(RoundPseudonyms.of(record, state: place.home.state()).pseudonym(of: tag)).bytes
    }

    @Test("A person has one in a round, also after a restart; others have others")
    func same() throws {
        let record = try round()
        let first = try pseudonym(record)
        for _ in 0..<3 { #expect(try pseudonym(record) == first) }
        #expect(try pseudonym(record, tag: Self.tag.reversed()) != first)
        let pseudonyms = try RoundPseudonyms.of(record, state: place.home.state())
        for length in [0, 15, 17, 32] { #expect(pseudonyms.pseudonym(of: .filled(1, length)) == nil) }
    }

    @Test("The same tag gives others in another round, study or research environment")
    func different() throws {
        let (first, second) = (try round(), try round())
        let other = try RoundRecord(
            opening: study.opening().bytes, agreement: try round(of: "other").agreement, file: study.file)
        var all: Set<[UInt8]> = [try pseudonym(first), try pseudonym(second), try pseudonym(other)]
        // The same round as a study of another name would have it: only the study's key can tell them apart.
        var agreement = study.agreement
        agreement.study.id = "third"
        let opening = try study.opening()
        for id in ["simulated", "third"] {
            agreement.study.id = id
            all.insert(try pseudonym(RoundRecord(opening: opening.bytes, agreement: agreement, file: study.file)))
        }
        let stranger = try ResearchPlace.fresh()
        let elsewhere = try RoundPseudonyms.of(first, state: stranger.home.state())
        all.insert(try #require(elsewhere.pseudonym(of: Self.tag)).bytes)
        #expect(all.count == 6)
    }

    @Test("Each study has one key, kept from round to round")
    func oneKey() throws {
        let state = try place.home.state()
        for id in ["simulated", "other", "simulated", "other"] {
            _ = try RoundPseudonyms.of(round(of: id), state: state)
        }
        let names: [StateName] = [.pseudonymKey(study: "other"), .pseudonymKey(study: "simulated")]
        #expect(state.names(StatePrefix("")) == names)
        #expect(try state.get(names[0])?.count == 32 && state.get(names[0]) != state.get(names[1]))
    }

    @Test("A sealed key of another length is lost, and no new one takes its place", arguments: [0, 1, 31, 33, 64])
    func wrongLength(length: Int) throws {
        let state = try place.home.state()
        let name = StateName.pseudonymKey(study: "simulated")
        try state.put(name, [UInt8].filled(1, length))
        let error = #expect(throws: RoundRefusal.self) { try RoundPseudonyms.of(round(), state: state) }
        #expect(error?.code == .keysLost)
        #expect(try state.get(name) == .filled(1, length))
    }

    @Test("A sealed key that was altered, or is gone, is lost, and no new one takes its place")
    func altered() throws {
        let record = try round()
        _ = try pseudonym(record)
        let path = place.directory.file("home/state/studies~simulated~pseudonym-key.sealed")
        let sound = try ResearchPlace.read(path)
        let state = try place.home.state()
        func isLost() throws -> Bool {
            do { _ = try RoundPseudonyms.of(record, state: state) } catch {
                return Failure.refusal(for: error) == .keysLost
            }
            return false
        }
        for index in sound.indices {
            try place.alter(path, at: index)
            #expect(try isLost(), "byte \(index)")
            try ResearchPlace.write(sound, to: path)
        }
        try AtomicFile.remove(path)
        #expect(try isLost())
        #expect(try FileStatus.at(path) == nil)
        try ResearchPlace.write(sound, to: path)
        #expect(try !isLost())
    }
}
