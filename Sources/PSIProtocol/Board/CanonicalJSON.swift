internal import Foundation

/// JSON with sorted keys and neither spaces nor escaped slashes.
enum CanonicalJSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// What canonical JSON, filled up with spaces, says; nil for any other bytes, such as those with a key more.
    static func decodePadded<Value: Codable>(_: Value.Type, from bytes: Data) -> Value? {
        guard let value = try? JSONDecoder().decode(Value.self, from: bytes), let again = try? encode(value),
            bytes.starts(with: again), bytes.dropFirst(again.count).allSatisfy({ $0 == UInt8(ascii: " ") })
        else { return nil }
        return value
    }
}
