internal import PSIProtocol
internal import Values

/// A board as text: for each entry a line of its signature in hexadecimal, a space, and its payload, which is JSON.
public enum BoardText {
    /// Nothing longer is read: as many entries as a round can have are far less.
    public static let byteLimit = 256 << 20

    public static func line(of entry: [UInt8]) -> [UInt8] {
        Array(Hex.encode(Array(entry.prefix(64))).utf8) + [UInt8(ascii: " ")] + entry.dropFirst(64) + [
            UInt8(ascii: "\n")
        ]
    }

    /// Reads entries back.
    ///
    /// - Returns: nil for anything but such lines. What is in them is not looked at.
    public static func entries(_ text: [UInt8]) -> [[UInt8]]? {
        guard text.count <= byteLimit, text.last == UInt8(ascii: "\n") else { return nil }
        var entries: [[UInt8]] = []
        for line in text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard line.count > 129, line.count <= SignedEntry.maxByteCount + 65,
                line[line.startIndex + 128] == UInt8(ascii: " "),
                let signature = Hex.decode(String(decoding: line.prefix(128), as: UTF8.self))
            else { return nil }
            entries.append(signature + line.dropFirst(129))
        }
        return entries
    }
}
