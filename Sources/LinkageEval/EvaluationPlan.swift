internal import Daemon
internal import PSIProtocol
internal import Register

/// What is to be linked, and how: a YAML file.
///
///     sidos_linkage_plan: 1
///     runs:
///       - name: FEBRL4, exact keys
///         matching: [keys/febrl.yaml]
///         truth: entity_id
///         record: rec_id
///         columns: {given: given_name, family: surname}
///         registers:
///           - {id: a, file: febrl4a.csv}
///           - {id: b, file: febrl4b.csv}
struct EvaluationPlan {
    struct Run {
        let name: String
        /// Paths of files that together are the agreement's matching part.
        let matching: [String]
        /// Column that is equal for records of one person.
        let truth: String
        /// Column that is different for every record; without it, records that agree in every match field are one person's.
        let record: String?
        /// Column of identity codes.
        let identity: String?
        /// By match field, the files' column.
        let columns: [String: String]
        let registers: [(id: RegisterID, file: String)]
    }

    let runs: [Run]

    init(file: String) throws {
        runs = try StrictYAML.decode(file: file) { root in
            _ = root.int("sidos_linkage_plan", in: 1...1)
            return root.list("runs", count: 1...200) { run in
                let columns = run.optionalMapping("columns")
                return Run(
                    name: run.string("name"), matching: run.paths("matching", count: 1...8), truth: run.string("truth"),
                    record: run.optionalString("record"), identity: run.optionalString("identity"),
                    columns: Dictionary((columns?.names ?? []).map { ($0, columns?.string($0) ?? "") }) { first, _ in first },
                    registers: run.list("registers", count: 2...16) { ($0.string("id"), $0.path("file")) })
            }
        }
    }
}
