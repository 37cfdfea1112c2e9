/// Withholds what would betray a withheld count: a sum of which all but one number is shown tells that one too.
enum ComplementaryWithholding {
    /// - Parameters:
    ///   - cells: counts of any number of tables.
    ///   - sums: indexes of cells that determine each other: a total and its parts, the parts of a total that is shown
    ///     elsewhere, or two cells that are the same number.
    ///
    /// Wherever exactly one cell of a sum is withheld, the smallest of the others that is not 0 is withheld as well (of
    /// equal ones the first), until no such sum is left. A total is the last to go, being the largest. A cell that is 0
    /// hides nothing, so it stays.
    static func apply(to cells: inout [ReportCount], sums: [[Int]]) {
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for sum in sums where sum.count(where: { cells[$0].count == nil }) == 1 {
                let next = sum.filter { cells[$0].count != nil && cells[$0].size > 0 }
                    .min { cells[$0].size < cells[$1].size }
                guard let next else { continue }
                cells[next].withholdAsComplement()
                hasChanged = true
            }
        }
    }
}
