public import Agreement
public import PSIProtocol

/// The people whom a column of a register names, and the links by which they are named: a register of its own.
public struct RelatedPeople {
    /// Its one column is the link.
    public let declaration: RegisterDeclaration
    /// What was counted: rows are those that name somebody, and refused are those whose code cannot be used.
    public let survey: RegisterSurvey
    /// Rows that name their own person.
    public let themselves: Int
    private let plan: MatchPlan
    private let decoder: PeopleDecoder
    private let file: String
    private var people: PeopleReader

    init(
        _ declaration: RegisterDeclaration, survey: RegisterSurvey, themselves: Int, plan: MatchPlan,
        decoder: PeopleDecoder, file: String, runs: [PersonRun]
    ) {
        self.declaration = declaration
        self.survey = survey
        self.themselves = themselves
        self.plan = plan
        self.decoder = decoder
        self.file = file
        people = PeopleReader(runs)
    }

    /// The column's name in the agreement.
    public var column: String { declaration.namedIn?.column ?? declaration.id }

    /// Up to `most` people as a round wants them; none after the last.
    public mutating func next(_ most: Int, byteCount: Int) throws(RegisterError) -> PeoplePiece {
        let block: PeopleBlock?
        do { block = try people.next(most, byteCount: byteCount) } catch {
            throw RegisterError(.spoolDamaged, file: file)
        }
        guard let block else { return PeoplePiece([]) }
        return PeoplePiece(block, decoder: decoder, values: PersonValues(plan: plan), hasRows: true, file: file)
    }

    /// Why no round may use what was read; see `RegisterPass.objections`.
    var objections: [any Error & CustomStringConvertible] {
        var objections: [any Error & CustomStringConvertible] = []
        let usable = survey.codes.official + survey.codes.temporary
        let (rows, percent) = (usable + survey.codes.invalid, declaration.usableCodesPercent)
        if usable * 100 < rows * percent {
            objections.append(
                RegisterError(
                    .tooFewUsableCodes(usable: usable, rows: rows, percent: percent, shapes: survey.codeShapes),
                    file: file, column: column))
        }
        if survey.people > declaration.maxPeople {
            objections.append(
                RegisterOverCap(
                    register: declaration.namedIn?.register ?? declaration.id, column: column, people: survey.people,
                    cap: declaration.maxPeople))
        }
        return objections
    }
}

extension PeoplePiece {
    /// Makes people of a block on whichever core asks for them.
    init(_ block: PeopleBlock, decoder: PeopleDecoder, values: PersonValues, hasRows: Bool, file: String) {
        self.init(count: block.count, byteCount: block.bytes.count) {
            do {
                return try decoder.people(block).map { person in
                    PersonRecord(
                        identities: values.identities(of: person),
                        lastingIdentity: values.lastingIdentity(of: person), features: values.features(of: person),
                        rows: person.rows, rowCount: hasRows ? person.rowCount : 0, isWithheld: person.isWithheld)
                }
            } catch is SpoolDamage {
                throw RegisterError(.spoolDamaged, file: file)
            }
        }
    }
}
