import Foundation
import Testing

@testable import Dataset

@Suite struct ComplementaryWithholdingTests {
    /// What is shown of counts under a smallest cell of 5: `~` for what is too small, `*` for what would betray it.
    private func shown(_ counts: [Int], _ sums: [[Int]]) -> String {
        var cells = counts.map { ReportCount(count: $0 > 0 && $0 < 5 ? nil : $0, size: $0) }
        ComplementaryWithholding.apply(to: &cells, sums: sums)
        return cells.map { cell in
            cell.count.map { String($0) } ?? (cell.withholding == .small ? "~" : "*")
        }.joined(separator: " ")
    }

    @Test func oneWithheldPartTakesTheNextSmallestWithIt() {
        #expect(shown([30, 20, 3, 7], [[0, 1, 2, 3]]) == "30 20 ~ *")
        #expect(shown([17, 7, 3, 7], [[0, 1, 2, 3]]) == "17 * ~ 7")
    }

    @Test func whatCannotBeComputedStays() {
        #expect(shown([30, 20, 10, 0], [[0, 1, 2, 3]]) == "30 20 10 0")
        #expect(shown([25, 20, 3, 2], [[0, 1, 2, 3]]) == "25 20 ~ ~")
        #expect(shown([3, 20], []) == "~ 20")
    }

    @Test func aZeroHidesNothing() {
        // Parts of a total that is shown elsewhere: nothing else is left to withhold.
        #expect(shown([3, 0, 0], [[0, 1, 2]]) == "~ 0 0")
        #expect(shown([3, 3, 0], [[0, 1, 2]]) == "~ ~ 0")
    }

    @Test func itGoesOnThroughSumsThatShareCells() {
        // Two lines of three under a line of totals: the withheld part of the first line takes a neighbour, and each of
        // the two takes a cell of its column.
        let counts = [50, 20, 30, 23, 3, 20, 27, 17, 10]
        let rows = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
        let columns = [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
        #expect(shown(counts, rows + columns) == "50 20 30 23 ~ * 27 * *")
    }

    @Test func theSameNumberIsWithheldInBothPlaces() {
        #expect(shown([98, 96, 2, 200, 96, 104], [[0, 1, 2], [3, 4, 5], [1, 4]]) == "98 * ~ 200 * *")
    }

    @Test func sharesAreMadeOfShownNumbersOnly() throws {
        let people = ReportCount(count: 60, size: 61)
        let linked = ReportCount(count: 40, size: 41).share(of: people)
        #expect(linked.text(smallestCell: 5) == "40 (67 %)")
        #expect(linked.share(of: ReportCount(count: nil, size: 3)).text(smallestCell: 5) == "40 (67 %)")
        #expect(ReportCount(count: 7, size: 7).share(of: ReportCount(count: nil, size: 9)).percent == nil)
        #expect(ReportCount(count: nil, size: 3).share(of: people).text(smallestCell: 5) == "fewer than 5")
        #expect(ReportCount(count: 0, size: 0).share(of: ReportCount(count: 0, size: 0)).percent == nil)
        var complement = linked
        complement.withholdAsComplement()
        #expect(complement.text(smallestCell: 5) == "withheld")
        let json = try [people, linked, complement].map { count in
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(count), as: UTF8.self)
        }
        #expect(json == [#"{"count":60}"#, #"{"count":40,"percent":67}"#, #"{"count":null,"withheld":true}"#])
    }
}
