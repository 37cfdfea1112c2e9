/// Records of one width that lie one after the other, cut and put together by columns.
enum Records {
    /// The first `cut` bytes of every record, and what is behind them.
    static func split(_ records: [UInt8], at cut: Int, of width: Int) -> (head: [UInt8], rest: [UInt8]) {
        guard cut < width else { return (records, []) }
        return (column(0..<cut, of: records, width: width), column(cut..<width, of: records, width: width))
    }

    /// These bytes of every record.
    static func column(_ range: Range<Int>, of records: [UInt8], width: Int) -> [UInt8] {
        let count = records.count / width
        return [UInt8](byteCount: count * range.count) { output in
            records.withUnsafeBytes { records in
                let column = UnsafeMutableRawBufferPointer(start: output, count: count * range.count)
                for index in 0..<count {
                    let start = index * width + range.lowerBound
                    UnsafeMutableRawBufferPointer(rebasing: column[(index * range.count)...]).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: records[start..<(start + range.count)]))
                }
            }
        }
    }

    /// Records whose columns lie one after the other in each of these.
    static func joined(_ columns: [[UInt8]], count: Int) -> [UInt8] {
        let width = columns.reduce(0) { $0 + $1.count } / max(count, 1)
        return [UInt8](byteCount: count * width) { output in
            let records = UnsafeMutableRawBufferPointer(start: output, count: count * width)
            var offset = 0
            for column in columns where !column.isEmpty {
                let step = column.count / count
                column.withUnsafeBytes { column in
                    for index in 0..<count {
                        UnsafeMutableRawBufferPointer(rebasing: records[(index * width + offset)...]).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: column[(index * step)..<(index * step + step)]))
                    }
                }
                offset += step
            }
        }
    }
}
