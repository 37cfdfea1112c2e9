import Crypto
import Foundation
import Testing

@testable import PSIProtocol
@testable import Values

/// Reads the published vectors beside the tests. A list that turns out empty fails the test that reads it.
///
/// What is read into is a structure whose fields have the file's own names, whatever case those are in.
enum VectorFile {
    static func read<Content: Decodable>(_ name: String, as _: Content.Type) throws -> Content {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"),
            "the vectors are part of the test bundle")
        return try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
    }

    static func nonEmpty<Item>(_ items: [Item], _ what: String) throws -> [Item] {
        try #require(!items.isEmpty, "no vectors: \(what)")
        return items
    }
}

/// Bytes given in hexadecimal, with or without `0x`, in either case.
func bytes(_ hex: some StringProtocol) throws -> [UInt8] {
    var text = hex.lowercased()
    if text.hasPrefix("0x") { text.removeFirst(2) }
    return try #require(Hex.decode(text), "not hexadecimal")
}

extension SecretScalar {
    /// A scalar of the vectors.
    init(_ bytes: [UInt8]) { self.init(SecretBytes(SymmetricKey(data: bytes))) }
}

extension DomainSeparationTag {
    /// Tags of the standards are ASCII, control characters included.
    static func ascii(_ bytes: [UInt8]) throws -> DomainSeparationTag {
        try #require(DomainSeparationTag(String(decoding: bytes, as: UTF8.self)))
    }
}
