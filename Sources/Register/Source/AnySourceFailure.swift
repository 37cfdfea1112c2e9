/// A failure of any kind of source; equal to another if both are of one kind and equal.
public struct AnySourceFailure: Sendable, Equatable {
    public let failure: any SourceFailure

    public init(_ failure: some SourceFailure) { self.failure = failure }

    public static func == (left: AnySourceFailure, right: AnySourceFailure) -> Bool {
        func isEqual<Failure: SourceFailure>(_ failure: Failure) -> Bool { failure == right.failure as? Failure }
        return isEqual(left.failure)
    }
}
