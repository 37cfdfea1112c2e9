import Agreement
import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Rounds in which somebody hears of the board, and is heard on it, once a journey. [P-75]
@Suite("Rounds by courier")
struct CarriedRoundTests {
    private static func round(
        mixers: Int = 0, parts: Int = 1, verification: VerificationMode = .off
    ) throws -> SimulatedRound<Ristretto255> {
        var options = SimulatedStudy.Options(padding: .none)
        options.mixers = mixers
        options.parts = parts
        options.verification = verification
        options.maxPeople = 50
        options.maxCellsPerPerson = 4
        let registers = ["left", "middle", "right"]
        let study = try SimulatedStudy(
            registers: registers, cohorts: [("everybody", .union(.register("left"), .register("right")))],
            releasedFor: ["left": ["everybody"], "right": ["everybody"]], options: options)
        let people = ["a", "b", "c"].map { SimulatedPerson($0, rows: [[.integer(1), .null]]) }
        return SimulatedRound(
            Ristretto255.self, study: study,
            registers: ["left": people, "middle": people, "right": Array(people.dropFirst())])
    }

    /// Everybody else goes as far as they can; then the carried one does all that it can by the board of that moment.
    ///
    /// - Returns: how many journeys it took, and how many entries were carried.
    private static func run(
        _ round: SimulatedRound<Ristretto255>, carried: ParticipantID
    ) async throws -> (journeys: Int, entries: Int) {
        var journeys = 0
        var count = 0
        var held: Set<StreamID> = []
        round.choose = { $0.firstIndex { $0.who != carried } ?? 0 }
        while journeys < 100 {
            try await round.run { _ in (try? round.duties().allSatisfy { $0.who == carried }) ?? true }
            let brought = try round.record()
            held.formUnion(brought.streamsToBring(to: carried).map(\.id))
            await round.streams.allow(only: held)
            let said = try await say(round, carried, brought)
            await round.streams.allow(only: nil)
            guard !said.isEmpty else { break }
            journeys += 1
            count += said.count
            for entry in said { try round.take(entry) }
        }
        return (journeys, count)
    }

    /// What one participant says by one board. Each entry is signed by the board, and by nothing that is on its way.
    private static func say(
        _ round: SimulatedRound<Ristretto255>, _ carried: ParticipantID, _ brought: RoundRecord
    ) async throws -> [SignedEntry] {
        var expected = brought
        var said: [SignedEntry] = []
        while !said.contains(where: \.mustBeSeenNext) {
            let duty: SimulatedDuty? =
                carried == "research"
                ? expected.researchDuties(of: carried).first.map { .research($0) }
                : expected.authorityDuties(of: carried).first.map { .authority(carried, $0) }
            guard let duty else { break }
            let body = try await round.perform(duty, on: expected)
            let entry = try SignedEntry(
                body: body, author: carried, round: brought.round, seen: brought.head,
                key: #require(round.study.signing[carried]))
            expected = try expected.expecting(entry)
            #expect(expected.head == brought.head)
            // Said once: the same again, or another in its place, finds no place.
            #expect(throws: ProtocolViolation.self) { try expected.expecting(entry) }
            said.append(entry)
        }
        return said
    }

    @Test("A node takes part in five journeys, and what it says has its place on the board")
    func authority() async throws {
        let round = try Self.round()
        let carried = try await Self.run(round, carried: "owner-left")
        #expect(carried.journeys == 5)
        #expect(carried.entries == 9)
        #expect(try round.record().ending == .closed && round.record().allErased)
        #expect(!round.opened.people.isEmpty)
    }

    @Test("The research environment takes part in four")
    func research() async throws {
        let round = try Self.round(parts: 2)
        let carried = try await Self.run(round, carried: "research")
        #expect(carried.journeys == 4)
        #expect(try round.record().ending == .closed && round.record().allErased)
        #expect(!round.opened.people.isEmpty)
    }

    @Test(
        "In a verified round whoever is carried can do all its duties with what is brought",
        arguments: ["owner-left", "owner-right", "mixer0", "research"])
    func verified(_ carried: ParticipantID) async throws {
        let round = try Self.round(mixers: 1, verification: .full)
        let found = try await Self.run(round, carried: carried)
        #expect(try round.record().ending == .closed && round.record().allErased)
        #expect(found.journeys == (carried == "research" ? 4 : carried == "mixer0" ? 7 : 6), "\(found)")
        #expect(found.journeys < found.entries || carried == "research", "\(found)")
    }

    @Test("What has to have been seen is not said before it was")
    func seen() async throws {
        let fixture = try await BoardFixture.rows.value
        let record = try fixture.before(ManifestSigned.self)
        let stale = try fixture.before(KeyRevealed.self)
        let body = ManifestSigned(manifest: HexBytes(record.manifest))
        let entry = try SignedEntry(
            body: body, author: BoardFixture.left, round: record.round, seen: stale.head,
            key: #require(fixture.study.signing[BoardFixture.left]))
        #expect(throws: ProtocolViolation(.outOfPlace, by: BoardFixture.left)) { try record.expecting(entry) }
    }

    @Test("Streams that an entry names are those that the board then names, and whose length it knows")
    func storedStreams() async throws {
        for fixture in [try await BoardFixture.rows.value, try await BoardFixture.verifiedRows.value] {
            var count = 0
            for index in fixture.board.indices.dropFirst() {
                let entry = try fixture.entry(index)
                let named = fixture.records[index].namedStreams(by: entry.body, author: entry.author).map(\.id)
                #expect(entry.storedStreams == named, "\(entry.body.kind)")
                count += named.count
                #expect(entry.endsRound == (fixture.records[index].ending != nil && entry.body.kind != "KeysErased"))
            }
            #expect(count > 5)
        }
    }

    @Test("Who has refused, and everybody after the end, is brought nothing but evidence")
    func nothingMore() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        let last = try #require(fixture.records.last)
        for id in last.keyHolders { #expect(last.streamsToBring(to: id).isEmpty) }
        var selected = try fixture.after(Selected.self)
        #expect(!selected.streamsToBring(to: BoardFixture.mixer).isEmpty)
        #expect(selected.streamsToBring(to: "stranger").isEmpty && selected.streamsToBring(to: "coordinator").isEmpty)
        let complaint = Complained(against: "coordinator", code: .selectionWrong)
        try selected.append(fixture.sign(complaint, by: BoardFixture.mixer, on: selected))
        // The lists of the last stage are for those who approve.
        #expect(selected.streamsToBring(to: BoardFixture.mixer).map(\.id.stage) == [.ring(2), .ring(2)])
        #expect(selected.streamsToBring(to: BoardFixture.left).isEmpty)
        var refused = try fixture.after(Selected.self)
        try refused.append(fixture.sign(Refused(code: .policy), by: BoardFixture.mixer, on: refused))
        #expect(refused.streamsToBring(to: BoardFixture.mixer).isEmpty)
    }
}
