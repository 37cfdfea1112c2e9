import Crypto
import PSIProtocol
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Files
@testable import Values

/// Which of a study's agreements rounds are taken under.
@Suite("Agreements that follow each other")
struct SuccessionTests {
    let fixture: AmendmentFixture
    let state: SealedState
    let succession: Succession

    init() throws {
        fixture = try AmendmentFixture()
        state = try fixture.home.state()
        succession = Succession(in: state)
    }

    private func id(_ file: [UInt8]) -> AgreementID { AgreementID(ofFile: file) }

    @Test("Until a round is taken under an amendment both may be used; from then on none of what it amends")
    func superseded() throws {
        let first = try fixture.file()
        let second = try fixture.file(amending: first, cell: 6)
        let third = try fixture.file(amending: second, cell: 7)
        for file in [first, second, third] { try fixture.sign(file) }
        let chains = try [first, second, third].map(fixture.chain)
        #expect(chains.map(\.ids) == [[first], [second, first], [third, second, first]].map { $0.map(id) })
        for chain in chains { #expect(try succession.obstacle(to: chain) == nil) }
        try succession.settle(chains[0])
        for chain in chains { #expect(try succession.obstacle(to: chain) == nil) }
        // The one between is skipped, and superseded all the same.
        try succession.settle(chains[2])
        #expect(try succession.obstacle(to: chains[0]) == .superseded(by: id(second)))
        #expect(try succession.obstacle(to: chains[1]) == .superseded(by: id(third)))
        for _ in 0..<2 { try succession.settle(chains[2]) }
        #expect(throws: SuccessionObstacle.superseded(by: id(second))) { try succession.settle(chains[0]) }
    }

    @Test("Of two amendments the first wins; the other, and what amends that, are refused, with what to do")
    func rivals() throws {
        let first = try fixture.file()
        let winner = try fixture.file(amending: first, cell: 6)
        let loser = try fixture.file(amending: first, cell: 7)
        let after = try fixture.file(amending: loser, cell: 8)
        for file in [first, winner, loser, after] { try fixture.sign(file) }
        try succession.settle(fixture.chain(winner))
        for file in [loser, after] {
            let obstacle = try #require(try succession.obstacle(to: fixture.chain(file)))
            #expect(obstacle == .otherAmendment(of: id(first), chosen: id(winner)))
            #expect(obstacle.sentence.contains("write an agreement that amends \(id(winner))"))
            #expect(throws: obstacle) { try succession.settle(fixture.chain(file)) }
        }
        let next = try fixture.file(amending: winner, cell: 9)
        try fixture.sign(next)
        try succession.settle(fixture.chain(next))
        #expect(try succession.obstacle(to: fixture.chain(winner)) == .superseded(by: id(next)))
    }

    @Test("Who is new knows no former agreement, and yet takes one of its amendments only")
    func newcomer() throws {
        let unknown = try fixture.file(without: "kela")
        let (one, other) = (try fixture.file(amending: unknown, cell: 6), try fixture.file(amending: unknown, cell: 7))
        try fixture.sign(one)
        try succession.settle(fixture.chain(one))
        let chain = try fixture.home.agreements().chain(of: id(other), Agreement.parse(other))
        #expect(try succession.obstacle(to: chain) == .otherAmendment(of: id(unknown), chosen: id(one)))
    }

    @Test("The operator's word settles it, between two amendments too, and never leads back")
    func adopted() throws {
        let first = try fixture.file()
        let (one, other) = (try fixture.file(amending: first, cell: 6), try fixture.file(amending: first, cell: 7))
        let later = try fixture.file(amending: other, cell: 8)
        for file in [first, one, other, later] { try fixture.sign(file) }
        try succession.settle(fixture.chain(one))
        try succession.adopt(fixture.chain(other))
        #expect(try succession.obstacle(to: fixture.chain(other)) == nil)
        #expect(
            try succession.obstacle(to: fixture.chain(one)) == .otherAmendment(of: id(first), chosen: id(other)))
        try succession.settle(fixture.chain(later))
        for file in [first, other] {
            #expect(throws: SuccessionObstacle.self) { try succession.adopt(fixture.chain(file)) }
        }
    }

    @Test("What was settled outlasts the process, and what cannot be read refuses")
    func durable() throws {
        let place = try TemporaryDirectory()
        let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
        let first = try fixture.file()
        let second = try fixture.file(amending: first, cell: 6)
        for file in [first, second] { try fixture.sign(file) }
        do {
            let state = try SealedState(in: PrivateDirectory(place.path), key: key)
            try Succession(in: state).settle(fixture.chain(second))
        }
        let again = try SealedState(in: PrivateDirectory(place.path), key: key)
        #expect(try Succession(in: again).obstacle(to: fixture.chain(first)) == .superseded(by: id(second)))
        try again.put(.amendment(of: id(first)), [1, 2, 3])
        #expect(throws: SuccessionError.unreadable(agreement: id(first))) {
            try Succession(in: again).obstacle(to: fixture.chain(first))
        }
    }

    @Test("Commands beside the daemon see it, and `status` says which agreement is superseded and by which")
    func told() throws {
        let first = try fixture.file()
        let second = try fixture.file(amending: first, cell: 6)
        let rival = try fixture.file(amending: first, cell: 7)
        #expect(try fixture.home.agreementLines() == ["agreements  none signed here"])
        for file in [first, second, rival] { try fixture.sign(file) }
        func told(_ file: [UInt8]) throws -> SuccessionObstacle? {
            try fixture.home.succession(of: id(file), Agreement.parse(file))
        }
        for file in [first, second, rival] { #expect(try told(file) == nil) }
        try succession.settle(fixture.chain(second))
        #expect(try told(first) == .superseded(by: id(second)))
        #expect(try told(second) == nil)
        #expect(try told(rival) == .otherAmendment(of: id(first), chosen: id(second)))
        let line = try fixture.home.agreementLines().joined(separator: "\n")
        func short(_ file: [UInt8]) -> String { String(id(file).description.prefix(12)) }
        #expect(line.contains("study \(short(first)) (superseded by \(short(second)))"), "\(line)")
        #expect(line.contains("study \(short(rival)) (superseded: \(short(second)) amends the same one)"), "\(line)")
        #expect(line.contains("study \(short(second))") && !line.contains("study \(short(second)) ("), "\(line)")
        // What cannot be read is told, and hides nothing else.
        try state.put(.amendment(of: id(first)), [1, 2, 3])
        #expect(throws: SuccessionError.unreadable(agreement: id(first))) { try told(first) }
        #expect(try fixture.home.agreementLines()[0].contains("study \(short(first)) (the sealed note"))
    }

    @Test("It is in every participant's backups")
    func kept() throws {
        for role in ParticipantRole.allCases {
            #expect(StateName.amendment(of: AgreementID(ofFile: [1])).isKept(inBackupsOf: role))
        }
    }

    @Test("Whoever is restored goes back to nothing that it has signed an amendment of")
    func restored() throws {
        let first = try fixture.file()
        let second = try fixture.file(amending: first, cell: 6)
        let rival = try fixture.file(amending: first, cell: 7)
        for file in [first, second, rival] { try fixture.sign(file) }
        try succession.forget(fixture.home.agreements().all())
        #expect(try succession.obstacle(to: fixture.chain(first)) == .superseded(by: nil))
        #expect(try succession.obstacle(to: fixture.chain(second)) == nil)
        // Rounds were taken under one of the two: the others know which, and it takes what it sees first.
        try succession.settle(fixture.chain(rival))
        try succession.forget(fixture.home.agreements().all())
        #expect(try succession.obstacle(to: fixture.chain(first)) == .superseded(by: id(rival)))
        #expect(
            try succession.obstacle(to: fixture.chain(second)) == .otherAmendment(of: id(first), chosen: id(rival)))
    }
}
