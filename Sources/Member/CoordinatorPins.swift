internal import Agreement
internal import Daemon
internal import Exchange
internal import Values

/// What the coordinator's TLS key may be besides the one in the configuration: those of agreements that were signed
/// here, or that these amend, as far as they are in force and one of them pins the configured key. So a new key needs
/// no change of configuration in the same minute.
struct CoordinatorPins: Sendable {
    let home: Home
    /// Where it is known which agreements are superseded; without it, none is.
    let state: SealedState?
    let configured: TLSPin

    /// Reads the agreements. Those that cannot be read add nothing.
    func more() -> Set<TLSPin> {
        guard let store = try? home.agreements(), let installed = try? store.all() else { return [] }
        let succession = state.map(Succession.init(in:))
        return installed.reduce(into: []) { found, one in
            guard let chain = try? store.chain(of: one.id, one.agreement) else { return }
            found.formUnion(Self.pins(of: chain, configured: configured, succession))
        }
    }

    /// Those of the chain's agreements that are in force, if one of its agreements pins the configured key.
    static func pins(of chain: AgreementChain, configured: TLSPin, _ succession: Succession?) -> Set<TLSPin> {
        let pins = chain.members.map { pin($0.agreement) }
        guard pins.contains(configured) else { return [] }
        var found: Set<TLSPin> = []
        for (index, pin) in pins.enumerated() where isInForce(Array(chain.members[index...]), succession) {
            if let pin { found.insert(pin) }
        }
        return found
    }

    private static func isInForce(
        _ members: [(id: AgreementID, agreement: Agreement)], _ succession: Succession?
    ) -> Bool {
        guard let succession else { return true }
        do { return try succession.obstacle(to: AgreementChain(members)) == nil } catch { return false }
    }

    private static func pin(_ agreement: Agreement) -> TLSPin? {
        agreement.participants.first { $0.role == .coordinator }.flatMap { TLSPin(bytes: $0.tlsPin) }
    }
}
