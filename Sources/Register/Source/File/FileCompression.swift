/// How a register's file is compressed.
public enum FileCompression: String, Sendable, CaseIterable {
    /// As the file's name says: `.gz` or `.zst`, else not at all.
    case detect
    case none
    case gzip
    case zstd

    /// - Parameter path: the file's.
    func resolved(path: String) -> FileCompression {
        guard self == .detect else { return self }
        let name = path.lowercased()
        return name.hasSuffix(".gz") ? .gzip : name.hasSuffix(".zst") ? .zstd : .none
    }

    /// What every such file begins with (RFC 1952, section 2.3.1; RFC 8878, section 3.1.1). No text of an encoding that
    /// is read here begins so.
    var signature: [UInt8] {
        switch self {
        case .detect, .none: []
        case .gzip: [0x1F, 0x8B]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        }
    }

    /// As what a file that begins so was compressed; nil if it was not.
    static func found(in beginning: ArraySlice<UInt8>) -> FileCompression? {
        [.gzip, .zstd].first { beginning.starts(with: $0.signature) }
    }
}
