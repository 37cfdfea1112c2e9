import Daemon
import Foundation
import Synchronization

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    /// Noon of 1 June 2026, within the agreements' validity.
    static let noon = 1_780_315_200
    static let day = 86_400

    private let seconds: Mutex<Int>

    init(_ seconds: Int = TestClock.noon) { self.seconds = Mutex(seconds) }

    var now: Int { seconds.withLock { $0 } }
    func advance(by seconds: Int) { self.seconds.withLock { $0 += seconds } }

    var clock: MachineClock {
        MachineClock(
            wall: { [self] in Date(timeIntervalSince1970: Double(now)) }, monotonic: { [self] in .seconds(now) })
    }
}
