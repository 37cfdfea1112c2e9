internal import Daemon
internal import Dataset
internal import Foundation

/// Opens a closed round's rows and writes them as a dataset, told a line at a time.
struct DatasetWriting: Sendable {
    enum Target {
        /// Says what disclosure control would do.
        case nothing
        /// Into this environment's own directory, for others to approve.
        case prepared
        case directory(String, replace: Bool)
    }

    let home: Home
    /// The first digits of the round's id; nil for the only one.
    let round: String?
    /// Leaves out people with rows that could not be opened in full.
    let withoutDamaged: Bool
    let out: Console

    /// - Returns: the prepared dataset's name.
    func run(_ target: Target) async throws -> String? {
        let approvals = try home.approvals()
        // Before anything is opened, where it cannot be handed over anyway.
        if case .directory = target, try approvals.isInForce() { throw ResearchError.needsRelease }
        let folder = try RoundFolders(home: home).find(round)
        let lock = try folder.lock()
        defer { lock.release() }
        let opening = try RoundOpening(folder: folder, home: home)
        let store = try await opening.store(withoutDamaged: withoutDamaged)
        let prepared: PreparedDatasets.Entry?
        let directory: String
        var replace = false
        switch target {
        case .nothing:
            let told = try DatasetWriter.assess(store)
            try store.close()
            out.line(told.isEmpty ? "The agreement has no disclosure rules: values are shown as they are." : told)
            return nil
        case .prepared:
            let entry = try PreparedDatasets(home: home).next(folder.round)
            (prepared, directory) = (entry, entry.directory)
        case .directory(let path, let replaces): (prepared, directory, replace) = (nil, path, replaces)
        }
        let tally = try DatasetWriter(directory: directory, replace: replace)
            .write(
                store, report: opening.received.report.counting(try store.opened()),
                created: MachineClock.system.now())
        try store.close()
        let path = URL(fileURLWithPath: directory).path
        try approvals.note(
            prepared != nil ? "dataset prepared" : "dataset written",
            ["round": String(folder.round.description.prefix(12)), "directory": path])
        for line in Self.summary(tally, store.layout) { out.line(line) }
        out.line("")
        out.line("Wrote \(path).")
        if let prepared {
            out.line("Look at its report.html. Then propose it with `approval propose dataset \(prepared.name)`.")
        }
        out.line(
            "What was received is kept in \(home.directory.path)/rounds until "
                + "`\(ResearchProgram.name) forget \(folder.round.description.prefix(12))`; "
                + "the agreement's retention_days is \(opening.agreement.retentionDays).")
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
