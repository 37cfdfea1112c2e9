import Testing
import Values

@testable import Daemon

@Suite("What approvals amount to")
struct ApprovalLedgerTests {
    private let a = TestApprover("a")
    private let b = TestApprover("b")
    private let c = TestApprover("c")
    private let d = TestApprover("d")
    private let study = ApprovalSubject(.agreement, Array("an agreement".utf8))

    @Test("The first approvers are in force when all of them have agreed to it")
    func founding() throws {
        var log = LedgerOfTest()
        #expect(throws: ApprovalError.noApprovers) { try log.propose(study, by: a) }
        let number = try log.propose(LedgerOfTest.set([a, b, c]), by: a)
        try log.answer(.approve, number, by: b)
        #expect(log.ledger.approvers == nil)
        #expect(throws: ApprovalError.ownProposal("a")) { try log.answer(.approve, number, by: a) }
        #expect(throws: ApprovalError.notAnApprover("d")) { try log.answer(.approve, number, by: d) }
        try log.answer(.approve, number, by: c)
        #expect(log.ledger.approvers == LedgerOfTest.set([a, b, c]))
    }

    @Test("An outsider can't found approvers that leave themselves out")
    func foundedByOutsiders() throws {
        var log = LedgerOfTest()
        #expect(throws: ApprovalError.notAnApprover("d")) { try log.propose(LedgerOfTest.set([a, b]), by: d) }
        var other = LedgerOfTest.set([a, b])
        other.participant = "vero"
        #expect(throws: ApprovalError.otherParticipant("kela")) { try log.propose(other, by: a) }
    }

    @Test("It takes as many others as are needed, each once, and never whoever proposes", arguments: 1...3)
    func threshold(needed: Int) throws {
        let people = [a, b, c, d]
        var log = try LedgerOfTest.founded(people, needed: needed)
        let number = try log.propose(study, by: b)
        #expect(throws: ApprovalError.ownProposal("b")) { try log.answer(.approve, number, by: b) }
        for (index, person) in [a, c, d].prefix(needed).enumerated() {
            #expect(!log.ledger.isApproved(study))
            #expect(log.ledger.missing(try #require(log.ledger.proposal(number))).count == needed - index)
            try log.answer(.approve, number, by: person)
            if index + 1 < needed {
                #expect(throws: ApprovalError.approvedBefore(person.id)) {
                    try log.answer(.approve, number, by: person)
                }
            }
        }
        #expect(log.ledger.isApproved(study))
        #expect(throws: ApprovalError.overAlready("approved")) { try log.answer(.refuse, number, by: a) }
    }

    @Test("A key that the approver's name doesn't have here, and a name that the key doesn't have, are nobody's")
    func impostors() throws {
        var log = try LedgerOfTest.founded([a, b, c])
        let number = try log.propose(study, by: a)
        #expect(throws: ApprovalError.notAnApprover("b")) {
            try log.answer(.approve, number, by: TestApprover("b"))
        }
        let statement = try b.says(.approve, study, number, log: LedgerOfTest.log).statement
        var renamed = statement
        renamed.by = "c"
        let signed = try SignedStatement(renamed) { Array(try b.key.signature(for: $0)) }
        #expect(throws: ApprovalError.notAnApprover("c")) { try log.ledger.take(signed) }
        #expect(throws: ApprovalError.self) {
            // Signed by another key than the one it names.
            _ = try SignedStatement(statement) { Array(try c.key.signature(for: $0)) }
        }
    }

    @Test("One refusal ends a proposal; the same can be proposed anew, and former approvals don't count")
    func refusal() throws {
        var log = try LedgerOfTest.founded([a, b, c], needed: 2)
        let first = try log.propose(study, by: a)
        try log.answer(.approve, first, by: b)
        #expect(throws: ApprovalError.openAlready(first)) { try log.propose(study, by: b) }
        try log.answer(.refuse, first, by: c)
        #expect(log.outcome(first) == .refused(by: "c"))
        #expect(throws: ApprovalError.overAlready("refused by c")) { try log.answer(.approve, first, by: c) }
        let second = try log.propose(study, by: a)
        try log.answer(.approve, second, by: c)
        #expect(!log.ledger.isApproved(study))
        try log.answer(.approve, second, by: b)
        #expect(log.ledger.isApproved(study))
        #expect(!log.ledger.isApproved(ApprovalSubject(.dataset, digest: study.digest)))
    }

    @Test("Whoever proposes may withdraw it")
    func withdrawn() throws {
        var log = try LedgerOfTest.founded([a, b])
        let number = try log.propose(study, by: a)
        try log.answer(.refuse, number, by: a)
        #expect(log.outcome(number) == .refused(by: "a"))
    }

    @Test("New approvers need the former ones' approval and their own; what was open is void, what was approved stays")
    func change() throws {
        var log = try LedgerOfTest.founded([a, b, c], needed: 2)
        let approved = try log.propose(study, by: a)
        for person in [b, c] { try log.answer(.approve, approved, by: person) }
        let other = ApprovalSubject(.agreement, Array("another".utf8))
        let open = try log.propose(other, by: a)
        let number = try log.propose(LedgerOfTest.set([b, c, d], needed: 1), by: c)
        #expect(throws: ApprovalError.notAnApprover("d")) {
            try log.propose(LedgerOfTest.set([d, TestApprover("e")]), by: d)
        }
        try log.answer(.approve, number, by: d)
        try log.answer(.approve, number, by: a)
        #expect(log.ledger.missing(try #require(log.ledger.proposal(number))).count == 1)
        #expect(log.ledger.approvers?.needed == 2)
        try log.answer(.approve, number, by: b)
        #expect(log.ledger.approvers == LedgerOfTest.set([b, c, d], needed: 1))
        #expect(log.outcome(open) == .void)
        #expect(log.ledger.isApproved(study))
        #expect(throws: ApprovalError.notAnApprover("a")) { try log.propose(other, by: a) }
        let again = try log.propose(other, by: d)
        #expect(throws: ApprovalError.notAnApprover("a")) { try log.answer(.approve, again, by: a) }
        try log.answer(.approve, again, by: c)
        #expect(log.ledger.isApproved(other))
    }

    @Test("Whoever proposes a new key for themselves shows that they have it, and it counts for nobody else")
    func newKeyOfProposer() throws {
        let again = TestApprover("a")
        var log = try LedgerOfTest.founded([a, b, c], needed: 1)
        let number = try log.propose(LedgerOfTest.set([again, b, c]), by: a)
        try log.answer(.approve, number, by: again)
        #expect(log.outcome(number) == .open)
        #expect(throws: ApprovalError.ownProposal("a")) { try log.answer(.approve, number, by: a) }
        try log.answer(.approve, number, by: b)
        #expect(log.ledger.approvers == LedgerOfTest.set([again, b, c]))
    }

    @Test("Of configurations the last one approved is in force")
    func configurations() throws {
        var log = try LedgerOfTest.founded([a, b])
        let subjects = ["one", "two"].map { ApprovalSubject(.configuration, Array($0.utf8)) }
        for subject in subjects + subjects.prefix(1) {
            let number = try log.propose(subject, by: a)
            try log.answer(.approve, number, by: b)
            #expect(subjects.filter(log.ledger.isApproved) == [subject])
        }
    }

    @Test("Statements of another log, about another document, and of unknown proposals are not taken")
    func strangers() throws {
        var log = try LedgerOfTest.founded([a, b])
        let number = try log.propose(study, by: a)
        let otherLog = try b.says(.approve, study, number, log: String(repeating: "cd", count: 32))
        #expect(throws: ApprovalError.otherLog) { try log.ledger.take(otherLog) }
        var foreign = try b.says(.approve, study, number, log: LedgerOfTest.log).statement
        foreign.participant = "vero"
        let forAnother = try SignedStatement(foreign) { Array(try b.key.signature(for: $0)) }
        #expect(throws: ApprovalError.otherLog) { try log.ledger.take(forAnother) }
        let other = ApprovalSubject(.agreement, [1])
        let aboutOther = try b.says(.approve, other, number, log: LedgerOfTest.log)
        #expect(throws: ApprovalError.otherSubject) { try log.ledger.take(aboutOther) }
        let unknown = String(repeating: "f", count: 32)
        #expect(throws: ApprovalError.unknownProposal(unknown)) { try log.answer(.approve, unknown, by: b) }
        #expect(!log.ledger.isApproved(study))
    }

    @Test("Statements that are not whole, too long or signed otherwise are not read")
    func malformed() throws {
        let number = String(repeating: "0", count: 32)
        let line = try a.says(.propose, study, number, log: LedgerOfTest.log, note: "Näin on.").line
        #expect(try SignedStatement(line: line).statement.note == "Näin on.")
        let cut = line.indices.dropFirst().map { String(line[..<$0]) }
        for wrong in cut + ["", " ", line + " ", line.replacing("propose", with: "approve")] {
            #expect(throws: ApprovalError.self) { try SignedStatement(line: wrong) }
        }
        let long = try a.says(.propose, study, number, log: LedgerOfTest.log, note: "")
        var statement = long.statement
        statement.note = String(repeating: "n", count: 5_000)
        #expect(throws: ApprovalError.self) {
            _ = try SignedStatement(statement) { Array(try a.key.signature(for: $0)) }
        }
    }
}

@Suite("Lists of approvers")
struct ApproverSetTests {
    @Test("What is written is read back")
    func roundTrip() throws {
        let people = [TestApprover("liisa"), TestApprover("matti")].map(\.person)
        var set = ApproverSet(participant: "kela", needed: 1, eachRound: true, people: people)
        set.people[0].name = "Liisa \"Li\" Öberg & Co"
        #expect(try ApproverSet.parse(Array(set.text.utf8), path: "x") == set)
        let card = ApproverCard(person: set.people[0])
        #expect(try ApproverCard(Array(card.text.utf8), path: "x").person == set.people[0])
    }

    @Test("Mistakes are all told, each with its place")
    func mistakes() throws {
        let person = TestApprover("liisa").person
        let twice = ApproverSet(participant: "kela", needed: 2, eachRound: false, people: [person, person])
        let error = try #require(throws: ConfigurationError.self) {
            try ApproverSet.parse(Array(twice.text.utf8), path: "approvers.yaml")
        }
        let told = "\(error)"
        for words in ["Name at least 3", "Two people have one id", "Two people have one key"] {
            #expect(told.contains(words), "\(told)")
        }
        for (from, to) in [
            ("ed25519:", "ed25519:AAAA"), ("needed: 2", "needed: 0"), ("id: liisa", "id: Liisa"),
            ("name: \"", "name: \" \"#"), ("each_round: false", "each_round: no"),
        ] {
            #expect(throws: ConfigurationError.self) {
                try ApproverSet.parse(Array(twice.text.replacing(from, with: to).utf8), path: "x")
            }
        }
    }
}
