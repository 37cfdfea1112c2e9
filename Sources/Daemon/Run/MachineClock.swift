public import Foundation
internal import Glibc
public import Values

/// The machine's time, handed to whatever needs it so that tests can set it.
public struct MachineClock: Sendable {
    private let wall: @Sendable () -> Date
    private let monotonic: @Sendable () -> Duration

    /// - Parameters:
    ///   - wall: the time of day.
    ///   - monotonic: time since some fixed moment; it never goes back.
    public init(wall: @escaping @Sendable () -> Date, monotonic: @escaping @Sendable () -> Duration) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// The operating system's clocks.
    public static let system: MachineClock = {
        let start = ContinuousClock.now
        return MachineClock(wall: { Date() }, monotonic: { ContinuousClock.now - start })
    }()

    public func now() -> Date { wall() }
    /// For measuring spans and deadlines.
    public func elapsed() -> Duration { monotonic() }
    /// The day in UTC: agreements are valid by UTC days.
    public func today() -> CalendarDate { Self.day(now()) }
    /// Seconds since 1970-01-01T00:00:00Z.
    public func unixSeconds() -> Int64 { Self.unixSeconds(now()) }

    /// `2026-11-22T15:07:01.250Z`.
    public static func timestamp(_ date: Date) -> String {
        let (seconds, milliseconds) = split(date)
        let parts = parts(seconds)
        func padded(_ value: Int32, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let day = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(day)T\(time).\(padded(Int32(milliseconds), 3))Z"
    }

    static func unixSeconds(_ date: Date) -> Int64 { split(date).seconds }

    static func day(_ date: Date) -> CalendarDate {
        let parts = parts(split(date).seconds)
        let found = CalendarDate(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday))
        guard let found else { preconditionFailure("times are kept within the years 1 to 9999") }
        return found
    }

    /// Kept within the years 1 to 9999.
    private static func split(_ date: Date) -> (seconds: Int64, milliseconds: Int64) {
        let value = date.timeIntervalSince1970
        let bounded = value.isFinite ? min(max(value, -62_135_596_800), 253_402_300_799) : 0
        // Through whole microseconds, for a date's fraction is not exact.
        let total = Int64(((bounded * 1_000_000).rounded() / 1000).rounded(.down))
        let milliseconds = ((total % 1000) + 1000) % 1000
        return ((total - milliseconds) / 1000, milliseconds)
    }

    private static func parts(_ seconds: Int64) -> tm {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        return parts
    }
}
