internal import Agreement
internal import Daemon
internal import Exchange
internal import Foundation
internal import Synchronization
internal import Values

/// With which of its keys the coordinator presents itself while it has new ones and former ones.
///
/// With the former ones as long as an agreement in force pins them: whoever has signed an amendment accepts both, and
/// whoever has not accepts the former ones only.
final class PresentedIdentity: Sendable {
    private let home: Home
    private let state: SealedState
    /// By the keys' directories, the newest first.
    private let identities: [(keys: KeyDirectory, identity: TLSIdentity)]
    private let last = Mutex<(index: Int, until: ContinuousClock.Instant)?>(nil)
    private let clock: MachineClock

    /// Agreements are read no more often, however many connect.
    private static let lifetime = Duration.seconds(2)

    /// - Throws: `TLSRefusal`.
    init(home: Home, state: SealedState, clock: MachineClock = .system) throws {
        self.home = home
        self.state = state
        self.clock = clock
        identities = try home.keyRing.all.map { keys in
            (
                keys,
                try TLSIdentity(certificateChainPEM: keys.tlsCertificatePEM, privateKeyPEM: keys.tlsPrivateKeyPEM)
            )
        }
    }

    @Sendable func now() -> TLSIdentity {
        last.withLock { last in
            let now = ContinuousClock.now
            if let last, last.until > now { return identities[last.index].identity }
            let index = (try? oldestInForce()) ?? last?.index ?? 0
            last = (index, now + Self.lifetime)
            return identities[index].identity
        }
    }

    /// The oldest keys that an agreement in force pins; the newest if there is none.
    private func oldestInForce() throws -> Int {
        guard identities.count > 1 else { return 0 }
        let (store, succession) = (try home.agreements(), Succession(in: state))
        let today = clock.today()
        let pinned = try store.all().filter { installed in
            try installed.agreement.validity(on: today) != .expired(until: installed.agreement.validUntil)
                && succession.obstacle(to: store.chain(of: installed.id, installed.agreement)) == nil
        }.compactMap { home.keyRing.pinned(by: $0.agreement)?.path }
        return identities.lastIndex { pinned.contains($0.keys.path) } ?? 0
    }
}
