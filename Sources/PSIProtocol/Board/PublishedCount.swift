/// How many people are in exactly these registers, as the agreement lets it be published.
public struct PublishedCount: Sendable, Equatable, Codable {
    public var registers: [String]
    /// Rounded; absent when fewer than the smallest cell.
    public var people: Int?
    /// Dummies of a padded register count too, so the truth may be less.
    public var upperBound: Bool
}

public struct PublishedCohort: Sendable, Equatable, Codable {
    public var cohort: String
    public var people: Int?
    public var upperBound: Bool
}
