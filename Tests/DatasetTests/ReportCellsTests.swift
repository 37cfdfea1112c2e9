import Foundation
import PSIProtocol
import Testing

@testable import Dataset

/// Counts of a report that are tied to each other, and how they are written.
@Suite struct ReportCellsTests {
    private func gate(smallestCell: Int = 5, countRounding: Int = 1) throws -> DisclosureGate {
        let agreement = try SampleStudy.agreement(smallestCell: smallestCell, countRounding: countRounding)
        return DisclosureGate(agreement: agreement, layout: try DatasetLayout(agreement))
    }

    @Test func whatTiesThemIsWithheldOnBothSides() throws {
        var cells = ReportCells(gate: try gate())
        let places = [98, 96, 2, 200, 96, 104].map { cells.place($0, [98, 200].contains($0) ? .known : .told) }
        cells.relate([places[1], places[2]], equals: [places[0]])
        cells.relate([places[4], places[5]], equals: [places[3]])
        cells.relate([places[1]], equals: [places[4]])
        cells.decide()
        let shown = places.map { cells.shown($0).text }
        #expect(shown[1] == "withheld" && shown[2] == "withheld" && shown[4] == "withheld")
        #expect(shown.count { $0 == "withheld" } == 4)
    }

    @Test func linesThatOverlapCoverTheWhole() throws {
        var cells = ReportCells(gate: try gate())
        let whole = cells.place(60)
        let lines = [58, 40].map { cells.place($0) }
        for line in lines { cells.relate(line, within: whole) }
        cells.relate(lines, cover: whole)
        cells.decide()
        #expect(lines.map { cells.shown($0).count } == [58, 40])
    }

    @Test func whatIsKnownIsRounded() throws {
        var cells = ReportCells(gate: try gate(countRounding: 10))
        let known = cells.place(57, .known)
        let small = cells.place(3, .known)
        cells.decide()
        #expect(cells.shown(known).text == "60" && cells.shown(small).text == "withheld")
    }

    @Test func sharesAreMadeOfShownNumbersOnly() throws {
        let people = ReportCount(count: 60)
        let linked = ReportCount(count: 40).share(of: people)
        #expect(linked.text == "40 (67 %)")
        #expect(linked.share(of: ReportCount(count: nil)).text == "40 (67 %)")
        #expect(ReportCount(count: 7).share(of: ReportCount(count: nil)).percent == nil)
        #expect(ReportCount(count: nil).share(of: people).text == "withheld")
        #expect(ReportCount(count: 0).share(of: ReportCount(count: 0)).percent == nil)
        let json = try [people, linked, ReportCount(count: nil)].map { count in
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(count), as: UTF8.self)
        }
        #expect(json == [#"{"count":60}"#, #"{"count":40,"percent":67}"#, #"{"count":null,"withheld":true}"#])
    }
}
