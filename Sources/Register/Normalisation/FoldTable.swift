/// What a scalar of U+0080 and above becomes (N-10).
enum FoldTable {
    enum Result {
        /// These bytes; none if the scalar vanishes.
        case text([UInt8])
        case scalar(UInt32)
        case separator
    }

    /// An entry of the table.
    struct Entry {
        enum Kind {
            case text([UInt8])
            case kept
            /// The scalar that the first of the range becomes.
            case shifted(UInt32)
        }

        let first: UInt32
        let last: UInt32
        let kind: Kind

        func result(_ scalar: UInt32) -> Result {
            switch kind {
            case .text(let text): .text(text)
            case .kept: .scalar(scalar)
            case .shifted(let start): .scalar(start &+ (scalar &- first))
            }
        }
    }

    /// In the order of scalars, none of which is in two.
    static let entries: [Entry] = (Letters.list(low) + Letters.list(high)).compactMap(entry)

    /// For each scalar below `directCount` one more than its entry's index, or 0.
    private static let direct: [UInt16] = {
        var indexes = [UInt16](repeating: 0, count: Int(directCount))
        for (index, entry) in entries.enumerated() where entry.first < directCount {
            for scalar in entry.first...max(entry.first, min(entry.last, directCount - 1)) {
                indexes[Int(scalar)] = UInt16(truncatingIfNeeded: index + 1)
            }
        }
        return indexes
    }()

    private static let directCount: UInt32 = 0x0800

    static func result(_ scalar: UInt32) -> Result {
        if scalar < directCount {
            let index = Int(direct[Int(scalar)])
            return index == 0 ? .separator : entries[index - 1].result(scalar)
        }
        if let syllable = hangul(scalar) { return .text(syllable) }
        var range = 0..<entries.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let entry = entries[middle]
            if scalar < entry.first {
                range = range.lowerBound..<middle
            } else if scalar > entry.last {
                range = (middle + 1)..<range.upperBound
            } else {
                return entry.result(scalar)
            }
        }
        return .separator
    }

    /// A syllable's letters (N-11).
    private static func hangul(_ scalar: UInt32) -> [UInt8]? {
        guard (0xAC00...0xD7A3).contains(scalar) else { return nil }
        let syllable = scalar - 0xAC00
        var text: [UInt8] = []
        UTF8Text.append(0x1100 + syllable / 588, to: &text)
        UTF8Text.append(0x1161 + syllable % 588 / 28, to: &text)
        if syllable % 28 != 0 { UTF8Text.append(0x11A7 + syllable % 28, to: &text) }
        return text
    }

    /// Reads `R=text`, `R+`, `R@s` or `R>s,s`; nil for anything else.
    private static func entry(_ text: [UInt8]) -> Entry? {
        guard let position = text.firstIndex(where: { "=+@>".utf8.contains($0) }) else { return nil }
        let range = text[..<position].split(separator: UInt8(ascii: "-"))
        let value = text[(position + 1)...]
        guard let first = range.first.flatMap(number), let last = range.last.flatMap(number), first <= last else {
            return nil
        }
        switch text[position] {
        case UInt8(ascii: "="): return Entry(first: first, last: last, kind: .text(Array(value)))
        case UInt8(ascii: "+"): return Entry(first: first, last: last, kind: .kept)
        case UInt8(ascii: "@"): return number(value).map { Entry(first: first, last: last, kind: .shifted($0)) }
        default:
            var bytes: [UInt8] = []
            for part in value.split(separator: UInt8(ascii: ",")) {
                guard let scalar = number(part) else { return nil }
                UTF8Text.append(scalar, to: &bytes)
            }
            return Entry(first: first, last: last, kind: .text(bytes))
        }
    }

    private static func number(_ text: ArraySlice<UInt8>) -> UInt32? {
        UInt32(String(decoding: text, as: UTF8.self), radix: 16)
    }
}
