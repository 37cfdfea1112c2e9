internal import Agreement
internal import Daemon
internal import Dataset
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// Opens the rows of closed rounds and writes them as one dataset, told a line at a time.
struct DatasetWriting: Sendable {
    enum Target {
        /// Says what disclosure control would do.
        case nothing
        /// Into this environment's own directory, for others to approve.
        case prepared
        case directory(String, replace: Bool)
    }

    /// The rounds, each by the first digits of its id.
    enum Rounds {
        /// Nil: the only one.
        case one(String?)
        case several([String])
    }

    let home: Home
    let rounds: Rounds
    /// Leaves out people with rows that could not be opened in full.
    let withoutDamaged: Bool
    let out: Console
    /// A moment at which a test lets people withdraw: the dataset is complete, and not in its place.
    var interruption: (@Sendable () throws -> Void)?

    /// How often a dataset is begun anew because people have withdrawn meanwhile.
    static let mostAttempts = 3

    /// - Returns: the prepared dataset's name.
    /// - Throws: `ResearchError.withdrawnMeanwhile` where people withdrew during each attempt.
    func run(_ target: Target) async throws -> String? {
        let approvals = try home.approvals()
        // Before anything is opened, where it cannot be handed over anyway.
        if case .directory = target, try approvals.isInForce() { throw ResearchError.needsRelease }
        let folders = try folders()
        let locks = try folders.map { try $0.lock() }
        defer { for lock in locks { lock.release() } }
        for _ in 0..<Self.mostAttempts {
            do { return try await attempt(folders, target, approvals) } catch ResearchError.withdrawnMeanwhile {
                out.line("Meanwhile somebody may have withdrawn from the study. What was written is not used.")
            }
        }
        throw ResearchError.withdrawnMeanwhile
    }

    private func attempt(
        _ folders: [RoundFolder], _ target: Target, _ approvals: ApprovalBook
    ) async throws -> String? {
        var openings = try folders.map { try RoundOpening(folder: $0, home: home) }
        openings.sort { $0.received.report.precedes($1.received.report) }
        guard let last = openings.last else { throw ResearchError.noRounds }
        var stores: [WorkingStore] = []
        defer { for store in stores { try? store.close() } }
        for opening in openings { stores.append(try await opening.store(withoutDamaged: withoutDamaged)) }
        if stores.count == 1 {
            return try write(
                stores[0], report: last.received.report.counting(try stores[0].opened()), rounds: [], openings, target,
                approvals)
        }
        let joined = try JoinedRounds(stores)
        for (round, registers) in joined.leftOut {
            out.line(
                "The last round's agreement has no register \(registers.joined(separator: ", ")), so nothing of it is "
                    + "taken from round \(round.description.prefix(12)).")
        }
        let place = try JoinedStore(home: home)
        defer { place.remove() }
        let store = try joined.fill(place.path, shiftKey: last.received.shiftKey?.bytes)
        defer { try? store.close() }
        return try write(
            store, report: last.received.report.withoutCounts,
            rounds: joined.described(openings.map(\.received.report)), openings, target, approvals)
    }

    private func folders() throws -> [RoundFolder] {
        let all = try RoundFolders(home: home)
        switch rounds {
        case .one(let round): return [try all.find(round)]
        case .several(let names):
            let folders = try names.map { try all.find($0) }
            for (index, folder) in folders.enumerated()
            where folders[..<index].contains(where: { $0.round == folder.round }) {
                throw ResearchError.roundTwice(folder.round)
            }
            return folders
        }
    }

    private func write(
        _ store: WorkingStore, report: RoundReport, rounds: [ReportedRound], _ openings: [RoundOpening],
        _ target: Target, _ approvals: ApprovalBook
    ) throws -> String? {
        let prepared: PreparedDatasets.Entry?
        let directory: String
        var replace = false
        switch target {
        case .nothing:
            let told = try DatasetWriter.assess(store)
            out.line(told.isEmpty ? "The agreement has no disclosure rules: values are shown as they are." : told)
            return nil
        case .prepared:
            let entry = try PreparedDatasets(home: home).next(store.round)
            (prepared, directory) = (entry, entry.directory)
        case .directory(let path, let replaces): (prepared, directory, replace) = (nil, path, replaces)
        }
        let complete = try DatasetWriter(directory: directory, replace: replace)
            .complete(store, report: report, rounds: rounds, created: MachineClock.system.now())
        let path = URL(fileURLWithPath: directory).path
        let names = openings.map { String($0.round.description.prefix(12)) }
        do {
            try interruption?()
            // From here until it is in the log nobody withdraws: whoever does later finds the dataset there.
            try WithdrawnPeople(home: home).exclusively(patience: WithdrawnPeople.commandPatience) { people in
                for opening in openings { try opening.checkWithdrawn(people) }
                try complete.install()
                try approvals.note(
                    prepared != nil ? "dataset prepared" : "dataset written",
                    ["round": names.joined(separator: ","), "directory": path])
            }
        } catch {
            complete.discard()
            throw error
        }
        for line in Self.summary(complete.tally, store.layout) { out.line(line) }
        out.line("")
        out.line("Wrote \(path).")
        if let prepared {
            out.line("Look at its report.html. Then propose it with `approval propose dataset \(prepared.name)`.")
        }
        for (name, opening) in zip(names, openings) {
            out.line(
                "What was received is kept in \(home.directory.path)/rounds until "
                    + "`\(ResearchProgram.name) forget \(name)`; "
                    + "the agreement's retention_days is \(opening.agreement.retentionDays).")
        }
        return prepared?.name
    }

    private static func summary(_ tally: Tally, _ layout: DatasetLayout) -> [String] {
        let cohorts = layout.cohorts.map { [$0.id, String(tally.cohorts[$0.id, default: 0])] }
        let registers = layout.registers.map { register in
            let count = tally.registers[register.id]
            return [register.id, String(count?.people ?? 0), String(count?.rows ?? 0)]
        }
        return table([["cohort", "people"]] + cohorts + [["any of them", String(tally.people)]]) + [""]
            + table([["register", "people", "rows"]] + registers)
    }

    /// The first column to the left, numbers to the right.
    private static func table(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "  ")
        }
    }
}

/// Where the store of several rounds is while a dataset is written of it: plain rows, like those of the rounds. One
/// program at a time; what a killed one left is removed.
private struct JoinedStore {
    let path: String
    private let lock: ProcessLock

    init(home: Home) throws {
        let directory = try home.directory.subdirectory("joined")
        lock = try ProcessLock(in: directory, name: "lock")
        path = directory.file("store.sqlite")
        try WorkingStore.remove(path: path)
    }

    func remove() {
        try? WorkingStore.remove(path: path)
        lock.release()
    }
}

extension RoundReport {
    /// Rounds of a study in the order in which they were opened.
    fileprivate func precedes(_ other: RoundReport) -> Bool {
        (openedAt, roundNumber) < (other.openedAt, other.roundNumber)
    }

    /// Counts of one round say nothing of several.
    fileprivate var withoutCounts: RoundReport {
        var report = self
        (report.registers, report.overlaps, report.quality) = ([], [], nil)
        return report
    }
}
