internal import Agreement
internal import Crypto
internal import Files
internal import Foundation
internal import Synchronization
internal import Values

/// Who has come in by the link, and until when. In memory alone: all of it ends with the program.
final class ConsoleSessions: Sendable {
    struct Session: Sendable {
        var csrf: String
        var language: PlainLanguage
        var flash: ConsoleText?
        fileprivate var seen: ContinuousClock.Instant
        fileprivate let begun: ContinuousClock.Instant
    }

    /// How long the link can be used.
    static let linkDuration = Duration.seconds(600)
    /// A session that nobody uses ends.
    static let idleDuration = Duration.seconds(1_800)
    /// Every session ends.
    static let longestDuration = Duration.seconds(12 * 3_600)
    /// Wrong tries at the link, after which it opens nothing any more.
    static let tryLimit = 20

    private struct State {
        /// SHA-256 of the link's token; nil once it is used up.
        var link: [UInt8]?
        var linkUntil: ContinuousClock.Instant
        var tries = 0
        /// The one session, by SHA-256 of its cookie.
        var session: (key: [UInt8], session: Session)?
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> ContinuousClock.Instant
    /// What the link ends with.
    let token: String

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        token = Self.random()
        state = Mutex(State(link: Self.digest(token), linkUntil: now() + Self.linkDuration))
    }

    /// 32 random bytes in hexadecimal.
    private static func random() -> String { WipedBuffer.random(byteCount: 32).withBytes { Hex.encode(Array($0)) } }

    /// Compared in place of what it is of, so that how long a comparison takes tells nothing of it.
    private static func digest(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// Uses the link up.
    ///
    /// - Returns: the cookie of the session that begins; nil for a wrong, used or old token.
    func enter(_ token: String, language: PlainLanguage) -> String? {
        let cookie = Self.random()
        let session = Session(csrf: Self.random(), language: language, seen: now(), begun: now())
        let asked = Self.digest(token)
        return state.withLock { state in
            guard let link = state.link, now() < state.linkUntil else { return nil }
            guard link == asked else {
                state.tries += 1
                if state.tries >= Self.tryLimit { state.link = nil }
                return nil
            }
            state.link = nil
            state.session = (Self.digest(cookie), session)
            return cookie
        }
    }

    /// The session of a cookie.
    ///
    /// - Parameter isUse: whether somebody did something; a page that asks by itself keeps no session open.
    func session(_ cookie: String?, isUse: Bool) -> Session? {
        guard let cookie else { return nil }
        let key = Self.digest(cookie)
        return state.withLock { state in
            guard let (known, found) = state.session, known == key else { return nil }
            var session = found
            let now = now()
            guard now - session.seen < Self.idleDuration, now - session.begun < Self.longestDuration else {
                state.session = nil
                return nil
            }
            if isUse {
                session.seen = now
                state.session = (known, session)
            }
            return session
        }
    }

    /// Changes the session, if it is still there.
    func change(_ cookie: String, _ change: (inout Session) -> Void) {
        let key = Self.digest(cookie)
        state.withLock { state in
            guard var found = state.session, found.key == key else { return }
            change(&found.session)
            state.session = found
        }
    }

    /// What is to be said once.
    func takeFlash(_ cookie: String) -> ConsoleText? {
        var flash: ConsoleText?
        change(cookie) { session in
            flash = session.flash
            session.flash = nil
        }
        return flash
    }

    func leave() { state.withLock { $0.session = nil } }

    /// Whether a form's token is the session's.
    static func isToken(_ given: String?, of session: Session) -> Bool {
        given.map { digest($0) == digest(session.csrf) } ?? false
    }
}
