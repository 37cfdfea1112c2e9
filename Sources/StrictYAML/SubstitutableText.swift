internal import Yams

/// The file's text with some characters replaced for a while by private-use ones, which the file itself never holds.
struct SubstitutableText {
    private static let firstSubstitute: UInt32 = 0xE000
    private var scalars: [Unicode.Scalar]
    private var originals: [Unicode.Scalar] = []
    /// Index of each line's first scalar.
    private let lineStarts: [Int]

    init(_ scalars: [Unicode.Scalar]) {
        self.scalars = scalars
        lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    }

    var string: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// Gives the key at `mark` another first letter. False if there is no letter or digit to replace.
    mutating func substitute(_ mark: Mark) -> Bool {
        guard lineStarts.indices.contains(mark.line - 1), mark.column >= 1 else { return false }
        var index = lineStarts[mark.line - 1] + mark.column - 1
        if scalars.indices.contains(index), scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard scalars.indices.contains(index), scalars[index].properties.isAlphabetic || scalars[index] == "_",
            scalars[index].value < Self.firstSubstitute,
            let substitute = Unicode.Scalar(Self.firstSubstitute + UInt32(originals.count))
        else { return false }
        originals.append(scalars[index])
        scalars[index] = substitute
        return true
    }

    /// The text as the file has it.
    func restore(_ text: String) -> String {
        guard !originals.isEmpty else { return text }
        var restored = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let index = Int(scalar.value) - Int(Self.firstSubstitute)
            restored.append(originals.indices.contains(index) ? originals[index] : scalar)
        }
        return String(restored)
    }
}
