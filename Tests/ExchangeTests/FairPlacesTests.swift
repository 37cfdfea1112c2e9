import Logging
import Synchronization
import Testing

@testable import Exchange
@testable import PSIProtocol

/// Who loses a place when there are too many, and how often a peer gets into the log. [P-53]
@Suite struct FairPlacesTests {
    @Test func whoHasTheMostLosesTheOldest() {
        var places = FairPlaces<String>(limit: 4, limitPerHolder: 4)
        for id: UInt64 in 1...3 { #expect(places.enter(id, of: "many") == nil) }
        #expect(places.enter(4, of: "one") == nil)
        #expect(places.enter(5, of: "other") == 1)
        #expect(places.enter(6, of: "another") == 2)
        // Now all have one: the oldest.
        #expect(places.enter(7, of: "last") == 3)
        #expect(places.enter(8, of: "least") == 4)
        #expect(places.count == 4)
        #expect(places.count(of: "many") == 0 && places.count(of: "other") == 1)
    }

    @Test func aHolderHasALimitOfItsOwn() {
        var places = FairPlaces<String>(limit: 100, limitPerHolder: 2)
        for id: UInt64 in 1...2 { #expect(places.enter(id, of: "a") == nil) }
        #expect(places.enter(3, of: "a") == 1)
        #expect(places.enter(4, of: "b") == nil)
        // One that has lost its place, or left, leaves nothing behind.
        places.leave(1, of: "a")
        for (id, holder) in [(2, "a"), (3, "a"), (4, "b")] { places.leave(UInt64(id), of: holder) }
        #expect(places.count == 0 && places.count(of: "a") == 0)
    }

    /// Whatever attackers do from one network, a place that somebody else has is lost only to their own number.
    @Test func attackersOfOneNetworkOnlyEvictEachOther() {
        var places = FairPlaces<String>(limit: 256, limitPerHolder: 256)
        #expect(places.enter(1, of: "honest") == nil)
        for id: UInt64 in 2...10_000 { #expect(places.enter(id, of: "attacker") != 1) }
        #expect(places.count == 256 && places.count(of: "honest") == 1)
    }

    /// Newcomers have as long as it takes others to come as often as there are places.
    @Test func aNewcomerIsNotTheFirstToGo() {
        var places = FairPlaces<String>(limit: 100, limitPerHolder: 100)
        for id: UInt64 in 1...100 { #expect(places.enter(id, of: "network") == nil) }
        for id: UInt64 in 101...199 { #expect(places.enter(id, of: "network") == id - 100) }
    }

    @Test func limitsFollowWhatTheSystemLetsBeOpen() {
        #expect(ConnectionLimits(openFileLimit: 8_192) == ConnectionLimits())
        let few = ConnectionLimits(openFileLimit: 1_024)
        #expect(few.unknown == 256 && few.known == 256)
    }

    @Test func aPeerWritesSoManyLinesAMinute() {
        let log = LogRecorder()
        let now = Mutex(ContinuousClock.now)
        let budget = LogBudget(log.logger, limit: 3) { now.withLock { $0 } }
        for number in 0..<10 { budget.notice("line", ["number": "\(number)"]) }
        func count() -> Int { log.text.components(separatedBy: "line").count - 1 }
        #expect(count() == 3)
        now.withLock { $0 += .seconds(61) }
        budget.notice("line", [:])
        #expect(count() == 4 && log.text.contains("left_out"))
        #expect(log.text.contains("7"))
    }
}
