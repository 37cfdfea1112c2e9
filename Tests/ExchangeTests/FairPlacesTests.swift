import Logging
import Synchronization
import Testing

@testable import Exchange

/// Who loses a place when there are too many, and how often a peer gets into the log. [P-53]
@Suite struct FairPlacesTests {
    @Test func whoHasTheMostLosesTheOldestSilentOne() {
        var places = FairPlaces<String>(limit: 4, limitPerHolder: 4)
        #expect(places.enter(1, of: "many", isSilent: true) == nil)
        #expect(places.enter(2, of: "many", isSilent: true) == nil)
        #expect(places.enter(3, of: "many", isSilent: true) == nil)
        #expect(places.enter(4, of: "one", isSilent: true) == nil)
        places.speak(1, of: "many")
        // The first has said something, so the second goes; the other holder's stays, and the newcomer's.
        #expect(places.enter(5, of: "other", isSilent: true) == 2)
        #expect(places.enter(6, of: "another", isSilent: true) == 3)
        // Now all have one: one that is silent, the oldest.
        #expect(places.enter(7, of: "last", isSilent: true) == 4)
        #expect(places.count == 4)
        #expect(places.count(of: "many") == 1 && places.count(of: "one") == 0)
    }

    @Test func aHolderHasALimitOfItsOwn() {
        var places = FairPlaces<String>(limit: 100, limitPerHolder: 2)
        for id: UInt64 in 1...2 { #expect(places.enter(id, of: "a", isSilent: false) == nil) }
        #expect(places.enter(3, of: "a", isSilent: false) == 1)
        #expect(places.enter(4, of: "b", isSilent: false) == nil)
        // One that has lost its place, or left, leaves nothing behind.
        places.leave(1, of: "a")
        for (id, holder) in [(2, "a"), (3, "a"), (4, "b")] { places.leave(UInt64(id), of: holder) }
        #expect(places.count == 0 && places.count(of: "a") == 0)
    }

    /// Whatever 1,000 attackers do, a place that somebody else has is lost only to their own number.
    @Test func attackersOfOneNetworkOnlyEvictEachOther() {
        var places = FairPlaces<String>(limit: 256, limitPerHolder: 256)
        #expect(places.enter(0, of: "honest", isSilent: true) == nil)
        for id: UInt64 in 1...10_000 { #expect(places.enter(id, of: "attacker", isSilent: id % 2 == 0) != 0) }
        #expect(places.count == 256 && places.count(of: "honest") == 1)
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
