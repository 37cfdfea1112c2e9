internal import Daemon
internal import Register
internal import StrictYAML
internal import Values

/// What is to be linked, and how: a YAML file. Every setting is tried on every part of an evaluation's data.
///
///     sidos_linkage_plan: 1
///     evaluations:
///       - name: FEBRL4
///         truth: entity_id
///         record: rec_id
///         columns: {given: given_name, family: surname}
///         settings:
///           - {name: exact keys, matching: [keys/febrl.yaml]}
///         data:
///           - name: whole
///             registers:
///               - {id: a, file: febrl4a.csv}
///               - {id: b, file: febrl4b.csv}
struct EvaluationPlan {
    struct Run {
        let name: String
        /// Paths of files that together are the agreement's matching part.
        let matching: [String]
        /// Column that is equal for records of one person.
        let truth: String
        /// Column that is different for every record; without it, records that agree in every match field are one
        /// person's.
        let record: String?
        /// Column of identity codes.
        let identity: String?
        /// By match field, the files' column.
        let columns: [String: String]
        let registers: [Register]

        /// Files that the run reads.
        var files: [String] { registers.flatMap { [$0.file] + ($0.history.map { [$0.file] } ?? []) } }
    }

    struct Register {
        let id: RegisterID
        let file: String
        /// Codes that people had before: a file and its two columns.
        let history: (file: String, former: String, current: String, replaced: String?)?
    }

    let runs: [Run]

    init(file: String) throws {
        runs = try ConfigurationFile.decode(path: file) { root in
            _ = root.int("sidos_linkage_plan", in: 1...1)
            return root.list("evaluations", count: 1...50, Self.runs).flatMap { $0 }
        }
    }

    private static func runs(_ evaluation: StrictMapping) -> [Run] {
        let name = evaluation.string("name")
        let truth = evaluation.string("truth")
        let record = evaluation.optionalString("record")
        let identity = evaluation.optionalString("identity")
        let names = evaluation.optionalMapping("columns")
        let columns = Dictionary((names?.names ?? []).map { ($0, names?.string($0) ?? "") }) { first, _ in first }
        let settings = evaluation.list("settings", count: 1...50) {
            (name: $0.string("name"), matching: $0.paths("matching", count: 1...8))
        }
        let data = evaluation.list("data", count: 1...50) { part in
            (name: part.string("name"), registers: part.list("registers", count: 2...16, register))
        }
        return data.flatMap { part in
            settings.map { setting in
                Run(
                    name: "\(name) \(part.name), \(setting.name)", matching: setting.matching, truth: truth,
                    record: record,
                    identity: identity, columns: columns, registers: part.registers)
            }
        }
    }

    private static func register(_ entry: StrictMapping) -> Register {
        let history = entry.optionalMapping("history")
        return Register(
            id: entry.string("id"), file: entry.path("file"),
            history: history.map {
                ($0.path("file"), $0.string("former"), $0.string("current"), $0.optionalString("replaced"))
            })
    }
}
