public import Agreement
internal import Daemon
internal import Foundation

/// The console's own words, in the reader's language. What programs and agreements say stays as they say it.
public struct Say: Sendable {
    public let language: PlainLanguage

    public init(_ language: PlainLanguage) { self.language = language }

    public func callAsFunction(_ finnish: String, _ swedish: String, _ english: String) -> String {
        language.of(finnish, swedish, english)
    }

    /// `2026-11-29 15:07 UTC`, the same in all languages.
    public func time(_ secondsSince1970: Int) -> String {
        time(MachineClock.timestamp(Date(timeIntervalSince1970: Double(secondsSince1970))))
    }

    /// The same of a time as programs write it: `2026-11-29T15:07:01.250Z`.
    public func time(_ stamp: String) -> String {
        stamp.prefix(16).replacing("T", with: " ") + " UTC"
    }
}
