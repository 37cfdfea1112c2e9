public import Agreement
public import PSIProtocol
public import Values

/// An authority's list in a round of withdrawals: people of whom nothing is sealed but what lasts. [P-95]
public struct WithdrawnPeople: PeopleSource {
    private let people: [PersonIdentity]
    private var position = 0
    /// Nothing: nobody is to learn how many people withdraw.
    public let survey = SourceSurvey(people: 0, rowsRead: 0, rowsKept: 0, refused: [:])

    /// Codes that were another person's code before are looked up in each register's history, as they were when the
    /// register was read: the person may be known under any of them.
    ///
    /// - Parameters:
    ///   - registers: those of the owner that the study links.
    ///   - today: the day of the round's opening, in UTC.
    /// - Throws: `RegisterError` for a history that cannot be read.
    public init(
        _ withdrawn: WithdrawnCodes, registers: [RegisterSource], agreement: Agreement, owner: ParticipantID,
        today: CalendarDate?
    ) throws(RegisterError) {
        let scheme = agreement.identityScheme.scheme(today: today)
        var histories: [IdentityHistory] = []
        for case let source? in registers.map(\.history) {
            do throws(IdentityHistoryError) {
                histories.append(try IdentityHistory(reading: source, owner: owner, scheme: scheme))
            } catch { throw RegisterError(error, of: source) }
        }
        var found: Set<PersonIdentity> = []
        for code in withdrawn.codes {
            // Codes were judged when they were listed; on another day a scheme may say otherwise of one.
            guard let read = try? scheme.read(code[...], owner: owner).code else { continue }
            for identity in [read] + histories.map({ $0.current(of: read) }) where identity.codeClass == .official {
                found.insert(identity.person)
            }
        }
        people = Array(found)
    }

    public mutating func next(_ most: Int) async throws -> PeoplePiece {
        let end = min(people.count, position + max(0, most))
        defer { position = end }
        return PeoplePiece(
            people[position..<end].map {
                PersonRecord(identities: [nil], lastingIdentity: $0, rows: [], rowCount: 0)
            })
    }

    public mutating func rewind() async throws { position = 0 }
}

extension RegisterError {
    /// What a history that cannot be read means for the register that has it.
    init(_ error: IdentityHistoryError, of source: IdentityHistorySource) {
        switch error {
        case .unreadable(let error): self = error
        case .tooManyPairs(let limit): self.init(.tooManyFormerCodes(limit: limit), file: source.table.name)
        }
    }
}
