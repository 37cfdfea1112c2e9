@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Entries that the board must not take: on which record, by whom, and what the violation is called. [P-14]
extension BoardRuleTests {
    struct Case: Sendable {
        let name: String
        /// The record that the entry comes upon.
        let on: @Sendable (BoardFixture) throws -> RoundRecord
        let by: ParticipantID
        let body: any EntryBody
        let kind: ProtocolViolation.Kind
    }

    static let digest = HexBytes(.filled(5, 32))
    static let left = BoardFixture.left
    static let right = BoardFixture.right
    static let mixer = BoardFixture.mixer

    static func list(_ count: Int = 3, attempt: Int = 0, digest: HexBytes = digest) -> AnnouncedStream {
        AnnouncedStream(attempt: attempt, count: count, digest: digest)
    }

    static func stage(_ stage: Int, _ register: String = "left", _ list: AnnouncedStream = list()) -> any EntryBody {
        StageCommitted(register: register, stage: stage, list: list)
    }

    static func batch(
        _ register: String = "left", count: Int = 3, digest: HexBytes = digest, encapsulation: Int? = 1_120,
        vault: AnnouncedStream? = list(), survey: Int? = SourceSurvey.sealedByteCount
    ) -> any EntryBody {
        BatchDeclared(
            register: register, count: count, digest: digest,
            encapsulation: encapsulation.map { HexBytes(.filled(1, $0)) }, vault: vault,
            survey: survey.map { HexBytes(.filled(1, $0)) })
    }

    static let committed = KeyCommitted(commitment: digest)
    static let revealed = KeyRevealed(saltShares: [:])
    static let manifest = ManifestSigned(manifest: digest)
    static let selected = Selected(requests: list(), selection: list())
    static let released = Released(shares: list())
    static let counted = Counted(overlap: [], cohorts: [])
    static let received = Received()
    static let closed = RoundClosed()
    static let aborted = RoundAborted(code: .deadline, participants: [])
    static let erased = KeysErased()
    static let refused = Refused(code: .policy)

    static func before(_ type: any EntryBody.Type) -> @Sendable (BoardFixture) throws -> RoundRecord {
        { try $0.before(type) }
    }
    static func after(_ type: any EntryBody.Type, _ skip: Int = 0) -> @Sendable (BoardFixture) throws -> RoundRecord {
        { try $0.after(type, skip: skip) }
    }

    /// Before anybody has committed to keys: everything but that is too early, or nobody's to say.
    static let atTheStart: [Case] = [
        start("a stranger", "stranger", committed, .unknownAuthor),
        start("nobody's name", "", committed, .unknownAuthor),
        start("the coordinator has no keys", "coordinator", committed, .notAllowed),
        start(
            "a short commitment", left, KeyCommitted(commitment: HexBytes(.filled(1, 31))),
            .badCommitment),
        start("no commitment", left, KeyCommitted(commitment: HexBytes([])), .badCommitment),
        start("keys before their commitment", left, revealed, .outOfPlace),
        start("keys of one who has none", "coordinator", revealed, .outOfPlace),
        start("a manifest before the keys", left, manifest, .outOfPlace),
        start("the coordinator's manifest", "coordinator", manifest, .notAllowed),
        start("a batch before the keys", left, batch(), .outOfPlace),
        start("another's batch", right, batch(), .notAllowed),
        start("a mixer's batch", mixer, batch(), .notAllowed),
        start("a batch of an unknown register", left, batch("lef"), .notAllowed),
        start("a list before the batches", left, stage(0), .outOfPlace),
        start("another's stage", right, stage(0), .notAllowed),
        start("a stage of an unknown register", left, stage(0, "x"), .notAllowed),
        start("a stage beyond the ring", left, stage(3), .notAllowed),
        start("a stage before the ring", left, stage(-1), .notAllowed),
        start("the last integer's stage", left, stage(.max), .notAllowed),
        start("the coordinator's stage", "coordinator", stage(0), .notAllowed),
        start("a selection before the lists", "coordinator", selected, .outOfPlace),
        start("a node's selection", left, selected, .notAllowed),
        start("shares before a selection", left, released, .outOfPlace),
        start("the research environment's shares", "research", released, .notAllowed),
        start("received before released", "research", received, .outOfPlace),
        start("a node's receipt", left, received, .notAllowed),
        start("counts of a round that releases rows", "coordinator", counted, .notAllowed),
        start("closing before the end", "coordinator", closed, .outOfPlace),
        start("a node's closing", left, closed, .notAllowed),
        start("the coordinator's refusal", "coordinator", refused, .notAllowed),
        start("a node's abortion", left, aborted, .notAllowed),
        start("the research environment's abortion", "research", aborted, .notAllowed),
        start("erasing before the end", left, erased, .outOfPlace),
        start("erasing by one who has no keys", "coordinator", erased, .notAllowed),
    ]

    static func start(
        _ name: String, _ by: ParticipantID, _ body: any EntryBody, _ kind: ProtocolViolation.Kind
    ) -> Case { Case(name: name, on: before(KeyCommitted.self), by: by, body: body, kind: kind) }

    static let later: [Case] = [
        Case(
            name: "keys before all have committed", on: after(KeyCommitted.self),
            by: left, body: revealed, kind: .outOfPlace),
        Case(name: "a commitment again", on: after(KeyCommitted.self), by: left, body: committed, kind: .repeated),
        Case(name: "other keys", on: before(KeyRevealed.self), by: left, body: revealed, kind: .badCommitment),
        Case(name: "keys again", on: after(KeyRevealed.self), by: left, body: revealed, kind: .repeated),
        Case(name: "another manifest", on: before(ManifestSigned.self), by: left, body: manifest, kind: .equivocation),
        Case(name: "a manifest again", on: after(ManifestSigned.self), by: left, body: manifest, kind: .repeated),
        Case(name: "a batch again", on: after(BatchDeclared.self), by: left, body: batch(), kind: .repeated),
        Case(
            name: "a list before all batches", on: after(BatchDeclared.self), by: left, body: stage(0),
            kind: .outOfPlace),
        Case(
            name: "a stage before the one before", on: before(StageCommitted.self),
            by: right, body: stage(1), kind: .outOfPlace),
        Case(
            name: "fewer than declared", on: before(StageCommitted.self),
            by: left, body: stage(0, "left", list(2)), kind: .wrongCount),
        Case(
            name: "more than declared", on: before(StageCommitted.self),
            by: left, body: stage(0, "left", list(4)), kind: .wrongCount),
        Case(
            name: "no such attempt", on: before(StageCommitted.self),
            by: left, body: stage(0, "left", list(attempt: 65_536)), kind: .wrongCount),
        Case(
            name: "short digest", on: before(StageCommitted.self),
            by: left, body: stage(0, "left", list(digest: HexBytes([1]))), kind: .wrongCount),
        Case(
            name: "another list than declared", on: before(StageCommitted.self),
            by: left, body: stage(0), kind: .wrongDigest),
        Case(name: "a stage again", on: after(StageCommitted.self), by: left, body: stage(0), kind: .repeated),
        Case(
            name: "a hop that drops one", on: after(StageCommitted.self),
            by: right, body: stage(1, "left", list(2)), kind: .wrongCount),
        Case(name: "a selection again", on: after(Selected.self), by: "coordinator", body: selected, kind: .repeated),
        Case(
            name: "a selection that differs from its requests", on: before(Selected.self),
            by: "coordinator", body: Selected(requests: list(2), selection: list(3)), kind: .selectionWrong),
        Case(
            name: "a selection without digest", on: before(Selected.self),
            by: "coordinator", body: Selected(requests: list(digest: HexBytes([])), selection: list()),
            kind: .selectionWrong),
        Case(
            name: "a negative selection", on: before(Selected.self),
            by: "coordinator", body: Selected(requests: list(-1), selection: list(-1)), kind: .selectionWrong
        ),
        // Both registers are released for one cohort of at most 50 people.
        Case(
            name: "a selection over the cap", on: before(Selected.self),
            by: "coordinator", body: Selected(requests: list(101), selection: list(101)),
            kind: .releaseCapExceeded),
        Case(
            name: "too few shares", on: after(Selected.self),
            by: left, body: Released(shares: list(4)), kind: .sharesWrong),
        Case(
            name: "shares without digest", on: after(Selected.self),
            by: left, body: Released(shares: list(5, digest: HexBytes([]))), kind: .sharesWrong),
        Case(name: "shares again", on: after(Released.self), by: left, body: released, kind: .repeated),
        Case(
            name: "received before all shares", on: after(Released.self, 1),
            by: "research", body: received, kind: .outOfPlace),
        Case(name: "received again", on: after(Received.self), by: "research", body: received, kind: .repeated),
        Case(
            name: "closing before receiving", on: after(Released.self, 2),
            by: "coordinator", body: closed, kind: .outOfPlace),
        Case(name: "erased again", on: after(KeysErased.self), by: left, body: erased, kind: .repeated),
        Case(
            name: "the coordinator's erasing", on: after(RoundClosed.self),
            by: "coordinator", body: erased, kind: .notAllowed),
    ]

    /// What a declaration may not say. [P-32]
    static let batches: [Case] = [
        declaring("more people than agreed", batch(count: 51), .capExceeded),
        declaring("fewer than nobody", batch(count: -1), .capExceeded),
        declaring("the last integer", batch(count: .max), .capExceeded),
        declaring("short digest", batch(digest: HexBytes(.filled(1, 31))), .badBatch),
        declaring("no vault", batch(vault: nil), .badBatch),
        declaring("no encapsulation", batch(encapsulation: nil), .badBatch),
        declaring("a short encapsulation", batch(encapsulation: 1_119), .badBatch),
        declaring("no survey", batch(survey: nil), .badBatch),
        declaring("a long survey", batch(survey: SourceSurvey.sealedByteCount + 1), .badBatch),
        declaring("fewer cells than people", batch(vault: list(2)), .badBatch),
        declaring("more cells than agreed", batch(vault: list(13)), .badBatch),
        declaring("the last integer's cells", batch(vault: list(.max)), .badBatch),
        declaring("a vault without digest", batch(vault: list(digest: HexBytes([]))), .badBatch),
        declaring("a vault's negative attempt", batch(vault: list(attempt: -1)), .badBatch),
    ]

    static func declaring(_ name: String, _ body: any EntryBody, _ kind: ProtocolViolation.Kind) -> Case {
        Case(name: name, on: before(BatchDeclared.self), by: left, body: body, kind: kind)
    }
}
