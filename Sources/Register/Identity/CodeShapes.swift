/// How many codes of each shape there are, the shapes in the order in which they were met.
public struct CodeShapes: Sendable, Equatable {
    public private(set) var counts: [(shape: CodeShape, rows: Int)] = []
    /// Of further shapes.
    private var others = 0

    private static let mostShapes = 32
    private static let mostShown = 3

    public init() {}

    /// Counts one code more. Of the rows of one batch all shapes are told apart, for only where batches come together
    /// is it known which are the first.
    mutating func add(_ shape: CodeShape) { add(shape, rows: 1, most: .max) }

    /// Adds the codes of rows that follow.
    mutating func add(_ part: CodeShapes) {
        for (shape, rows) in part.counts { add(shape, rows: rows, most: Self.mostShapes) }
    }

    private mutating func add(_ shape: CodeShape, rows: Int, most: Int) {
        if let index = counts.firstIndex(where: { $0.shape == shape }) {
            counts[index].rows += rows
        } else if counts.count < most {
            counts.append((shape, rows))
        } else {
            others += rows
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
