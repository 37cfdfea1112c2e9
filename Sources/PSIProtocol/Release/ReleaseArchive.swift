public import Crypto
public import Values

/// Where the research environment keeps what nodes and owners released, until the round has closed and its cells may be
/// opened. [P-44]
public protocol ReleaseArchive: Sendable {
    /// Begins a register's opened items, in the place of any that are there.
    ///
    /// - Parameters:
    ///   - register: index in the agreement.
    ///   - secret: s_iR, kept sealed with the items.
    func items(of register: Int, secret: SymmetricKey) async throws -> sending any OpenedItemSink
    /// Begins a register's cells, whole and in the order of their handles.
    func cells(of register: Int) async throws -> sending any StreamSink
}

/// Takes a register's opened items in the order of their handles.
public protocol OpenedItemSink {
    mutating func write(_ item: OpenedItem) async throws
    /// Returns once everything is stored.
    mutating func finish() async throws
}

/// A register's opened items, in the order of their handles.
public protocol OpenedItemSource {
    /// Nil after the last.
    mutating func next() throws -> OpenedItem?
}

/// Where opened people and rows go. Called in no particular order; the same call may come again after a restart.
public protocol OpenedRecords {
    /// A selected person in the agreement's register of this index, known by the round's tag or by what the archive put
    /// in its place. Called before the person's rows there.
    ///
    /// - Parameter link: index among the agreement's `linkNames` of what joined this record to others; nil if it stands
    ///   alone.
    mutating func person(register: Int, tag: [UInt8], cohorts: UInt64, link: Int?) async throws
    /// A person's rows in the agreement's register of this index.
    mutating func rows(register: Int, tag: [UInt8], rows: [[FieldValue]]) async throws
    /// A dummy's cell was among the selected of this register. Whoever has records under the same tag is not released.
    /// [P-44]
    mutating func dummy(register: Int, tag: [UInt8]) async throws
    /// A cell of this person in this register is missing, does not open, or holds what no owner writes. What was handed
    /// on of the person before does not count.
    mutating func damaged(register: Int, tag: [UInt8]) async throws
}

/// Any byte source behind one type.
struct AnyByteSource: ByteSource {
    private var base: any ByteSource
    init(_ base: any ByteSource) { self.base = base }
    mutating func next() async throws -> [UInt8]? { try await base.next() }
}
