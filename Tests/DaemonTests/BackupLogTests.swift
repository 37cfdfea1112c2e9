import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Values

extension BackupTests {
    @Test("The log and what approvers said are in a backup, and a restored log says that it is one")
    func operationsLog() async throws {
        let book = try fixture.home.approvals()
        let people = ["a", "b"].map(TestApprover.init)
        var set = LedgerOfTest.set(people)
        set.participant = "somebody"
        let document = Array(set.text.utf8)
        let subject = ApprovalSubject(.approvers, document)
        try book.keep(document, as: subject)
        let number = String(repeating: "0", count: 32)
        for (action, person) in [(ApprovalStatement.Action.propose, people[0]), (.approve, people[1])] {
            var statement = try person.says(action, subject, number, log: book.logID()).statement
            statement.participant = "somebody"
            try book.enter(SignedStatement(statement) { Array(try person.key.signature(for: $0)) })
        }
        do {
            let state = try fixture.home.state()
            _ = try book.snapshot(growingIn: state)
        }
        let before = try book.log.lines()
        try await fixture.backup()
        #expect(try book.log.lines().last?.content.hasPrefix("backup made") == true)
        try await fixture.restore()
        let again = try Home(at: place.file("again"), roles: [.authority])
        let restored = try again.approvals()
        #expect(try restored.ledger().approvers == set)
        let lines = try restored.log.lines()
        #expect(lines.prefix(before.count) == before[...])
        #expect(lines.last?.content.hasPrefix("restored from a backup") == true && lines.count == before.count + 1)
        // The daemon begins to watch it anew.
        _ = try restored.snapshot(growingIn: again.state())
    }

    @Test("Of a key on a token the PIN is in a backup, and in no backup without keys")
    func token() async throws {
        let token = SigningToken(
            module: SoftToken.module, token: "sidos", key: "signing", pinFile: SoftToken.shared.file("pin"))
        try FileManager.default.removeItem(atPath: place.file("home"))
        let home = try Home.create(
            at: place.file("home"), id: "somebody", name: "Some Body", role: .authority, alternativeNames: [],
            validityDays: 30, token: token)
        try place.write("sidos_sample: 1\n", to: "home/config.yaml")
        _ = try home.state()
        try await fixture.backup()
        #expect(try fixture.files("copy/keys").contains("signing.pin"))
        try await fixture.restore()
        try Home(at: place.file("again"), roles: [.authority]).keys.checkSigning()
        try FileManager.default.removeItem(atPath: place.file("copy"))
        try await fixture.backup("--without-keys")
        let names = try fixture.files("copy/keys")
        #expect(names.contains("signing.token") && !names.contains("signing.pin"))
        try await fixture.restore("--keys", place.file("home/keys"), to: "third")
        try Home(at: place.file("third"), roles: [.authority]).keys.checkSigning()
    }
}
