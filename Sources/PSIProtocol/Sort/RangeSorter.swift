/// Sorts records and hands them on range by range, so that several machines can each sort a range of what many have
/// made.
package struct RangeSorter {
    private let output: StepOutput
    private let ranges: StreamPartition
    private var sorter: DistributionSorter

    /// - Parameters:
    ///   - rangeCount: a power of two, at most 1,024. A record's range follows from its leading bits, so all records of
    ///     a range come before those of the next.
    ///   - spool: where records wait; must seal what it writes to disk.
    package init(_ output: StepOutput, rangeCount: Int, spool: any Spool) {
        self.output = output
        ranges = StreamPartition(count: rangeCount, fixed: output.fixedBits)
        // A range's records are alike in as many bits as there are ranges, so more buckets are of use than elsewhere.
        sorter = DistributionSorter(
            spool: spool, width: output.width, fixed: output.fixedBits, bucketCount: 1_024)
    }

    package var count: Int { sorter.count }

    /// Adds records that lie one after the other.
    package mutating func add(_ records: [UInt8]) throws { try sorter.add(records) }

    /// Hands on all records in order, many of one range at a time.
    package consuming func sorted(
        workers: Workers, take: (_ range: Int, _ records: ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        let (ranges, width) = (ranges, output.width)
        try await sorter.sorted(workers: workers) { records in
            for (range, bytes) in ranges.cut(records, width: width) { try await take(range, records[bytes]) }
        }
    }
}
