internal import Crypto
internal import Values

/// A program's configuration as it is proposed to approvers: the files' texts, each after its length, so that one text
/// has one reading.
public enum ConfigurationDocument {
    public static func bytes(configuration: [UInt8], policy: [UInt8]?) -> [UInt8] {
        var bytes = Array("config.yaml, \(configuration.count) bytes:\n".utf8) + configuration
        if let policy { bytes += Array("\nthe policy, \(policy.count) bytes:\n".utf8) + policy }
        return bytes
    }

    /// The first digits of a document's SHA-256, for the operations log: they change with the configuration and the
    /// policy.
    public static func digest(_ document: [UInt8]) -> String {
        String(Hex.encode(SHA256.hash(data: document)).prefix(16))
    }
}
