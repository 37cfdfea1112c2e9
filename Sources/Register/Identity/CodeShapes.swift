/// How many codes of each shape there are, the shapes in the order in which they were met.
public struct CodeShapes: Sendable, Equatable {
    public private(set) var counts: [(shape: CodeShape, rows: Int)] = []
    /// Of further shapes.
    private var others = 0

    private static let mostShapes = 32
    private static let mostShown = 3

    public init() {}

    mutating func add(_ shape: CodeShape) {
        if let index = counts.firstIndex(where: { $0.shape == shape }) {
            counts[index].rows += 1
        } else if counts.count < Self.mostShapes {
            counts.append((shape, 1))
        } else {
            others += 1
        }
    }

    /// The first three, such as `30 × 11 digits and .0`; empty if there are none.
    public var words: String {
        let shown = counts.prefix(Self.mostShown).map { "\($0.rows) × \($0.shape.words)" }
        let rest = counts.dropFirst(Self.mostShown).reduce(others) { $0 + $1.rows }
        return (shown + (rest > 0 ? ["\(rest) others"] : [])).joined(separator: "; ")
    }

    public static func == (left: CodeShapes, right: CodeShapes) -> Bool {
        left.others == right.others && left.counts.elementsEqual(right.counts) { $0 == $1 }
    }
}
