internal import StrictYAML

/// A column by which somebody who knows a person could find that person, and the steps in which it may be made coarser.
///
public struct QuasiIdentifier: Sendable, Equatable {
    public var column: ColumnReference
    /// Of one kind, the finest first.
    public var steps: [GeneralisationStep]

    public init(_ column: ColumnReference, steps: [GeneralisationStep] = []) {
        self.column = column
        self.steps = steps
    }
}

extension QuasiIdentifier {
    static let fields = ["column"] + GeneralisationStep.Kind.allCases.map(\.rawValue)

    /// One of the list; nil, with a mistake reported, if it cannot be read.
    static func read(_ item: MappingReader, _ section: DisclosureReader) -> QuasiIdentifier? {
        guard let (reference, column) = section.reference(item) else { return nil }
        let kinds = GeneralisationStep.Kind.allCases.filter { item.has($0.rawValue) }
        guard kinds.count <= 1 else {
            item.fail(
                kinds[1].rawValue,
                "A column is made coarser in one way. Keep either \(kinds[0].rawValue) or \(kinds[1].rawValue).")
            return nil
        }
        guard let kind = kinds.first else { return QuasiIdentifier(reference) }
        guard kind.types.contains(column.type) else {
            item.fail(
                kind.rawValue,
                "\(reference) is of type \(column.type.rawValue), and \(kind.rawValue) are for "
                    + "\(kind.types.map(\.rawValue).joined(separator: " and ")) columns.")
            return nil
        }
        return kind.steps(item).map { QuasiIdentifier(reference, steps: $0) }
    }
}
