/// Released columns by which the quality of codes and links is broken down, so that a researcher sees bias.
public struct QualityColumns: Sendable, Equatable {
    /// A date, or an integer that is a year.
    public var year: String?
    /// A coarse group of people, such as that of their citizenship.
    public var group: String?

    public init(year: String? = nil, group: String? = nil) {
        self.year = year
        self.group = group
    }
}
