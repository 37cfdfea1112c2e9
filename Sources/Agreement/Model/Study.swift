/// What the study is and on which grounds it may be done.
public struct Study: Sendable, Equatable {
    public var id: String
    public var title: String
    public var purpose: String
    public var legalBasis: String
    public var permit: String

    public init(id: String, title: String, purpose: String, legalBasis: String, permit: String) {
        self.id = id
        self.title = title
        self.purpose = purpose
        self.legalBasis = legalBasis
        self.permit = permit
    }
}
