/// What a row's quality is reported by, as far as the agreement names columns for it and the row has a value.
public struct QualityValues: Sendable, Hashable {
    public var year: Int?
    public var group: String?

    public init(year: Int? = nil, group: String? = nil) {
        self.year = year
        self.group = group
    }
}
