import Crypto
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Files
@testable import Values

/// What participants keep of a study's keys. [P-80]
@Suite("Study keys")
struct StudyKeysTests {
    let place: TemporaryDirectory
    let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    init() throws { place = try TemporaryDirectory() }

    private func state() throws -> SealedState { try SealedState(in: PrivateDirectory(place.path), key: key) }

    @Test("A holder's own is made once, comes back in the next process, and is another in another study")
    func own() throws {
        var state: SealedState? = try self.state()
        let first = try StudyKeys(of: "one", in: #require(state)).own("kela")
        #expect(try StudyKeys(of: "other", in: #require(state)).own("kela") != first)
        state = nil
        let again = StudyKeys(of: "one", in: try self.state())
        try again.keep(["kela": StudyKey.point(of: first)])
        #expect(try again.own("kela") == first)
    }

    @Test("What was shown first stays, whatever is shown later")
    func seen() throws {
        let keys = StudyKeys(of: "one", in: try state())
        #expect(try keys.seen() == [:])
        try keys.keep(["kela": [UInt8](repeating: 1, count: 32)])
        try keys.keep(["kela": [UInt8](repeating: 2, count: 32), "espoo": [UInt8](repeating: 3, count: 32)])
        #expect(
            try keys.seen() == ["kela": [UInt8](repeating: 1, count: 32), "espoo": [UInt8](repeating: 3, count: 32)])
    }

    @Test("A key that is lost, or another than the one that was shown, is never made anew")
    func lost() throws {
        let state = try state()
        let keys = StudyKeys(of: "one", in: state)
        try keys.keep(["kela": StudyKey.point(of: StudyKey.random())])
        #expect(throws: StudyKeyError.lost(study: "one")) { try keys.own("kela") }
        #expect(!state.contains(.studyKey("one")))
        try StudyKey.random().withUnsafeBytes { try state.put(.studyKey("one"), contentsOf: $0) }
        #expect(throws: StudyKeyError.lost(study: "one")) { try keys.own("kela") }
        try state.put(.studyKeysSeen("one"), [1, 2, 3])
        #expect(throws: StudyKeyError.unreadable(study: "one")) { try keys.own("kela") }
    }

    @Test("It is destroyed when the last agreement's material is, and then not made anew")
    func destroyed() throws {
        let state = try state()
        let keys = StudyKeys(of: "one", in: state)
        let own = try keys.own("kela")
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
        #expect(throws: StudyKeyError.lost(study: "one")) { try keys.own("kela") }
    }
}
