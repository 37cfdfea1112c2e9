internal import Foundation

/// JSON with sorted keys and neither spaces nor escaped slashes.
package enum CanonicalJSON {
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// Canonical JSON filled up with spaces to `byteCount`, so that its size says nothing.
    ///
    /// - Throws: `SealedSecretError.tooLong` where it has more bytes; what the encoder throws.
    static func encodePadded(_ value: some Encodable, byteCount: Int) throws -> [UInt8] {
        let json = try encode(value)
        guard json.count <= byteCount else { throw SealedSecretError.tooLong }
        return json + [UInt8](repeating: UInt8(ascii: " "), count: byteCount - json.count)
    }

    /// What canonical JSON says; nil for any other bytes, such as those with a key more or another order.
    package static func decodeExactly<Value: Codable>(_: Value.Type, from bytes: [UInt8]) -> Value? {
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(bytes)),
            let again = try? encode(value), again == bytes
        else { return nil }
        return value
    }

    /// What canonical JSON, filled up with spaces, says; nil for any other bytes, such as those with a key more.
    static func decodePadded<Value: Codable>(_: Value.Type, from bytes: Data) -> Value? {
        guard let value = try? JSONDecoder().decode(Value.self, from: bytes), let again = try? encode(value),
            bytes.starts(with: again), bytes.dropFirst(again.count).allSatisfy({ $0 == UInt8(ascii: " ") })
        else { return nil }
        return value
    }
}
