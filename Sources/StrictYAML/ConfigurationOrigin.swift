/// What a configuration's reader knows of its file besides the bytes.
public struct ConfigurationOrigin {
    /// As the operator gave it; for messages.
    public let file: String
    /// Whether users other than its owner can reach the file, so that it may hold no secret.
    public let isOpenToOthers: Bool
    /// A path that the file names, made absolute as seen from the file's directory.
    public let resolve: (String) -> String

    public init(file: String, isOpenToOthers: Bool, resolve: @escaping (String) -> String) {
        self.file = file
        self.isOpenToOthers = isOpenToOthers
        self.resolve = resolve
    }
}
