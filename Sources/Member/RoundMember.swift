internal import Daemon
internal import Exchange
internal import Files
public import PSIProtocol
public import Values

/// What a node or the research environment does in rounds; the service below sees to the board.
public protocol RoundMember: Sendable {
    /// Whether this participant takes part in a round that was opened. Called once for each round, and again after a
    /// restart.
    ///
    /// - Returns: nil to take part; else why not. What is wrong in detail goes to this participant's own log.
    func admit(_ record: RoundRecord) async throws -> RefusalCode?

    /// Does the next thing that is due.
    ///
    /// - Returns: what to post, or nil when nothing is due now.
    func step(_ record: RoundRecord) async throws -> (any EntryBody)?

    /// Destroys every secret and list of the round. Calling it again does nothing.
    ///
    /// - Parameter ending: how the board ended the round; nil when this participant ends its part without that.
    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws

    /// Called when the round has ended, this participant's keys are destroyed and the others know it, and again
    /// whenever the record has changed.
    ///
    /// - Returns: whether nothing that may still come on the board concerns this participant.
    func settle(_ record: RoundRecord) async throws -> Bool

    /// Destroys what was received in a round whose board turned out to be wrong, or whose coordinator shows another.
    func disown(_ round: RoundID) async throws

    /// Called when a round is over here, and again from time to time: removes what need not be kept any longer.
    func tidy() async

    /// Told whenever the record has changed, for status and log.
    func observe(_ record: RoundRecord) async
}

extension RoundMember {
    public func settle(_ record: RoundRecord) async throws -> Bool { true }
    public func disown(_ round: RoundID) async throws {}
    public func tidy() async {}
}
