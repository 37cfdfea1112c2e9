public import StrictYAML

/// One kind of source: where a table is, and how it is opened.
///
/// A further kind is a folder beside those that are there and a line in `TableSources`. In the folder
/// are a type that conforms, its reader (`SourceReader`) and, where the mistakes that all kinds share do not do, its
/// failures (`SourceFailure`).
public protocol TableSource: Sendable {
    /// The field of the node's configuration under which a table of this kind is described, such as `csv`.
    static var field: String { get }

    /// Reads that description.
    init(_ mapping: StrictMapping)

    /// For messages: the file, or what stands for it, such as server, database and table.
    var name: String { get }

    /// Whether text in decimal columns has a comma as its decimal sign.
    var hasDecimalComma: Bool { get }

    /// The text that stands for a missing value, where the source has one.
    var nullText: String? { get }

    /// Opens the source and reads its columns' names. A database is read from the state it has at this moment.
    func makeReader() throws(RegisterError) -> any SourceReader
}

extension TableSource {
    public var hasDecimalComma: Bool { false }
    public var nullText: String? { nil }
}
