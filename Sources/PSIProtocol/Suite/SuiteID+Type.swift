public import Agreement

extension SuiteID {
    /// The group that an agreement's word stands for: the only place that says so. [P-20]
    ///
    /// What is generic over suites opens it, as in `step(record, record.agreement.suite.type)`, once a step of a round;
    /// what runs for every element stays inside.
    public var type: any Suite.Type {
        switch self {
        case .ristretto255: Ristretto255.self
        case .p256: P256.self
        case .ffdhe3072: FFDHE3072.self
        }
    }
}
