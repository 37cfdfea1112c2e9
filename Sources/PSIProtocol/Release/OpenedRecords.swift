public import Values

/// Where opened people and rows go. Called in no particular order; the same call may come again after a restart.
public protocol OpenedRecords {
    /// A selected person in the agreement's register of this index, known by the round's tag or by what the archive put
    /// in its place. Called before the person's rows there.
    ///
    /// - Parameters:
    ///   - link: index among the agreement's `linkNames` of what joined this record to others; nil if it stands alone.
    ///   - name: what `tag` is: of the round, or of the study.
    mutating func person(register: Int, tag: [UInt8], cohorts: UInt64, link: Int?, name: PersonName) async throws
    /// A person's rows in the agreement's register of this index.
    mutating func rows(register: Int, tag: [UInt8], rows: [[FieldValue]]) async throws
    /// A dummy's cell was among the selected of this register. Whoever has records under the same tag is not released.
    /// [P-44]
    mutating func dummy(register: Int, tag: [UInt8]) async throws
    /// A cell of this person in this register is missing, does not open, or holds what no owner writes. What was handed
    /// on of the person before does not count.
    mutating func damaged(register: Int, tag: [UInt8]) async throws
}
