/// Small-cell suppression in a table of counts with totals, such that no withheld number can be worked out from the others.
///
/// Lines and columns, the totals among them, are the vertices of a graph, and withheld cells its edges: every line and
/// column adds up, so a withheld number is determined exactly if its edge is in no circle. Cells are withheld in
/// addition, the smallest sums first, until every edge is in one. On a circle of counts that are not 0, each can be one
/// more or one less with the others making up for it, so none is certain. The sum of all is no edge: it is the cohort's
/// size, which is told elsewhere.
struct TableSuppression {
    /// By line and column, the totals last.
    private(set) var cells: [[ReportCount]]

    /// - Parameter cells: counts by line and column with totals last; what is withheld already stays so.
    init(_ cells: [[ReportCount]]) {
        self.cells = cells
        while let (line, column) = exposed() {
            guard withholdAround(line, column) else { break }
        }
    }

    private var lineCount: Int { cells.count }
    private var columnCount: Int { cells.first?.count ?? 0 }

    private func isWithheld(_ line: Int, _ column: Int) -> Bool {
        cells[line][column].count == nil && !isWhole(line, column)
    }

    private func isWhole(_ line: Int, _ column: Int) -> Bool { line == lineCount - 1 && column == columnCount - 1 }

    /// A withheld cell whose line and column are connected by no other withheld cells.
    private func exposed() -> (Int, Int)? {
        for line in cells.indices {
            for column in cells[line].indices where isWithheld(line, column) {
                let way = cheapestWay(from: line, to: column, mayWithhold: false)
                if way == nil { return (line, column) }
            }
        }
        return nil
    }

    /// Withholds what closes the cheapest circle through a cell; false if there is none, as in a table of one number.
    private mutating func withholdAround(_ line: Int, _ column: Int) -> Bool {
        guard let way = cheapestWay(from: line, to: column, mayWithhold: true) else { return false }
        for cell in way { cells[cell.line][cell.column].withholdAsComplement() }
        return true
    }

    /// The cells of a way from a line to a column that avoids the cell where they cross, at the smallest sum of counts
    /// to withhold. By Dijkstra's algorithm; cells that are 0 hide nothing and are no way.
    private func cheapestWay(from start: Int, to goal: Int, mayWithhold: Bool) -> [(line: Int, column: Int)]? {
        let count = lineCount + columnCount
        var cost = Array(repeating: Int.max, count: count)
        var before = Array(repeating: -1, count: count)
        var isDone = Array(repeating: false, count: count)
        cost[start] = 0
        while let vertex = (0..<count).filter({ !isDone[$0] && cost[$0] < .max }).min(by: { cost[$0] < cost[$1] }) {
            isDone[vertex] = true
            if vertex == lineCount + goal { break }
            let isLine = vertex < lineCount
            for other in isLine ? lineCount..<count : 0..<lineCount where !isDone[other] {
                let (line, column) = isLine ? (vertex, other - lineCount) : (other, vertex - lineCount)
                if line == start && column == goal || isWhole(line, column) { continue }
                let cell = cells[line][column]
                let step: Int
                if cell.count == nil {
                    step = 0
                } else {
                    guard mayWithhold, cell.size > 0 else { continue }
                    step = cell.size
                }
                let total = cost[vertex] + step
                if total < cost[other] {
                    cost[other] = total
                    before[other] = vertex
                }
            }
        }
        var vertex = lineCount + goal
        guard cost[vertex] < .max else { return nil }
        var way: [(line: Int, column: Int)] = []
        while vertex != start {
            let previous = before[vertex]
            way.append(vertex < lineCount ? (vertex, previous - lineCount) : (previous, vertex - lineCount))
            vertex = previous
        }
        return way
    }
}
