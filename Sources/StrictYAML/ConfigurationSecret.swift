/// A value of a configuration that must not be shown: a password, a token.
public struct ConfigurationSecret: Sendable, Equatable {
    /// The secret itself.
    public let value: String

    public init(_ value: String) { self.value = value }
}

extension ConfigurationSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(hidden)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
