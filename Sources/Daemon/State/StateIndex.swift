internal import Values

/// Which files the state consists of, and the digest of each one's present version.
///
/// It is what tells a file that was put back from an older copy. Every change is announced here before the file is
/// touched and settled here afterwards, so after a crash either version is recognised and no third one.
struct StateIndex: Equatable {
    struct Entry: Equatable {
        /// SHA-256 of the settled file, or nil when there was none before the announced change.
        var settled: [UInt8]?
        var change: Change?
    }

    enum Change: Equatable {
        /// A version with this SHA-256 is being put in place.
        case put([UInt8])
        case removal
    }

    /// Most names.
    static let maxCount = 50_000
    /// Most bytes that so many names can come to: a line has a name, two digests, two spaces and a line's end.
    static let maxByteCount = 40 + maxCount * (StateName.maxByteCount + 2 * 64 + 3)

    var generation: UInt64 = 0
    var entries: [String: Entry] = [:]

    /// The entry, unless its removal has begun.
    func present(_ name: String) -> Entry? {
        guard let entry = entries[name], entry.change != .removal else { return nil }
        return entry
    }

    /// Lines of text: `generation N`, then per name, sorted, `NAME settled|- change`, with digests in hexadecimal.
    var encoded: [UInt8] {
        var text = "generation \(generation)\n"
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            let change =
                switch entry.change {
                case nil: "-"
                case .put(let digest)?: Hex.encode(digest)
                case .removal?: "removal"
                }
            text += "\(name) \(entry.settled.map { Hex.encode($0) } ?? "-") \(change)\n"
        }
        return Array(text.utf8)
    }

    init() {}

    /// Nil unless the bytes are exactly what `encoded` writes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst(), first.hasPrefix("generation "),
            let generation = UInt64(first.dropFirst("generation ".count)), lines.popLast() == ""
        else { return nil }
        self.generation = generation
        for line in lines {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count == 3, StateName.isAllowed(fields[0]) else { return nil }
            var entry = Entry()
            if fields[1] != "-" {
                guard let digest = Hex.decode(fields[1]), digest.count == 32 else { return nil }
                entry.settled = digest
            }
            switch fields[2] {
            case "-": break
            case "removal": entry.change = .removal
            default:
                guard let digest = Hex.decode(fields[2]), digest.count == 32 else { return nil }
                entry.change = .put(digest)
            }
            guard entry.settled != nil || entry.change != nil,
                entries.updateValue(entry, forKey: String(fields[0])) == nil
            else { return nil }
        }
        guard encoded.elementsEqual(bytes) else { return nil }
    }
}
