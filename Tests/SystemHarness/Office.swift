import Foundation
import Glibc
import Testing

/// People of one participant, their keys and passphrases in files.
struct Office {
    let study: StudyOnDisk
    let id: String
    var directory: String { study.home(id).path }
    var program: SidosProgram { study.program(id) }

    func path(_ name: String) -> String { study.directory.appendingPathComponent("\(id)-\(name)").path }

    /// - Returns: what the command printed.
    @discardableResult
    func run(_ arguments: [String], status: Int32 = 0) async throws -> String {
        let running = try study.start(program, arguments, log: "\(id)-\(UUID().uuidString.prefix(8))")
        let ended = try await running.end()
        let told = running.output + running.errors
        guard ended == status else { throw HarnessError("\(arguments) ended with \(ended): \(told)") }
        return told
    }

    func key(_ person: String) -> [String] {
        ["--key", path("\(person).key"), "--passphrase-file", path("\(person).pass")]
    }

    /// Makes keys and approvers, all of whom agree.
    func found(_ people: [String], eachRound: Bool) async throws {
        for person in people {
            let file = path("\(person).pass")
            try Data("the passphrase of \(person)\n".utf8).write(to: URL(fileURLWithPath: file))
            #expect(chmod(file, 0o600) == 0)
            try await run(["approver", "init", person, "--name", "Person \(person)"] + key(person))
        }
        let list = path("approvers.yaml")
        try await run(
            ["approval", "draft", "-d", directory, "--needed", "1", "-o", list]
                + (eachRound ? ["--each-round"] : []) + people.map { path("\($0).key.card.yaml") })
        let number = try await propose(["approvers", list], by: people[0])
        for person in people.dropFirst() { try await answer("approve", number, by: person) }
    }

    /// - Returns: the proposal's first digits.
    func propose(_ what: [String], by person: String) async throws -> String {
        let told = try await run(["approval", "propose", "-d", directory] + key(person) + what)
        let words = told.split(whereSeparator: { " .\n".contains($0) }).map(String.init)
        let place = try #require(words.firstIndex(of: "number"), "\(told)")
        return words[place + 1]
    }

    @discardableResult
    func answer(_ verb: String, _ number: String, by person: String, status: Int32 = 0) async throws -> String {
        try await run(["approval", verb, "-d", directory, number] + key(person), status: status)
    }

    /// One proposes, and another approves on a machine of their own.
    func agree(_ what: [String], _ first: String, _ second: String) async throws {
        let number = try await propose(what, by: first)
        let (request, signed) = (path("\(number).request"), path("\(number).answer"))
        try await run(["approval", "show", "-d", directory, number, "--request", request])
        try await run(["approval", "sign", request, "--approve", "-o", signed] + key(second))
        #expect(try await run(["approval", "add", "-d", directory, signed]).contains("It is approved."))
    }
}
