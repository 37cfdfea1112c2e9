import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset

/// Labels of values in the data package, as Table Schema 2 has them.
@Suite struct LabelledPackageTests {
    private let fields: [[String: Any]]

    init() throws {
        let directory = try Scratch()
        try AwkwardStudy.write(in: directory)
        let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/datapackage.json"))
        let package = try SampleStudy.required(json as? [String: Any])
        let resources = try SampleStudy.required(package["resources"] as? [[String: Any]])
        let visits = try SampleStudy.required(resources.first { $0["name"] as? String == "visits" })
        let schema = try SampleStudy.required(visits["schema"] as? [String: Any])
        fields = try SampleStudy.required(schema["fields"] as? [[String: Any]])
    }

    private func field(_ name: String) throws -> [String: Any] {
        try SampleStudy.required(fields.first { $0["name"] as? String == name })
    }

    @Test("[A-52] categories have values in the field's type, in the agreement's order")
    func categories() throws {
        let codes = try SampleStudy.required(try field("code")["categories"] as? [[String: Any]])
        #expect(codes.map { $0["value"] as? String } == AwkwardStudy.labels.map(\.value))
        #expect(codes.map { $0["label"] as? String } == AwkwardStudy.labels.map(\.label))
        let levels = try SampleStudy.required(try field("level")["categories"] as? [[String: Any]])
        #expect(levels.map { $0["value"] as? Int } == [1, -2, 100_000])
        #expect(try field("plain")["categories"] == nil)
    }

    @Test("[A-53] values without a label are said, and nothing is constrained to those with one")
    func others() throws {
        let note = try SampleStudy.required(try field("code")["sidos"] as? [String: Any])
        #expect(note["otherValues"] as? Bool == true)
        #expect((try field("code")["constraints"] as? [String: Any])?["enum"] == nil)
        #expect((try field("plain")["sidos"] as? [String: Any])?["otherValues"] == nil)
    }

    @Test("what a column is made of stands with it, in the package and on the page")
    func derivations() throws {
        let directory = try Scratch()
        var agreement = try AwkwardStudy.agreement()
        let column = try SampleStudy.required(agreement.registers[1].columns.firstIndex { $0.name == "modern" })
        agreement.registers[1].columns[column].source = "arrived"
        agreement.registers[1].columns[column].derivation = .coarsen(.month)
        let reference = ColumnReference("visits", "modern")
        // Shown as a code in the end: what it was made of is told of the date that its owner made.
        agreement.disclosure = DisclosureRules([
            .anonymity(
                Anonymity(
                    smallestClass: 2, leaveOutPercent: 50,
                    quasiIdentifiers: [QuasiIdentifier(reference, steps: [.date(.year)])]))
        ])
        try AwkwardStudy.write(in: directory, agreement: agreement)
        let text = "the month of arrived only, as the first day of it"
        #expect(try directory.text("dataset/datapackage.json").contains("\"derivation\" : \"\(text)\""))
        #expect(try directory.text("dataset/report.html").contains("Derived: \(text)."))
    }

    @Test("[A-54] only where all values have labels are they a constraint, and a missing value breaks none")
    func constraint() throws {
        let directory = try Scratch()
        var agreement = try AwkwardStudy.agreement()
        agreement.registers[1].columns[2].values.append(.init("7", "Seven"))
        try AwkwardStudy.write(in: directory, agreement: agreement)
        let text = try directory.text("dataset/datapackage.json").filter { !$0.isWhitespace }
        #expect(text.contains(#""constraints":{"enum":[1,-2,100000,7]}"#))
    }
}
