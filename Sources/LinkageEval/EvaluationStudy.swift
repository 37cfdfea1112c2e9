internal import Agreement
internal import Crypto
internal import Daemon
internal import Files
internal import Foundation
internal import PlainWords
internal import Register
internal import Values

/// A study made for one run: an authority a register, fresh keys, everybody released with nothing but their truth.
struct EvaluationStudy: Sendable {
    let agreement: Agreement
    /// The agreement's file.
    let file: [UInt8]
    let sources: [RegisterID: RegisterSource]
    let signing: [ParticipantID: Curve25519.Signing.PrivateKey]
    let hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey]

    static let truthColumn = "truth"

    init(_ run: EvaluationPlan.Run) throws {
        var cards: [ParticipantCard] = []
        var signing: [ParticipantID: Curve25519.Signing.PrivateKey] = [:]
        var hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey] = [:]
        let roles: [(ParticipantID, ParticipantRole)] =
            run.registers.map { ("owner-" + $0.id.map { $0 == "_" ? "-" : $0 }, .authority) }
            + [("coordinator", .coordinator), ("research", .research)]
        for (id, role) in roles {
            let key = Curve25519.Signing.PrivateKey()
            let sealing = try XWingMLKEM768X25519.PrivateKey()
            signing[id] = key
            hpke[id] = sealing
            cards.append(
                ParticipantCard(
                    Participant(
                        id: id, name: id, role: role, signingKey: Array(key.publicKey.rawRepresentation),
                        hpkeKey: Array(sealing.publicKey.rawRepresentation),
                        tlsPin: Array(SHA256.hash(data: Array(id.utf8))))))
        }
        self.signing = signing
        self.hpke = hpke
        file = Array(try Self.yaml(run, cards).utf8)
        do throws(AgreementError) { agreement = try Agreement.parse(file) } catch {
            throw PlanError.unreadable(run: run.name, error: "\(run.matching.joined(separator: ", ")): \(error)")
        }
        let truth = [Self.truthColumn: run.truth]
        sources = Dictionary(
            uniqueKeysWithValues: run.registers.map { register in
                let history = register.history.map {
                    IdentityHistorySource(
                        CSVSource(path: $0.file), formerColumn: $0.former, currentColumn: $0.current,
                        replacedColumn: $0.replaced)
                }
                let source = RegisterSource(
                    CSVSource(path: register.file), identityColumn: run.identity, columnNames: truth,
                    personColumn: run.record,
                    matchColumns: run.columns, history: history)
                return (register.id, source)
            })
    }

    private static func yaml(_ run: EvaluationPlan.Run, _ cards: [ParticipantCard]) throws -> String {
        guard let from = CalendarDate(year: 2000, month: 1, day: 1),
            let until = CalendarDate(year: 9999, month: 12, day: 31)
        else { throw PlanError.noRuns }
        let study = Study(
            id: "evaluation", title: "Evaluation of linkage", purpose: "Evaluation", legalBasis: "none", permit: "none")
        var draft = AgreementDraft(cards: cards, study: study, validFrom: from, validUntil: until)
        draft.padding = .none
        draft.cellByteCount = 128
        draft.smallestCell = 1
        let most = 4_000_000
        draft.cohorts = [
            CohortDeclaration(
                id: "everybody", title: "Everybody",
                expression: run.registers.dropFirst().reduce(.register(run.registers[0].id)) {
                    .union($0, .register($1.id))
                },
                maxPeople: most)
        ]
        draft.registers = zip(run.registers, cards).map { register, card in
            RegisterDeclaration(
                id: register.id, title: register.id, owner: card.participant.id, releasedFor: ["everybody"],
                maxPeople: most,
                maxCellsPerPerson: 4,
                columns: [ColumnDeclaration(name: truthColumn, type: .text, nullable: true, title: "Truth")])
        }
        let matching = try run.matching.map { try PublicFile.read($0, maxByteCount: AgreementLimits.byteLimit) }
            .joined()
        let lines = draft.yaml.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("match_keys:") }
        return lines.joined(separator: "\n") + String(decoding: Array(matching), as: UTF8.self)
    }
}
