internal import Foundation

/// That this home was restored from a backup, sealed into its state: what happened since the copy was made is not known
/// here, and must not be done a second time.
public struct RestoredMark: Codable, Sendable, Equatable {
    /// How far two machines' clocks may be apart, in seconds.
    public static let clockToleranceSeconds: Int64 = 900

    /// What the operator of a node or the research environment is told after a restore.
    public static let adviceToMembers = [
        "It refuses, with keys.lost, every round that was opened before now or in the next 15 minutes: it may have "
            + "taken part in them, and their keys are in no backup.",
        "Numbers of rounds that it does not know count as spent.",
    ]

    /// Seconds since 1970 when the copy was made.
    public var made: Int64
    /// Seconds since 1970 when it was restored.
    public var restored: Int64
    /// Whether the daemon ran while the copy was made.
    public var wasRunning: Bool

    public init(made: Int64, restored: Int64, wasRunning: Bool) {
        self.made = made
        self.restored = restored
        self.wasRunning = wasRunning
    }

    /// Nil for a home that was never restored.
    ///
    /// - Throws: `SealedStateError`.
    public init?(in state: SealedState) throws {
        guard let bytes = try state.get(.restored) else { return nil }
        self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    }

    public func write(to state: SealedState) throws {
        try state.put(.restored, Array(try JSONEncoder().encode(self)))
    }

    /// Whether this participant may have taken part, before it was restored, in a round that was opened then: by the
    /// rule of admission such a round was opened at most the clocks' tolerance later.
    public func mayHaveJoined(roundOpened opened: Int) -> Bool {
        Int64(opened) <= restored + Self.clockToleranceSeconds
    }
}
