/// Reads a register's records in batches: the contract of every kind of source.
///
/// One task cuts a source into batches, which costs little, and any core splits a batch into fields.
///
/// - *Memory* is bounded by the limits of a few records, whatever the source's size.
/// - *One moment*: all records are of the state that the source had when it was opened. A database gives them in one
///   transaction that only reads; a file that is written to meanwhile ends in an error.
/// - *Types* are the source's: a field is null, text, a number or binary. Null and empty text differ. Numbers come
///   without loss. Text is valid UTF-8 without NUL. What has more than one value is refused, if it is asked for.
/// - *Errors* name the source, and where they can the row and the column. They never hold a value.
/// - *Ending early*: a reader that is let go closes what it opened, stops what a server does for it, and leaves no
///   file.
public protocol SourceReader {
    /// Names in the source's order. Known once it is opened.
    var columns: [String] { get }

    /// How the header was read, of sources whose columns' names are a line of text.
    var header: HeaderReading? { get }

    /// A line after the header that has all these names; the reader is of no more use then.
    mutating func line(of names: [String]) -> Int?

    /// Says before the first record which columns are needed; the fields of others are null from then on. Until it is
    /// called all are.
    mutating func select(_ columns: Set<Int>)

    /// The next records, or nil at the end. After an error, or a batch that ends in one, the reader is of no more use.
    mutating func nextBatch() throws(RegisterError) -> (any RecordBatch)?

    /// Where `next` is. Of no concern to whoever reads in batches.
    var cursor: RecordCursor { get set }
}

extension SourceReader {
    public var header: HeaderReading? { nil }
    public mutating func line(of names: [String]) -> Int? { nil }

    /// The next record, or nil at the end. After an error the reader is of no more use. Not to be mixed with
    /// `nextBatch`.
    public mutating func next() throws(RegisterError) -> SourceRecord? {
        while true {
            if let record = try cursor.next() { return record }
            guard let batch = try nextBatch() else { return nil }
            cursor.begin(batch)
        }
    }
}
