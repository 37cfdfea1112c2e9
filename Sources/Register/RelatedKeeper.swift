public import PSIProtocol
public import Values

/// Keeps, sealed, the people whom a column of a register names, from the reading of the register until its owner's part
/// in the round is over: they are declared after the register itself, and it is read once only.
public protocol RelatedKeeper: Sendable {
    /// Begins anew.
    func keepRelated(_ register: RegisterID) async throws -> sending any StreamSink
    func keptRelated(_ register: RegisterID) async throws -> sending any ByteSource
}
