public import PSIProtocol
public import Values

/// What the research environment was told of how well people could be recognised, rounded and withheld already by those
/// who counted. [P-39, P-48]
public struct RoundQuality: Sendable, Equatable, Codable {
    /// What owners said of their registers.
    public var surveys: [RegisterID: SourceSurvey]
    /// What the coordinator said of links; nil where people are recognised in one way only.
    public var linkage: PublishedLinkage?

    public init(surveys: [RegisterID: SourceSurvey] = [:], linkage: PublishedLinkage? = nil) {
        self.surveys = surveys
        self.linkage = linkage
    }
}
