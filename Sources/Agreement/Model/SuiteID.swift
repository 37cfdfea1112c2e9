public enum SuiteID: String, Sendable, CaseIterable {
    case ristretto255 = "ristretto255-SHA512"
    case p256 = "P256-SHA256"
    case ffdhe3072 = "ffdhe3072-SHA512"
}
