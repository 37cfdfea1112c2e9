internal import Files
internal import Foundation
public import StrictYAML

/// Reads configuration files so that nothing in them is guessed or overlooked.
///
/// They are as strict as agreements: one YAML document of UTF-8, 256 KiB at most; no anchors, aliases, tags, duplicate
/// keys or invisible characters; every field known and of its type.
public enum ConfigurationFile {
    public static let maxByteCount = 1 << 18

    /// Reads and decodes a file. All mistakes are thrown together after `body` has asked for what it wants; until then
    /// the accessors of `StrictMapping` give harmless stand-ins, which never leave this function.
    ///
    /// Fields that `body` never asked for are mistakes.
    public static func decode<Value>(
        path: String, _ body: (StrictMapping) -> Value
    ) throws(ConfigurationError) -> Value {
        try decode(read(path), path: path, body)
    }

    /// A file's bytes, for whoever also needs them as they are.
    public static func read(_ path: String) throws(ConfigurationError) -> [UInt8] {
        do throws(FileError) {
            return try PublicFile.read(path, maxByteCount: maxByteCount)
        } catch {
            throw ConfigurationError(file: path, mistakes: [], cause: error)
        }
    }

    /// The same for bytes at hand; `path` is for errors and for resolving relative paths.
    public static func decode<Value>(
        _ bytes: [UInt8], path: String, _ body: (StrictMapping) -> Value
    ) throws(ConfigurationError) -> Value {
        let mistakes = MistakeCollector()
        let origin = ConfigurationOrigin(file: path) { resolve($0, beside: path) }
        guard let value = StrictMapping.decode(bytes, limit: maxByteCount, from: origin, mistakes, body) else {
            throw ConfigurationError(file: path, mistakes: mistakes.sorted)
        }
        return value
    }

    private static func resolve(_ path: String, beside file: String) -> String {
        let base = URL(fileURLWithPath: file).deletingLastPathComponent()
        return URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path
    }
}
