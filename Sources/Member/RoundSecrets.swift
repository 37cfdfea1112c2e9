public import Daemon
public import PSIProtocol
public import Values

/// A participant's secrets of one round: made when it begins, and sealed on the disk before anything of them is said.
public struct RoundSecrets: Sendable {
    private let me: ParticipantID
    private let state: SealedState

    public init(of me: ParticipantID, in state: SealedState) {
        self.me = me
        self.state = state
    }

    /// The round's secrets, as they are sealed or as they are made now.
    ///
    /// - Throws: `RoundRefusal(.keysLost)` where the board has this participant's keys and the disk hasn't, or has what
    ///   cannot be read.
    public func load<Secrets: ~Copyable>(
        _ record: RoundRecord, read: (borrowing SecretBytes) -> Secrets?, make: () throws -> Secrets,
        serialize: (borrowing Secrets) throws -> SecretBytes
    ) throws -> Secrets {
        let name = StateName.secrets(of: record.round)
        if let sealed = try state.secret(name) {
            guard let secrets = read(sealed) else {
                throw RoundRefusal(.keysLost, "the round's sealed secrets cannot be read")
            }
            return secrets
        }
        guard record.commitments[me] == nil else {
            throw RoundRefusal(
                .keysLost, "the board has this participant's keys, but its state directory has lost them")
        }
        let secrets = try make()
        try state.put(name, try serialize(secrets))
        return secrets
    }
}
