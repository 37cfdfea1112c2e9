/// What a configuration's reader knows of its file besides the bytes.
public struct ConfigurationOrigin {
    /// As the operator gave it; for messages.
    public let file: String
    /// A path that the file names, made absolute as seen from the file's directory.
    public let resolve: (String) -> String

    public init(file: String, resolve: @escaping (String) -> String) {
        self.file = file
        self.resolve = resolve
    }
}
