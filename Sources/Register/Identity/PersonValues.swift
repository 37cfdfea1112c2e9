public import PSIProtocol

/// What a person of a register contributes to matching: the values of the agreement's keys, and the features of tokens.
public struct PersonValues: Sendable {
    private let plan: MatchPlan

    public init(plan: MatchPlan) { self.plan = plan }

    /// What is hashed for each value of each match key, in the agreement's order; nil where there is none. Secret.
    public func identities(of person: PersonRows) -> [PersonIdentity?] {
        let evaluator = RecipeEvaluator(fields: plan.fields, profile: plan.profile)
        return plan.keys.flatMap { key -> [PersonIdentity?] in
            let values: [PersonIdentity] =
                switch key.content {
                case .identityCode: person.identity.map { [$0] } ?? []
                case .formerCode: Array(person.former.prefix(key.valueCount))
                case .recipe(let recipe):
                    evaluator.values(of: recipe, person.fields, limit: key.valueCount).map(PersonIdentity.init(bytes:))
                }
            return (0..<key.valueCount).map { $0 < values.count ? values[$0] : nil }
        }
    }

    /// The identity of the person's official code, where pseudonyms last; nil without one. Secret.
    public func lastingIdentity(of person: PersonRows) -> PersonIdentity? {
        guard let prefix = plan.lastingPrefix, let identity = person.identity, identity.bytes.starts(with: prefix)
        else { return nil }
        return identity
    }

    /// Of each feature group, what the person has; empty without tolerant matching. Secret.
    public func features(of person: PersonRows) -> [[[UInt8]]] {
        guard let tolerant = plan.tolerantMatching else { return [] }
        return FeatureMaker(fields: plan.fields, groups: tolerant.groups).features(of: person.fields)
    }
}
