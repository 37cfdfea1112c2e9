/// What one value of a column means.
public struct ValueLabel: Sendable, Equatable {
    /// As the dataset writes it: a code's text, or an integer in decimal digits.
    public var value: String
    /// In words, for researchers.
    public var label: String

    public init(_ value: String, _ label: String) {
        self.value = value
        self.label = label
    }
}
