import Crypto
import PSIProtocol
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Files
@testable import Values

/// What participants keep of a study's keys. [P-80]
@Suite("Study keys")
struct StudyKeysTests {
    let place: TemporaryDirectory
    let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    init() throws { place = try TemporaryDirectory() }

    /// Of an agreement that says nothing of study keys.
    private static let none = AgreementChain([])

    private func state() throws -> SealedState { try SealedState(in: PrivateDirectory(place.path), key: key) }

    @Test("A holder's own is made once, comes back in the next process, and is another in another study")
    func own() throws {
        var state: SealedState? = try self.state()
        let first = try StudyKeys(scope: "one", in: #require(state)).own("kela", in: Self.none)
        #expect(try StudyKeys(scope: "other", in: #require(state)).own("kela", in: Self.none) != first)
        state = nil
        let again = StudyKeys(scope: "one", in: try self.state())
        try again.keep(["kela": StudyKey.point(of: first)])
        #expect(try again.own("kela", in: Self.none) == first)
    }

    @Test("What was shown first stays, whatever is shown later")
    func seen() throws {
        let keys = StudyKeys(scope: "one", in: try state())
        #expect(try keys.seen() == [:])
        try keys.keep(["kela": [UInt8](repeating: 1, count: 32)])
        try keys.keep(["kela": [UInt8](repeating: 2, count: 32), "espoo": [UInt8](repeating: 3, count: 32)])
        #expect(
            try keys.seen() == ["kela": [UInt8](repeating: 1, count: 32), "espoo": [UInt8](repeating: 3, count: 32)])
    }

    @Test("A key that is lost, or another than the one that was shown, is never made anew")
    func lost() throws {
        let state = try state()
        let keys = StudyKeys(scope: "one", in: state)
        try keys.keep(["kela": StudyKey.point(of: StudyKey.random())])
        #expect(throws: StudyKeyError.lost(study: "one")) { try keys.own("kela", in: Self.none) }
        #expect(!state.contains(.studyKey("one")))
        try StudyKey.random().withUnsafeBytes { try state.put(.studyKey("one"), contentsOf: $0) }
        #expect(throws: StudyKeyError.lost(study: "one")) { try keys.own("kela", in: Self.none) }
        try state.put(.studyKeysSeen("one"), [1, 2, 3])
        #expect(throws: StudyKeyError.unreadable(study: "one")) { try keys.own("kela", in: Self.none) }
    }

    @Test("It is destroyed when the last agreement's material is, and then not made anew")
    func destroyed() throws {
        let state = try state()
        let keys = StudyKeys(scope: "one", in: state)
        let own = try keys.own("kela", in: Self.none)
        try keys.keep(["kela": StudyKey.point(of: own)])
        func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }
        let terms = try [(day("2027-12-31"), 30), (day("2026-12-31"), 365)].map {
            (validUntil: $0.0, retentionDays: $0.1)
        }
        for today in ["2026-06-01", "2027-12-31", "2028-01-30"] {
            #expect(try !keys.destroyOwn(after: terms, today: day(today)))
        }
        #expect(try !keys.destroyOwn(after: [], today: day("2099-01-01")))
        #expect(try keys.destroyOwn(after: terms, today: day("2028-01-31")))
        #expect(!state.contains(.studyKey("one")))
        #expect(try !keys.destroyOwn(after: terms, today: day("2028-02-01")))
        #expect(throws: StudyKeyError.lost(study: "one")) { try keys.own("kela", in: Self.none) }
    }

    // MARK: - Keys that pass to others

    /// Agreements that amend each other, of a study with the scope "study".
    private func chain(_ changes: [[StudyKeySuccessor]], generations: [Int] = []) throws -> AgreementChain {
        let fixture = try AmendmentFixture()
        var former: [UInt8]?
        var members: [(id: AgreementID, agreement: Agreement)] = []
        for (index, successors) in changes.enumerated() {
            let file = try fixture.file(amending: former, cell: 5 + index)
            var agreement = try Agreement.parse(file)
            agreement.pseudonymSuccessors = successors
            if index < generations.count { agreement.pseudonymGeneration = generations[index] }
            members.insert((AgreementID(ofFile: file), agreement), at: 0)
            former = file
        }
        return AgreementChain(members)
    }

    private func point(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    @Test("[P-85] A successor must show what the leaver has shown, also where the key passed on twice, or back")
    func successors() throws {
        let keys = StudyKeys(scope: "study", in: try state())
        try keys.keep(["a": point(1), "b": point(2)])
        let once = [StudyKeySuccessor(leaver: "a", successor: "x")]
        #expect(try keys.known(in: chain([[], once]))["x"] == point(1))
        #expect(try keys.known(in: chain([[], once, []]))["x"] == point(1))
        let twice = [StudyKeySuccessor(leaver: "x", successor: "y")]
        #expect(try keys.known(in: chain([[], once, twice]))["y"] == point(1))
        // x comes back for b, and must show the key of b, not the one that it had.
        let back = [StudyKeySuccessor(leaver: "b", successor: "x")]
        #expect(try keys.known(in: chain([[], once, twice, back]))["x"] == point(2))
        try keys.keep(["x": point(1), "y": point(1)])
        #expect(try keys.known(in: chain([[], once, twice, back]))["x"] == point(2))
        // Who has joined later knows what was shown since.
        let late = StudyKeys(
            scope: "late", in: try SealedState(in: PrivateDirectory(creating: place.file("late")), key: key))
        try late.keep(["x": point(1)])
        #expect(try late.known(in: chain([[], once]))["x"] == point(1))
    }

    @Test("[P-85] A successor never makes a key: it has the one that was handed over, or refuses")
    func taken() throws {
        let state = try state()
        let keys = StudyKeys(scope: "study", in: state)
        let handed = StudyKey.random()
        let chain = try chain([[], [StudyKeySuccessor(leaver: "a", successor: "kela")]])
        let missing = StudyKeyError.notTaken(study: "study", leaver: "a")
        #expect(throws: missing) { try keys.own("kela", in: chain) }
        try keys.keep(["a": StudyKey.point(of: handed)])
        #expect(throws: missing) { try keys.own("kela", in: chain) }
        #expect(!state.contains(.studyKey("study")))
        for _ in 0..<2 { try keys.take(handed, of: "a") }
        #expect(try keys.own("kela", in: chain) == handed)
        #expect(throws: StudyKeyError.hasAnother(study: "study")) { try keys.take(StudyKey.random(), of: "b") }
        #expect(try keys.own("kela", in: chain) == handed)
    }

    @Test("[P-85] Only a key that rounds have had is handed over, and it is gone when it is destroyed")
    func handed() throws {
        let keys = StudyKeys(scope: "study", in: try state())
        let chain = try chain([[]])
        #expect(throws: StudyKeyError.neverShown(study: "study")) { try keys.toHand("kela", in: chain) }
        let own = try keys.own("kela", in: chain)
        #expect(throws: StudyKeyError.neverShown(study: "study")) { try keys.toHand("kela", in: chain) }
        try keys.keep(["kela": StudyKey.point(of: own)])
        #expect(try keys.toHand("kela", in: chain) == own)
        #expect(try keys.destroyOwn())
        #expect(try !keys.destroyOwn())
        #expect(throws: StudyKeyError.lost(study: "study")) { try keys.toHand("kela", in: chain) }
        #expect(throws: StudyKeyError.lost(study: "study")) { try keys.own("kela", in: chain) }
    }

    @Test("[P-80] Another generation of pseudonyms has keys of its own, and nothing of the one before holds for it")
    func generations() throws {
        let chain = try chain([[], []], generations: [1, 2])
        #expect(chain.members.map(\.agreement.studyKeyScope) == ["study.2", "study"])
        let state = try state()
        let (first, second) = (
            StudyKeys(scope: "study", in: state), StudyKeys(of: chain.members[0].agreement, in: state)
        )
        let own = try first.own("kela", in: chain)
        try first.keep(["kela": StudyKey.point(of: own)])
        #expect(try second.known(in: chain) == [:])
        #expect(try second.own("kela", in: chain) != own)
        #expect(try first.own("kela", in: chain) == own)
        #expect(StateName.studyKey("study.2").isKept(inBackupsOf: .authority))
    }
}
