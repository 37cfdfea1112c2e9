import Foundation

/// Sets of people over registers, as an agreement writes them and as a plaintext join computes them.
indirect enum CohortRule: Sendable {
    case register(String)
    case union(CohortRule, CohortRule)
    case intersect(CohortRule, CohortRule)
    case except(CohortRule, CohortRule)

    var text: String {
        switch self {
        case .register(let id): id
        case .union(let left, let right): "(\(left.text) union \(right.text))"
        case .intersect(let left, let right): "(\(left.text) intersect \(right.text))"
        case .except(let left, let right): "(\(left.text) except \(right.text))"
        }
    }

    func people(_ registers: [String: Set<InventedPerson>]) -> Set<InventedPerson> {
        switch self {
        case .register(let id): registers[id] ?? []
        case .union(let left, let right): left.people(registers).union(right.people(registers))
        case .intersect(let left, let right): left.people(registers).intersection(right.people(registers))
        case .except(let left, let right): left.people(registers).subtracting(right.people(registers))
        }
    }
}

/// What a study's participants agree on.
struct StudyDesign: Sendable {
    struct Cohort: Sendable {
        var id: String
        var rule: CohortRule
        var maxPeople = 200
    }

    var suite = "ristretto255-SHA512"
    var release = "rows"
    var vaultAccess = "whole"
    var padding = "padme"
    var verification = "off"
    var parts = 1
    var roundsAllowed = 3
    var deadlineMinutes = 30
    /// The id of the agreement that this one amends.
    var amends: String?
    var valid = "{from: 2026-01-01, until: 2036-12-31}"
    var smallestCell = 1
    var countRounding = 1
    /// The mechanism of noise, as the agreement writes it.
    var counts: String?
    /// Days on which rounds open, as the agreement writes them.
    var calendar: String?
    var mixers: [String] = []
    /// Who keeps a study key, where pseudonyms last.
    var pseudonymHolders: [String] = []
    var pseudonymGeneration = 1
    /// Who takes over whose study key, as the agreement writes it.
    var pseudonymSuccessors: String?
    /// Participants without a connection.
    var byCourier: Set<String> = []
    /// Where the coordinator listens.
    var address = "127.0.0.1"
    /// Lines of the agreement that say how people are matched.
    var matching = ["match_keys: [identity_code]"]
    var registers: [TestRegister]
    var cohorts: [Cohort]
    /// Authorities that are the participant in Python, and what each does wrong; nothing, if empty.
    var inPython: [String: String] = [:]
    /// By owner, lines of a list of people who are never to be released.
    var neverReleased: [String: [String]] = [:]

    /// In the ring's order.
    var authorities: [String] {
        var seen: [String] = []
        for register in registers where !seen.contains(register.owner) { seen.append(register.owner) }
        return seen
    }
    var nodes: [String] { authorities + mixers }
    var participants: [String] { nodes + ["coordinator"] + (release == "rows" ? ["research"] : []) }

    /// Owners a, b, c…, one CSV register each, and the people of the first that are in the second as well.
    static func simple(nodes: Int = 3) -> StudyDesign {
        let names = ["a", "b", "c", "d", "e", "f"]
        let registers = (0..<nodes).map { index in
            TestRegister(
                "register_\(names[index])", owner: names[index], people: (index * 10)..<(index * 10 + 36),
                storage: index % 2 == 0 ? .csv : .sqlite, releasedFor: ["both"], salt: index + 1)
        }
        return StudyDesign(
            registers: registers,
            cohorts: [Cohort(id: "both", rule: .intersect(.register("register_a"), .register("register_b")))])
    }

    /// The agreement's file.
    func agreement(cards: [String: String]) -> String {
        var lines = [
            "sidos_agreement: 1", "study:", "  id: system-test", "  title: \"A study of invented people\"",
            "  purpose: \"To see the programs work together\"", "  legal_basis: \"None is needed\"",
            "  permit: \"TEST/1\"", "valid: \(valid)", "suite: \(suite)", "rounds_allowed: \(roundsAllowed)",
            "release: \(release)", "padding: \(padding)", "verification: \(verification)", "parts: \(parts)",
            "cell_bytes: 256",
            "smallest_cell: \(smallestCell)",
            "count_rounding: \(countRounding)", "deadline_minutes: \(deadlineMinutes)", "retention_days: 30",
        ]
        if let amends { lines.append("amends: \(amends)") }
        lines += matching
        if !pseudonymHolders.isEmpty {
            lines += ["pseudonyms: study", "pseudonym_holders: [\(pseudonymHolders.joined(separator: ", "))]"]
        }
        if pseudonymGeneration > 1 { lines.append("pseudonym_generation: \(pseudonymGeneration)") }
        if let pseudonymSuccessors { lines.append("pseudonym_successors: \(pseudonymSuccessors)") }
        if let counts { lines.append("counts: \(counts)") }
        if let calendar { lines.append("calendar: \(calendar)") }
        if release == "rows" { lines.append("vault_access: \(vaultAccess)") }
        if nodes.count == 2 { lines.append("two_parties_acknowledged: true") }
        lines.append("participants:")
        for id in participants {
            let card = (cards[id] ?? "").split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
            lines += card.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
        }
        lines.append("registers:")
        for register in registers {
            lines += [
                "  - id: \(register.id)", "    title: \"Register \(register.id)\"", "    owner: \(register.owner)",
                "    max_people: \(register.maxPeople)", "    max_cells_per_person: 8",
            ]
            lines += register.agreed.map { "    " + $0 }
            guard release == "rows", !register.releasedFor.isEmpty else { continue }
            lines += ["    released_for: [\(register.releasedFor.joined(separator: ", "))]", "    columns:"]
            lines += register.columns.map {
                "      - {name: \($0.name), type: \($0.type), nullable: \($0.nullable), title: \"\($0.name)\""
                    + "\($0.more)}"
            }
        }
        lines.append("cohorts:")
        for cohort in cohorts {
            lines += [
                "  - id: \(cohort.id)", "    title: \"Cohort \(cohort.id)\"", "    expression: \(cohort.rule.text)",
                "    max_people: \(cohort.maxPeople)",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
