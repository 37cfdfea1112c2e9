import Files
import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Values

@Suite("Approvals in a participant's directory")
struct ApprovalBookTests {
    private let place: TemporaryDirectory
    private let home: Home
    private let book: ApprovalBook
    private let people = ["a", "b", "c"].map(TestApprover.init)

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: "kela", name: "Kela", role: .authority, alternativeNames: [], validityDays: 30)
        book = try home.approvals()
    }

    /// - Returns: the proposal's number.
    @discardableResult
    private func propose(_ document: [UInt8], _ kind: ApprovalSubject.Kind, by person: TestApprover) throws -> String {
        let subject = ApprovalSubject(kind, document)
        try book.keep(document, as: subject)
        let number = Hex.encode((0..<16).map { _ in UInt8.random(in: 0...255) })
        try book.enter(person.says(.propose, subject, number, log: book.logID()))
        return number
    }

    private func answer(_ action: ApprovalStatement.Action, _ number: String, by person: TestApprover) throws {
        let subject = try #require(try book.ledger().proposal(number)).subject
        try book.enter(person.says(action, subject, number, log: book.logID()))
    }

    private func found(needed: Int = 1, eachRound: Bool = false) throws {
        let set = LedgerOfTest.set(people, needed: needed, eachRound: eachRound)
        let number = try propose(Array(set.text.utf8), .approvers, by: people[0])
        for person in people.dropFirst() { try answer(.approve, number, by: person) }
    }

    private let document = Array("a document".utf8)
    private var subject: ApprovalSubject { ApprovalSubject(.agreement, document) }

    @Test("Nothing need be approved until there are approvers; then it must be")
    func standing() throws {
        #expect(try book.standing(of: subject) == .notNeeded)
        try found()
        #expect(try home.approvals().standing(of: subject) == .missing)
        #expect(try home.approvals().standing(of: ApprovalSubject(.round, document)) == .notNeeded)
        let number = try propose(document, .agreement, by: people[1])
        #expect(try book.standing(of: subject) == .open(number, missing: 1))
        #expect(throws: ApprovalError.self) { try book.demand(subject, what: "it") }
        try answer(.refuse, number, by: people[0])
        #expect(try book.standing(of: subject) == .refused(number, by: "a"))
        let again = try propose(document, .agreement, by: people[1])
        try answer(.approve, again, by: people[2])
        #expect(try book.standing(of: subject) == .approved)
        try book.demand(subject, what: "it")
    }

    @Test("What is not allowed is not written")
    func unlawful() throws {
        try found()
        let before = try place.read("home/log/operations.log")
        let number = Hex.encode([UInt8](repeating: 7, count: 16))
        #expect(throws: ApprovalError.unknownProposal(number)) {
            try book.enter(people[0].says(.approve, subject, number, log: book.logID()))
        }
        #expect(throws: ApprovalError.otherLog) {
            try book.enter(people[0].says(.propose, subject, number, log: LedgerOfTest.log))
        }
        #expect(try place.read("home/log/operations.log") == before)
    }

    @Test("A statement that the rules don't allow, put into the log with a right hash, is named")
    func forged() throws {
        try found()
        let number = try propose(document, .agreement, by: people[0])
        let own = try people[0].says(.approve, subject, number, log: book.logID())
        try book.log.append(beginning: ("kela", "")) { _ in (.statement, own.line) }
        #expect(
            throws: OperationsLogError.unlawful(
                path: place.file("home/log/operations.log"), line: 7,
                reason: ApprovalError.ownProposal("a").description)
        ) { try book.ledger() }
        #expect(throws: OperationsLogError.self) { try book.standing(of: subject) }
    }

    @Test("The list of approvers that was agreed upon can't be exchanged beside the log")
    func exchangedList() throws {
        try found()
        let list = Array(LedgerOfTest.set(people).text.utf8)
        let name = Hex.encode(ApprovalSubject(.approvers, list).digest)
        for other in [Array(LedgerOfTest.set([people[0], TestApprover("x")]).text.utf8), []] {
            try place.overwrite("home/log/\(name)", other)
            #expect(throws: ApprovalError.missingDocument(path: place.file("home/log/\(name)"))) {
                try book.ledger()
            }
        }
    }

    @Test("A request carries the proposal and its document to another machine, and the answer back")
    func request() throws {
        try found(needed: 2)
        let number = try propose(document, .agreement, by: people[0])
        let proposal = try #require(try book.ledger().proposal(number))
        let request = ApprovalRequest(proposal: try book.statement(of: proposal), document: document)
        let read = try ApprovalRequest(request.bytes)
        #expect(read.document == document && read.proposal.statement.participant == "kela")
        try place.write("korrekt hevonen\n", to: "pass", mode: 0o600)
        // Whoever answers with a key that is no approver's is told so by the participant.
        let passphrase = try Passphrase(file: place.file("pass"))
        let key = try PersonKey.create(at: place.file("b.key"), id: "b", name: "B", passphrase: passphrase)
        let answer = try read.answer(.approve, note: "", signer: ApprovalSigner(key), clock: .system)
        #expect(throws: ApprovalError.notAnApprover("b")) { try book.enter(answer) }
        for index in request.bytes.indices.dropFirst(request.bytes.count - document.count) {
            var wrong = request.bytes
            wrong[index] ^= 1
            #expect(throws: ApprovalError.self) { try ApprovalRequest(wrong) }
        }
        for count in [0, 10, 40, 200, request.bytes.count - 1] {
            #expect(throws: ApprovalError.self) { try ApprovalRequest(Array(request.bytes.prefix(count))) }
        }
    }

    @Test("Of two rounds that begin alike neither is proposed by what they share")
    func alikeRounds() throws {
        let documents = ["round: abcdef01\n", "round: abcdef02\n"].map { Array($0.utf8) }
        for document in documents { try book.keep(document, as: ApprovalSubject(.round, document)) }
        #expect(try book.round("abcdef01") == documents[0])
        #expect(throws: ApprovalError.ambiguousRound("abcdef")) { try book.round("abcdef") }
        #expect(throws: ApprovalError.unknownRound("abcde")) { try book.round("abcde") }
    }

    @Test("What stands in a document cannot move a reader's cursor or begin a line of its own")
    func escapedText() throws {
        let document = Array("config.yaml\n# \u{1B}[2Jnothing to see\u{2028}approved".utf8)
        let lines = ApprovalText.lines(of: document, kind: .configuration, before: nil)
        #expect(lines == ["config.yaml", "# \\u{1b}[2Jnothing to see\\u{2028}approved"])
        let changes = ApprovalText.lines(of: Array("a\nc\n".utf8), kind: .configuration, before: Array("a\nb\n".utf8))
        #expect(changes.dropFirst() == ["- b", "+ c"])
    }
}
