import Foundation
import GRDB
import PSIProtocol

@testable import Agreement
@testable import Dataset

/// A dataset of the study, written under disclosure rules, to be read back by SQL.
struct DisclosureDataset {
    let directory: Scratch

    init() throws { directory = try Scratch() }

    func write(
        _ people: [DisclosureStudy.Person], _ rules: DisclosureRules, name: String = "dataset", smallestCell: Int = 1,
        report: RoundReport = DisclosureStudy.report()
    ) throws {
        let agreement = try DisclosureStudy.agreement(rules, smallestCell: smallestCell)
        let store = try DisclosureStudy.store(people, agreement, in: directory)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path(name))
            .write(store, report: report, created: SampleStudy.created)
    }

    func write(
        _ people: [DisclosureStudy.Person], _ anonymity: Anonymity, name: String = "dataset", smallestCell: Int = 1,
        report: RoundReport = DisclosureStudy.report()
    ) throws {
        try write(
            people, DisclosureRules([.anonymity(anonymity)]), name: name, smallestCell: smallestCell, report: report)
    }

    func rows(_ sql: String) throws -> [Row] {
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        defer { try? database.close() }
        return try database.read { try Row.fetchAll($0, sql: sql) }
    }
}
