/// What can go wrong with one kind of source and with no other. It names no value of a row.
public protocol SourceFailure: Error, Sendable, Equatable {
    /// What is wrong and what to do, as a sentence that follows a colon.
    var sentence: String { get }

    /// Who can mend it.
    var cause: SourceFailureCause { get }

    /// Whether it may be gone when the register is read again.
    var mayPass: Bool { get }
}

extension SourceFailure {
    public var cause: SourceFailureCause { .data }
    public var mayPass: Bool { false }
}
