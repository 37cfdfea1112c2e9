import Testing

@testable import Agreement
@testable import Daemon
@testable import Values

/// What is looked at before an amendment is signed.
@Suite("Signing amendments")
struct AmendmentSigningTests {
    let fixture: AmendmentFixture

    init() throws { fixture = try AmendmentFixture() }

    private func id(_ file: [UInt8]) -> AgreementID { AgreementID(ofFile: file) }

    private func lines(_ file: [UInt8], former: [UInt8]? = nil) throws -> String {
        try Amendment(Agreement.parse(file), path: "study.yaml", former: former, in: fixture.home.agreements())
            .lines.joined(separator: "\n")
    }

    @Test("What changes is told before it is signed")
    func changes() throws {
        let first = try fixture.file()
        let second = try fixture.file(amending: first, cell: 6)
        #expect(try lines(first).isEmpty)
        try fixture.sign(first)
        let told = try lines(second)
        #expect(told.contains("What changes against agreement \(id(first)), which it amends:"))
        #expect(told.contains("A cohort of fewer than 5 people") && told.contains("A cohort of fewer than 6 people"))
        try fixture.sign(second)
        #expect(try fixture.home.agreements().load(id(second)) != nil)
        // Approvers are shown the same, whatever was signed last.
        let third = try fixture.file(amending: first, cell: 9)
        let book = try fixture.home.approvals()
        let former = try #require(try book.formerAgreement(third, in: fixture.home.agreements()))
        #expect(former.id == id(first))
        #expect(
            ApprovalText.lines(of: third, kind: .agreement, before: former.bytes)
                .contains("What changes against the study's agreement \(id(first)), which it amends:"))
    }

    @Test("One that amends what this participant should have signed, and has not, is not signed")
    func unknown() throws {
        let first = try fixture.file()
        let second = try fixture.file(amending: first, cell: 6)
        let third = try fixture.file(amending: second, cell: 7)
        try fixture.sign(first)
        #expect(throws: AmendingError.unknownFormer(path: "study.yaml", id: id(second))) { try fixture.sign(third) }
        #expect(throws: AmendingError.notSigned(path: "study.yaml", id: id(second), participant: "kela")) {
            try fixture.sign(third, former: second)
        }
        #expect(throws: AmendingError.otherFormer(path: "study.yaml", amends: id(second), given: id(first))) {
            try fixture.sign(third, former: first)
        }
        #expect(throws: AmendingError.amendsNothing(path: "study.yaml")) {
            try fixture.sign(try fixture.file(cell: 8), former: first)
        }
        #expect(try fixture.home.agreements().load(id(third)) == nil)
        try fixture.sign(second)
        try fixture.sign(third)
    }

    @Test("Who is new in the study signs without the former agreement, or is shown what changes in it")
    func newcomer() throws {
        let unknown = try fixture.file(without: "kela")
        let joined = try fixture.file(amending: unknown, cell: 6)
        #expect(try lines(joined).contains("which is not known here"))
        #expect(try lines(joined, former: unknown).contains("A cohort of fewer than 6 people"))
        try fixture.sign(joined)
        #expect(try fixture.chain(joined).ids == [joined, unknown].map(id))
        #expect(try fixture.chain(joined).members.count == 1)
    }

    @Test("Who was away between comes back with the agreement that it was not in, and the chain is whole")
    func cameBack() throws {
        let first = try fixture.file()
        let without = try fixture.file(amending: first, without: "kela")
        let back = try fixture.file(amending: without, cell: 6)
        try fixture.sign(first)
        #expect(throws: AmendingError.unknownFormer(path: "study.yaml", id: id(without))) { try fixture.sign(back) }
        try fixture.sign(back, former: without)
        #expect(try fixture.chain(back).ids == [back, without, first].map(id))
        let state = try fixture.home.state()
        try Succession(in: state).settle(fixture.chain(back))
        #expect(try Succession(in: state).obstacle(to: fixture.chain(first)) == .superseded(by: id(without)))
        // What is kept beside the signed ones is no agreement of this participant's.
        #expect(try Set(fixture.home.agreements().all().map(\.id)) == Set([first, back].map(id)))
    }

    @Test("Another study's agreement is not amended")
    func otherStudy() throws {
        let first = try fixture.file(study: "other")
        try fixture.sign(first)
        let refused = #expect(throws: AmendingError.self) { try fixture.sign(try fixture.file(amending: first)) }
        #expect(
            refused
                == .refused(path: "study.yaml", AmendmentError.otherStudy(amendment: "study", former: "other")))
    }

    @Test("One that amends nothing, beside another of the study, is signed with a caution")
    func beside() throws {
        let first = try fixture.file()
        try fixture.sign(first)
        let beside = try fixture.file(cell: 6)
        #expect(try lines(beside).contains("Write `amends: \(id(first))`"))
        try fixture.sign(beside)
    }
}
