import Synchronization
import Testing

@testable import WebConsole

/// How long a link and a session last.
@Suite("The console's sessions")
struct ConsoleSessionsTests {
    /// A clock that a test sets.
    private final class Hands: Sendable {
        private let now = Mutex(ContinuousClock.now)
        func read() -> ContinuousClock.Instant { now.withLock { $0 } }
        func forward(_ duration: Duration) { now.withLock { $0 += duration } }
    }

    @Test("A link that is ten minutes old opens nothing")
    func oldLink() {
        let hands = Hands()
        let sessions = ConsoleSessions(now: hands.read)
        hands.forward(ConsoleSessions.linkDuration - .seconds(1))
        let other = ConsoleSessions(now: hands.read)
        #expect(sessions.enter(sessions.token, language: .english) != nil)
        hands.forward(ConsoleSessions.linkDuration)
        #expect(other.enter(other.token, language: .english) == nil)
    }

    @Test("A session ends when nobody uses it, which a page that asks by itself does not count as")
    func idle() throws {
        let hands = Hands()
        let sessions = ConsoleSessions(now: hands.read)
        let cookie = try #require(sessions.enter(sessions.token, language: .english))
        for _ in 0..<3 {
            hands.forward(ConsoleSessions.idleDuration - .seconds(1))
            #expect(sessions.session(cookie, isUse: true) != nil)
        }
        for _ in 0..<3 {
            hands.forward(ConsoleSessions.idleDuration / 4)
            #expect(sessions.session(cookie, isUse: false) != nil)
        }
        hands.forward(ConsoleSessions.idleDuration / 4)
        #expect(sessions.session(cookie, isUse: false) == nil)
        #expect(sessions.session(cookie, isUse: true) == nil)
    }

    @Test("A session ends after half a day, however much it is used")
    func long() throws {
        let hands = Hands()
        let sessions = ConsoleSessions(now: hands.read)
        let cookie = try #require(sessions.enter(sessions.token, language: .english))
        var last = 0
        for quarter in 1...100 {
            hands.forward(.seconds(900))
            if sessions.session(cookie, isUse: true) != nil { last = quarter }
        }
        #expect(last == 47)
    }

    @Test("Tokens are long and never the same")
    func tokens() {
        let all = (0..<100).map { _ in ConsoleSessions().token }
        #expect(Set(all).count == 100 && all.allSatisfy { $0.utf8.count == 64 })
    }
}
